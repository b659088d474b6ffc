"""A mail taken apart by the standard library, which stumbles over some that strangers send (pure).

Its parser and all that reads parameters raise TypeError for « filename*0; filename*= », ValueError or
LookupError for others. What it cannot take apart is no mail; a parameter that it cannot read is not there.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import compat32

_TOO_LONG = re.compile(
    rb"^content-(?:type|disposition)[ \t]*:(?:[^\r\n]|\r?\n[ \t]){4000}", re.IGNORECASE | re.MULTILINE
)
"""No program says in so many octets how a part is to be read; reading parameters takes the square of their
number, each time anew."""
STUMBLES = (
    *(TypeError, ValueError, LookupError, AttributeError, AssertionError, OverflowError, RecursionError),
    MessageError,
)
"""What it was seen to raise, or may: RecursionError for « : : : : … » among addresses. Only what calls
nothing of ours stands under such a guard."""


def parsed(octets: bytes) -> Message | None:
    """The tree of its parts; None where it has no head, or cannot be taken apart."""
    if _TOO_LONG.search(octets):
        return None
    try:
        message = message_from_bytes(octets, policy=compat32)
    except STUMBLES:
        return None
    return message if message.keys() else None


def decoded(part: Message) -> bytes | None:
    """What a leaf holds, base64 and the like undone; None where it cannot be."""
    try:
        octets = part.get_payload(decode=True)
    except STUMBLES:
        return None
    return octets if isinstance(octets, bytes) else None


def parameter(part: Message, name: str) -> str:
    """A parameter of its Content-Type; empty where there is none."""
    try:
        said = part.get_param(name)
    except STUMBLES:
        return ""
    return str(said[2] if isinstance(said, tuple) else said or "").strip()


def file_name(part: Message) -> str:
    """What it would be called as a file, as it stands there; empty where it has no name."""
    try:
        return str(part.get_filename() or "")
    except STUMBLES:
        return ""
