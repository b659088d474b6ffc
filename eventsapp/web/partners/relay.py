"""A relay worker registers somebody at any event of a territory where her organisation may act.

She sees the public facts of the event, and afterwards the slip of whom she registered: neither the list of
the event nor another family.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, SelectChoice, SelectField

from eventsapp import clock, languages
from eventsapp.access import questions
from eventsapp.agenda import listings as agenda
from eventsapp.agenda.entry_rules import EntryForm
from eventsapp.agenda.models import Event
from eventsapp.codes import link_token
from eventsapp.database import db
from eventsapp.people import contacts
from eventsapp.people.models import Organisation
from eventsapp.refusals import Conflict, Refusal
from eventsapp.registrations import admission, party, referrals, relays
from eventsapp.registrations import desk as verbs
from eventsapp.registrations.desk import FormUsed
from eventsapp.registrations.models import CHILD_BRACKETS, RegistrationStatus, WayIn
from eventsapp.registrations.party import LARGEST_PARTY, AnswersRefused, child_field
from eventsapp.web import slips
from eventsapp.web.addresses import row_number
from eventsapp.web.doorstep import actor, desk, who
from eventsapp.web.forms import refuse
from eventsapp.web.partners import people_told
from eventsapp.web.partners.registrations import LONGEST, LONGEST_WORDS, DeskForm
from eventsapp.web.partners.somebody_else import give_back, told

bp = desk("relay")


class RelayForm(DeskForm):
    """The form of desks; somebody without a number or an address is reached through an organisation."""

    through = SelectField(lazy_gettext("Comment la joindre ?"), validate_choice=False)
    agrees = BooleanField(lazy_gettext("Cette personne est d’accord pour que je l’inscrive"))


@bp.get("/pro/inscrire")
def search() -> str:
    """Open events where she may register somebody, what she did already, and the links she gave."""
    areas = questions.territories_to_register_in(who(), on=clock.today())
    if not areas:
        raise Forbidden()
    words = " ".join(request.args.get("q", "").split())[:LONGEST_WORDS]
    now = clock.now()
    return render_template(
        "partners/relay/search.html",
        territories=areas,
        shown=relays.open_events(
            [area.id for area in areas], words=words, now=now, number=request.args.get("page", 1, type=int)
        ),
        words=words,
        longest=LONGEST_WORDS,
        registered=relays.registered_by(actor(), now=now),
        given=referrals.made_by(actor(), now=now),
        now=now,
        Status=RegistrationStatus,
    )


@bp.get("/pro/rendez-vous/<code:code>/inscrire")
def form(code: str) -> str | BaseResponse:
    """The questions, and what to say aloud; or why nobody registers any more."""
    event = helped_here(code)
    try:
        admission.require_open(event, clock.now())
        admission.require_families(event)
    except Conflict as refusal:
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
        return redirect(url_for("relay.search"), 303)
    return _page(event, RelayForm(formdata=None, data={"once": link_token(), "language": "fr"}))


@bp.post("/pro/rendez-vous/<code:code>/inscrire")
def register(code: str) -> tuple[str, int] | BaseResponse:
    """Registers them, once however often the button is pressed, and shows their slip."""
    event, answered = helped_here(code), RelayForm()
    language = languages.known(answered.language.data) or languages.DEFAULT
    runs = questions.may_run_event(who(), event, on=clock.today())
    typed, through = answered.data, _chosen(event, answered.through.data)
    if through is not None:
        typed |= {"phone": through.phone, "email": "", "means": ""}
    try:
        registration = verbs.register(
            event.id,
            party.read(typed),
            once=answered.once.data or link_token(),
            agrees=bool(answered.agrees.data),
            language=language.code,
            way=WayIn.DESK if runs else WayIn.RELAY,
            shares_phone=through is not None,
            actor=actor(),
            now=clock.now(),
        )
    except AnswersRefused as refused:
        give_back(answered, refused.refusals)
        return _page(helped_here(code), answered), 422
    except Refusal as refusal:
        status = refuse(answered, refusal)
        if isinstance(refusal, FormUsed):
            answered.once.data = link_token()
        return _page(helped_here(code), answered), status
    name, waits = registration.contact.first_name, registration.status is RegistrationStatus.WAITING
    slip = url_for("slips.show", code=code, registration=registration.code)
    then = people_told.to_ask(event, registration) or slip
    db.session.commit()
    flash(told(name, waits), "warn" if waits else "ok")
    return redirect(then, 303)


@bp.post("/pro/rendez-vous/<code:code>/inscrire/<code:registration>/annulation")
def cancel(code: str, registration: str) -> tuple[str, int] | BaseResponse:
    """They no longer come, and said so to her."""
    _, line = slips.opened(code, registration)
    if line.registration.helped_by != actor():
        raise Forbidden()
    try:
        relays.cancel(line.registration, actor=actor(), now=clock.now())
    except Refusal as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
        event, line = slips.opened(code, registration)
        return slips.page(event, line), refusal.status
    db.session.commit()
    flash(gettext("L’inscription est annulée. Ses places sont libres."), "ok")
    return redirect(url_for("slips.show", code=code, registration=registration), 303)


def helped_here(code: str) -> Event:
    """The event of an address where the visitor may register others. Raises NotFound, Forbidden."""
    event = agenda.by_code(code)
    if not questions.may_register_others(who(), event.territory, on=clock.today()):
        raise Forbidden()
    return event


def _reachable(event: Event) -> Sequence[Organisation]:
    """Her organisations that have a number of their own to be called at."""
    return [
        one for one in questions.organisations_of(who(), event.territory, on=clock.today()) if _dials(one)
    ]


def _dials(organisation: Organisation) -> bool:
    try:
        return contacts.phone(organisation.phone or "") is not None
    except Refusal:
        return False


def _chosen(event: Event, typed: str | None) -> Organisation | None:
    number = row_number(typed or "")
    return next((one for one in _reachable(event) if one.id == number), None)


def _page(event: Event, shown: RelayForm) -> str:
    shown.language.choices = [SelectChoice(one.code, one.own_name) for one in languages.LANGUAGES]
    through = _reachable(event)
    shown.through.choices = [
        SelectChoice("", gettext("Par son téléphone ou son e-mail")),
        *(
            SelectChoice(
                str(one.id),
                gettext("Par nous : %(organisation)s, %(phone)s", organisation=one.name, phone=one.phone),
            )
            for one in through
        ),
    ]
    return render_template(
        "partners/relay/form.html",
        event=event,
        form=shown,
        through=through,
        child_fields=[shown[child_field(bracket)] for bracket in CHILD_BRACKETS],
        most=LARGEST_PARTY,
        longest=LONGEST,
        by_referral=referrals.is_needed(event),
        by_person=event.entry.form is EntryForm.FULL,
    )
