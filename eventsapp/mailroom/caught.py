"""What the catcher of a demonstration kept, mails and texts: files, one a letter, named by arrival."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from eventsapp.refusals import NotFound

MOST_KEPT = 2000
"""The oldest go first: a demonstration left running must not fill a disk."""

SMS = "SMS"

_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}\.eml")
_PARSER = BytesParser(policy=policy.default)


@dataclass(frozen=True)
class CaughtLetter:
    """A kept letter: the name of its file, when it arrived, and the message."""

    name: str
    arrived_at: datetime
    message: EmailMessage

    @property
    def is_text(self) -> bool:
        """It was a text message."""
        return self.message["X-Means"] == SMS


def folder(instance: str | Path) -> Path:
    """Where letters are kept, below the instance folder."""
    return Path(instance) / "mail"


def keep(into: Path, octets: bytes, *, now: datetime, most: int = MOST_KEPT) -> str:
    """Keeps one letter as it came and gives its name; whole or not at all, even if we die midway.

    `now` has microseconds, so that names sort by arrival.
    """
    into.mkdir(parents=True, exist_ok=True)
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
    unfinished = into / f".{name}.part"
    unfinished.write_bytes(octets)
    os.replace(unfinished, into / name)
    for old in names(into)[most:]:
        (into / old).unlink(missing_ok=True)
    return name


def keep_text(into: Path, sender: str, number: str, text: str, *, now: datetime) -> str:
    """Keeps one text message beside the mails, as a message whose header `X-Means` says what it was."""
    message = EmailMessage()
    message["X-Means"] = SMS
    message["From"], message["To"], message["Subject"] = sender, number, SMS
    message.set_content(text)
    return keep(into, message.as_bytes(policy=policy.SMTP), now=now)


def names(kept: Path) -> list[str]:
    """The names of all kept letters, newest first."""
    if not kept.is_dir():
        return []
    return sorted((entry.name for entry in os.scandir(kept) if _NAME.fullmatch(entry.name)), reverse=True)


def octets(kept: Path, name: str) -> bytes:
    """The letter as it came. Raises NotFound for a name we never gave, or one no longer kept."""
    if not _NAME.fullmatch(name):
        raise NotFound()
    try:
        return (kept / name).read_bytes()
    except FileNotFoundError as error:
        raise NotFound() from error


def read(kept: Path, name: str, *, headers_only: bool = False) -> CaughtLetter:
    """One kept letter. Raises NotFound."""
    message = _PARSER.parsebytes(octets(kept, name), headersonly=headers_only)
    arrived = datetime.strptime(name[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    return CaughtLetter(name, arrived, message)
