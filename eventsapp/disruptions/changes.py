"""What becomes of several events at once: said before, done in one transaction, told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from eventsapp.agenda import telling
from eventsapp.agenda.models import Event, Topic
from eventsapp.disruptions.ranking import Option, OptionKind
from eventsapp.people.models import Organisation
from eventsapp.places.models import Venue


@dataclass(frozen=True)
class Before:
    """An event as it was announced, kept before it changes: letters say both."""

    starts_at: datetime
    ends_at: datetime
    venue: Venue
    host: Organisation | None
    topic: Topic | None
    room: str
    title: str
    summary: str


@dataclass(frozen=True)
class Change:
    """What becomes of one event; what is None stays as it is."""

    event: Event
    before: Before
    cancels: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    venue: Venue | None = None
    room: str | None = None
    host: Organisation | None = None
    topic: Topic | None = None
    restores: bool = False
    """It was cancelled, and takes place after all."""

    @property
    def place(self) -> Venue:
        """Where it is held afterwards."""
        return self.venue or self.before.venue

    @property
    def begins(self) -> datetime:
        """When it begins afterwards."""
        return self.starts_at or self.before.starts_at

    @property
    def ends(self) -> datetime:
        """When it ends afterwards."""
        return self.ends_at or self.before.ends_at

    @property
    def holder(self) -> Organisation | None:
        """Who holds it afterwards."""
        return self.host or self.before.host

    @property
    def moves(self) -> bool:
        """It is held at another time or place."""
        before = self.before
        return (self.begins, self.ends, self.place.id) != (before.starts_at, before.ends_at, before.venue.id)

    @property
    def changes_topic(self) -> bool:
        """Something else is talked about."""
        former = self.before.topic.id if self.before.topic else None
        return self.topic is not None and self.topic.id != former

    @property
    def changes_room(self) -> bool:
        """It is held in another room of a place."""
        return self.room is not None and self.room != self.before.room

    @property
    def changes_host(self) -> bool:
        """Another organisation holds it."""
        return self.host is not None and self.host is not self.before.host

    def tells_families(self, now: datetime) -> bool:
        """Whoever is registered is told: of another hour or place, of a cancellation, of another topic; of
        another room when the day is near (agenda.scheduling.reschedule); not of another host who speaks of
        the same thing."""
        room = self.changes_room and telling.is_imminent(self.begins, now=now)
        return self.cancels or self.moves or self.changes_topic or room


def as_announced(event: Event) -> Before:
    """The event as it stands."""
    return Before(
        event.starts_at,
        event.ends_at,
        event.venue,
        event.host,
        event.topic,
        event.room,
        event.title,
        event.summary,
    )


def as_it_stands(change: Change) -> Change:
    """What has become of the event by now: it may have been put back, or changed again, since."""
    event, before = change.event, change.before
    return Change(
        event,
        before,
        cancels=event.is_cancelled,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        venue=event.venue,
        room=event.room if event.room != before.room else None,
        host=event.host,
        topic=event.topic,
    )


def by_option(event: Event, option: Option, venues: Mapping[int, Venue]) -> Change:
    """What a proposal of another place or day makes of an event."""
    before = as_announced(event)
    if option.kind is OptionKind.CANCEL:
        return Change(event, before, cancels=True)
    if option.kind is OptionKind.PLACE and option.place is not None:
        return Change(event, before, venue=venues[option.place])
    return Change(event, before, starts_at=option.starts_at, ends_at=option.ends_at)


def changes_nothing(change: Change) -> bool:
    """It would be as it is."""
    rehosts = change.changes_host or change.changes_topic
    return not (change.cancels or change.restores or change.moves or change.changes_room or rehosts)


def renamed(text: str, former: str, new: str) -> str:
    """A title or summary that named what has changed, « Samedi matin à l’école : les écrans », with the new
    name in its place; written small where the former was."""
    at = text.lower().find(former.lower()) if former else -1
    if at < 0 or not new:
        return text
    small = text[at].islower() and not former[0].islower()
    return text[:at] + (new[0].lower() + new[1:] if small else new) + text[at + len(former) :]


def words_after(change: Change) -> tuple[str, str]:
    """Title and summary of an event that somebody else holds, or that is about something else."""
    title, summary, before = change.before.title, change.before.summary, change.before
    if change.topic is not None and before.topic is not None:
        title = renamed(title, before.topic.name, change.topic.name)
        summary = renamed(summary, before.topic.name, change.topic.name)
    if change.host is not None and before.host is not None:
        summary = renamed(summary, before.host.name, change.host.name)
    return title[:160], summary[:400]
