"""How the household is told things, its mail address and its phone number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, EmailField, RadioField, SelectChoice, SelectField, StringField, TelField

from eventsapp import clock, languages
from eventsapp.database import begin_writing, db
from eventsapp.indicators import families
from eventsapp.mailroom import sms
from eventsapp.people import household_codes, preferences
from eventsapp.people.contacts import LONGEST_ADDRESS, LONGEST_NUMBER
from eventsapp.people.household_models import CodePurpose
from eventsapp.people.models import Household, Means
from eventsapp.people.preferences import Wishes
from eventsapp.refusals import Refusal
from eventsapp.registrations import calendars, listings, silence
from eventsapp.web.forms import refuse
from eventsapp.web.languages import keep_language
from eventsapp.web.residents.own_door import confirmed_household, own_door

bp = own_door("own_preferences")


class WishesForm(FlaskForm):
    """In which language, by which means, or not at all?"""

    language = SelectField(lazy_gettext("Votre langue"), validate_choice=False)
    means = RadioField(lazy_gettext("Comment vous prévenir ?"), validate_choice=False)
    phone_is_shared = BooleanField(lazy_gettext("Ce téléphone est partagé"))
    wants_alarm = BooleanField(lazy_gettext("Faire sonner mon agenda la veille"))
    wants_no_messages = BooleanField(lazy_gettext("Ne m’envoyez aucun message"))


class AddressForm(FlaskForm):
    """Which mailbox?"""

    email = EmailField(lazy_gettext("Votre nouvelle adresse e-mail"))


class NumberForm(FlaskForm):
    """Which number?"""

    phone = TelField(lazy_gettext("Votre nouveau numéro"))


class ProofForm(FlaskForm):
    """What does the message there say?"""

    code = StringField(lazy_gettext("Le code à 6 chiffres"))


@bp.get("/m/<token>/preferences")
def form(token: str) -> str:
    """What holds now."""
    household = confirmed_household(token)
    return _page(token, household, wishes=_wishes_of(household))


@bp.post("/m/<token>/preferences")
def keep(token: str) -> tuple[str, int] | BaseResponse:
    """These from now on; the page changes its language, too."""
    household, typed = confirmed_household(token), WishesForm()
    language = languages.known(typed.language.data) or languages.DEFAULT
    chosen = typed.means.data or ""
    wishes = Wishes(
        language=language,
        means=Means(chosen) if chosen in set(Means) else None,
        phone_is_shared=bool(typed.phone_is_shared.data),
        wants_no_messages=bool(typed.wants_no_messages.data),
        wants_alarm=bool(typed.wants_alarm.data),
    )
    try:
        silence.keep(household, wishes, now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(token, confirmed_household(token), wishes=typed), status
    db.session.commit()
    flash(gettext("C’est noté."), "ok")
    answer = redirect(url_for("own_page.show", token=token), 303)
    keep_language(answer, language)
    return answer


@bp.post("/m/<token>/preferences/adresse")
def ask_address(token: str) -> tuple[str, int] | BaseResponse:
    """Sends a code to another mailbox."""
    household, typed = confirmed_household(token), AddressForm()
    try:
        preferences.ask_address(household, typed.email.data or "", now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(token, confirmed_household(token), address=typed), status
    db.session.commit()
    return redirect(url_for("own_preferences.form", token=token, _anchor="adresse"), 303)


@bp.post("/m/<token>/preferences/adresse/code")
def replace_address(token: str) -> tuple[str, int] | BaseResponse:
    """The code from that mailbox: it is the household's."""
    household, typed = confirmed_household(token), _proof(CodePurpose.EMAIL)
    try:
        _prove(household, CodePurpose.EMAIL, typed, calendars.replace_address)
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(token, confirmed_household(token), proof=typed), status
    db.session.commit()
    flash(gettext("Votre adresse e-mail est changée."), "ok")
    return redirect(url_for("own_page.show", token=token), 303)


@bp.post("/m/<token>/preferences/telephone")
def ask_number(token: str) -> tuple[str, int] | BaseResponse:
    """Sends a code to another phone; one that takes no texts is noted."""
    household, typed = confirmed_household(token), NumberForm()
    territory_id = _whose_desk(household)
    try:
        with families.known_otherwise(household):
            is_sent = preferences.ask_number(
                household, typed.phone.data or "", territory_id=territory_id, now=clock.now()
            )
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(token, confirmed_household(token), number=typed), status
    db.session.commit()
    if not is_sent:
        flash(gettext("Votre numéro est noté : nous vous y appelons."), "ok")
    return redirect(url_for("own_preferences.form", token=token, _anchor="telephone"), 303)


@bp.post("/m/<token>/preferences/telephone/code")
def replace_number(token: str) -> tuple[str, int] | BaseResponse:
    """The code from that phone: it is the household's."""
    household, typed = confirmed_household(token), _proof(CodePurpose.PHONE)
    try:
        _prove(household, CodePurpose.PHONE, typed, preferences.replace_number)
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(token, confirmed_household(token), number_proof=typed), status
    db.session.commit()
    flash(gettext("Votre numéro est changé."), "ok")
    return redirect(url_for("own_page.show", token=token), 303)


def _prove(
    household: Household, purpose: CodePurpose, typed: ProofForm, replace: Callable[..., None]
) -> None:
    """Counts the try, then judges it. Raises the refusals of `household_codes`."""
    said, now = typed.code.data or "", clock.now()
    household_codes.count_try(household, purpose, said, now=now)
    db.session.commit()
    begin_writing()
    with families.known_otherwise(household):
        replace(household, said, territory_id=_whose_desk(household), now=now)


def _whose_desk(household: Household) -> int | None:
    territory = listings.latest_territory(household)
    return territory.id if territory else None


def _proof(purpose: CodePurpose, **more: Any) -> ProofForm:
    """Both codes may be on their way at once: each field has a name of its own."""
    return ProofForm(prefix="numero-" if purpose is CodePurpose.PHONE else "", **more)


def _wishes_of(household: Household) -> WishesForm:
    person = household.contact
    return WishesForm(
        formdata=None,
        language=person.language,
        means=person.means.value if person.means else "",
        phone_is_shared=person.phone_is_shared,
        wants_no_messages=person.wants_no_messages,
        wants_alarm=person.wants_alarm,
    )


def _page(
    token: str,
    household: Household,
    *,
    wishes: WishesForm | None = None,
    address: AddressForm | None = None,
    proof: ProofForm | None = None,
    number: NumberForm | None = None,
    number_proof: ProofForm | None = None,
) -> str:
    shown = wishes or _wishes_of(household)
    possible = preferences.possible_means(household.contact)
    shown.means.choices = [
        SelectChoice("", gettext("Comme vous pouvez")),
        *(SelectChoice(one.value, one.label) for one in possible),
    ]
    shown.language.choices = [SelectChoice(one.code, one.own_name) for one in languages.LANGUAGES]
    waiting, number_waiting = (
        household_codes.waiting(household, purpose, now=clock.now())
        for purpose in (CodePurpose.EMAIL, CodePurpose.PHONE)
    )
    refused = wishes or address or proof or number or number_proof or shown
    for typed, sent in ((proof, waiting), (number_proof, number_waiting)):
        if typed is not None and sent is None:  # no field any more that the sentence could stand beside
            typed.form_errors += typed.code.errors
            typed.code.errors = []
    return render_template(
        "residents/own_page/preferences.html",
        territory=listings.latest_territory(household),
        token=token,
        contact=household.contact,
        form=shown,
        address=address or AddressForm(formdata=None),
        proof=proof or _proof(CodePurpose.EMAIL, formdata=None),
        number=number or NumberForm(formdata=None),
        number_proof=number_proof or _proof(CodePurpose.PHONE, formdata=None),
        refused=refused,
        waiting=waiting,
        number_waiting=number_waiting,
        can_text=sms.is_set_up(),
        longest={"email": LONGEST_ADDRESS, "phone": LONGEST_NUMBER},
    )
