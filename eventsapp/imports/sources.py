"""Sources of an organisation: added, changed, given up; and what became of a reading of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from eventsapp import journal
from eventsapp.agenda.models import Audience
from eventsapp.database import db, rows_changed
from eventsapp.imports import addresses, outlook
from eventsapp.imports.models import Following, ImportedRow, ImportSource
from eventsapp.imports.rows import Reading
from eventsapp.imports.steps import Plan
from eventsapp.people import approvals, contacts
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Venue
from eventsapp.programme.models import Action
from eventsapp.proposals.submitting import NotApproved
from eventsapp.refusals import Conflict, Refusal, msgid

MOST_SOURCES = 10
LONGEST_NAME = 80
EVERY = timedelta(hours=4)
"""How often an address is read that answers."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=24)
"""After how long one is read again that does not: twice as long each time."""
CLAIMED = timedelta(minutes=10)
"""How long a worker that was killed while it read keeps others from it."""
READ_KEPT = timedelta(days=30)
"""How long a reading that nobody takes over is kept."""
TAKEN_KEPT = timedelta(days=365)
"""How long what was taken over is remembered after its session."""


class TooManySources(Refusal):
    """More than an organisation has agendas. Parameter: `most`."""

    sentence = msgid("Vous suivez déjà %(most)s agendas : retirez-en un.")


class NoAddress(Conflict):
    """Files are sent for it: there is nothing to read."""

    sentence = msgid("Cet agenda n’a pas d’adresse : envoyez un fichier.")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What is asked of a source."""

    name: str
    url: str
    action: Action
    venue: Venue | None
    audience: Audience = Audience.EVERYONE
    following: Following = Following.BY_HAND
    cancels_vanished: bool = False


def add(organisation: Organisation, answers: Answers, *, by: Account, now: datetime) -> ImportSource:
    """A new source; one with an address is read at once.

    Raises NameMissing, TooLong, Unwritable, UrlUnreadable, NotApproved, TooManySources.
    """
    held = select(func.count(ImportSource.id)).where(ImportSource.organisation_id == organisation.id)
    if (db.session.scalar(held) or 0) >= MOST_SOURCES:
        raise TooManySources(most=MOST_SOURCES)
    source = ImportSource(organisation=organisation, asked_by=by, created_at=now)
    _fill(source, answers)
    source.next_at = now if source.url else None
    db.session.add(source)
    db.session.flush()
    _note(by.actor, "added", source, now)
    return source


def change(source: ImportSource, answers: Answers, *, by: Account, now: datetime) -> None:
    """Another name, address or action; another address is read at once, and from its start.

    Raises what `add` raises, but for TooManySources.
    """
    before = source.url
    _fill(source, answers)
    source.asked_by = by
    if source.url != before:
        source.etag = source.modified = source.problem = ""
        source.failures, source.next_at = 0, now if source.url else None
    db.session.flush()
    recount(source, now=now)
    _note(by.actor, "changed", source, now)


def remove(source: ImportSource, *, actor: str, now: datetime) -> None:
    """It is followed no more; what was published stays."""
    _note(actor, "removed", source, now)
    db.session.execute(delete(ImportSource).where(ImportSource.id == source.id))
    db.session.expire_all()


def ask(source: ImportSource, *, now: datetime) -> None:
    """Its address is read as soon as a worker can. Raises NoAddress."""
    if not source.url:
        raise NoAddress()
    source.next_at = now


def due(now: datetime) -> list[int]:
    """The numbers of the sources whose address is to be read, those that wait longest first; one
    statement."""
    found = select(ImportSource.id).where(ImportSource.next_at <= now).order_by(ImportSource.next_at)
    return list(db.session.scalars(found))


def claim(number: int, now: datetime) -> ImportSource | None:
    """A source to be read, so that no other worker reads it meanwhile; None where another does, or has."""
    source = db.session.scalars(
        select(ImportSource)
        .where(ImportSource.id == number, ImportSource.next_at <= now)
        .with_for_update(of=ImportSource, skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()
    if source is not None:
        source.next_at = now + CLAIMED
    return source


def keep(
    source: ImportSource, reading: Reading, *, now: datetime, etag: str = "", modified: str = ""
) -> Plan:
    """Keeps what was read until it is taken over; nothing else is written. Gives what taking it over would
    do."""
    source.reading, source.read_at = reading.to_dict(), now
    source.etag, source.modified = etag, modified
    return answered(source, now=now)


def answered(source: ImportSource, *, now: datetime) -> Plan:
    """The address answered, if only that nothing has changed."""
    source.failures, source.problem, source.problem_values = 0, "", {}
    source.next_at = now + EVERY if source.url else None
    return recount(source, now=now)


def failed(source: ImportSource, refusal: Refusal, *, now: datetime) -> None:
    """The address could not be read: what was read before stays, and it is asked again later and later."""
    source.failures += 1
    source.problem = refusal.sentence
    source.problem_values = {name: str(value) for name, value in refusal.parameters.items()}
    source.next_at = now + min(FIRST_WAIT * 2 ** min(source.failures - 1, 10), LONGEST_WAIT)


def recount(source: ImportSource, *, now: datetime) -> Plan:
    """Counts anew how much waits for somebody."""
    db.session.flush()
    made = outlook.plan(source, now=now)
    source.waiting = made.waiting
    return made


def forget_old(now: datetime) -> int | None:
    """Forgets readings that nobody took over for a month, and what was taken over of sessions a year ago; how
    many of these, or None for none."""
    for source in db.session.scalars(
        select(ImportSource).where(ImportSource.read_at <= now - READ_KEPT, ImportSource.url == "")
    ):
        source.reading, source.read_at, source.waiting = None, None, 0
    old = ImportedRow.session_at <= now - TAKEN_KEPT
    return rows_changed(delete(ImportedRow).where(old)) or None


def _fill(source: ImportSource, answers: Answers) -> None:
    if approvals.approval_of(source.organisation, answers.action.territory) is None:
        raise NotApproved(field="action")
    source.name = contacts.name_of(answers.name, field="name", longest=LONGEST_NAME)
    source.url = addresses.checked(answers.url) if answers.url.strip() else ""
    source.action, source.venue = answers.action, _near(answers)
    source.audience, source.following = answers.audience, answers.following
    source.cancels_vanished = answers.cancels_vanished


def _near(answers: Answers) -> Venue | None:
    """The usual place, unless it is in another territory than the action."""
    venue = answers.venue
    return venue if venue is not None and venue.territory_id == answers.action.territory_id else None


def _note(actor: str, verb: str, source: ImportSource, now: datetime) -> None:
    """Without its address, which may hold a secret."""
    territory, organisation = source.action.territory_id, source.organisation_id
    journal.note(actor, verb, source, now=now, territory_id=territory, organisation=organisation)
