"""What somebody wrote in a mail, as plain text to show; the mail that they answered to, apart (pure)."""

from __future__ import annotations

import re
from email.message import Message
from html.parser import HTMLParser

from eventsapp.typed import shown

LONGEST = 20_000
"""Characters that are kept of a text."""
_LONGEST_HTML = 120_000
"""Characters of HTML that are looked at: what people write is in its beginning, and what is out of form
costs the parser the square of its length."""
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "hr", "blockquote"}
)
_HIDDEN = frozenset({"script", "style", "title"})
_LONGEST_MARK = 300

_WROTE = re.compile(
    r"(le|on|am|el|il|em)\b.{4,}(a écrit|wrote|schrieb|escribió|ha scritto|escreveu)\s*:", re.IGNORECASE
)
_SEPARATOR = re.compile(
    r"-{2,} ?(message d['’]origine|message original|original message|message transféré|forwarded message"
    r"|ursprüngliche nachricht|mensaje original) ?-{2,}|_{20,}",
    re.IGNORECASE,
)
_HEAD = re.compile(r"\*?(de|from|von)\*?\s?:\*? .*@", re.IGNORECASE)
_HEAD_NEXT = re.compile(r"\*?(envoyé|date|sent|à|to|gesendet|objet|subject)\*?\s?:", re.IGNORECASE)


def one_line(text: str, most: int) -> str:
    """A stranger's text on one line, cut at `most` characters."""
    return " ".join(shown(text).split())[:most]


def decoded(part: Message) -> str:
    """The text of a part in whatever charset it says, or in what it most likely is."""
    octets = part.get_payload(decode=True)
    if not isinstance(octets, bytes):
        return ""
    return in_charset(octets, charset_of(part))


def charset_of(part: Message) -> str:
    """What the Content-Type says; empty where it says nothing."""
    said = part.get_param("charset", "")
    return str(said[2] if isinstance(said, tuple) else said or "").strip().lower()


def in_charset(octets: bytes, charset: str) -> str:
    """Text of these octets: in the charset named, in UTF-8, else as Western machines write."""
    for name in (charset, "utf-8-sig"):
        try:
            if name and name not in {"us-ascii", "ascii"}:
                return octets.decode(name)
        except (LookupError, ValueError, AssertionError):
            continue  # no such charset, one that is none of text, or it is not what it says
    return octets.decode("cp1252", "replace")


def plain(html: str) -> str:
    """HTML as plain text: a line for each block, nothing of scripts and styles; links lose addresses."""
    reader = _Plain()
    try:
        reader.feed(html[:_LONGEST_HTML])
        reader.close()
    except (AssertionError, ValueError):
        pass  # what was read so far; html.parser gives up on some declarations
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Plain(HTMLParser):
    """Collects what is to be read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins on a line of its own."""
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.pieces.append("\n")
        if tag == "blockquote":
            self.pieces.append("> ")

    def handle_endtag(self, tag: str) -> None:
        """And what follows it begins another."""
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in {"p", "blockquote"}:
            self.pieces.append("\n\n")
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Text, unless a page would not show it."""
        if not self._hidden:
            self.pieces.append(data.replace("\n", " ").replace("\r", " "))


def apart(text: str) -> tuple[str, str]:
    """What they wrote, and the mail that they answered to, below it; the second may be empty.

    Where nothing stands above it, everything is what they wrote: rather too much than nothing.
    """
    text = text.strip()
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _begins_quotation(lines, number, line.strip()):
            said = "\n".join(lines[:number]).strip()
            if said:
                return said[:LONGEST], "\n".join(lines[number:]).strip()[:LONGEST]
    return text[:LONGEST], ""


def _begins_quotation(lines: list[str], number: int, line: str) -> bool:
    """« Le … a écrit : », « -----Message d’origine----- », « De : … Envoyé : … », or « > » to the end."""
    if not line or len(line) > _LONGEST_MARK:
        return False
    following = [more.strip()[:_LONGEST_MARK] for more in lines[number + 1 : number + 3]]
    if line.startswith(">"):
        return all(not more.strip() or more.lstrip().startswith(">") for more in lines[number:])
    if _SEPARATOR.fullmatch(line):
        return True
    if _HEAD.match(line):
        return any(_HEAD_NEXT.match(more) for more in following)
    # Broken by the program that wrote it, the line is one with the next.
    return any(_WROTE.fullmatch(" ".join([line, *following[:more]])) for more in range(3))
