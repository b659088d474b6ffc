"""Texts of other people's agendas made plain: HTML becomes sentences and lines, signs that cannot be kept go.

How HTML is read is `markup`'s.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from eventsapp import markup
from eventsapp.typed import composed

MOST_SIGNS = 40_000
"""Signs of one text that are looked at: ten times what is kept."""

_IS_HTML = re.compile(
    r"<(?:br|p|div|ul|ol|li|h[1-6]|table|blockquote|span|strong|b|em|i|a)\b[^<>]*>", re.IGNORECASE
)
_BEGINS = {"li": "\n– "}
_MARKS = re.compile(r"^#{1,6}\s+|\*\*|__(?=\w)|(?<=\w)__", re.MULTILINE)
"""Headings and strong words of Markdown, in which OpenAgenda keeps its longer texts."""
_SPACES = re.compile(r"[ \t\u00a0\u2007\u2009\u202f]+")
_TURNING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def text(said: object) -> str:
    """Plain lines of a text that may be HTML; empty for what is no text."""
    return _text(said[:MOST_SIGNS]) if isinstance(said, str) else ""


@lru_cache(maxsize=64)
def _text(said: str) -> str:
    """Made plain once for all the sessions of a rule."""
    said = markup.text_of(said, before=_BEGINS) if _IS_HTML.search(said) else markup.unescaped(said)
    said = _MARKS.sub("", said)
    lines = [_kept(line) for line in re.split(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", said)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def line(said: object) -> str:
    """The same on one line."""
    return " ".join(text(said).split())


def cut(said: str, longest: int) -> str:
    """At most so many signs, ended at a word."""
    if len(said) <= longest:
        return said
    short = said[: longest - 1]
    word = max(short.rfind(" "), short.rfind("\n"))
    return (short[:word] if word > longest // 2 else short).rstrip(" ,;:\n") + "…"


def _kept(said: str) -> str:
    """One line in composed letters, without what can neither be kept nor seen (`typed.line` refuses it)."""
    return "".join(one for one in composed(_SPACES.sub(" ", said)) if _is_kept(one)).strip()


def _is_kept(sign: str) -> bool:
    code = ord(sign)
    none = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return not (
        none
        or sign == "\ufffd"
        or sign in _TURNING
        or unicodedata.category(sign) in {"Cc", "Cs", "Co", "Zl", "Zp"}
    )
