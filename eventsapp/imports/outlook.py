"""What taking a reading over would do: worked out anew each time it is asked, written by nobody.

Three things are compared for each session: what the file says now, what it said when it was last taken over
(`Content`), and what stands here. What differs between the first two has changed there; what differs between
the last two was edited by hand here, and stays unless somebody chooses the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.bounds import FURTHEST, DayTooFar
from eventsapp.agenda.models import Activity, Event
from eventsapp.database import db
from eventsapp.imports.models import ImportedRow, ImportSource
from eventsapp.imports.pairing import paired
from eventsapp.imports.places import Elsewhere, Places, folded, words_of
from eventsapp.imports.rows import (
    Reading,
    Refused,
    Row,
)
from eventsapp.imports.steps import Content, Kind, Plan, Step, Unplaced, additions
from eventsapp.places.models import Venue
from eventsapp.programme.school_calendar import CalendarNotCovered
from eventsapp.proposals.answers import Session
from eventsapp.proposals.models import Proposal, ProposalStatus
from eventsapp.proposals.publishing import sessions_of
from eventsapp.refusals import Refusal, msgid

LEFT_OUT = frozenset({ProposalStatus.REFUSED, ProposalStatus.WITHDRAWN})
"""Proposals that became nothing."""


class CancelledThere(Refusal):
    """It was cancelled before anybody here knew of it."""

    sentence = msgid("Ce rendez-vous est annulé, et n’a jamais été publié ici.")


class HeldElsewhere(Refusal):
    """Its place is none of the territory, as somebody said."""

    sentence = msgid("Vous avez dit que ce lieu n’est pas dans l’arrondissement.")


class ProposalWasRefused(Refusal):
    """The project team said no, or the partner took it back."""

    sentence = msgid("La proposition a été refusée ou retirée : elle n’est pas faite une deuxième fois.")


def plan(source: ImportSource, *, now: datetime) -> Plan:
    """What taking its last reading over would do; six statements. Nothing where nothing was read."""
    made = Plan()
    if source.reading is None:
        return made
    reading = Reading.from_dict(source.reading)
    made.records, made.refused = reading.records, list(reading.refused)
    known = _known(source)
    events = _events(known)
    places = Places(source)
    pairs = paired(reading.rows, known, places, now)
    for row in reading.rows:
        try:
            _route(row, pairs.get(row.key), events, places, made, now)
        except Refusal as refusal:
            made.refused.append(Refused.because(row.number, row.title, refusal))
    matched = {one.id for one in pairs.values()}
    for one in known:
        if one.id not in matched:
            _vanished(one, events, places, made, now)
    made.additions = additions(made.steps[Kind.NEW], _series(source, reading.rows, known, pairs))
    return made


def _known(source: ImportSource) -> Sequence[ImportedRow]:
    return db.session.scalars(
        select(ImportedRow)
        .where(ImportedRow.source_id == source.id)
        .options(joinedload(ImportedRow.proposal))
        .order_by(ImportedRow.session_at, ImportedRow.id)
    ).all()


def _events(known: Iterable[ImportedRow]) -> dict[int, Event]:
    """The event that each row has become, by the number of the row.

    A proposal announces its sessions to come in their order, so the events of its activity in the order of
    their numbers, from its first one on, are those sessions, however they were moved since.
    """
    proposals = {one.proposal_id: one.proposal for one in known if one.proposal.activity_id is not None}
    if not proposals:
        return {}
    announced: dict[int, list[Event]] = defaultdict(list)
    for event in db.session.scalars(
        select(Event)
        .where(Event.activity_id.in_([one.activity_id for one in proposals.values()]))
        .options(joinedload(Event.activity).joinedload(Activity.action), joinedload(Event.venue))
        .order_by(Event.id)
    ):
        announced[event.activity_id].append(event)
    by_start: dict[tuple[int, datetime], Event] = {}
    for proposal in proposals.values():
        settled, all_of_it = proposal.settled_at, _sessions(proposal)
        left = [one for one in all_of_it if settled is None or one.starts_at > settled]
        first = proposal.first_event_id or 0
        own = [event for event in announced[proposal.activity_id or 0] if event.id >= first]
        for session, event in zip(left, own, strict=False):
            by_start[proposal.id, session.starts_at] = event
    found = {one.id: by_start.get((one.proposal_id, _start(one))) for one in known}
    return {number: event for number, event in found.items() if event is not None}


def _sessions(proposal: Proposal) -> list[Session]:
    """Its sessions; none of a rhythm, given by hand, that no school calendar covers."""
    try:
        return sessions_of(proposal)
    except CalendarNotCovered:
        return []


def _start(known: ImportedRow) -> datetime:
    """Which of the sessions of its proposal a row is; the first, where it was corrected by hand to be one
    day."""
    return known.session_at if known.proposal.sessions else known.proposal.starts_at


def _series(
    source: ImportSource, rows: Iterable[Row], known: Iterable[ImportedRow], pairs: Mapping[str, ImportedRow]
) -> dict[str, Proposal]:
    """The proposal whose series further sessions of a record join, the first one, by what the record is
    called there."""
    said = [(one.parent, one.proposal) for one in known]
    said += [(row.parent, pairs[row.key].proposal) for row in rows if row.key in pairs]
    found: dict[str, Proposal] = {}
    for parent, proposal in sorted(said, key=lambda one: one[1].id):
        if proposal.status not in LEFT_OUT and proposal.action_id == source.action_id:
            found.setdefault(parent, proposal)
    return found


def _route(
    row: Row, known: ImportedRow | None, events: dict[int, Event], places: Places, made: Plan, now: datetime
) -> None:
    """Puts a row where it belongs. Raises a Refusal for one that is left out."""
    if row.starts_at <= now:
        made.past.append(row)
        return
    if known is not None and known.proposal.status in LEFT_OUT:
        raise ProposalWasRefused()
    event = events.get(known.id) if known is not None else None
    if known is not None and (
        (event is None and not known.proposal.is_open) or (event and event.ends_at <= now)
    ):
        made.past.append(row)
        return
    if known is None and row.is_cancelled:
        raise CancelledThere()
    if row.starts_at > now + FURTHEST:
        raise DayTooFar()
    venue = places.meant(row)
    if isinstance(venue, Elsewhere):
        raise HeldElsewhere()
    if venue is None:
        words = folded(words_of(row))
        waiting = made.unplaced.get(words)
        if waiting is None:
            waiting = made.unplaced[words] = Unplaced(words, words_of(row), likely=places.likely(words))
        waiting.rows.append(row)
        return
    wanted = Content.of_row(row, venue.id)
    if known is None:
        made.steps[Kind.NEW].append(Step(kind=Kind.NEW, wanted=wanted, row=row, venue=venue))
        return
    step = _compared(row, wanted, known, event, venue, places)
    made.steps[step.kind].append(step)


def _compared(
    row: Row, wanted: Content, known: ImportedRow, event: Event | None, venue: Venue, places: Places
) -> Step:
    was, here = Content.from_dict(known.content), _here(known, event)
    changes = tuple(name for name in wanted.unlike(was) if getattr(wanted, name) != getattr(here, name))
    kind = Kind.CHANGED if changes else Kind.SAME
    if "is_cancelled" in changes:
        kind = Kind.CANCELLED if wanted.is_cancelled else Kind.RESTORED
    return Step(
        kind=kind,
        wanted=wanted,
        row=row,
        known=known,
        event=event,
        venue=venue,
        before=here,
        venue_before=places.by_id.get(here.venue_id),
        changes=changes,
        by_hand=tuple(name for name in changes if getattr(here, name) != getattr(was, name)),
    )


def _here(known: ImportedRow, event: Event | None) -> Content:
    """What stands here of a session: in the agenda, else in its proposal."""
    shown: Event | Proposal = event or known.proposal
    return Content(
        title=shown.title,
        summary=shown.summary,
        description=shown.description,
        starts_at=event.starts_at if event else _start(known),
        ends_at=event.ends_at if event else _proposed_end(known),
        venue_id=shown.venue_id,
        is_cancelled=event.is_cancelled if event else False,
    )


def _proposed_end(known: ImportedRow) -> datetime:
    ends = {one.starts_at: one.ends_at for one in _sessions(known.proposal)}
    return ends.get(_start(known)) or Content.from_dict(known.content).ends_at


def _vanished(
    known: ImportedRow, events: dict[int, Event], places: Places, made: Plan, now: datetime
) -> None:
    """A session that the file no longer says: shown where it is still to come."""
    event = events.get(known.id)
    is_open = known.proposal.is_open and known.session_at > now
    if event is None and not is_open:
        return
    if event is not None and (event.starts_at <= now or event.is_cancelled):
        return
    here = _here(known, event)
    made.steps[Kind.VANISHED].append(
        Step(
            kind=Kind.VANISHED,
            wanted=Content.from_dict(known.content),
            known=known,
            event=event,
            venue=places.by_id.get(here.venue_id),
            before=here,
        )
    )
