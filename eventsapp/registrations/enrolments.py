"""Forms filled in but not yet confirmed: kept for ANSWER_MINUTES, then forgotten.

Only the visitor's cookie holds the token, so nobody else reads the answers; the row holds its
fingerprint. A confirmed one remembers its registration until it is forgotten, so that a second
click finds it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from eventsapp.agenda.models import Event
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed
from eventsapp.refusals import Refusal, msgid
from eventsapp.registrations import admission, seats
from eventsapp.registrations.models import Enrolment
from eventsapp.registrations.party import PartyAnswers
from eventsapp.settings import setting


class AnswersForgotten(Refusal):
    """No answers under this token: they were erased in time, or never were."""

    sentence = msgid("Vos réponses ont été effacées, pour protéger vos données. Recommencez.")
    status = 410


def open_(event: Event, answers: PartyAnswers, now: datetime) -> str:
    """Keeps the answers of a form for this event and gives the token that finds them again.

    Raises the refusals of `admission`.
    """
    admission.require_open(event, now)
    admission.require_possible(event, seats.load_of(answers.brackets))
    token = link_token()
    db.session.add(
        Enrolment(
            fingerprint=fingerprint(token),
            event_id=event.id,
            answers=answers.to_json(),
            expires_at=now + timedelta(minutes=setting("ANSWER_MINUTES")),
        )
    )
    return token


def read(token: str, event_id: int, now: datetime, *, locked: bool = False) -> Enrolment:
    """The enrolment of this token at this event. Raises AnswersForgotten.

    With `locked`, a second confirmation of the same answers waits here for the first one
    (PostgreSQL; on SQLite the whole transaction already waits).
    """
    query = select(Enrolment).where(
        Enrolment.fingerprint == fingerprint(token),
        Enrolment.event_id == event_id,
        Enrolment.expires_at > now,
    )
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    enrolment = db.session.scalars(query).first()
    if enrolment is None:
        raise AnswersForgotten()
    return enrolment


def answers_of(enrolment: Enrolment) -> PartyAnswers | None:
    """What was typed; None once confirmed, for it is then with the registration."""
    return PartyAnswers.from_json(enrolment.answers) if enrolment.answers else None


def forget(token: str) -> None:
    """Erases answers that others have replaced; those that were confirmed stay until they expire."""
    db.session.execute(
        delete(Enrolment).where(
            Enrolment.fingerprint == fingerprint(token), Enrolment.registration_id.is_(None)
        )
    )


def forget_expired(now: datetime) -> int:
    """Erases the answers whose time is over, and says how many; a recurring job calls it."""
    return rows_changed(delete(Enrolment).where(Enrolment.expires_at <= now))
