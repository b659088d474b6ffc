"""What stands around the fragments of a feed, public or private: its name, its zone, where it is read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid5

from eventsapp.ical import calendar
from eventsapp.settings import setting

REFRESH = timedelta(hours=4)
"""How often calendars are asked to come back; each does as it likes (RULES F11)."""

FRAME = 1
"""Part of every version: raise it when what stands around the fragments changes."""

_CALENDARS = UUID("5f0e6a0c-2b7d-4f6e-9d43-8f2f6a3f1c57")
"""The namespace of our calendars' own UIDs, drawn once: a feed keeps its UID for ever."""


def around(fragments: Iterable[str], *, path: str, name: str, description: str) -> bytes:
    """The calendar that holds these fragments, read at `path` (with its query) below PUBLIC_URL.

    A pure function of its arguments and PUBLIC_URL (RULES F3); its UID depends on the path alone.
    """
    return calendar.join(
        fragments,
        uid=str(uuid5(_CALENDARS, path)),
        name=name,
        description=description,
        source_url=f"{setting('PUBLIC_URL')}{path}",
        refresh=REFRESH,
    )
