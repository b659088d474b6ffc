"""What the letter of a week says: read once for a territory, then narrowed to what each reader chose."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from eventsapp.agenda import listings
from eventsapp.agenda.entries import address_of
from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.places.models import Quartier, Venue
from eventsapp.programme.models import Action

LATER_DAYS = 21
"""How far « À noter aussi » looks beyond the week."""
MOST_THIS_WEEK, MOST_LATER = 40, 6
"""Events that a letter names: beyond, it says how many more the agenda has. (Gmail cuts a mail at 102 kB;
forty take a third of that.)"""


@dataclass(frozen=True)
class Line:
    """One event as the letter says it."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    street: str
    address: str
    """Of its public page."""
    is_cancelled: bool
    is_counted: bool
    """One registers."""
    theme: str
    quartier: str | None


@dataclass(frozen=True)
class Week:
    """The seven days from `monday` on, as seen at one moment of it, and what is worth noting after."""

    monday: date
    coming: tuple[Line, ...]
    later: tuple[Line, ...]

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def says_nothing(self) -> bool:
        """No letter is written."""
        return not (self.coming or self.later)

    @property
    def takes_place(self) -> int:
        """How many of the week are not cancelled."""
        return sum(not line.is_cancelled for line in self.coming)

    @property
    def days(self) -> list[tuple[date, list[Line]]]:
        """The events of the week that the letter names, by Paris day."""
        return _by_day(self.coming[:MOST_THIS_WEEK])

    @property
    def unnamed(self) -> int:
        """How many of the week the letter leaves to the agenda."""
        return max(0, len(self.coming) - MOST_THIS_WEEK)

    @property
    def worth_noting(self) -> tuple[Line, ...]:
        """The first of what comes after the week."""
        return self.later[:MOST_LATER]

    def chosen(self, themes: Collection[str], quartiers: Collection[str]) -> Week:
        """The same for who asked for these only; none of either: all."""

        def is_wanted(line: Line) -> bool:
            return (not themes or line.theme in themes) and (not quartiers or line.quartier in quartiers)

        return Week(self.monday, tuple(filter(is_wanted, self.coming)), tuple(filter(is_wanted, self.later)))


def week_of(territory_id: int, monday: date, *, now: datetime) -> Week:
    """What of that week is not over at `now`, cancelled events among it, since people would come; and what
    takes place in the weeks after. One statement.

    Nothing restricted, nothing of a sensitive action: a mailbox is read by others.
    """
    after = local(monday + timedelta(days=7), 0)
    rows = db.session.execute(
        listings.public(territory_id)
        .outerjoin(Quartier, Quartier.id == Venue.quartier_id)
        .add_columns(Quartier.slug)
        .where(
            Action.is_sensitive.is_(False),
            Event.ends_at > now,
            Event.starts_at < local(monday + timedelta(days=7 + LATER_DAYS), 0),
        )
        .order_by(Event.starts_at, Event.id)
    ).all()
    lines = [_line(event, quartier) for event, quartier in rows]
    return Week(
        monday,
        coming=tuple(line for line in lines if line.starts_at < after),
        later=tuple(line for line in lines if line.starts_at >= after and not line.is_cancelled),
    )


def _line(event: Event, quartier: str | None) -> Line:
    return Line(
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        place=event.venue.name,
        street=event.venue.address,
        address=address_of(event),
        is_cancelled=event.is_cancelled,
        is_counted=event.registration is RegistrationMode.COUNTED,
        theme=event.activity.action.axis.theme.value,
        quartier=quartier,
    )


def _by_day(lines: Sequence[Line]) -> list[tuple[date, list[Line]]]:
    return [(day, list(group)) for day, group in groupby(lines, key=lambda line: day_of(line.starts_at))]
