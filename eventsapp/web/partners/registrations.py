"""Who is registered at an event, for its desk: seen, found, changed, registered by phone, taken away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, EmailField, HiddenField, SelectChoice, SelectField, StringField, TelField

from eventsapp import clock, languages
from eventsapp.agenda.entry_rules import EntryForm
from eventsapp.agenda.models import Audience, Event
from eventsapp.clock import PARIS
from eventsapp.codes import link_token
from eventsapp.database import db
from eventsapp.invitations import answered as calendars
from eventsapp.people import professionals
from eventsapp.people.contacts import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_NUMBER
from eventsapp.people.readers import first_means
from eventsapp.refusals import Conflict, Refusal
from eventsapp.registrations import (
    admission,
    changing,
    helped,
    needs,
    party,
    photos,
    professional_answers,
    referrals,
    roster,
    waiting_list,
    wording,
)
from eventsapp.registrations import desk as verbs
from eventsapp.registrations.desk import FormUsed
from eventsapp.registrations.enrolments import Answers
from eventsapp.registrations.listings import Line
from eventsapp.registrations.models import CHILD_BRACKETS, AgeBracket, Registration, RegistrationStatus
from eventsapp.registrations.party import LARGEST_PARTY, AnswersRefused, child_field
from eventsapp.registrations.photo_models import PhotoUse
from eventsapp.spreadsheets import Cell, Kind, Sheet
from eventsapp.web.doorstep import actor, desk, desk_of, run_here
from eventsapp.web.downloads import download
from eventsapp.web.forms import means_field, refuse
from eventsapp.web.partners import people_told
from eventsapp.web.partners.somebody_else import give_back, told

bp = desk("event_registrations")

SEARCHED = "recherche"
"""The session's key of the words looked for, by event: a name belongs into no address and no log."""
LONGEST_WORDS = 60
LONGEST = {
    "first_name": LONGEST_NAME,
    "phone": LONGEST_NUMBER,
    "email": LONGEST_ADDRESS,
    "organisation": professionals.LONGEST_ORGANISATION,
}
MOST_EXPORTED = 2_000
"""Parties of one file: more than any place of ours seats."""


class NumbersForm(FlaskForm):
    """How many come."""

    seen = HiddenField()
    adults = StringField(lazy_gettext("Adultes"), default="1")
    children_0_2 = StringField(lazy_gettext("0 à 2 ans"), default="0")
    children_3_5 = StringField(lazy_gettext("3 à 5 ans"), default="0")
    children_6_10 = StringField(lazy_gettext("6 à 10 ans"), default="0")
    children_11_14 = StringField(lazy_gettext("11 à 14 ans"), default="0")
    children_15_17 = StringField(lazy_gettext("15 à 17 ans"), default="0")


class DeskForm(NumbersForm):
    """Who is on the phone, and do they agree?"""

    once = HiddenField()
    first_name = StringField(lazy_gettext("Son prénom"))
    organisation = StringField(lazy_gettext("Sa structure"))
    phone = TelField(lazy_gettext("Son téléphone"))
    email = EmailField(lazy_gettext("Son e-mail"))
    means = means_field(lazy_gettext("Comment la prévenir ?"))
    language = SelectField(lazy_gettext("Dans quelle langue lui écrire ?"), validate_choice=False)
    agrees = BooleanField(lazy_gettext("La personne est d’accord pour que nous gardions ces réponses"))


@bp.get("/pro/rendez-vous/<code:code>/inscriptions")
def index(code: str) -> str:
    """The parties with a seat by first name, then the waiting list; `?page=`, `?trouve=` of a search."""
    event = run_here(code)
    words, asked = _words(code), needs.at(event, now=clock.now())
    shown = roster.page(event, words=words, number=request.args.get("page", 1, type=int))
    return render_template(
        "partners/registrations/index.html",
        event=event,
        needs=asked,
        all_needs=needs.said(needs.summed(asked, asked)),
        needs_of=needs.said,
        **desk_of(event),
        shown=shown,
        sums=roster.sums(event),
        numbers_of=roster.numbers_of,
        answered=calendars.at(event),
        words=words,
        longest=LONGEST_WORDS,
        is_open=_is_open(event),
        by_referral=referrals.is_needed(event),
        for_professionals=event.audience is Audience.PROFESSIONALS,
        brackets=AgeBracket,
        Status=RegistrationStatus,
        wording=wording,
        reasons=waiting_list.hindrances(event) if any(line.rank for line in shown.lines) else {},
    )


@bp.post("/pro/rendez-vous/<code:code>/inscriptions/recherche")
def search(code: str) -> BaseResponse:
    """Looks for words, or for none any more."""
    run_here(code)
    words = " ".join((request.form.get("mots") or "").split())[:LONGEST_WORDS]
    session[SEARCHED] = {code: words} if words else {}
    return redirect(url_for("event_registrations.index", code=code, trouve=1 if words else None), 303)


@bp.get("/pro/rendez-vous/<code:code>/inscriptions.csv", defaults={"kind": "csv"})
@bp.get("/pro/rendez-vous/<code:code>/inscriptions.xlsx", defaults={"kind": "xlsx"})
def export(code: str, kind: str) -> Response:
    """All of them, for a spreadsheet."""
    event = run_here(code)
    headings = [
        gettext("état"),
        gettext("rang"),
        gettext("prénom"),
        gettext("téléphone"),
        gettext("e-mail"),
        gettext("adultes"),
        *(bracket.label for bracket in CHILD_BRACKETS),
        gettext("personnes"),
        gettext("inscription du"),
    ]
    lines = roster.everybody(event, limit=MOST_EXPORTED)
    sheet = Sheet(gettext("Inscriptions"), headings, _rows(lines))
    return download(f"inscriptions-{event.code}", Kind(kind), [sheet])


@bp.get("/pro/rendez-vous/<code:code>/inscriptions/nouvelle")
def new(code: str) -> str | tuple[str, int]:
    """The short form for somebody on the phone, or why nobody registers any more."""
    event = run_here(code)
    try:
        admission.require_open(event, clock.now())
    except Conflict as refusal:
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
        return index(code)
    return _new_page(event, DeskForm(formdata=None, data={"once": link_token(), "language": "fr"}))


@bp.post("/pro/rendez-vous/<code:code>/inscriptions/nouvelle")
def register(code: str) -> tuple[str, int] | BaseResponse:
    """Registers them, once however often the button is pressed."""
    event, answered = run_here(code), DeskForm()
    language = languages.known(answered.language.data) or languages.DEFAULT
    try:
        registration = verbs.register(
            event.id,
            _read(event, answered),
            once=answered.once.data or link_token(),
            agrees=bool(answered.agrees.data),
            language=language.code,
            actor=actor(),
            now=clock.now(),
        )
    except AnswersRefused as refused:
        give_back(answered, refused.refusals)
        return _new_page(run_here(code), answered), 422
    except Refusal as refusal:
        status = refuse(answered, refusal)
        if isinstance(refusal, FormUsed):
            answered.once.data = link_token()
        return _new_page(run_here(code), answered), status
    name, waits = registration.contact.first_name, registration.status is RegistrationStatus.WAITING
    then = people_told.to_ask(event, registration) or url_for("event_registrations.index", code=code)
    db.session.commit()
    flash(told(name, waits), "warn" if waits else "ok")
    return redirect(then, 303)


@bp.get("/pro/rendez-vous/<code:code>/inscriptions/<code:registration>")
def show(code: str, registration: str) -> str:
    """One registration, and what can be changed."""
    event = run_here(code)
    line = roster.by_code(event, registration)
    return _show_page(event, line, _form_of(line))


@bp.post("/pro/rendez-vous/<code:code>/inscriptions/<code:registration>")
def change(code: str, registration: str) -> tuple[str, int] | BaseResponse:
    """Others of the party come."""
    event, answered = run_here(code), NumbersForm()
    line = roster.by_code(event, registration)
    try:
        numbers = party.read_numbers(answered.data)
        changed = verbs.change(
            line.registration, numbers, seen=answered.seen.data or "", actor=actor(), now=clock.now()
        )
    except AnswersRefused as refused:
        give_back(answered, refused.refusals)
        event = run_here(code)
        return _show_page(event, roster.by_code(event, registration), answered), 422
    except Refusal as refusal:
        status = refuse(answered, refusal)
        event = run_here(code)
        line = roster.by_code(event, registration)
        # A stale page is shown anew, as things are; what was typed about the old ones is of no use.
        shown = _form_of(line) if isinstance(refusal, Conflict) else answered
        shown.form_errors = answered.form_errors
        return _show_page(event, line, shown), status
    db.session.commit()
    flash(gettext("L’inscription est modifiée.") if changed else gettext("Rien n’a changé."), "ok")
    return redirect(url_for("event_registrations.index", code=code), 303)


@bp.post("/pro/rendez-vous/<code:code>/inscriptions/<code:registration>/annulation")
def cancel(code: str, registration: str) -> tuple[str, int] | BaseResponse:
    """The party no longer comes."""
    event = run_here(code)
    line = roster.by_code(event, registration)
    seen = request.form.get("seen", "")
    try:
        verbs.cancel(line.registration, seen=seen, actor=actor(), now=clock.now())
    except Refusal as refusal:
        answered = NumbersForm(formdata=None)
        status = refuse(answered, refusal)
        event = run_here(code)
        line = roster.by_code(event, registration)
        shown = _form_of(line)
        shown.form_errors = answered.form_errors
        return _show_page(event, line, shown), status
    db.session.commit()
    flash(gettext("L’inscription est annulée. Ses places sont libres."), "ok")
    return redirect(url_for("event_registrations.index", code=code), 303)


def _read(event: Event, answered: DeskForm) -> Answers:
    """Raises AnswersRefused."""
    if event.audience is Audience.PROFESSIONALS:
        return professional_answers.read(answered.data)
    return party.read(answered.data)


def _words(code: str) -> str:
    kept = session.get(SEARCHED, {}) if "trouve" in request.args else {}
    words = kept.get(code, "") if isinstance(kept, dict) else ""
    return words if isinstance(words, str) else ""


def _is_open(event: Event) -> bool:
    try:
        admission.require_open(event, clock.now())
    except Conflict:
        return False
    return True


def _form_of(line: Line) -> NumbersForm:
    adults, children = roster.numbers_of(line.registration)
    data = {child_field(bracket): str(number) for bracket, number in children.items()}
    seen = changing.mark_of(line.registration)
    return NumbersForm(formdata=None, data=data | {"adults": str(adults), "seen": seen})


def _needs_of(event: Event, registration: Registration) -> str:
    if not helped.asks_for(registration):
        return ""
    return needs.said(needs.at(event, now=clock.now()).get(registration.id, []))


def _rows(lines: Sequence[Line]) -> Iterator[Sequence[Cell]]:
    for line in lines:
        one, contact = line.registration, line.registration.contact
        adults, children = roster.numbers_of(one)
        yield (
            _state_of(line),
            line.rank,
            contact.first_name,
            contact.phone or "",
            contact.email or "",
            adults,
            *children.values(),
            one.seats,
            one.created_at.astimezone(PARIS).date(),
        )


def _state_of(line: Line) -> str:
    if line.rank:
        return gettext("liste d’attente")
    if line.registration.status is RegistrationStatus.OFFERED:
        return gettext("place proposée")
    return gettext("inscription confirmée")


def _child_fields(shown: NumbersForm) -> list[object]:
    return [shown[child_field(bracket)] for bracket in CHILD_BRACKETS]


def _new_page(event: Event, shown: DeskForm) -> str:
    shown.language.choices = [SelectChoice(one.code, one.own_name) for one in languages.LANGUAGES]
    for_professionals = event.audience is Audience.PROFESSIONALS
    return render_template(
        "partners/registrations/new.html",
        event=event,
        **desk_of(event),
        form=shown,
        child_fields=_child_fields(shown),
        most=LARGEST_PARTY,
        longest=LONGEST,
        for_professionals=for_professionals,
        by_person=not for_professionals and event.entry.form is EntryForm.FULL,
        names=professionals.names_in(event.territory) if for_professionals else [],
    )


def _show_page(event: Event, line: Line, shown: NumbersForm) -> str:
    consents = photos.of_registration(line.registration, now=clock.now())
    return render_template(
        "partners/registrations/show.html",
        event=event,
        **desk_of(event),
        line=line,
        one=line.registration,
        answered=calendars.at(event).get((line.registration.contact.email or "").lower()),
        means=first_means(line.registration.contact),
        form=shown,
        child_fields=_child_fields(shown),
        most=LARGEST_PARTY,
        asks_people=helped.asks_for(line.registration),
        needs=_needs_of(event, line.registration),
        agreed=[
            (one, [use.label for use in PhotoUse if (one.id, use) in consents])
            for one in line.registration.participants
        ],
        mark=changing.mark_of(line.registration),
        Status=RegistrationStatus,
        is_over=event.ends_at <= clock.now(),
    )
