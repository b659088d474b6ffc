"""Registering: one page of questions, one page to check, then the visitor's own page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, Field, StringField, TelField

from eventsapp import clock, languages
from eventsapp.agenda import listings
from eventsapp.agenda.models import Event
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.people.contacts import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_NUMBER
from eventsapp.refusals import Conflict, Refusal
from eventsapp.registrations import admission, booking, capacity, enrolments, party, seats
from eventsapp.registrations.admission import NoRegistrationNeeded, PartyOverCapacity
from eventsapp.registrations.capacity import Load
from eventsapp.registrations.enrolments import AnswersForgotten
from eventsapp.registrations.models import CHILD_BRACKETS
from eventsapp.registrations.party import LARGEST_PARTY, AnswersRefused, PartyAnswers, child_field
from eventsapp.web import traps
from eventsapp.web.residents import own_door
from eventsapp.web.residents.groups import group_of
from eventsapp.web.traps import Trapped

bp = Blueprint("registrations", __name__)

ENROLMENTS = "reponses"
"""The key of the session cookie under which stand the tokens of unconfirmed answers, by event."""
MOST_ENROLMENTS = 5
"""Forms that one visitor may have open; a cookie holds 4 kB."""


class PartyForm(FlaskForm):
    """The questions of the short form; `registrations.party` reads and judges the answers."""

    first_name = StringField(lazy_gettext("Votre prénom"))
    phone = TelField(lazy_gettext("Votre téléphone"))
    email = EmailField(lazy_gettext("Votre e-mail"))
    adults = StringField(lazy_gettext("Adultes, avec vous"), default="1")
    children_0_2 = StringField(lazy_gettext("0 à 2 ans"), default="0")
    children_3_5 = StringField(lazy_gettext("3 à 5 ans"), default="0")
    children_6_10 = StringField(lazy_gettext("6 à 10 ans"), default="0")
    children_11_14 = StringField(lazy_gettext("11 à 14 ans"), default="0")
    children_15_17 = StringField(lazy_gettext("15 à 17 ans"), default="0")


@bp.get("/e/<code:code>/inscription")
def form(code: str) -> str | tuple[str, int] | BaseResponse:
    """The form; what was typed a moment ago stands in it again."""
    event = listings.by_code(code)
    try:
        admission.require_open(event, clock.now())
    except NoRegistrationNeeded as refusal:
        return closed_page(event, refusal), 200
    except Conflict as refusal:
        return closed_page(event, refusal), 410
    return form_page(event, PartyForm(formdata=None, data=typed_before(event)))


@bp.post("/e/<code:code>/inscription")
def keep_answers(code: str) -> str | tuple[str, int] | BaseResponse:
    """Keeps the answers for a while and goes on to check them, or gives them back with the reasons."""
    event = listings.by_code(code)
    answered = PartyForm()
    try:
        traps.require_hand(event.code)
        token = enrolments.open_(event, party.read(answered.data), clock.now())
    except AnswersRefused as refused:
        return given_back(event, answered, refused.refusals)
    except Trapped as refusal:
        answered.form_errors.append(gettext(refusal.sentence))
        return given_back(event, answered, [])
    except PartyOverCapacity as refusal:
        return given_back(event, answered, [refusal])
    except Conflict as refusal:
        return closed_page(event, refusal), 409
    replaced = token_of(event)
    if replaced is not None:
        enrolments.forget(replaced)
    remember(event, token)
    db.session.commit()
    return redirect(url_for("registrations.check", code=code), 303)


@bp.get("/e/<code:code>/inscription/verification")
def check(code: str) -> str | tuple[str, int] | BaseResponse:
    """What was answered, to read once more; or that it is done already."""
    event = listings.by_code(code)
    token = token_of(event)
    if token is None:
        return redirect(url_for("registrations.form", code=code), 303)
    try:
        answers = enrolments.answers_of(enrolments.read(token, event.id, clock.now()))
        if answers is not None:
            admission.require_open(event, clock.now())
    except AnswersForgotten:
        return forgotten_page(event)
    except Conflict as refusal:
        return closed_page(event, refusal), 410
    return check_page(event, token, answers)


@bp.post("/e/<code:code>/inscription/verification")
def confirm(code: str) -> tuple[str, int] | BaseResponse:
    """Registers, once however often it is sent, and goes to the visitor's own page."""
    event = listings.by_code(code)
    token = token_of(event)
    if token is None:
        return forgotten_page(event)
    if request.form.get("answers", mark_of(token)) != mark_of(token):
        return redirect(url_for("registrations.check", code=code), 303)
    try:
        confirmed = booking.confirm(token, event.id, language=languages.current().code, now=clock.now())
    except AnswersForgotten:
        return forgotten_page(event)
    except PartyOverCapacity as refusal:
        return given_back(event, PartyForm(formdata=None, data=typed_before(event)), [refusal])
    except Conflict as refusal:
        return closed_page(event, refusal), 409
    link_token = confirmed.link_token
    if confirmed.registration.household is not None:
        own_door.confirm_this(confirmed.registration.household)
    db.session.commit()
    return redirect(url_for("own_page.show", token=link_token), 303)


def form_page(event: Event, shown: PartyForm) -> str:
    """The page of questions."""
    return render_template(
        "residents/registrations/form.html",
        territory=event.territory,
        event=event,
        form=shown,
        child_fields=[shown[child_field(bracket)] for bracket in CHILD_BRACKETS],
        most=LARGEST_PARTY,
        longest={"first_name": LONGEST_NAME, "phone": LONGEST_NUMBER, "email": LONGEST_ADDRESS},
    )


def given_back(event: Event, shown: PartyForm, refusals: list[Refusal]) -> tuple[str, int]:
    """The same page, with what was typed and each reason beside its field."""
    db.session.rollback()
    for refusal in refusals:
        field: Field = shown[refusal.field or "adults"]
        field.errors = [*field.errors, gettext(refusal.sentence, **refusal.parameters)]
    return form_page(listings.by_code(event.code), shown), 422


def check_page(event: Event, token: str, answers: PartyAnswers | None) -> str:
    """The answers to read again, and whether there is room for all."""
    load = seats.load_of(answers.brackets) if answers else Load()
    return render_template(
        "residents/registrations/check.html",
        territory=event.territory,
        event=event,
        answers=answers,
        mark=mark_of(token),
        group=group_of(answers.brackets) if answers else [],
        has_room=capacity.fits(load, seats.limits_of(event), seats.taken_at(event)),
    )


def closed_page(event: Event, refusal: Refusal) -> str:
    """Why nobody registers here, and what to do instead."""
    return render_template(
        "residents/registrations/closed.html",
        territory=event.territory,
        event=event,
        sentence=gettext(refusal.sentence, **refusal.parameters),
        just_come=isinstance(refusal, NoRegistrationNeeded),
    )


def forgotten_page(event: Event) -> tuple[str, int]:
    """The answers are gone: 410, and a way to begin again."""
    page = render_template("residents/registrations/forgotten.html", territory=event.territory, event=event)
    return page, AnswersForgotten.status


def remember(event: Event, token: str) -> None:
    """Keeps the token in the visitor's cookie, the latest few only."""
    kept = {code: kept for code, kept in session.get(ENROLMENTS, {}).items() if code != event.code}
    latest = list(kept.items())[-(MOST_ENROLMENTS - 1) :]
    session[ENROLMENTS] = dict([*latest, (event.code, token)])


def token_of(event: Event) -> str | None:
    """The token of this visitor's answers for an event."""
    token = session.get(ENROLMENTS, {}).get(event.code)
    return token if isinstance(token, str) else None


def mark_of(token: str) -> str:
    """Which answers a check page shows: those of another tab may have replaced them meanwhile."""
    return fingerprint(token)[:12]


def typed_before(event: Event) -> dict[str, Any]:
    """What this visitor answered a moment ago and has not confirmed, as the form's fields hold it."""
    token = token_of(event)
    if token is None:
        return {}
    try:
        answers = enrolments.answers_of(enrolments.read(token, event.id, clock.now()))
    except AnswersForgotten:
        return {}
    if answers is None:
        return {}
    counts = {child_field(bracket): str(answers.children.get(bracket, 0)) for bracket in CHILD_BRACKETS}
    return counts | {
        "first_name": answers.first_name,
        "phone": answers.phone.typed if answers.phone else "",
        "email": answers.email or "",
        "adults": str(answers.adults),
    }
