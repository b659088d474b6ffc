"""Does what a plan shows: proposes what is new, moves and rewords what has changed, cancels what was chosen.

Everything goes the way it would go by hand: what is new is a proposal, published at once where the
organisation is trusted; what moves is told to whoever is registered (`agenda.scheduling`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda import revisions, scheduling
from eventsapp.agenda.models import Accessibility, Event, RegistrationMode
from eventsapp.clock import PARIS
from eventsapp.database import db
from eventsapp.imports.models import Following, ImportedRow, ImportSource
from eventsapp.imports.outlook import plan
from eventsapp.imports.steps import Addition, Content, Kind, Plan, Step, alike
from eventsapp.people.models import Account
from eventsapp.places.models import Venue
from eventsapp.proposals import submitting
from eventsapp.proposals.answers import MOST_DATES, Answers, Session
from eventsapp.proposals.models import Proposal
from eventsapp.refusals import Conflict, Refusal, msgid

TEXTS = ("title", "summary", "description")
MOST_GONE = 3
"""Sessions that may vanish at once and be cancelled by itself; of more, at most half of all."""


class ReadingChanged(Conflict):
    """What would happen is no longer what was shown."""

    sentence = msgid("L’agenda a changé entre-temps. Relisez ce qui va se passer, puis confirmez.")


@dataclass(frozen=True)
class Chosen:
    """What somebody ticked, by the keys of the steps."""

    cancelled: frozenset[str] = frozenset()
    """Of what has vanished: not held any more."""
    together: frozenset[str] = frozenset()
    """The same of all that is shown with it (`steps.alike`), by the first of it: a series of two years is one
    box, and a form of some signs."""
    overwritten: frozenset[str] = frozenset()
    """Of what was edited by hand here: the file is right."""

    def one_by_one(self, made: Plan) -> Chosen:
        """With what was chosen together by each of its keys."""
        groups = [group for group in alike(made.steps[Kind.VANISHED]) if group[0].key in self.together]
        return replace(self, cancelled=self.cancelled.union(step.key for group in groups for step in group))


@dataclass
class Done:
    """What was done, in sessions; and what could not be, with its reason in the reader’s language."""

    new: int = 0
    changed: int = 0
    cancelled: int = 0
    kept: int = 0
    """Left as somebody had edited them here."""
    failed: list[tuple[str, str]] = field(default_factory=list)


def take_over(source: ImportSource, chosen: Chosen, *, shown: str, by: Account, now: datetime) -> Done:
    """Does what was shown (`shown`: the fingerprint of that plan), and what was ticked of it.

    A session that is refused on its way (its place is closed that day) holds up no other. Raises
    ReadingChanged.
    """
    lock(source)
    made = plan(source, now=now)
    if made.fingerprint != shown:
        raise ReadingChanged()
    source.asked_by = by
    return _carry_out(source, made, chosen.one_by_one(made), actor=by.actor, now=now)


def by_itself(source: ImportSource, *, now: datetime) -> Done | None:
    """What a source that is followed by itself takes over without anybody; None where nothing is to be done.
    The caller has locked it, and asked whether `asked_by` may still act for the organisation."""
    made = plan(source, now=now)
    if source.following is not Following.BY_ITSELF or not made.to_do:
        return None
    gone = made.steps[Kind.VANISHED]
    held = len(made.steps[Kind.SAME]) + len(made.steps[Kind.CHANGED])
    # A portal that is out of order shows an empty agenda: nobody's programme is cancelled for that.
    few = len(gone) <= max(MOST_GONE, held)
    # Where somebody is registered or has edited it here, a human says whether it is called off: nobody hears
    # of it from a gap.
    called_off = frozenset(step.key for step in gone if not step.is_looked_at)
    cancelled = called_off if source.cancels_vanished and few else frozenset()
    if all(step.by_hand or (step.kind is Kind.VANISHED and step.key not in cancelled) for step in made.to_do):
        return None
    return _carry_out(
        source, made, Chosen(cancelled=cancelled), actor=source.asked_by.actor, now=now, alone=True
    )


def lock(source: ImportSource) -> None:
    """One reading at a time is taken over, and none while it is."""
    db.session.execute(select(ImportSource.id).where(ImportSource.id == source.id).with_for_update())
    db.session.refresh(source)


def _carry_out(
    source: ImportSource, made: Plan, chosen: Chosen, *, actor: str, now: datetime, alone: bool = False
) -> Done:
    done = Done()
    events = [step.event.id for step in made.to_do if step.event is not None]
    if events:
        revisions.lock_all(select(Event.id).where(Event.id.in_(events)))
    proposals: dict[int, list[Step]] = defaultdict(list)
    for step in made.to_do:
        if step.kind is Kind.NEW or (step.kind is Kind.VANISHED and step.key not in chosen.cancelled):
            continue
        stays = bool(step.by_hand) and step.key not in chosen.overwritten
        if alone and stays:
            continue  # it waits for somebody
        if step.event is None and step.known is not None and stays:
            _remember(step.known, step, now)
            done.kept += 1
        elif step.event is None and step.known is not None:
            proposals[step.known.proposal_id].append(step)
        else:
            _attempt(done, step.wanted.title, partial(_change, step, chosen, done, actor, now))
    for steps in proposals.values():
        _attempt(done, steps[0].wanted.title, partial(_correct, source, steps, done, now))
    for step in made.steps[Kind.SAME]:
        _rename(step)
    _propose_all(source, made.additions, done, now)
    db.session.flush()
    source.waiting = plan(source, now=now).waiting
    counts = {
        "new": done.new,
        "changed": done.changed,
        "cancelled": done.cancelled,
        "failed": len(done.failed),
    }
    journal.note(
        actor,
        "imported",
        source,
        now=now,
        territory_id=source.territory_id,
        organisation=source.organisation_id,
        **counts,
    )
    db.session.flush()
    return done


def _attempt(done: Done, title: str, work: Callable[[], None]) -> None:
    """Does one piece of it, or nothing of that piece where it is refused."""
    before = replace(done, failed=list(done.failed))
    try:
        with db.session.begin_nested():
            work()
            db.session.flush()
    except Refusal as refusal:
        for name in ("new", "changed", "cancelled", "kept"):
            setattr(done, name, getattr(before, name))
        done.failed.append((title, gettext(refusal.sentence, **refusal.parameters)))


def _change(step: Step, chosen: Chosen, done: Done, actor: str, now: datetime) -> None:
    """Brings an event to what the file says, but for what was edited by hand here and stays."""
    event, wanted, known = step.event, step.wanted, step.known
    if event is None or known is None:
        return
    if step.kind is Kind.VANISHED:
        scheduling.cancel(event, actor=actor, now=now)
        known.content = replace(wanted, is_cancelled=True).to_dict()
        done.cancelled += 1
        return
    kept = () if step.key in chosen.overwritten else step.by_hand
    changes = [name for name in step.changes if name not in kept]
    if "is_cancelled" in changes and not wanted.is_cancelled:
        scheduling.restore(event, actor=actor, now=now)
    texts = {name: getattr(wanted, name) for name in TEXTS if name in changes}
    if texts:
        scheduling.reword(event, actor=actor, now=now, **texts)
    if {"starts_at", "ends_at", "venue_id"} & set(changes) and not event.is_cancelled:
        scheduling.reschedule(
            event,
            starts_at=wanted.starts_at if "starts_at" in changes else None,
            ends_at=wanted.ends_at if "ends_at" in changes else None,
            venue=step.venue if "venue_id" in changes else None,
            actor=actor,
            now=now,
        )
    if "is_cancelled" in changes and wanted.is_cancelled:
        scheduling.cancel(event, actor=actor, now=now)
        done.cancelled += 1
    elif changes:
        done.changed += 1
    done.kept += bool(kept)
    _remember(known, step, now)


def _remember(known: ImportedRow, step: Step, now: datetime) -> None:
    """What the file says has been seen, done or left."""
    _rename(step)
    known.content, known.taken_at = step.wanted.to_dict(), now


def _rename(step: Step) -> None:
    """A session is remembered under what the file calls it now."""
    if step.row is not None and step.known is not None:
        step.known.key, step.known.parent = step.row.key, step.row.parent


def _correct(source: ImportSource, steps: Sequence[Step], done: Done, now: datetime) -> None:
    """Corrects a proposal that nobody has settled: its other sessions stay, what is cancelled goes."""
    proposal = db.session.get_one(Proposal, steps[0].known.proposal_id if steps[0].known else 0)
    rows = list(db.session.scalars(select(ImportedRow).where(ImportedRow.proposal_id == proposal.id)))
    by_row = {step.known.id: step for step in steps if step.known is not None}
    contents: dict[int, Content] = {}
    for row in rows:
        step = by_row.get(row.id)
        content = step.wanted if step else Content.from_dict(row.content)
        gone = step is not None and (step.kind is Kind.VANISHED or content.is_cancelled)
        if not gone and (step is not None or row.session_at > now):
            contents[row.id] = content
    if not contents:
        submitting.withdraw(proposal, actor=source.asked_by.actor, now=now)
    else:
        first = next((step for step in steps if step.known and step.known.id in contents), None)
        said = first.wanted if first else next(iter(contents.values()))
        venue = db.session.get_one(Venue, said.venue_id)
        spans = sorted({Session(one.starts_at, one.ends_at) for one in contents.values()})
        submitting.correct(proposal, _again(proposal, said, venue, spans), by=source.asked_by, now=now)
    for row in rows:
        if row.id in contents:
            row.session_at = contents[row.id].starts_at
        if row.id in by_row:
            _remember(row, by_row[row.id], now)
    done.changed += len(set(by_row) & set(contents))
    done.cancelled += len(set(by_row) - set(contents))


def _propose_all(source: ImportSource, additions: Sequence[Addition], done: Done, now: datetime) -> None:
    """What is new: a record is one series, however many proposals it takes."""
    first: dict[str, Proposal] = {}
    for addition in additions:
        for start in range(0, len(addition.steps), MOST_DATES):
            group = addition.steps[start : start + MOST_DATES]
            joins = addition.joins or first.get(addition.parent)
            _attempt(done, group[0].wanted.title, partial(_propose, source, group, joins, first, done, now))


def _propose(
    source: ImportSource,
    group: Sequence[Step],
    joins: Proposal | None,
    first: dict[str, Proposal],
    done: Done,
    now: datetime,
) -> None:
    """Proposes up to forty of them, in the series of `joins`; the first of a record is noted in `first`."""
    said, venue = group[0].wanted, group[0].venue
    if venue is None:
        return
    spans = [Session(step.wanted.starts_at, step.wanted.ends_at) for step in group]
    answers = _answers(
        said,
        venue,
        spans,
        Answers(
            action=source.action, venue=venue, title=said.title, audience=source.audience, **_hours(spans)
        ),
    )
    proposal = submitting.submit(
        source.organisation,
        answers,
        form=submitting.new_form(),
        by=source.asked_by,
        now=now,
        continues=joins,
    )
    for step in group:
        if step.row is None:
            continue
        db.session.add(
            ImportedRow(
                source_id=source.id,
                key=step.row.key,
                parent=step.row.parent,
                proposal=proposal,
                session_at=step.wanted.starts_at,
                content=step.wanted.to_dict(),
                taken_at=now,
            )
        )
        first.setdefault(step.row.parent, proposal)
        done.new += 1


def _again(proposal: Proposal, said: Content, venue: Venue, spans: Sequence[Session]) -> Answers:
    """What a proposal answered, with what a file says now."""
    return _answers(
        said,
        venue,
        spans,
        Answers(
            action=proposal.action,
            venue=venue,
            title=said.title,
            topic=proposal.topic,
            audience=proposal.audience,
            spoken_languages=proposal.spoken_languages,
            accessibility=[Accessibility(one) for one in proposal.accessibility],
            is_counted=proposal.registration is RegistrationMode.COUNTED,
            capacity=proposal.capacity,
            picture=proposal.picture,
            alternative=proposal.picture_alternative,
            **_hours(spans),
        ),
    )


def _answers(said: Content, venue: Venue, spans: Sequence[Session], answers: Answers) -> Answers:
    """One session within a day is asked as by hand, and may be corrected so; others are listed."""
    first = spans[0]
    same_day = first.starts_at.astimezone(PARIS).date() == first.ends_at.astimezone(PARIS).date()
    listed = () if len(spans) == 1 and same_day else tuple(spans)
    return replace(answers, summary=said.summary, description=said.description, sessions=listed)


def _hours(spans: Sequence[Session]) -> dict[str, Any]:
    begin, end = (one.astimezone(PARIS) for one in (spans[0].starts_at, spans[0].ends_at))
    return {"day": begin.date(), "start": begin.time(), "end": end.time()}
