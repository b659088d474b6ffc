"""Who wrote a mail, whether that is proved, whether a machine did, and to which of our addresses (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from eventsapp.mailroom.parts import STUMBLES

_LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3
_ADDRESS = re.compile(r"[!#-+/-9=?A-Z^-~.-]+@[A-Za-z0-9.-]+")
_LONGEST_HEADER = 4000
"""Characters of a header that are looked at."""
_MOST_TOKENS = 10
_OUR_SERVER = ("Delivered-To", "X-Original-To", "Envelope-To")
_WRITERS = ("To", "Cc", "Resent-To")
ADDRESSED = (*_OUR_SERVER, *_WRITERS)
"""Where the address stands that a mail came to, first as our own server wrote it."""
_RESULT = re.compile(r"\s*(dmarc|dkim)(?:/1)?\s*=\s*([a-z]+)\b(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"\bheader\.(from|d)\s*=\s*([^\s;]+)", re.IGNORECASE)
_MACHINES = (
    *("List-Id", "List-Post", "List-Unsubscribe", "Mailing-List", "X-Autoreply", "X-Autorespond"),
    *("X-Auto-Response-Suppress", "X-Failed-Recipients", "Feedback-ID"),
)


def field(message: Message, name: str) -> str:
    """A header on one line, its words decoded (RFC 2047); empty where there is none."""
    return decoded(raw(message.get(name)))


def raw(value: object) -> str:
    """A header's value on one line as it came, cut where nobody writes so much."""
    return " ".join(str(value or "")[:_LONGEST_HEADER].split())


def decoded(value: str) -> str:
    """Encoded words made text; what is out of form stays as it stands."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except STUMBLES:
        return value
    return "".join(_word(octets, charset) for octets, charset in pieces)


def _word(octets: bytes | str, charset: str | None) -> str:
    if isinstance(octets, str):
        return octets
    try:
        return octets.decode(charset or "ascii", "replace")
    except STUMBLES:
        return octets.decode("utf-8", "replace")


def tokens(message: Message, mailbox: str, domain: str) -> tuple[str, ...]:
    """The tokens of our reply addresses that it came to: first what our own server wrote, which is the
    address on its envelope, then what its writer did (RULES I2). Each once, at most ten."""
    ours = address_pattern(mailbox, domain)
    found: dict[str, None] = {}
    for name in ADDRESSED:
        for value in message.get_all(name, [])[:_MOST_TOKENS]:
            found.update(dict.fromkeys(token.lower() for token in ours.findall(raw(value))))
    return tuple(found)[:_MOST_TOKENS]


def address_pattern(mailbox: str, domain: str) -> re.Pattern[str]:
    """Our reply addresses, `mailbox`+token@`domain`; the token is the only group."""
    names = re.escape(mailbox), re.escape(domain)
    return re.compile(rf"(?<![\w.+-]){names[0]}\+([a-z0-9]{{8,64}})@{names[1]}(?![\w-]|\.\w)", re.IGNORECASE)


def writer(message: Message) -> tuple[str, str]:
    """Name and address of From, the address in lower case; empty where there is none, or more than one."""
    given = message.get_all("From", [])
    if len(given) != 1:
        return "", ""
    try:
        found = [(name, address) for name, address in getaddresses([raw(given[0])]) if address]
    except STUMBLES:
        return "", ""
    if len(found) != 1:
        return "", ""
    name, address = found[0]
    if not _ADDRESS.fullmatch(address) or len(address) > _LONGEST_ADDRESS:
        return decoded(name), ""
    return decoded(name), address.lower()


def is_proved(message: Message, sender: str, authserv_id: str) -> bool:
    """Whether our own server vouches for the domain of From: DMARC passed, or DKIM of that very domain.

    Only the topmost Authentication-Results that bears our server's name counts: whoever sends a mail can
    write more of them below, and under any other name (RFC 8601 section 5, RULES I5).
    """
    domain = sender.rpartition("@")[2]
    if not domain or not authserv_id:
        return False
    for value in message.get_all("Authentication-Results", [])[:20]:
        name, *results = _results(raw(value))
        if name.strip().lower().split(" ")[0] == authserv_id.lower():
            return any(_vouches(result, domain) for result in results)
    return False


def _results(value: str) -> list[str]:
    """The parts between semicolons, the server's name first, without comments nor what stands in quotes: a
    stranger's address may stand there, whatever it contains. One empty part where either never ends."""
    parts, depth, is_quoted, is_escaped = [""], 0, False, False
    for sign in value:
        if is_escaped:
            is_escaped = False
        elif sign == "\\" and (is_quoted or depth):
            is_escaped = True
        elif sign == '"' and not depth:
            is_quoted = not is_quoted
        elif sign in "()" and not is_quoted:
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif sign == ";" and not is_quoted and not depth:
            parts.append("")
        elif not is_quoted and not depth:
            parts[-1] += sign
    return [""] if is_quoted or depth else parts


def _vouches(result: str, domain: str) -> bool:
    found = _RESULT.fullmatch(result)
    if found is None or found[2].lower() != "pass":
        return False
    wanted = "from" if found[1].lower() == "dmarc" else "d"
    said = {key.lower(): value.strip().lower() for key, value in _PROPERTY.findall(found[3])}
    return said.get(wanted, "").rpartition("@")[2] == domain


def is_automatic(message: Message, sender: str, ours: re.Pattern[str]) -> bool:
    """Whether a machine wrote it: a report, a list, an absence, or ourselves (RFC 3834, RULES I15)."""
    auto = field(message, "Auto-Submitted").partition(";")[0].strip().lower()
    local = sender.partition("@")[0]
    return (
        message.get_content_type() == "multipart/report"
        or auto not in {"", "no"}
        or field(message, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}
        or has_no_return_path(message)
        or any(name in message for name in _MACHINES)
        or local in {"mailer-daemon", "mailerdaemon"}
        or ours.fullmatch(sender) is not None
    )


def has_no_return_path(message: Message) -> bool:
    """« Return-Path: <> »: nobody is told if an answer to it fails, so nobody answers (RFC 5321, 4.5.5)."""
    paths: Iterator[str] = (raw(value) for value in message.get_all("Return-Path", [])[:1])
    return any(path in {"<>", ""} for path in paths)
