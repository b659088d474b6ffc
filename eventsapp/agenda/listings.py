"""Queries of the agenda, shared by pages, feeds and machines; a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import contains_eager, joinedload

from eventsapp.agenda.models import Activity, ActivityKind, Audience, Event
from eventsapp.agenda.said import SAID, SHOWN
from eventsapp.agenda.searching import says
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.people.models import Organisation, OrganisationPicture
from eventsapp.places.models import Quartier, Territory, Venue
from eventsapp.programme.models import Action, Axis, Theme
from eventsapp.refusals import NotFound


@dataclass(frozen=True)
class Filters:
    """What a visitor asked to see; None or empty: no wish. Days are Paris days, both included."""

    theme: Theme | None = None
    quartier: str | None = None
    audience: Audience | None = None
    kind: ActivityKind | None = None
    action_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    words: str = ""


@dataclass(frozen=True)
class Page:
    """One page of events, in the order they take place."""

    events: Sequence[Event]
    total: int
    number: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True)
class Choices:
    """What is worth filtering by: themes, and quartiers as (slug, name) by name."""

    themes: tuple[Theme, ...]
    quartiers: tuple[tuple[str, str], ...]


_IN_DESKS = (
    joinedload(Event.venue),
    joinedload(Event.host),
    joinedload(Event.topic),
    joinedload(Event.territory),
    joinedload(Event.activity).joinedload(Activity.action),
)


def public(territory_id: int) -> Select[Event]:
    """The events of a territory that everybody may see, in one statement, with what lists show of
    them; the rest of a row is loaded where it is asked for."""
    return _found(territory_id).options(*SHOWN)


def _found(territory_id: int) -> Select[Event]:
    """The same events, without saying yet which of their columns are wanted."""
    return (
        select(Event)
        .join(Event.activity)
        .join(Activity.action)
        .join(Action.axis)
        .join(Event.venue)
        .where(Event.territory_id == territory_id, Event.is_restricted.is_(False))
    )


def upcoming(
    territory: Territory, filters: Filters, *, now: datetime, page: int = 1, per_page: int = 40
) -> Page:
    """What is still to come (or runs now) that fits `filters`; one statement.

    A page beyond the last shows the last (a second statement).
    """
    fitting = public(territory.id).where(*_conditions(filters, now))
    # Not count(*) OVER (): a window makes the database sort and carry every column of every row.
    total_of = fitting.with_only_columns(func.count(), maintain_column_froms=True).correlate(None)
    counted = (
        fitting.add_columns(total_of.scalar_subquery().label("total"))
        .order_by(Event.starts_at, Event.id)
        .limit(per_page)
    )
    rows = db.session.execute(counted.offset((page - 1) * per_page)).all()
    if not rows and page > 1:
        total = db.session.scalar(total_of) or 0
        page = max(1, -(-total // per_page))
        rows = db.session.execute(counted.offset((page - 1) * per_page)).all()
    return Page([row[0] for row in rows], rows[0].total if rows else 0, page, per_page)


def to_come(territory: Territory, *, now: datetime, limit: int) -> Page:
    """What is still to come, restricted events too, for desks; the first `limit` of them, one statement."""
    return _to_come(Event.territory_id == territory.id, now, limit)


def hosted_on(
    organisation: Organisation, day: date, *, territories: Collection[int] | None = None
) -> Sequence[Event]:
    """What an organisation holds on a Paris day, over or not, restricted too, for its own desk; in these
    territories or in all; one statement."""
    return db.session.scalars(
        select(Event)
        .options(*_IN_DESKS)
        .where(
            hosted_by(organisation, territories),
            Event.starts_at >= local(day, 0),
            Event.starts_at < local(day + timedelta(days=1), 0),
        )
        .order_by(Event.starts_at, Event.id)
    ).all()


def hosted_after(
    organisation: Organisation, day: date, *, limit: int, territories: Collection[int] | None = None
) -> Page:
    """What an organisation holds from the day after a Paris day, restricted events too, for its own desk;
    in these territories or in all; one statement."""
    tomorrow = local(day + timedelta(days=1), 0)
    return _to_come(hosted_by(organisation, territories) & (Event.starts_at >= tomorrow), tomorrow, limit)


def hosted_by(organisation: Organisation, territories: Collection[int] | None) -> ColumnElement[bool]:
    """The condition of an event that an organisation holds, in these territories or in all (None)."""
    held = Event.host_id == organisation.id
    return held if territories is None else held & Event.territory_id.in_(territories)


def public_of(organisation: Organisation, *, now: datetime, limit: int) -> Sequence[Event]:
    """What an organisation still holds that everybody may see, for its own site; one statement."""
    return db.session.scalars(
        select(Event)
        .join(Event.activity)
        .join(Activity.action)
        .join(Event.venue)
        .where(
            Event.host_id == organisation.id,
            Event.is_restricted.is_(False),
            Action.is_sensitive.is_(False),
            Event.ends_at > now,
        )
        .options(contains_eager(Event.venue), contains_eager(Event.activity).contains_eager(Activity.action))
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    ).all()


def _to_come(which: ColumnElement[bool], now: datetime, limit: int) -> Page:
    counted = (
        select(Event, func.count().over().label("total"))
        .options(*_IN_DESKS)
        .where(which, Event.ends_at > now)
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    )
    rows = db.session.execute(counted).all()
    return Page([row[0] for row in rows], rows[0].total if rows else 0, 1, limit)


def between(
    territory: Territory, filters: Filters, first_day: date, last_day: date, *, at_most: int = 400
) -> Sequence[Event]:
    """Every event of a span of days that fits `filters`, past ones too; one statement."""
    span = replace(filters, first_day=first_day, last_day=last_day)
    return db.session.scalars(
        public(territory.id)
        .where(*_conditions(span, None))
        .order_by(Event.starts_at, Event.id)
        .limit(at_most)
    ).all()


def starts_between(
    territory: Territory, filters: Filters, first_day: date, last_day: date
) -> Sequence[datetime]:
    """When things begin in a span of days; one statement that reads moments only, or none when this
    edition of the agenda was asked before."""
    span = replace(filters, first_day=first_day, last_day=last_day)
    return _starts(edition_of(territory), span)


def choices(territory: Territory, *, now: datetime) -> Choices:
    """The themes and quartiers in which something is to come: what filters offer; one statement, or
    none when this edition of the agenda was asked within the hour."""
    return _choices(edition_of(territory), now.replace(minute=0, second=0, microsecond=0))


@dataclass(frozen=True)
class Edition:
    """A territory's agenda as it stands between two changes: what is drawn from it may be kept.

    The instant tells it from the same number of another history, after a backup was put back.
    """

    territory_id: int
    revision: int
    revised_at: datetime


def edition_of(territory: Territory) -> Edition:
    """The present edition of a territory's agenda."""
    return Edition(territory.id, territory.revision, territory.revised_at)


@lru_cache(maxsize=256)
def _starts(edition: Edition, span: Filters) -> tuple[datetime, ...]:
    return tuple(
        db.session.scalars(
            _found(edition.territory_id)
            .where(*_conditions(span, None))
            .with_only_columns(Event.starts_at, maintain_column_froms=True)
        )
    )


@lru_cache(maxsize=64)
def _choices(edition: Edition, since: datetime) -> Choices:
    rows = db.session.execute(
        _found(edition.territory_id)
        .where(Event.ends_at > since)
        .outerjoin(Venue.quartier)
        .with_only_columns(Axis.theme, Quartier.slug, Quartier.name, maintain_column_froms=True)
        .distinct()
    ).all()
    offered = {row.theme for row in rows}
    return Choices(
        themes=tuple(theme for theme in Theme if theme in offered),
        quartiers=tuple(sorted({(row.slug, row.name) for row in rows if row.slug}, key=lambda row: row[1])),
    )


def forget_editions() -> None:
    """Lets go of what was kept of past editions: for tests, whose databases begin anew."""
    _starts.cache_clear()
    _choices.cache_clear()


def next_after(territory: Territory, *, now: datetime) -> Event | None:
    """The next public event of a territory: what an empty list offers instead."""
    return db.session.scalars(
        public(territory.id).where(Event.ends_at > now).order_by(Event.starts_at, Event.id).limit(1)
    ).first()


def by_code(code: str, *, whole: bool = True) -> Event:
    """The event with this code, restricted or not, with all that its page shows; one statement. Not `whole`:
    with what forms say of it, neither host, topic nor picture.

    Raises NotFound.
    """
    event = db.session.scalars(_by_code(whole), {"code_of": code}).first()
    if event is None:
        raise NotFound()
    return event


@lru_cache(maxsize=2)
def _by_code(whole: bool) -> Select[Event]:
    found = select(Event).where(Event.code == bindparam("code_of"))
    if not whole:
        return found.options(*SAID)
    return found.options(
        joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
        joinedload(Event.territory),
        joinedload(Event.venue).joinedload(Venue.quartier),
        joinedload(Event.host).joinedload(Organisation.picture).joinedload(OrganisationPicture.picture),
        joinedload(Event.topic),
        joinedload(Event.picture),
    )


def _conditions(filters: Filters, now: datetime | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if now is not None:
        wanted.append(Event.ends_at > now)
    if filters.first_day:
        wanted.append(Event.starts_at >= local(filters.first_day, 0))
    if filters.last_day:
        wanted.append(Event.starts_at < local(filters.last_day + timedelta(days=1), 0))
    if filters.theme:
        wanted.append(Axis.theme == filters.theme)
    if filters.audience:
        wanted.append(Event.audience == filters.audience)
    if filters.kind:
        wanted.append(Activity.kind == filters.kind)
    if filters.action_id:
        wanted.append(Activity.action_id == filters.action_id)
    if filters.quartier:
        wanted.append(Venue.quartier_id.in_(select(Quartier.id).where(Quartier.slug == filters.quartier)))
    wanted.extend(says(word) for word in filters.words.split()[:6])
    return wanted
