"""What a letter says by its next means, written when it is posted: what was promised is what is sent.

Kept sealed beside the letter, for a text may hold a private link; used when the letter fails
(`mailroom.escalation`) and forgotten when it no longer can.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Channel


@dataclass(frozen=True)
class Fallback:
    """A letter as it would be by another means."""

    channel: Channel
    address: str
    subject: str
    text: str
    holds_private_link: bool


def sealed(ways: Iterable[Fallback]) -> str:
    """For `Letter.fallback`; empty for none."""
    listed = [asdict(way) for way in ways]
    return sealing.seal(json.dumps(listed)) if listed else ""


def read(kept: str) -> list[Fallback]:
    """What `sealed` made, the next means first; none when its key is gone."""
    if not kept:
        return []
    try:
        listed = json.loads(sealing.unseal(kept))
    except sealing.Unreadable:
        return []
    return [Fallback(**one | {"channel": Channel(one["channel"])}) for one in listed]
