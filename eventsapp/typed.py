"""What people type, in letters that can be kept: composed, on one line, and saying what they seem to say."""

from __future__ import annotations

import re
import unicodedata

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


class Unwritable(Refusal):
    """A control character, a code that is none, or half a character: usually pasted by mistake."""

    sentence = msgid("Ce texte contient un signe illisible. Effacez-le, puis écrivez à nouveau.")


def line(typed: str, *, field: str) -> str:
    """What was typed on one line, without spaces around it, in composed letters (NFC); empty for
    signs that say nothing. Raises Unwritable."""
    said = unicodedata.normalize("NFC", _SPACES.sub(" ", typed).strip())
    if any(unicodedata.category(c) in _UNKEPT or c in _TURNING or c == _LOST or _is_none(c) for c in said):
        raise Unwritable(field=field)
    return said if any(unicodedata.category(c)[0] in "LNS" and c not in _BLANK for c in said) else ""


def shown(text: str) -> str:
    """A stranger's text, of a mail or a calendar, as it may stand on a page and in the database: in composed
    letters, each kind of line break a newline, without signs that cannot be kept or turn what is around."""
    text = _LINE_BREAKS.sub("\n", text)
    kept = (c for c in text if c in "\n\t" or (unicodedata.category(c) not in _UNKEPT and c not in _TURNING))
    return unicodedata.normalize("NFC", "".join(kept))


def _is_none(sign: str) -> bool:
    """A code that never becomes a character (Unicode 23.7); XML, and so a workbook, cannot hold some."""
    return ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF
