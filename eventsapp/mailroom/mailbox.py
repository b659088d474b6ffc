"""The mailbox that answers come to, read over IMAP (RFC 3501, RFC 9051)."""

from __future__ import annotations

from eventsapp.settings import setting


def is_set_up() -> bool:
    """Whether answers are read at all: without a server everything else works."""
    return bool(setting("ANSWERS_IMAP_HOST"))
