"""Texts of other people's agendas made plain: HTML becomes sentences and lines, signs that cannot be kept go.

Nothing of the markup is kept, so nothing of it has to be trusted; whoever shows the text escapes it as any.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from html.parser import HTMLParser

MOST_SIGNS = 40_000
"""Signs of one text that are looked at: ten times what is kept."""

_BLOCKS = {
    *("address article blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6".split()),
    *("header hr li main ol p pre section table tr ul".split()),
}
_SILENT = {"script", "style", "template", "title", "head", "iframe", "object", "noscript"}
_IS_HTML = re.compile(
    r"<(?:br|p|div|ul|ol|li|h[1-6]|table|blockquote|span|strong|b|em|i|a)\b[^<>]*>", re.IGNORECASE
)
_MARKS = re.compile(r"^#{1,6}\s+|\*\*|__(?=\w)|(?<=\w)__", re.MULTILINE)
"""Headings and strong words of Markdown, in which OpenAgenda keeps its longer texts."""
_SPACES = re.compile(r"[ \t\u00a0\u2007\u2009\u202f]+")
_TURNING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


class _Reader(HTMLParser):
    """Collects the text, with a line break where a block begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("– ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def text(said: object) -> str:
    """Plain lines of a text that may be HTML; empty for what is no text."""
    if not isinstance(said, str):
        return ""
    said = said[:MOST_SIGNS]
    if _IS_HTML.search(said):
        reader = _Reader()
        reader.feed(said)
        reader.close()
        said = "".join(reader.parts)
    else:
        said = unescape(said)
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
    composed = unicodedata.normalize("NFC", _SPACES.sub(" ", said))
    return "".join(one for one in composed if _is_kept(one)).strip()


def _is_kept(sign: str) -> bool:
    code = ord(sign)
    none = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return not (
        none
        or sign == "\ufffd"
        or sign in _TURNING
        or unicodedata.category(sign) in {"Cc", "Cs", "Co", "Zl", "Zp"}
    )
