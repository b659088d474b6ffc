"""The public feeds: what each holds, and the version by which its readers know that nothing changed.

A feed is asked for far more often than it changes: `version` costs one short query and decides
alone; only a changed feed is joined, from the fragments that the agenda stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from eventsapp.agenda import fragments
from eventsapp.agenda.models import Activity, Event
from eventsapp.clock import day_of
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.feeds import joining, named, wording
from eventsapp.feeds.selection import Selection, address
from eventsapp.feeds.window import Window
from eventsapp.glances import Glance
from eventsapp.places.models import Venue
from eventsapp.programme.models import Action, Axis
from eventsapp.refusals import NotFound


@dataclass(frozen=True)
class Part:
    """A row that a selection names."""

    kind: str
    number: int
    name: str


@dataclass(frozen=True)
class Feed:
    """A public feed as it stands on one day."""

    selection: Selection
    territory_id: int
    ordinal: str
    parts: tuple[Part, ...]
    window: Window
    revision: int
    revised_at: datetime

    @property
    def modified(self) -> datetime:
        """Last-Modified (RULES F5): the last change of the agenda, cancellations included, or the last
        midnight in Paris, when the window moved; whole seconds."""
        return max(self.revised_at, self.window.opened_at).replace(microsecond=0)

    @property
    def tag(self) -> str:
        """The opaque part of its weak ETag: all that the octets depend on (RULES F4).

        The instant of the revision tells it from the same number of another history, after a
        backup was put back. Names are of rooms whose changes raise no revision.
        """
        parts = " ".join(f"{part.kind}/{part.number}/{part.name}" for part in self.parts)
        return fingerprint(
            f"{self.territory_id} {self.path} {parts} {self.window.first_day} {self.revision} "
            f"{self.revised_at.isoformat()} {joining.FRAME} {fragments.renderer_version()}"
        )[:20]

    @property
    def path(self) -> str:
        """Where it is read, below PUBLIC_URL."""
        return address(self.selection)

    def numbers_of(self, kind: str) -> list[int]:
        """The numbers of the rows of one kind that its selection names."""
        return [part.number for part in self.parts if part.kind == kind]


def question(selection: Selection) -> Glance:
    """The one short query on which the version of a feed depends."""
    asked = tuple(kind for kind in named.KINDS if getattr(selection, kind))
    slugs = {kind: getattr(selection, kind) for kind in asked}
    return Glance(named.version_and_names(asked), {named.TERRITORY: selection.territory, **slugs})


def version(selection: Selection, *, now: datetime) -> Feed:
    """The feed as it stands now, without its events; one short statement. Raises what `answered` does."""
    return answered(selection, question(selection).rows(), now=now)


def answered(selection: Selection, rows: Sequence[Row[Any]], *, now: datetime) -> Feed:
    """The feed as it stands, by what its `question` has found.

    Raises NotFound for a territory that does not exist, and for a value that names nothing there, or
    nothing that may be known of (`named`).
    """
    found = next((row for row in rows if row.kind == named.TERRITORY), None)
    if found is None:
        raise NotFound()
    parts = tuple(
        Part(row.kind, row.id, row.name)
        for row in sorted(rows, key=lambda row: (row.kind, row.slug))
        if row is not found
    )
    if len(parts) != sum(len(getattr(selection, kind)) for kind in named.KINDS):
        raise NotFound()
    return Feed(
        selection=selection,
        territory_id=found.id,
        ordinal="1er" if found.number == 1 else f"{found.number}e",
        parts=parts,
        window=Window(day_of(now)),
        revision=found.revision,
        revised_at=found.revised_at,
    )


def octets(feed: Feed) -> bytes:
    """The feed whole: a pure function of the data and the day, one statement, stable order (RULES F3)."""
    stored = db.session.scalars(
        select(Event.fragment).where(*held(feed)).order_by(Event.starts_at, Event.uid)
    )
    return around(feed, stored)


def around(feed: Feed, fragments: Iterable[str]) -> bytes:
    """The calendar that holds these fragments."""
    return joining.around(
        fragments,
        path=feed.path,
        name=wording.name_of(feed.ordinal, feed.selection, [part.name for part in feed.parts]),
        description=wording.description(),
    )


def held(feed: Feed) -> list[ColumnElement[bool]]:
    """The conditions of what it holds: public events of the window that its selection wants.

    A discreet event is restricted, so no public feed holds any. Should one be open all the same, it says
    neither what nor with whom: then no feed that says so may hold it, which are all but those of a
    territory and of its quartiers.
    """
    selection = feed.selection
    wanted: list[ColumnElement[bool]] = [
        Event.territory_id == feed.territory_id,
        Event.is_restricted.is_(False),
        *feed.window.holds(),
    ]
    if selection.quartiers:
        places = select(Venue.id).where(Venue.quartier_id.in_(feed.numbers_of("quartiers")))
        wanted.append(Event.venue_id.in_(places))
    if selection.audiences:
        wanted.append(Event.audience.in_(selection.audiences))
    if selection.organisations:
        wanted.append(Event.host_id.in_(feed.numbers_of("organisations")))
    if selection.venues:
        wanted.append(Event.venue_id.in_(feed.numbers_of("venues")))
    if selection.activities:
        wanted.append(Event.activity_id.in_(feed.numbers_of("activities")))
    if not selection.is_neutral:
        wanted.append(Event.activity_id.in_(_open_activities(feed)))
    return wanted


def _open_activities(feed: Feed) -> Select[int]:
    """The series of actions that are not discreet, and under the themes and actions that are wanted."""
    found = (
        select(Activity.id)
        .join(Action, Action.id == Activity.action_id)
        .where(Action.territory_id == feed.territory_id, Action.is_sensitive.is_(False))
    )
    if feed.selection.themes:
        found = found.join(Axis, Axis.id == Action.axis_id).where(Axis.theme.in_(feed.selection.themes))
    if feed.selection.actions:
        found = found.where(Action.id.in_(feed.numbers_of("actions")))
    return found
