"""A sign-up sheet on paper: printed for a stand without a network, and typed in afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, EmailField, Form, FormField, HiddenField, StringField, TelField

from eventsapp import clock, languages
from eventsapp.agenda.entry_rules import EntryForm
from eventsapp.agenda.models import Event
from eventsapp.codes import link_token
from eventsapp.database import db
from eventsapp.refusals import Conflict, NotFound, Refusal
from eventsapp.registrations import admission, paper, roster
from eventsapp.registrations.models import CHILD_BRACKETS
from eventsapp.registrations.paper import MOST_LINES, Line, SheetRefused, SheetUsed
from eventsapp.registrations.party import child_field
from eventsapp.web.doorstep import actor, desk, desk_of, run_here
from eventsapp.web.forms import refuse
from eventsapp.web.partners.somebody_else import of_somebody_else

bp = desk("paper")

JUST_TYPED = "feuille"
"""The session's key of the codes of registrations that were just typed in, by event."""


class LineForm(Form):
    """One line of the sheet."""

    first_name = StringField(lazy_gettext("Prénom"))
    adults = StringField(lazy_gettext("Adultes"))
    children_0_2 = StringField(lazy_gettext("0 à 2 ans"))
    children_3_5 = StringField(lazy_gettext("3 à 5 ans"))
    children_6_10 = StringField(lazy_gettext("6 à 10 ans"))
    children_11_14 = StringField(lazy_gettext("11 à 14 ans"))
    children_15_17 = StringField(lazy_gettext("15 à 17 ans"))
    phone = TelField(lazy_gettext("Téléphone"))
    email = EmailField(lazy_gettext("E-mail"))
    agrees = BooleanField(lazy_gettext("A signé"))


class SheetForm(FlaskForm):
    """The sheet: line_1 to line_15."""

    once = HiddenField()


for _number in range(1, MOST_LINES + 1):
    setattr(SheetForm, f"line_{_number}", FormField(LineForm))


@bp.get("/pro/rendez-vous/<code:code>/inscriptions/feuille")
def sheet(code: str) -> str | BaseResponse:
    """The sheet to print."""
    event = run_here(code)
    closed = _closed(event)
    if closed is not None:
        return closed
    return render_template(
        "partners/paper/sheet.html",
        event=event,
        **desk_of(event),
        brackets=CHILD_BRACKETS,
        lines=MOST_LINES,
        by_person=_by_person(event),
    )


@bp.get("/pro/rendez-vous/<code:code>/inscriptions/feuille/saisie")
def form(code: str) -> str | BaseResponse:
    """Fifteen lines to type in."""
    event = run_here(code)
    return _closed(event) or _page(event, SheetForm(formdata=None, data={"once": link_token()}), {})


@bp.post("/pro/rendez-vous/<code:code>/inscriptions/feuille/saisie")
def keep(code: str) -> tuple[str, int] | BaseResponse:
    """Registers all of them or none, once however often the button is pressed."""
    event, answered = run_here(code), SheetForm()
    try:
        made = paper.type_in(
            event.id,
            [Line(typed=one.data, agrees=bool(one.agrees.data)) for one in _lines(answered)],
            once=answered.once.data or link_token(),
            language=languages.DEFAULT.code,
            actor=actor(),
            now=clock.now(),
        )
    except SheetRefused as refused:
        status = refuse(answered, refused)
        return _page(run_here(code), answered, _said(answered, refused.lines)), status
    except Refusal as refusal:
        status = refuse(answered, refusal)
        if isinstance(refusal, SheetUsed):
            answered.once.data = link_token()
        return _page(run_here(code), answered, {}), status
    codes = [one.code for one in made]
    db.session.commit()
    session[JUST_TYPED] = {code: codes}
    return redirect(url_for("paper.done", code=code), 303)


@bp.get("/pro/rendez-vous/<code:code>/inscriptions/feuille/resultat")
def done(code: str) -> str:
    """Who of the sheet that this browser typed in has a seat, and who waits."""
    event = run_here(code)
    kept = session.get(JUST_TYPED, {})
    codes = kept.get(code, []) if isinstance(kept, dict) else []
    lines = []
    for one in codes:
        try:
            lines.append(roster.by_code(event, one))
        except NotFound:  # erased meanwhile
            continue
    return render_template(
        "partners/paper/done.html", event=event, **desk_of(event), lines=lines, by_person=_by_person(event)
    )


def _by_person(event: Event) -> bool:
    """Whether each person is asked what they need: the sheet has no room for it."""
    return event.entry.form is EntryForm.FULL


def _closed(event: Event) -> BaseResponse | None:
    """Back to the list, with the reason, where no sheet may be used."""
    try:
        paper.require_sheet(event)
        admission.require_open(event, clock.now())
    except Conflict as refusal:
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
        return redirect(url_for("event_registrations.index", code=event.code), 303)
    return None


def _lines(shown: SheetForm) -> list[LineForm]:
    return [shown[f"line_{number}"].form for number in range(1, MOST_LINES + 1)]


def _said(shown: SheetForm, refused: Mapping[int, Sequence[Refusal]]) -> dict[int, list[str]]:
    """The sentences beside each line, by the number that the page shows; its fields are marked."""
    lines, said = _lines(shown), {}
    for index, refusals in refused.items():
        sentences = []
        for refusal in refusals:
            one = of_somebody_else(refusal)
            sentence = gettext(one.sentence, **one.parameters)
            lines[index][one.field or "adults"].errors = [sentence]
            sentences.append(sentence)
        said[index + 1] = sentences
    return said


def _page(event: Event, shown: SheetForm, wrong: Mapping[int, Sequence[str]]) -> str:
    return render_template(
        "partners/paper/form.html",
        event=event,
        **desk_of(event),
        form=shown,
        lines=_lines(shown),
        wrong=wrong,
        child_names=[child_field(bracket) for bracket in CHILD_BRACKETS],
    )
