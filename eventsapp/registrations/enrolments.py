"""Forms filled in but not yet confirmed: kept for ANSWER_MINUTES, then forgotten.

Only the visitor's cookie holds the token, so nobody else reads the answers; the row holds its
fingerprint. A confirmed one remembers its registration until it is forgotten, so that a second
click finds it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Select, Update, bindparam, delete, select, update

from eventsapp.agenda.models import Event
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed, write_now
from eventsapp.people.models import Household
from eventsapp.refusals import Refusal, msgid
from eventsapp.registrations import admission, seats
from eventsapp.registrations.models import Enrolment, Registration
from eventsapp.registrations.party import PartyAnswers
from eventsapp.registrations.people_answers import PeopleAnswers
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from eventsapp.settings import setting

Answers = PartyAnswers | PeopleAnswers | ProfessionalAnswers
KINDS: dict[str, type[Answers]] = {
    "party": PartyAnswers,
    "people": PeopleAnswers,
    "professional": ProfessionalAnswers,
}
"""The answers of each form, by the word under which they are kept."""


class AnswersForgotten(Refusal):
    """No answers under this token: they were erased in time, or never were."""

    sentence = msgid("Vos réponses ont été effacées, pour protéger vos données. Recommencez.")
    status = 410


def open_(event: Event, answers: Answers, now: datetime) -> str:
    """Keeps the answers of a form for this event and gives the token that finds them again.

    Raises the refusals of `admission`; a full form that has only begun is asked later whether its group may
    come.
    """
    admission.require_open(event, now)
    if answers.seats:
        admission.require_possible(event, seats.load_of(answers.brackets))
    token = link_token()
    write_now(
        Enrolment(
            fingerprint=fingerprint(token),
            event_id=event.id,
            answers=_to_json(answers),
            expires_at=_until(now),
        )
    )
    return token


def keep(enrolment: Enrolment, answers: Answers, now: datetime) -> None:
    """Other answers, or more of them; their hour begins again."""
    enrolment.answers, enrolment.expires_at = _to_json(answers), _until(now)


def close(enrolment: Enrolment, registration: Registration) -> None:
    """They are confirmed: what was typed is with the registration, to which a second click leads."""
    rows_changed(_closing(), {"of_enrolment": enrolment.id, "confirmed_id": registration.id, "nothing": {}})
    db.session.expire(enrolment)


@lru_cache(maxsize=1)
def _closing() -> Update:
    """Made once: others wait meanwhile, and the unit of work would take three times as long."""
    rows = Enrolment.metadata.tables[Enrolment.__tablename__]
    return (
        update(rows)
        .where(rows.c.id == bindparam("of_enrolment"))
        .values(registration_id=bindparam("confirmed_id"), answers=bindparam("nothing", type_=JSON()))
    )


def mark_of(enrolment: Enrolment) -> str:
    """Which answers a page shows, in twelve signs: another tab may replace them meanwhile."""
    said = json.dumps([enrolment.fingerprint, enrolment.answers], sort_keys=True)
    return fingerprint(said)[:12]


def read(token: str, event_id: int, now: datetime, *, locked: bool = False) -> Enrolment:
    """The enrolment of this token at this event. Raises AnswersForgotten.

    With `locked`, a second confirmation of the same answers waits here for the first one
    (PostgreSQL; on SQLite the whole transaction already waits).
    """
    sought = {"fingerprint_of": fingerprint(token), "at_event": event_id, "now": now}
    enrolment = db.session.scalars(_behind(locked), sought).first()
    if enrolment is None:
        raise AnswersForgotten()
    return enrolment


@lru_cache(maxsize=2)
def _behind(locked: bool) -> Select[Enrolment]:
    query = select(Enrolment).where(
        Enrolment.fingerprint == bindparam("fingerprint_of"),
        Enrolment.event_id == bindparam("at_event"),
        Enrolment.expires_at > bindparam("now"),
    )
    return query.with_for_update().execution_options(populate_existing=True) if locked else query


def answers_of(enrolment: Enrolment) -> Answers | None:
    """What was typed; None once confirmed, for it is then with the registration."""
    kept = enrolment.answers
    return KINDS[kept.get("kind", "party")].from_json(kept) if kept else None


def forget(token: str) -> None:
    """Erases answers that others have replaced; those that were confirmed stay until they expire."""
    db.session.execute(
        delete(Enrolment).where(
            Enrolment.fingerprint == fingerprint(token), Enrolment.registration_id.is_(None)
        )
    )


def forget_confirmed(household: Household) -> None:
    """The browsers in which this household registered find its registrations no more by sending their form
    again: it has said that some of them are not its own."""
    theirs = select(Registration.id).where(Registration.household_id == household.id)
    db.session.execute(delete(Enrolment).where(Enrolment.registration_id.in_(theirs)))


def forget_expired(now: datetime) -> int:
    """Erases the answers whose time is over, and says how many; a recurring job calls it."""
    return rows_changed(delete(Enrolment).where(Enrolment.expires_at <= now))


def _to_json(answers: Answers) -> dict[str, Any]:
    kind = next(kind for kind, made in KINDS.items() if made is type(answers))
    return answers.to_json() | {"kind": kind}


def _until(now: datetime) -> datetime:
    return now + timedelta(minutes=setting("ANSWER_MINUTES"))
