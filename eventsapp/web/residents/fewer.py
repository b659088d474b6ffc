"""« Venir moins nombreux »: fewer seats are left than a party needs, and it says who comes."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.agenda import listings
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.refusals import Refusal, msgid
from eventsapp.registrations import admission, enrolments, outlook, party, reached, seats
from eventsapp.registrations.enrolments import Answers, AnswersForgotten
from eventsapp.registrations.party import AnswersRefused, PartyAnswers
from eventsapp.registrations.people_answers import PeopleAnswers
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from eventsapp.web.addresses import row_number
from eventsapp.web.residents import kept_answers
from eventsapp.web.residents.enrolment_forms import (
    NumbersForm,
    WhoComesForm,
    numbers_as_typed,
    show_refusals,
)

bp = Blueprint("fewer", __name__)

Answer = str | tuple[str, int] | BaseResponse


class StillTooMany(Refusal):
    """They do not find room either."""

    sentence = msgid("Il n’y a pas assez de places pour ces personnes. Venez moins nombreux, ou attendez.")


@bp.get("/e/<code:code>/inscription/moins")
def form(code: str) -> Answer:
    """Who comes?"""
    event = listings.by_code(code, whole=False)
    answers = kept_answers.answers_of(event)
    if answers is None or isinstance(answers, ProfessionalAnswers):
        return to_check(code)
    return form_page(event, answers, filled_in(answers))


@bp.post("/e/<code:code>/inscription/moins")
def keep(code: str) -> Answer:
    """Keeps the smaller party, to be read once more; or says that it does not find room either."""
    event = listings.by_code(code, whole=False)
    try:
        enrolment = kept_answers.enrolment_of(event, locked=True)
    except AnswersForgotten:
        return to_check(code)
    answers = enrolments.answers_of(enrolment)
    if answers is None or isinstance(answers, ProfessionalAnswers):  # they come alone: no fewer
        return to_check(code)
    asked: FlaskForm = WhoComesForm() if isinstance(answers, PeopleAnswers) else NumbersForm()
    try:
        smaller = those_who_come(answers, asked)
        load = seats.load_of(smaller.brackets)
        admission.require_possible(event, load)
        if not outlook.of(event, load).has_room:
            raise StillTooMany(field="people" if isinstance(smaller, PeopleAnswers) else "adults")
    except AnswersRefused as refused:
        show_refusals(asked, refused.refusals)
        return form_page(event, answers, asked), 422
    except Refusal as refusal:
        show_refusals(asked, [refusal])
        return form_page(event, answers, asked), 422
    enrolments.keep(enrolment, smaller, clock.now())
    db.session.commit()
    return to_check(code)


def those_who_come(answers: Answers, asked: FlaskForm) -> Answers:
    """The same party without those who stay away. Raises AnswersRefused and the refusals of completeness."""
    if isinstance(answers, PeopleAnswers):
        ticked = {row_number(one) for one in request.form.getlist("people")}
        smaller = answers.keeping([number for number in answers.people if number in ticked])
        smaller.require_complete()
        return smaller
    numbers = party.read_numbers(asked.data)
    return PartyAnswers(**reached.parts_of(answers), adults=numbers.adults, children=numbers.children)


def filled_in(answers: Answers) -> FlaskForm:
    """The form as the party stands now."""
    if isinstance(answers, PeopleAnswers):
        return WhoComesForm(formdata=None, data={"people": [str(number) for number in answers.people]})
    typed = numbers_as_typed(answers) if isinstance(answers, PartyAnswers) else {}
    return NumbersForm(formdata=None, data=typed)


def to_check(code: str) -> BaseResponse:
    """To the page to check."""
    return redirect(url_for("registrations.check", code=code), 303)


def form_page(event: Event, answers: Answers, shown: FlaskForm) -> str:
    """How many places there are, and who takes them."""
    if isinstance(shown, WhoComesForm) and isinstance(answers, PeopleAnswers):
        shown.offer(answers)
    return render_template(
        "residents/registrations/fewer.html",
        territory=event.territory,
        event=event,
        form=shown,
        outlook=outlook.of(event, seats.load_of(answers.brackets)),
    )
