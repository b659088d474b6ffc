"""What a desk may read of a letter: how far it is and what it says, never a link that still works."""

from __future__ import annotations

from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from eventsapp.mailroom.sealing import ERASED


def masked_address(address: str) -> str:
    """« f…@example.org »; of a phone number, its last two digits."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{ERASED}{at}{domain}" if at else f"{ERASED}{address[-2:]}"


def readable_text(letter: Letter) -> str | None:
    """The text with its private links erased; None when it was sealed under a key that is gone."""
    try:
        text = sealing.unseal(letter.text) if letter.is_sealed else letter.text
    except sealing.Unreadable:
        return None
    return sealing.erase_links(text)
