"""What each of a party needs that day, changed by the household: for events that ask for each person."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.refusals import Conflict, NotFound
from eventsapp.registrations import changing, listings, needs, people_answers
from eventsapp.registrations.models import Need, Registration
from eventsapp.registrations.party import AnswersRefused
from eventsapp.registrations.people_answers import Wanted
from eventsapp.web.residents.enrolment_forms import NeedsForm, show_refusals
from eventsapp.web.residents.own_door import actor, confirmed_household, own_door
from eventsapp.web.residents.own_people import by_person, called, may_change

bp = own_door("own_needs")

Forms = dict[int, NeedsForm]
"""The questions about each participant, by their numbers."""


@bp.get("/m/<token>/inscriptions/<code:code>/besoins")
def form(token: str, code: str) -> str | BaseResponse:
    """What each of them asked for."""
    registration = _asked(token, code)
    if not may_change(registration, clock.now()):
        return redirect(url_for("own_page.show", token=token), 303)
    return _page(token, registration, _forms_of(registration))


@bp.post("/m/<token>/inscriptions/<code:code>/besoins")
def keep(token: str, code: str) -> tuple[str, int] | BaseResponse:
    """These from now on. Sent twice, it is done once."""
    household, registration, now = confirmed_household(token), _asked(token, code), clock.now()
    if not may_change(registration, now):
        return redirect(url_for("own_page.show", token=token), 303)
    forms = {one.id: _form(one.id) for one in registration.participants}
    wanted: dict[int, Wanted] = {}
    for number, typed in forms.items():
        try:
            wanted[number] = people_answers.read_needs(typed.data, typed.needs.data or [])
        except AnswersRefused as refused:
            show_refusals(typed, refused.refusals)
            return _page(token, registration, forms, refused=typed), refused.status
    try:
        changed = changing.to_needs(
            registration, wanted, seen=request.form.get("seen", ""), actor=actor(household), now=now
        )
    except Conflict as refusal:
        db.session.rollback()
        registration = _asked(token, code)
        forms = _forms_of(registration)
        sentence = gettext(refusal.sentence, **refusal.parameters)
        return _page(token, registration, forms, sentences=[sentence]), refusal.status
    db.session.commit()
    flash(gettext("C’est noté.") if changed else gettext("Rien n’a changé."), "ok")
    return redirect(url_for("own_page.show", token=token), 303)


def _asked(token: str, code: str) -> Registration:
    """Theirs, in a confirmed browser. Raises NotFound where nobody was asked what they need."""
    registration = listings.of_party_by_code(confirmed_household(token), code)
    if not by_person(registration):
        raise NotFound()
    return registration


def _form(number: int, **known: object) -> NeedsForm:
    """The questions about one; the page has one token for all of them."""
    more = {"formdata": None, "data": known} if known else {}
    return NeedsForm(prefix=f"p{number}-", meta={"csrf": False}, **more)


def _forms_of(registration: Registration) -> Forms:
    known = needs.of_registration(registration)
    forms: Forms = {}
    for one in registration.participants:
        rows = known.get(one.id, [])
        ticked = [row.need.value for row in rows if row.need is not Need.INTERPRETER]
        forms[one.id] = _form(one.id, needs=ticked, interpreter="".join(row.language for row in rows))
    return forms


def _page(
    token: str,
    registration: Registration,
    forms: Forms,
    *,
    refused: NeedsForm | None = None,
    sentences: list[str] | None = None,
) -> str:
    return render_template(
        "residents/own_page/needs.html",
        territory=registration.event.territory,
        event=registration.event,
        registration=registration,
        people=[(called(one.first_name, one.bracket), forms[one.id]) for one in registration.participants],
        seen=changing.mark_of_needs(registration),
        refused=refused or next(iter(forms.values())),
        sentences=sentences or [],
        token=token,
    )
