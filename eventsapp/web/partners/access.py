"""« Accès »: one date as its place must know it: the answer, the authorisation, who comes and what they need.

Whoever coordinates does all of it; the team of the host says who comes; the school's own account answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.agenda import listings as agenda
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.hosting import answers, authorisations, coming, gate, listings
from eventsapp.hosting.models import ACCESS_MOVES
from eventsapp.refusals import Refusal
from eventsapp.web.doorstep import actor, desk, who
from eventsapp.web.forms import refuse, told
from eventsapp.web.hosting_forms import (
    AnswerForm,
    ComingForm,
    ConfirmedForm,
    SpeakerForm,
    answer_form,
    coming_form,
    given_back,
    named,
    speaker_form,
)

bp = desk("access")


@dataclass(frozen=True)
class Rights:
    """What the visitor may do about one event."""

    steers: bool
    """Notes answers, settles the authorisation."""
    runs: bool
    """Says who comes, and whether the host does."""
    answers: bool
    """Speaks for the place."""


@bp.get("/pro/rendez-vous/<code:code>/acces")
def show(code: str) -> str:
    """One date as its place must know it."""
    return _page(_event(code))


@bp.post("/pro/rendez-vous/<code:code>/acces/reponse")
def answer(code: str) -> tuple[str, int] | BaseResponse:
    """The place's own answer, or what it said on the phone to whoever coordinates."""
    event = _event(code)
    rights = _rights(event)
    if not (rights.steers or rights.answers):
        raise Forbidden()
    given = ConfirmedForm() if rights.steers else AnswerForm()
    try:
        if isinstance(given, ConfirmedForm):
            said_by = given.confirmed_by.data or ""
            answers.note_call(event, given.said, said_by, actor=actor(), now=clock.now())
        else:
            answers.give(event, given.said, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(named(given, code), refusal)
        return _page(_event(code), answered=given), status
    db.session.commit()
    flash(gettext("La réponse est notée."), "ok")
    return redirect(url_for("access.show", code=code), 303)


@bp.post("/pro/rendez-vous/<code:code>/acces/structure")
def say_coming(code: str) -> tuple[str, int] | BaseResponse:
    """Whether who holds it comes: said by its team, or on the phone to whoever coordinates."""
    event, given = _event(code), ComingForm()
    if not _rights(event).runs:
        raise Forbidden()
    pressed, words, shown = given.coming.data or "", given.words.data or "", given.shown.data or ""
    try:
        coming.say(event, pressed, words, shown=shown, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(given, refusal)
        return _page(_event(code), said=given), status
    db.session.commit()
    flash(gettext("La réponse est notée."), "ok")
    return redirect(url_for("access.show", code=code), 303)


@bp.post("/pro/rendez-vous/<code:code>/acces/autorisation")
def authorise(code: str) -> BaseResponse:
    """Where the authorisation stands."""
    event = _event(code)
    if not _rights(event).steers:
        raise Forbidden()
    status, note = request.form.get("status", ""), request.form.get("note", "")
    with told(gettext("L’autorisation est notée.")):
        authorisations.set_status(event, status, note, actor=actor(), now=clock.now())
    return redirect(url_for("access.show", code=code), 303)


@bp.post("/pro/rendez-vous/<code:code>/acces/intervenants")
def add_speaker(code: str) -> tuple[str, int] | BaseResponse:
    """One more name on the gate list."""
    event, typed = _event(code), SpeakerForm()
    if not _rights(event).runs:
        raise Forbidden()
    visitor = gate.Visitor(
        name=typed.name.data or "",
        organisation=typed.organisation.data or "",
        arrives=typed.arrives.data,
        leaves=typed.leaves.data,
        needs=typed.needs.data or "",
    )
    try:
        gate.add(event, visitor, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(_event(code), speaker=typed), status
    db.session.commit()
    flash(gettext("%(name)s est sur la liste d’entrée.", name=visitor.name.strip()), "ok")
    return redirect(url_for("access.show", code=code), 303)


@bp.post("/pro/rendez-vous/<code:code>/acces/intervenants/<row:speaker_id>/retrait")
def remove_speaker(code: str, speaker_id: int) -> BaseResponse:
    """One name less."""
    event = _event(code)
    if not _rights(event).runs:
        raise Forbidden()
    gate.remove(gate.by_id(speaker_id, event), actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("La personne n’est plus sur la liste d’entrée."), "ok")
    return redirect(url_for("access.show", code=code), 303)


def _event(code: str) -> Event:
    """An event that the visitor may see from here. Raises NotFound, Forbidden."""
    event = agenda.by_code(code)
    rights = _rights(event)
    if not (rights.runs or rights.answers):
        raise Forbidden()
    return event


def _rights(event: Event) -> Rights:
    account, today = who(), clock.today()
    return Rights(
        steers=questions.may_steer(account, event.territory, on=today),
        runs=questions.may_run_event(account, event, on=today),
        answers=questions.may_see_school(account, event.venue, on=today),
    )


def _page(
    event: Event,
    answered: AnswerForm | None = None,
    said: ComingForm | None = None,
    speaker: SpeakerForm | None = None,
) -> str:
    date, rights = listings.date_of(event), _rights(event)
    kind = ConfirmedForm if rights.steers else AnswerForm
    host = event.host.name if event.host else ""
    return render_template(
        "partners/access.html",
        territory=event.territory if rights.steers else None,
        event=event,
        date=date,
        rights=rights,
        is_over=event.is_cancelled or event.ends_at <= clock.now(),
        moves=[one for one in ACCESS_MOVES if one in ACCESS_MOVES[date.access]],
        form=given_back(answered, event) if answered else answer_form(date, kind),
        speaker=speaker or speaker_form(event, host),
        coming=coming_form(event, said),
        refused=answered or said or speaker,
        longest=answers,
        gate=gate,
        longest_note=authorisations.LONGEST_NOTE,
    )
