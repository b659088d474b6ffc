"""Who is asked to come to school Saturdays: the readers of their hosts and of their places, by mailbox.

The same people whom letters about a change reach (`access.readers`); who has no mailbox has no calendar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventsapp.access import readers
from eventsapp.agenda.models import ActivityKind, Event
from eventsapp.hosting import listings as dates
from eventsapp.invitations import promises
from eventsapp.invitations.models import Capacity, Invitation, Method
from eventsapp.mailroom.outbox import Reader

WORDS_BEFORE = timedelta(days=2)
"""Another title or description alone is told with the next letter, so long before the date at the latest."""


@dataclass(frozen=True)
class Asked:
    """Somebody who is asked to come, as what, and for whom: the name of an organisation or a school."""

    reader: Reader
    capacity: Capacity
    office: str


@dataclass(frozen=True)
class Settlement:
    """What is still to be said of one event: who is to be asked, or told anew, and whose date leaves."""

    to_ask: Sequence[Asked]
    to_release: Sequence[Invitation]

    @property
    def is_settled(self) -> bool:
        """Nothing: every calendar knows."""
        return not self.to_ask and not self.to_release


def is_convened(event: Event) -> bool:
    """Whether hosts and places of such an event are invited at all."""
    return event.activity.kind is ActivityKind.SCHOOL_SATURDAY


def at(events: Collection[Event]) -> dict[int, dict[str, Asked]]:
    """Who is asked to each of these events that takes place, by its number and their mailbox in lower case:
    hosts first, nobody twice. Four statements, whatever their number."""
    wanted = [event for event in events if is_convened(event) and not event.is_cancelled]
    hosts = {event.host.id: event.host for event in wanted if event.host is not None}
    of_hosts = readers.of_organisations(list(hosts.values()))
    of_places = readers.of_places({event.venue_id for event in wanted})
    found: dict[int, dict[str, Asked]] = {}
    for event in wanted:
        mailboxes = found.setdefault(event.id, {})
        if event.host is not None:
            _add(mailboxes, of_hosts.get(event.host.id, ()), Capacity.HOST, event.host.name)
        _add(mailboxes, of_places.get(event.venue_id, ()), Capacity.PLACE, event.venue.name)
    return found


def now_at(invitation: Invitation) -> Asked | None:
    """Whoever an invitation asks, as what they are asked by now; None for a guest, and for who is asked no
    more. Four statements at most."""
    if invitation.invited_as is Capacity.GUEST:
        return None
    return at([invitation.event]).get(invitation.event_id, {}).get(invitation.address)


def owe_an_answer(one: Asked, event: Event) -> bool:
    """Whether they have not said of the date as it stands that they come, or that it suits them: a new hour
    or place voids what they said. Two statements."""
    date = dates.date_of(event)
    if one.capacity is Capacity.HOST:
        return date.host_answer is None or not date.host_answer.still_stands(event)
    return date.is_waiting


def settlement(
    event: Event, asked: dict[str, Asked], told: Iterable[Invitation], *, now: datetime
) -> Settlement:
    """What calendars do not know yet of an event, by what they were told of it. Words alone are no reason to
    write at once: that is a minor update (RULES Q2), due WORDS_BEFORE."""
    rows = {row.address: row for row in told}
    minds_words = event.starts_at - now <= WORDS_BEFORE

    def knows(address: str, language: str) -> bool:
        row = rows.get(address)
        if row is None or row.method is not Method.REQUEST or row.invited_as is Capacity.GUEST:
            return False
        if minds_words:
            return promises.shows(row, event, language)
        return row.terms == promises.terms_of(event)

    return Settlement(
        [one for address, one in asked.items() if not knows(address, one.reader.language)],
        [
            row
            for row in rows.values()
            if row.invited_as is not Capacity.GUEST
            and row.method is Method.REQUEST
            and row.address not in asked
        ],
    )


def _add(mailboxes: dict[str, Asked], found: Iterable[Reader], capacity: Capacity, office: str) -> None:
    for reader in found:
        if reader.email:
            mailboxes.setdefault(reader.email.lower(), Asked(reader, capacity, office))
