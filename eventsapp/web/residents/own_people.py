"""Who comes, changed by the household: numbers where only numbers were asked, else person by person."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, SelectChoice, SelectMultipleField

from eventsapp import clock
from eventsapp.agenda.entry_rules import EntryForm
from eventsapp.database import db
from eventsapp.people import contacts
from eventsapp.people.contacts import LONGEST_NAME
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import changing, listings, party, people_answers, roster
from eventsapp.registrations.changing import NotEnoughSeats
from eventsapp.registrations.models import AgeBracket, Participant, Registration
from eventsapp.registrations.party import AnswersRefused, Member, Numbers
from eventsapp.registrations.people_answers import BRACKETS
from eventsapp.web.forms import refuse
from eventsapp.web.residents.enrolment_forms import NumbersForm, OneMoreForm, numbers_as_typed
from eventsapp.web.residents.groups import group_of
from eventsapp.web.residents.own_door import actor, confirmed_household, own_door

bp = own_door("own_people")


class AlreadyBegun(Conflict):
    """From here on the people at the door know who is there."""

    sentence = msgid("Ce rendez-vous a commencé ou n’a pas lieu : on ne change plus qui vient.")


class AgeMissing(Refusal):
    """A first name, and no age bracket."""

    sentence = msgid("Choisissez son âge.")


class OwnNumbersForm(NumbersForm):
    """How many come?"""

    seen = HiddenField()


class OwnPeopleForm(OneMoreForm):
    """Who of them comes, and who besides?"""

    seen = HiddenField()
    staying = SelectMultipleField(lazy_gettext("Qui vient ?"), coerce=int, validate_choice=False)


@bp.get("/m/<token>/inscriptions/<code:code>/personnes")
def form(token: str, code: str) -> str | BaseResponse:
    """The party as it is."""
    registration = listings.of_party_by_code(confirmed_household(token), code)
    if not may_change(registration, clock.now()):
        return redirect(url_for("own_page.show", token=token), 303)
    return _page(token, registration, _form_of(registration))


@bp.post("/m/<token>/inscriptions/<code:code>/personnes")
def change(token: str, code: str) -> tuple[str, int] | BaseResponse:
    """Others of the party come."""
    household, now = confirmed_household(token), clock.now()
    registration = listings.of_party_by_code(household, code)
    typed = OwnPeopleForm() if by_person(registration) else OwnNumbersForm()
    try:
        if not may_change(registration, now):
            raise AlreadyBegun()
        changed = _carry_out(registration, typed, actor(household), now)
    except AnswersRefused as refused:
        db.session.rollback()
        for one in refused.refusals:
            refuse(typed, one)
        return _page(token, _again(token, code), typed), refused.status
    except NotEnoughSeats as refusal:
        db.session.rollback()
        typed.form_errors.append(_kept(refusal))
        return _page(token, _again(token, code), typed), refusal.status
    except Refusal as refusal:
        status = refuse(typed, _beside_ticks(typed, refusal))
        registration = _again(token, code)
        # A stale page is shown anew, as things are; what was typed about the old ones is of no use.
        shown = _form_of(registration) if isinstance(refusal, Conflict) else typed
        shown.form_errors = typed.form_errors
        return _page(token, registration, shown), status
    db.session.commit()
    flash(gettext("C’est noté.") if changed else gettext("Rien n’a changé."), "ok")
    return redirect(url_for("own_page.show", token=token), 303)


def joining(typed: OneMoreForm) -> list[Member]:
    """Somebody who joins, or nobody where nothing was filled in.

    Raises AgeMissing, NeedUnknown, LanguageUnknown, and refusals of names.
    """
    first_name, bracket = (typed.first_name.data or "").strip(), typed.bracket.data or ""
    try:
        wanted = people_answers.read_needs(typed.data, typed.needs.data or [])
    except AnswersRefused as refused:
        raise refused.refusals[0] from refused
    if not (first_name or bracket or wanted.needs):
        return []
    if bracket not in {one.value for one in BRACKETS}:
        raise AgeMissing(field="bracket")
    name = contacts.first_name(first_name) if first_name else ""
    return [
        Member(
            bracket=AgeBracket(bracket), first_name=name, needs=wanted.needs, interpreter=wanted.interpreter
        )
    ]


def called(first_name: str, bracket: AgeBracket) -> str:
    """« Ibrahim, 11 à 14 ans »; without a name, « 1 enfant de 6 à 10 ans »."""
    if not first_name:
        return group_of([bracket])[0]
    return first_name if bracket is AgeBracket.ADULT else f"{first_name}, {bracket.label}"


def _carry_out(
    registration: Registration, typed: OwnNumbersForm | OwnPeopleForm, by: str, now: datetime
) -> bool:
    seen = typed.seen.data or ""
    if isinstance(typed, OwnPeopleForm):
        added = joining(typed)
        return changing.to_people(registration, typed.staying.data or [], added, seen=seen, actor=by, now=now)
    return changing.to_numbers(registration, party.read_numbers(typed.data), seen=seen, actor=by, now=now)


def _beside_ticks(typed: FlaskForm, refusal: Refusal) -> Refusal:
    """What numbers are refused for stands beside the boxes, where there are boxes."""
    if isinstance(typed, OwnPeopleForm) and refusal.field == "adults":
        refusal.field = "staying"
    return refusal


def _kept(refusal: NotEnoughSeats) -> str:
    left = gettext("Il ne restait aucune place.")
    if refusal.left > 0:
        left = ngettext("Il restait %(num)d place.", "Il restait %(num)d places.", refusal.left)
    kept = ngettext("Vous gardez votre place.", "Vous gardez vos %(num)d places.", refusal.kept)
    return f"{left} {kept}"


def _again(token: str, code: str) -> Registration:
    return listings.of_party_by_code(confirmed_household(token), code)


def may_change(registration: Registration, now: datetime) -> bool:
    """Whether who comes is still theirs to say: from its beginning on it is known at the door."""
    event = registration.event
    return registration.is_active and event.starts_at > now and not event.is_cancelled


def by_person(registration: Registration) -> bool:
    """Whether each of them was asked for (EntryForm.FULL), and what they need."""
    return registration.event.entry.form is EntryForm.FULL


def _form_of(registration: Registration) -> OwnNumbersForm | OwnPeopleForm:
    seen = changing.mark_of(registration)
    if by_person(registration):
        staying = [one.id for one in registration.participants]
        return OwnPeopleForm(formdata=None, seen=seen, staying=staying)
    adults, children = roster.numbers_of(registration)
    data = numbers_as_typed(Numbers(adults=adults, children=children))
    return OwnNumbersForm(formdata=None, data=data | {"seen": seen})


def _page(token: str, registration: Registration, shown: OwnNumbersForm | OwnPeopleForm) -> str:
    if isinstance(shown, OwnPeopleForm):
        shown.staying.choices = [_choice(one) for one in registration.participants]
    return render_template(
        "residents/own_page/people.html",
        territory=registration.event.territory,
        event=registration.event,
        registration=registration,
        token=token,
        form=shown,
        by_person=isinstance(shown, OwnPeopleForm),
        longest=LONGEST_NAME,
    )


def _choice(one: Participant) -> SelectChoice:
    return SelectChoice(one.id, called(one.first_name, one.bracket))
