"""« Préparer l’année suivante »: what a school year takes over from the one before, and who comes back.

Opening a preparation copies, once: the schools and how many Saturdays they had (their targets), the
organisations that held them or offer to, and which of them came to which school. Each organisation is
then asked « On repart ? » by a link; who answers no is left out of the plans of that year. Nothing is
announced by any of this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda.models import Activity, ActivityKind, Event, EventStatus
from eventsapp.clock import local
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db
from eventsapp.mailroom.outbox import Reader
from eventsapp.people import contacts
from eventsapp.people.models import OrganisationApproval
from eventsapp.places.models import SATURDAY_SCHOOLS, Territory, Venue
from eventsapp.planning import letters, preparations
from eventsapp.planning.models import (
    Comeback,
    ComebackQuestion,
    FormerPair,
    SaturdayOffer,
    SchoolTarget,
    YearPreparation,
)
from eventsapp.planning.owed_months import MONTHS_OWED
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.refusals import Conflict, Refusal, msgid

LONGEST_WORDS = 400
MOST_SESSIONS = 40
ASK_AGAIN_AFTER = timedelta(days=7)
"""Nobody who has not answered is asked twice in a week."""


class AlreadyPrepared(Conflict):
    """A year is opened once. Parameter: `year`."""

    sentence = msgid("L’année %(year)s est déjà en préparation.")


class AnswerMissing(Refusal):
    """Neither yes nor no nor later."""

    sentence = msgid("Choisissez une réponse.")


class TargetImpossible(Refusal):
    """Not a number of Saturdays. Parameter: `most`."""

    sentence = msgid("Écrivez un nombre de séances entre 0 et %(most)s.")


class NobodyToAsk(Conflict):
    """Everybody has answered, or was asked within the week."""

    sentence = msgid(
        "Il n’y a personne à interroger : tout le monde a répondu, ou vient de recevoir la question."
    )


def open_(territory: Territory, year: SchoolYear, *, actor: str, now: datetime) -> YearPreparation:
    """Opens the preparation of a school year and copies what the year before leaves.

    Raises AlreadyPrepared.
    """
    db.session.execute(select(Territory.id).where(Territory.id == territory.id).with_for_update())
    if preparations.of(territory, year.label) is not None:
        raise AlreadyPrepared(year=year.label)
    preparation = YearPreparation(territory=territory, school_year=year.label, opened_at=now, opened_by=actor)
    db.session.add(preparation)
    db.session.flush()
    held = _held(territory, SchoolYear(year.begins_in - 1))
    _copy_schools(preparation, held)
    _copy_partners(preparation, held)
    journal.note(actor, "opened", preparation, now=now, territory_id=territory.id, year=year.label)
    db.session.flush()
    return preparation


def ask(preparation: YearPreparation, readers: Mapping[int, Reader], *, actor: str, now: datetime) -> int:
    """Asks « On repart ? » of every organisation that has not answered, and gives how many.

    `readers` says, by the number of the organisation, whom to write to or to call; who has none stays
    to be asked. Raises NobodyToAsk.
    """
    asked = 0
    for question in preparations.questions_of(preparation):
        lately = question.asked_at is not None and question.asked_at > now - ASK_AGAIN_AFTER
        reader = readers.get(question.organisation_id)
        if question.answer is not None or lately or reader is None:
            continue
        token = link_token()
        question.fingerprint, question.asked_at = fingerprint(token), now
        letters.comeback(question, reader, token, now=now)
        asked += 1
    if not asked:
        raise NobodyToAsk()
    journal.note(
        actor, "asked partners", preparation, now=now, territory_id=preparation.territory_id, partners=asked
    )
    db.session.flush()
    return asked


def answer(question: ComebackQuestion, said: str, words: str, *, actor: str, now: datetime) -> None:
    """Keeps what an organisation answers; the last answer counts.

    Raises AnswerMissing, TooLong, Unwritable.
    """
    if said not in set(Comeback):
        raise AnswerMissing(field="answer")
    question.words = contacts.text(words, field="words", longest=LONGEST_WORDS)
    question.answer, question.answered_at = Comeback(said), now
    db.session.flush()
    journal.note(
        actor,
        "answered",
        question,
        now=now,
        territory_id=question.preparation.territory_id,
        organisation=question.organisation_id,
    )


def set_targets(preparation: YearPreparation, wanted: Mapping[int, str], *, actor: str, now: datetime) -> int:
    """Sets how many Saturdays schools are to have, by the number of the venue; how many changed.

    All or none. Raises TargetImpossible.
    """
    changed = 0
    for target in preparations.targets_of(preparation):
        if target.venue_id not in wanted:
            continue
        typed = wanted[target.venue_id].strip()
        if not (typed.isascii() and typed.isdigit() and int(typed) <= MOST_SESSIONS):
            raise TargetImpossible(field=f"school-{target.venue_id}", most=MOST_SESSIONS)
        if int(typed) != target.sessions:
            target.sessions = int(typed)
            changed += 1
    if changed:
        journal.note(
            actor, "set targets", preparation, now=now, territory_id=preparation.territory_id, schools=changed
        )
    db.session.flush()
    return changed


def _held(territory: Territory, year: SchoolYear) -> list[tuple[int, int | None]]:
    """(venue, host) of each school Saturday that was held in a year, or is still to be."""
    rows = db.session.execute(
        select(Event.venue_id, Event.host_id)
        .join(Event.activity)
        .where(
            Event.territory_id == territory.id,
            Activity.kind == ActivityKind.SCHOOL_SATURDAY,
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at >= local(year.first, 0),
            Event.starts_at < local(SchoolYear(year.begins_in + 1).first, 0),
        )
    )
    return [(venue, host) for venue, host in rows]


def _copy_schools(preparation: YearPreparation, held: list[tuple[int, int | None]]) -> None:
    before = Counter(venue for venue, _ in held)
    schools = db.session.scalars(
        select(Venue.id)
        .where(
            Venue.territory_id == preparation.territory_id,
            Venue.kind.in_(SATURDAY_SCHOOLS),
            Venue.ended_at.is_(None),
        )
        .order_by(Venue.id)
    )
    db.session.add_all(
        SchoolTarget(
            preparation_id=preparation.id,
            venue_id=school,
            # A school that had none is owed what all are.
            sessions=min(before[school] or MONTHS_OWED, MOST_SESSIONS),
            sessions_before=before[school],
        )
        for school in schools
    )
    pairs = Counter((venue, host) for venue, host in held if host is not None)
    db.session.add_all(
        FormerPair(preparation_id=preparation.id, venue_id=venue, organisation_id=host, sessions=sessions)
        for (venue, host), sessions in sorted(pairs.items())
    )


def _copy_partners(preparation: YearPreparation, held: list[tuple[int, int | None]]) -> None:
    """Approved organisations that offer to come, and those that came."""
    before = Counter(host for _, host in held if host is not None)
    approved = select(OrganisationApproval.organisation_id).where(
        OrganisationApproval.territory_id == preparation.territory_id
    )
    offering = select(SaturdayOffer.organisation_id).where(
        SaturdayOffer.territory_id == preparation.territory_id, SaturdayOffer.organisation_id.in_(approved)
    )
    partners = set(db.session.scalars(offering)) | (set(before) & set(db.session.scalars(approved)))
    db.session.add_all(
        ComebackQuestion(
            preparation_id=preparation.id, organisation_id=partner, sessions_before=before[partner]
        )
        for partner in sorted(partners)
    )
