"""What people type, in letters that can be kept: composed, on one line, and saying what they seem to say."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from eventsapp.refusals import Refusal, msgid

# What turns the direction of the text around it: a name could make a page or a letter lie.
# Marks (U+200E, U+200F) and joiners stay, names are written with them.
_TURNING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_SPACES = re.compile("[ \u00a0\u2009\u202f]+")
_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNKEPT = {"Cc", "Cs", "Co", "Zl", "Zp"}
_BLANK = set("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that show nothing: the fillers of Hangul, a cell of braille without a dot."""
_LOST = "\N{REPLACEMENT CHARACTER}"
"""What stands for octets that were no text: half a surrogate pair, another encoding than UTF-8."""


_LONG_RUN = re.compile("[\u0300-\U0010ffff]{31}")
"""Where more marks than MOST_MARKS could stand on one letter."""
MOST_MARKS = 30
"""Marks on one letter: Unicode’s stream-safe text (UAX 15, section 13), more than any language writes."""


class Unwritable(Refusal):
    """A control character, a code that is none, or half a character: usually pasted by mistake."""

    sentence = msgid("Ce texte contient un signe illisible. Effacez-le, puis écrivez à nouveau.")


def line(typed: str, *, field: str) -> str:
    """What was typed on one line, without spaces around it, in composed letters (NFC); empty for
    signs that say nothing. Raises Unwritable."""
    said = composed(_SPACES.sub(" ", typed).strip())
    if any(unicodedata.category(c) in _UNKEPT or c in _TURNING or c == _LOST or _is_none(c) for c in said):
        raise Unwritable(field=field)
    return said if any(unicodedata.category(c)[0] in "LNS" and c not in _BLANK for c in said) else ""


def composed(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"] = "NFC") -> str:
    """The same in composed letters; marks beyond MOST_MARKS on one letter are left out.

    Normalising sorts the marks of a letter in a time that grows with the square of their number: thirty
    seconds for a mail of 400 kB that is one letter, with no other thread of the process running meanwhile.
    """
    if _LONG_RUN.search(text):
        kept, marks = [], 0
        for sign in text:
            marks = marks + 1 if _is_mark(sign) else 0
            if marks <= MOST_MARKS:
                kept.append(sign)
        text = "".join(kept)
    return unicodedata.normalize(form, text)


def shown(text: str) -> str:
    """A stranger's text, of a mail or a calendar, as it may stand on a page and in the database: in composed
    letters, each kind of line break a newline, without signs that cannot be kept or turn what is around."""
    text = _LINE_BREAKS.sub("\n", text)
    kept = (c for c in text if c in "\n\t" or (unicodedata.category(c) not in _UNKEPT and c not in _TURNING))
    return composed("".join(kept))


def _is_mark(sign: str) -> bool:
    """Some say that they begin a letter, and are marks once they are taken apart: U+0F73, U+FF9E."""
    return unicodedata.combining(unicodedata.normalize("NFKD", sign)[0]) > 0


def _is_none(sign: str) -> bool:
    """A code that never becomes a character (Unicode 23.7); XML, and so a workbook, cannot hold some."""
    return ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF
