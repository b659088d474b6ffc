"""How many people a change of an event reaches, by which means and in which languages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from eventsapp.agenda.models import Event
from eventsapp.registrations import listings


@dataclass(frozen=True)
class Reach:
    """Letters and calls that a change makes: one a registration, seated or waiting."""

    by_mail: int
    calls: int
    """They have no address: somebody rings them up."""
    waiting: int
    """Those among them who have no place yet."""
    languages: tuple[tuple[str, int], ...]
    """Codes of their languages and how many read each, the most read first."""

    @property
    def total(self) -> int:
        """How many are told."""
        return self.by_mail + self.calls


def reach(event: Event) -> Reach:
    """Whom a change of `event` reaches now; one statement."""
    found = listings.readers_of([event.id])
    languages = Counter[str]()
    for one in found:
        languages[one.language] += one.people
    return Reach(
        by_mail=sum(one.people for one in found if one.by_mail),
        calls=sum(one.people for one in found if not one.by_mail),
        waiting=sum(one.people for one in found if one.waits),
        languages=tuple(sorted(languages.items(), key=lambda one: (-one[1], one[0]))),
    )
