"""What each person of a family needs, at events of the full form: asked by its desk, or by who registered it.

Its desk reads and changes it, as it does on the day. Whoever only helped writes it down once, right after the
registration: what the family says on its own page afterwards is for the desk alone.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField, StringField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.directory.listings import quartiers
from eventsapp.people.contacts import LONGEST_NAME
from eventsapp.places.models import Quartier
from eventsapp.refusals import Conflict, NotFound, Refusal
from eventsapp.registrations import changing, helped, needs
from eventsapp.registrations.changing import RegistrationsClosed
from eventsapp.registrations.models import AgeBracket, Need, Participant, Registration
from eventsapp.registrations.party import AnswersRefused, Member
from eventsapp.registrations.people_answers import QuartierUnknown
from eventsapp.web import slips
from eventsapp.web.doorstep import actor, desk, desk_of, who
from eventsapp.web.forms import refuse
from eventsapp.web.residents.enrolment_forms import NeedsForm, show_refusals

bp = desk("people_told")


class ToldForm(NeedsForm):
    """What is said of one person."""

    first_name = StringField(lazy_gettext("Son prénom"), [Optional()])
    bracket = SelectField(lazy_gettext("Son âge"), choices=[], validate_choice=False)

    def __init__(self, person: Participant, **kwargs: Any) -> None:
        super().__init__(prefix=f"p{person.id}-", meta={"csrf": False}, **kwargs)
        if person.bracket in helped.GROWN:
            self.bracket.choices = [SelectChoice(one.value, _age(one)) for one in helped.GROWN]
        else:
            del self.bracket


def _age(bracket: AgeBracket) -> str:
    return gettext("Adulte, âge non dit") if bracket is AgeBracket.ADULT else bracket.label


class GroupForm(FlaskForm):
    """Where do they live, and do they agree?"""

    seen = HiddenField()
    quartier = SelectField(lazy_gettext("Son quartier"), [Optional()], choices=[], validate_choice=False)
    agrees = BooleanField(lazy_gettext("La personne est d’accord pour que nous gardions ces réponses"))


Forms = dict[int, ToldForm]
"""The questions about each participant, by their numbers."""


@bp.get("/pro/rendez-vous/<code:code>/inscriptions/<code:registration>/personnes")
def form(code: str, registration: str) -> str | BaseResponse:
    """A row for each of them; or the registration, where nothing is to be said any more."""
    event, one, runs = _opened(code, registration)
    closed = _closed(event, one, runs)
    return closed or _page(event, one, runs, _group_of(one), _forms_of(one))


@bp.post("/pro/rendez-vous/<code:code>/inscriptions/<code:registration>/personnes")
def keep(code: str, registration: str) -> tuple[str, int] | BaseResponse:
    """These from now on. Sent twice, it is done once."""
    event, one, runs = _opened(code, registration)
    asked, forms = GroupForm(), {person.id: ToldForm(person) for person in one.participants}
    try:
        people, quartier = _read(one, forms), _quartier(event, asked.quartier.data or "")
        changed = helped.tell(
            one,
            people,
            quartier=quartier,
            agrees=bool(asked.agrees.data),
            seen=asked.seen.data or "",
            actor=actor(),
            now=clock.now(),
        )
    except AnswersRefused as refused:
        return _page(event, one, runs, asked, forms), refused.status
    except Conflict as refusal:
        # A stale page is shown anew, as things are; to whoever may not read them, the slip.
        status = refuse(asked, refusal)
        event, one, runs = _opened(code, registration)
        closed = _closed(event, one, runs, gettext(refusal.sentence, **refusal.parameters))
        shown = _group_of(one)
        shown.form_errors = asked.form_errors
        return closed or (_page(event, one, runs, shown, _forms_of(one)), status)
    except Refusal as refusal:
        status = refuse(asked, refusal)
        event, one, runs = _opened(code, registration)
        return _page(event, one, runs, asked, forms), status
    db.session.commit()
    flash(gettext("C’est noté.") if changed else gettext("Rien n’a changé."), "ok")
    return redirect(_after(event, one, runs), 303)


def to_ask(event: Event, registration: Registration) -> str | None:
    """Where each person of a registration just made is asked for; None where the event asks for numbers."""
    if not helped.asks_for(registration):
        return None
    return url_for("people_told.form", code=event.code, registration=registration.code)


def _after(event: Event, registration: Registration, runs: bool) -> str:
    """Where one goes on: a desk to the registration, whoever helped to the slip."""
    endpoint = "event_registrations.show" if runs else "slips.show"
    return url_for(endpoint, code=event.code, registration=registration.code)


def _opened(code: str, registration: str) -> tuple[Event, Registration, bool]:
    """The registration, and whether the visitor runs its event. Raises Forbidden, NotFound where nobody is
    asked what they need, too."""
    event, line = slips.opened(code, registration)
    if not helped.asks_for(line.registration):
        raise NotFound()
    return event, line.registration, questions.may_run_event(who(), event, on=clock.today())


def _closed(event: Event, registration: Registration, runs: bool, why: str = "") -> BaseResponse | None:
    """Away from here, with the reason, where nothing is to be said or read."""
    if not helped.takes_answers(registration, clock.now()):
        why = why or gettext(RegistrationsClosed.sentence)
    elif runs or not helped.is_told(registration):
        return None
    else:
        why = gettext("C’est déjà noté. Pour changer, appelez l’équipe du rendez-vous.")
    flash(why, "warn")
    return redirect(_after(event, registration, runs), 303)


def _read(registration: Registration, forms: Forms) -> dict[int, Member]:
    """What is typed of each. Raises AnswersRefused, the reasons shown beside the fields."""
    people: dict[int, Member] = {}
    refusals: list[Refusal] = []
    for one in registration.participants:
        typed = forms[one.id]
        try:
            people[one.id] = helped.read(one, typed.data, typed.needs.data or [])
        except AnswersRefused as refused:
            show_refusals(typed, refused.refusals)
            refusals += refused.refusals
    if refusals:
        raise AnswersRefused(refusals)
    return people


def _quartier(event: Event, typed: str) -> Quartier | None:
    """Raises QuartierUnknown."""
    if not typed:
        return None
    found = next((one for one in quartiers(event.territory) if str(one.id) == typed), None)
    if found is None:
        raise QuartierUnknown(field="quartier")
    return found


def _group_of(registration: Registration) -> GroupForm:
    return GroupForm(formdata=None, seen=changing.mark_of_needs(registration))


def _forms_of(registration: Registration) -> Forms:
    """As they are known; the first adult is most often who was spoken with."""
    known, forms = needs.of_registration(registration), {}
    nameless = not any(one.first_name for one in registration.participants)
    speaks = next((one for one in registration.participants if one.bracket in helped.GROWN), None)
    for one in registration.participants:
        rows = known.get(one.id, [])
        forms[one.id] = ToldForm(
            one,
            formdata=None,
            data={
                "first_name": registration.contact.first_name
                if nameless and one is speaks
                else one.first_name,
                "bracket": one.bracket.value,
                "needs": [row.need.value for row in rows if row.need is not Need.INTERPRETER],
                "interpreter": "".join(row.language for row in rows),
            },
        )
    return forms


def _page(event: Event, registration: Registration, runs: bool, shown: GroupForm, forms: Forms) -> str:
    household = registration.household
    shown.quartier.choices = [
        SelectChoice("", gettext("Elle préfère ne pas le dire")),
        *(SelectChoice(str(one.id), one.name) for one in quartiers(event.territory)),
    ]
    return render_template(
        "partners/registrations/people.html",
        event=event,
        **(desk_of(event) if runs else {}),
        one=registration,
        form=shown,
        people=[(person, forms[person.id]) for person in registration.participants],
        wrong=next((one for one in forms.values() if one.errors), shown),
        asks_quartier=household is not None and household.quartier_id is None,
        longest=LONGEST_NAME,
        back=_after(event, registration, runs),
        runs=runs,
        is_told=helped.is_told(registration),
    )
