"""How many people a change of an event reaches, by which means and in which languages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from eventsapp.agenda import telling
from eventsapp.agenda.models import Event
from eventsapp.mailroom.models import Channel
from eventsapp.registrations import listings


@dataclass(frozen=True)
class Reach:
    """Letters, texts and calls that a change makes: one a registration, seated or waiting."""

    by_mail: int
    calls: int
    """Somebody rings them up: their choice, or no other means."""
    waiting: int
    """Those among them who have no place yet."""
    languages: tuple[tuple[str, int], ...]
    """Codes of their languages and how many read each, the most read first."""
    texts: int = 0
    with_mail: int = 0
    """Of the texts and calls: those whose mailbox gets a mail besides."""
    unwilling: int = 0
    """They want no messages: nobody tells them, and they are counted nowhere else."""

    @property
    def total(self) -> int:
        """How many are told."""
        return self.by_mail + self.texts + self.calls


def reach(event: Event, *, now: datetime, begins: datetime | None = None) -> Reach:
    """Whom a change of `event` made `now` reaches; one statement. `begins`: its hour afterwards."""
    near = min(event.starts_at, begins or event.starts_at) - now < telling.IMMINENT
    found = listings.readers_of([event.id], urgent=[event.id] if near else [])
    by, languages = Counter[Channel | None](), Counter[str]()
    for one in found:
        by[one.means] += one.people
        if one.means is not None:
            languages[one.language] += one.people
    told = [one for one in found if one.means is not None]
    return Reach(
        by_mail=by[Channel.MAIL],
        texts=by[Channel.SMS],
        calls=by[Channel.CALL],
        with_mail=sum(one.people for one in told if one.with_mail),
        waiting=sum(one.people for one in told if one.waits),
        unwilling=by[None],
        languages=tuple(sorted(languages.items(), key=lambda one: (-one[1], one[0]))),
    )
