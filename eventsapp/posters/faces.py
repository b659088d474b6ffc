"""Which letters the faces of posters have (pure): no sheet is printed with an empty box in a word.

Titles are in Bricolage Grotesque, texts in Atkinson Hyperlegible Next, like the site. Neither has the letters
of Bambara and Soninke (ɛ ɔ ɲ), nor Arabic or Cyrillic: a text that holds one is set in Noto Sans as a whole,
since a word pieced together from two faces reads badly. fonts/README.md says how the files were made.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from eventsapp.typed import composed

FONTS = Path(__file__).parent / "fonts"
DISPLAY, TEXT, OTHER = "BricolageGrotesque-ExtraBold", "AtkinsonHyperlegibleNext-Bold", "NotoSans-Bold"
ARABIC = "NotoSansArabic-Bold"

LONGEST_WORD = 20
"""Letters after which a word may be broken: no word of a language we know is longer on a poster."""

SOFT_HYPHEN = "\u00ad"


@cache
def of(font: str) -> frozenset[int]:
    """The characters that a face has, as code points: its `cmap` (OpenType 1.9, formats 4 and 12)."""
    octets = (FONTS / f"{font}.ttf").read_bytes()
    for number in range(_u16(octets, 4)):
        tag, _, start, _ = struct.unpack_from(">4sLLL", octets, 12 + 16 * number)
        if tag == b"cmap":
            return frozenset(_mapped(octets, start))
    raise ValueError(f"{font}: no cmap")


def printable(text: str) -> str:
    """A text with what no face has left out (emoji, Chinese…), on one line, its accents composed."""
    spaced = " ".join(composed(text).split(" ")).translate(_BREAKS)
    kept = "".join(letter for letter in spaced if ord(letter) in _everything())
    return re.sub(r" {2,}", " ", kept).strip()


def left_out(text: str) -> str:
    """The signs of a text that are not printed, each once, in order."""
    wanted = composed(text).translate(_BREAKS)
    gone = [sign for sign in wanted if ord(sign) not in _everything() and not _is_silent(sign)]
    return "".join(dict.fromkeys(gone))


def has(font: str, text: str) -> bool:
    """Whether a face has every letter of a text."""
    return all(ord(letter) in of(font) for letter in text)


def runs_right_to_left(text: str) -> bool:
    """Whether its first letter that has a direction is of Arabic or another such script (UAX 9, P2)."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") != "L"


def breakable(text: str) -> str:
    """A text whose words of more than LONGEST_WORD letters may be broken by a hyphen."""
    return re.sub(rf"\S{{{LONGEST_WORD}}}(?=\S{{4}})", rf"\g<0>{SOFT_HYPHEN}", text)


def shortened(text: str, most: int) -> str:
    """A text of at most `most` letters: what is longer ends at a word, with « … »."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    whole = cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut
    return whole.rstrip(" ,;:.!?–-\u00a0") + "…"


_BREAKS = {ord(sign): " " for sign in "\t\n\r\v\f\u2028\u2029"}


@cache
def _everything() -> frozenset[int]:
    return of(TEXT) | of(OTHER) | of(ARABIC)


def _is_silent(sign: str) -> bool:
    """Variation selectors, joiners, controls: nobody misses them."""
    return unicodedata.category(sign) in {"Cc", "Cf", "Mn", "Me"}


def _mapped(octets: bytes, start: int) -> Iterator[int]:
    for number in range(_u16(octets, start + 2)):
        table = start + struct.unpack_from(">L", octets, start + 4 + 8 * number + 4)[0]
        kind = _u16(octets, table)
        if kind == 4:
            yield from _segments(octets, table)
        elif kind == 12:
            groups = struct.unpack_from(">L", octets, table + 12)[0]
            for group in range(groups):
                first, last, _ = struct.unpack_from(">LLL", octets, table + 16 + 12 * group)
                yield from range(first, last + 1)


def _segments(octets: bytes, table: int) -> Iterator[int]:
    """Format 4: runs of code points; one may point to glyph 0, « none », in the middle of a run."""
    count = _u16(octets, table + 6) // 2
    ends, starts = table + 14, table + 16 + 2 * count
    deltas, offsets = starts + 2 * count, starts + 4 * count
    for number in range(count):
        first, last = _u16(octets, starts + 2 * number), _u16(octets, ends + 2 * number)
        delta, place = _u16(octets, deltas + 2 * number), offsets + 2 * number
        offset = _u16(octets, place)
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = _u16(octets, place + offset + 2 * (code - first)) if offset else code
            if (glyph + delta) & 0xFFFF and (glyph or not offset):
                yield code


def _u16(octets: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", octets, at)[0])
