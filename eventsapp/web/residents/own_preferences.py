"""How the household is told things, and its mail address."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, EmailField, RadioField, SelectChoice, SelectField, StringField

from eventsapp import clock, languages
from eventsapp.database import begin_writing, db
from eventsapp.people import household_codes, preferences
from eventsapp.people.contacts import LONGEST_ADDRESS
from eventsapp.people.household_models import CodePurpose
from eventsapp.people.models import Household, Means
from eventsapp.people.preferences import Wishes
from eventsapp.refusals import Refusal
from eventsapp.registrations import silence
from eventsapp.web.forms import refuse
from eventsapp.web.languages import keep_language
from eventsapp.web.residents.own_door import confirmed_household, own_door

bp = own_door("own_preferences")


class WishesForm(FlaskForm):
    """In which language, by which means, or not at all?"""

    language = SelectField(lazy_gettext("Votre langue"), validate_choice=False)
    means = RadioField(lazy_gettext("Comment vous prévenir ?"), validate_choice=False)
    phone_is_shared = BooleanField(lazy_gettext("Ce téléphone est partagé"))
    wants_no_messages = BooleanField(lazy_gettext("Ne m’envoyez aucun message"))


class AddressForm(FlaskForm):
    """Which mailbox?"""

    email = EmailField(lazy_gettext("Votre nouvelle adresse e-mail"))


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
    household, typed, now = confirmed_household(token), ProofForm(), clock.now()
    said = typed.code.data or ""
    try:
        household_codes.count_try(household, CodePurpose.EMAIL, said, now=now)
        db.session.commit()
        begin_writing()
        preferences.replace_address(household, said, now=now)
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(token, confirmed_household(token), proof=typed), status
    db.session.commit()
    flash(gettext("Votre adresse e-mail est changée."), "ok")
    return redirect(url_for("own_page.show", token=token), 303)


def _wishes_of(household: Household) -> WishesForm:
    person = household.contact
    return WishesForm(
        formdata=None,
        language=person.language,
        means=person.means.value if person.means else "",
        phone_is_shared=person.phone_is_shared,
        wants_no_messages=person.wants_no_messages,
    )


def _page(
    token: str,
    household: Household,
    *,
    wishes: WishesForm | None = None,
    address: AddressForm | None = None,
    proof: ProofForm | None = None,
) -> str:
    shown = wishes or _wishes_of(household)
    possible = preferences.possible_means(household.contact)
    shown.means.choices = [
        SelectChoice("", gettext("Comme vous pouvez")),
        *(SelectChoice(one.value, one.label) for one in possible),
    ]
    shown.language.choices = [SelectChoice(one.code, one.own_name) for one in languages.LANGUAGES]
    waiting = household_codes.waiting(household, CodePurpose.EMAIL, now=clock.now())
    refused = wishes or address or proof or shown
    if proof is not None and waiting is None:  # no field any more that the sentence could stand beside
        proof.form_errors += proof.code.errors
        proof.code.errors = []
    return render_template(
        "residents/own_page/preferences.html",
        token=token,
        contact=household.contact,
        form=shown,
        address=address or AddressForm(formdata=None),
        proof=proof or ProofForm(formdata=None),
        refused=refused,
        waiting=waiting,
        longest=LONGEST_ADDRESS,
    )
