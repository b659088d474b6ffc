"""What somebody wrote in a mail, as plain text to show; the mail that they answered to, apart (pure)."""

from __future__ import annotations

import re
from email.message import Message

from eventsapp import markup
from eventsapp.mailroom import parts
from eventsapp.typed import shown

LONGEST = 20_000
"""Characters that are kept of a text."""
_LONGEST_LOOK = 200_000
"""Characters of a text that are looked at: what people write stands in its beginning."""
_MOST_LINES = 2_000
"""Lines in which the mail that they answered to may begin."""
_BEGINS = {"blockquote": "\n> "}
_ENDS = {"p": "\n\n", "blockquote": "\n\n"}
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
    return in_charset(parts.decoded(part) or b"", charset_of(part))[:_LONGEST_LOOK]


def charset_of(part: Message) -> str:
    """What the Content-Type says; empty where it says nothing."""
    return parts.parameter(part, "charset").lower()


def in_charset(octets: bytes, charset: str) -> str:
    """Text of these octets: in the charset named, in UTF-8, else as Western machines write."""
    for name in (charset, "utf-8-sig"):
        try:
            if name and name not in {"us-ascii", "ascii"}:
                return octets.decode(name)
        except parts.STUMBLES:
            continue  # no such charset, one that is none of text, or it is not what it says
    return octets.decode("cp1252", "replace")


def plain(html: str) -> str:
    """HTML as plain text: a line for each block, « > » before what they answered to."""
    said = markup.text_of(html, before=_BEGINS, after=_ENDS)
    lines = (" ".join(line.split()) for line in said.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def apart(text: str) -> tuple[str, str]:
    """What they wrote, and the mail that they answered to, below it; the second may be empty.

    Where nothing stands above it, everything is what they wrote: rather too much than nothing.
    """
    text = text.strip()[:_LONGEST_LOOK]
    lines = text.split("\n")
    written_last = max((number for number, line in enumerate(lines) if not _is_quoted(line)), default=-1)
    for number, line in enumerate(lines[:_MOST_LINES]):
        is_tail = line.lstrip().startswith(">") and number > written_last
        if is_tail or _begins_quotation(lines, number, line.strip()):
            said = "\n".join(lines[:number]).strip()
            if said:
                return said[:LONGEST], "\n".join(lines[number:]).strip()[:LONGEST]
    return text[:LONGEST], ""


def _is_quoted(line: str) -> bool:
    """« > … », or nothing at all."""
    return not line.strip() or line.lstrip().startswith(">")


def _begins_quotation(lines: list[str], number: int, line: str) -> bool:
    """« Le … a écrit : », « -----Message d’origine----- », « De : … Envoyé : … »."""
    if not line or len(line) > _LONGEST_MARK:
        return False
    following = [more.strip()[:_LONGEST_MARK] for more in lines[number + 1 : number + 3]]
    if _SEPARATOR.fullmatch(line):
        return True
    if _HEAD.match(line):
        return any(_HEAD_NEXT.match(more) for more in following)
    # Broken by the program that wrote it, the line is one with the next.
    return any(_WROTE.fullmatch(" ".join([line, *following[:more]])) for more in range(3))
