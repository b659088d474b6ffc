"""What may be followed in a territory: the few feeds that people want, and how much each will bring.

Drawn from the dates of the coming weeks, in one statement, so that nothing is offered which stays empty. What
is discreet is named nowhere, though the feed of its quartier holds its dates without a title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select

from eventsapp import languages
from eventsapp.agenda import listings
from eventsapp.agenda.listings import Edition
from eventsapp.agenda.models import Activity, ActivityKind, Audience, Event, EventStatus
from eventsapp.database import db
from eventsapp.feeds import public
from eventsapp.feeds.selection import Selection, address
from eventsapp.people.models import Organisation
from eventsapp.places.models import SCHOOL_KINDS, Quartier, Territory, Venue, VenueKind
from eventsapp.programme.models import Action, Axis, Theme

WEEKS = 8
"""How far ahead dates are counted: what one may expect, and what is mostly announced by then."""
STANDING = 2
"""Dates within these weeks that make a series worth following by itself."""
MOST_SERIES = 6
OFFERED_OTHERWISE = (ActivityKind.SCHOOL_SATURDAY, ActivityKind.BREAKFAST)
"""School Saturdays are followed by the school, breakfasts have a place of their own."""
SHOWN_NEXT = 3
"""Dates of a composed feed that are shown."""


Key = TypeVar("Key")


class Line(NamedTuple):
    """A date to come, and all that it may be followed by."""

    starts_at: datetime
    audience: Audience
    theme: Theme
    is_sensitive: bool
    quartier: str | None
    quartier_name: str | None
    venue: str
    venue_name: str
    venue_kind: VenueKind
    activity: str
    title: str
    kind: ActivityKind
    organisation: str | None
    organisation_name: str | None


@dataclass(frozen=True)
class Offer:
    """One feed on offer: how many dates it brings in the coming weeks, and the next of them."""

    name: str
    selection: Selection
    dates: int
    next_at: datetime

    @property
    def path(self) -> str:
        """Where it is read, below PUBLIC_URL."""
        return address(self.selection)


@dataclass(frozen=True)
class Offering:
    """What a territory offers, and what its composer lets choose from: (slug, name) by name."""

    whole: Offer | None = None
    """None: nothing is to come."""
    quartiers: tuple[Offer, ...] = ()
    breakfasts: tuple[Offer, ...] = ()
    series: tuple[Offer, ...] = ()
    themes: tuple[Offer, ...] = ()
    schools: tuple[Offer, ...] = ()
    audiences: tuple[Audience, ...] = ()
    organisations: tuple[tuple[str, str], ...] = ()
    venues: tuple[tuple[str, str], ...] = ()
    activities: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Composed:
    """A feed that a reader has put together, as it stands."""

    feed: public.Feed
    dates: int
    """In the coming weeks."""
    next_events: Sequence[Event] = field(default_factory=tuple)


def offered(territory: Territory, *, now: datetime) -> Offering:
    """What is worth following; one statement, or none when this edition of the agenda was asked within the
    hour."""
    since = now.replace(minute=0, second=0, microsecond=0)
    return _offered(listings.edition_of(territory), territory.slug, languages.current().code, since)


def composed(selection: Selection, *, now: datetime) -> Composed:
    """What a selection holds; three statements. Raises NotFound as `public.version` does."""
    feed = public.version(selection, now=now)
    ahead = [*public.held(feed), Event.ends_at > now, Event.status != EventStatus.CANCELLED]
    soon = listings.public(feed.territory_id).where(*ahead, Event.starts_at < now + timedelta(weeks=WEEKS))
    counted = db.session.scalars(soon.with_only_columns(Event.id, maintain_column_froms=True)).all()
    found = listings.public(feed.territory_id).where(*ahead).order_by(Event.starts_at, Event.id)
    return Composed(feed, len(counted), db.session.scalars(found.limit(SHOWN_NEXT)).unique().all())


def forget_editions() -> None:
    """Forgets what was drawn; for tests, whose databases start anew under the same editions."""
    _offered.cache_clear()


@lru_cache(maxsize=64)
def _offered(edition: Edition, slug: str, language: str, since: datetime) -> Offering:
    """`language`: that of the names of themes, which is the reader's."""
    lines = _lines(edition.territory_id, since)
    if not lines:
        return Offering()
    said = [line for line in lines if not line.is_sensitive]
    in_schools = [line for line in said if line.venue_kind in SCHOOL_KINDS]

    def offer(name: str, held: Sequence[Line], **wish: tuple[Any, ...]) -> Offer:
        return Offer(name, Selection(territory=slug, **wish), len(held), held[0].starts_at)

    def series(wanted: Callable[[Line], bool], least: int) -> list[Offer]:
        by_activity = _grouped(filter(wanted, said), lambda line: line.activity)
        return [
            offer(held[0].title, held, activities=(key,)) for key, held in by_activity if len(held) >= least
        ]

    others = series(lambda line: line.kind not in OFFERED_OTHERWISE, STANDING)
    by_theme = dict(_grouped(said, lambda line: line.theme))
    return Offering(
        whole=offer("", lines),
        quartiers=_by_name(
            offer(held[0].quartier_name or key, held, quartiers=(key,))
            for key, held in _grouped(lines, lambda line: line.quartier)
        ),
        breakfasts=_by_name(series(lambda line: line.kind is ActivityKind.BREAKFAST, 1)),
        series=_by_name(sorted(others, key=lambda one: (-one.dates, one.name))[:MOST_SERIES]),
        themes=tuple(
            offer(theme.public_label, by_theme[theme], themes=(theme,))
            for theme in Theme
            if theme in by_theme
        ),
        schools=_by_name(
            offer(held[0].venue_name, held, venues=(key,))
            for key, held in _grouped(in_schools, lambda line: line.venue)
        ),
        audiences=tuple(one for one in Audience if any(line.audience is one for line in said)),
        organisations=_named((line.organisation, line.organisation_name) for line in said),
        venues=_named((line.venue, line.venue_name) for line in said),
        activities=_named((line.activity, line.title) for line in said),
    )


def _lines(territory_id: int, since: datetime) -> list[Line]:
    """The public dates of the coming weeks that take place, the next first; one statement."""
    rows = db.session.execute(
        select(
            Event.starts_at,
            Event.audience,
            Axis.theme,
            Action.is_sensitive,
            Quartier.slug,
            Quartier.name,
            Venue.slug,
            Venue.name,
            Venue.kind,
            Activity.slug,
            Activity.title,
            Activity.kind,
            Organisation.slug,
            Organisation.name,
        )
        .select_from(Event)
        .join(Event.activity)
        .join(Activity.action)
        .join(Action.axis)
        .join(Event.venue)
        .outerjoin(Venue.quartier)
        .outerjoin(Event.host)
        .where(
            Event.territory_id == territory_id,
            Event.is_restricted.is_(False),
            Event.status != EventStatus.CANCELLED,
            Event.ends_at > since,
            Event.starts_at < since + timedelta(weeks=WEEKS),
        )
        .order_by(Event.starts_at, Event.id)
    )
    return [Line._make(row) for row in rows]


def _grouped(lines: Iterable[Line], key: Callable[[Line], Key | None]) -> list[tuple[Key, list[Line]]]:
    """The lines that have a key, by it; each group in the order of dates."""
    groups: dict[Key, list[Line]] = {}
    for line in lines:
        found = key(line)
        if found is not None:
            groups.setdefault(found, []).append(line)
    return list(groups.items())


def _by_name(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    return tuple(sorted(offers, key=lambda one: one.name.casefold()))


def _named(pairs: Iterable[tuple[str | None, str | None]]) -> tuple[tuple[str, str], ...]:
    found = {(slug, name) for slug, name in pairs if slug and name}
    return tuple(sorted(found, key=lambda pair: pair[1].casefold()))
