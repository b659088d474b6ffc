"""The answers of this visitor that are not confirmed yet: found by the token in their cookie only."""

from __future__ import annotations

from flask import render_template, session
from flask_babel import gettext

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.refusals import Refusal
from eventsapp.registrations import enrolments
from eventsapp.registrations.admission import NoRegistrationNeeded
from eventsapp.registrations.enrolments import Answers, AnswersForgotten
from eventsapp.registrations.models import Enrolment
from eventsapp.registrations.referrals import ByReferralOnly

ENROLMENTS = "reponses"
"""The key of the session cookie under which stand the tokens of unconfirmed answers, by event."""
MOST_ENROLMENTS = 5
"""Forms that one visitor may have open; a cookie holds 4 kB."""


def remember(event: Event, token: str) -> None:
    """Keeps the token in the visitor's cookie, the latest few only."""
    kept = {code: kept for code, kept in session.get(ENROLMENTS, {}).items() if code != event.code}
    latest = list(kept.items())[-(MOST_ENROLMENTS - 1) :]
    session[ENROLMENTS] = dict([*latest, (event.code, token)])


def token_of(code: str) -> str | None:
    """The token of this visitor's answers for the event of this code."""
    token = session.get(ENROLMENTS, {}).get(code)
    return token if isinstance(token, str) else None


def enrolment_of(event: Event, *, locked: bool = False) -> Enrolment:
    """What this visitor has filled in for an event. Raises AnswersForgotten; also when they began nothing."""
    token = token_of(event.code)
    if token is None:
        raise AnswersForgotten()
    return enrolments.read(token, event.id, clock.now(), locked=locked)


def answers_of(event: Event) -> Answers | None:
    """What this visitor answered a moment ago and has not confirmed."""
    try:
        return enrolments.answers_of(enrolment_of(event))
    except AnswersForgotten:
        return None


def forget_all() -> None:
    """Nothing that was typed in this browser is found again: somebody else has it next."""
    for token in session.pop(ENROLMENTS, {}).values():
        enrolments.forget(token)


def closed_page(event: Event, refusal: Refusal) -> str:
    """Why nobody registers here, and what to do instead."""
    return render_template(
        "residents/registrations/closed.html",
        territory=event.territory,
        event=event,
        sentence=gettext(refusal.sentence, **refusal.parameters),
        just_come=isinstance(refusal, NoRegistrationNeeded),
        by_referral=isinstance(refusal, ByReferralOnly),
    )


def forgotten_page(event: Event) -> tuple[str, int]:
    """The answers are gone: 410, and a way to begin again."""
    page = render_template("residents/registrations/forgotten.html", territory=event.territory, event=event)
    return page, AnswersForgotten.status
