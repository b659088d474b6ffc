"""The group of the full form: a page a person, and « Ajouter quelqu’un ? » between them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.agenda import listings
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.contacts import LONGEST_NAME
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.registrations import admission, enrolments, people_answers, seats
from eventsapp.registrations.enrolments import AnswersForgotten
from eventsapp.registrations.models import Enrolment
from eventsapp.registrations.party import LARGEST_PARTY, AnswersRefused, PartyTooLarge
from eventsapp.registrations.people_answers import PeopleAnswers
from eventsapp.web.residents import kept_answers
from eventsapp.web.residents.enrolment_forms import MoreForm, PersonForm, person_as_typed, show_refusals
from eventsapp.web.residents.groups import group_of
from eventsapp.web.residents.kept_answers import closed_page, forgotten_page

bp = Blueprint("people", __name__)

Answer = str | tuple[str, int] | BaseResponse


class YesOrNoMissing(Refusal):
    """Neither yes nor no."""

    sentence = msgid("Choisissez oui ou non.")


class NotBegun(Conflict):
    """No group is being written down for this event: it begins with the first page."""


@bp.get("/e/<code:code>/inscription/personnes")
def index(code: str) -> Answer:
    """Who is in the group; one more?"""
    event = listings.by_code(code, whole=False)
    _, answers = group_at(event)
    if not answers.people:
        return to_person(event, answers.next_number)
    return index_page(event, answers, MoreForm(formdata=None))


@bp.post("/e/<code:code>/inscription/personnes")
def more(code: str) -> Answer:
    """Yes: the page of one more. No: to the check, if the group may come."""
    event = listings.by_code(code, whole=False)
    _, answers = group_at(event)
    asked = MoreForm()
    if asked.more.data == "oui":
        return to_person(event, answers.next_number)
    try:
        if asked.more.data != "non":
            raise YesOrNoMissing(field="more")
        answers.require_complete()
        admission.require_possible(event, seats.load_of(answers.brackets))
    except Refusal as refusal:
        show_refusals(asked, [refusal])
        return index_page(event, answers, asked), 422
    return redirect(url_for("registrations.check", code=code), 303)


@bp.get("/e/<code:code>/inscription/personnes/<int:number>")
def person(code: str, number: int) -> Answer:
    """The page of one person: who is there already, or the next."""
    event = listings.by_code(code, whole=False)
    _, answers = group_at(event)
    known = answers.people.get(number)
    if known is not None:
        return person_page(event, answers, number, PersonForm(formdata=None, data=person_as_typed(known)))
    if number != answers.next_number or answers.seats >= LARGEST_PARTY:
        return redirect(url_for("people.index", code=code), 303)
    # Most who fill it in come themselves: their first name was typed a moment ago.
    typed = {} if answers.drawn else {"first_name": answers.first_name}
    return person_page(event, answers, number, PersonForm(formdata=None, data=typed))


@bp.post("/e/<code:code>/inscription/personnes/<int:number>")
def keep_person(code: str, number: int) -> Answer:
    """Writes one person down, or gives the page back with the reasons. Sent twice, it is one person."""
    event = listings.by_code(code, whole=False)
    enrolment, answers = group_at(event, locked=True)
    asked = PersonForm()
    try:
        member = people_answers.read_person(asked.data, request.form.getlist("needs"))
        answers = answers.with_person(number, member)
    except AnswersRefused as refused:
        show_refusals(asked, refused.refusals)
        return person_page(event, answers, number, asked), 422
    except PartyTooLarge as refusal:
        show_refusals(asked, [refusal])
        return person_page(event, answers, number, asked), 422
    except NotFound:  # taken out in another tab
        return redirect(url_for("people.index", code=code), 303)
    enrolments.keep(enrolment, answers, clock.now())
    db.session.commit()
    return redirect(url_for("people.index", code=code), 303)


@bp.post("/e/<code:code>/inscription/personnes/<int:number>/retrait")
def remove(code: str, number: int) -> Answer:
    """One fewer; nothing happens when they are gone already."""
    event = listings.by_code(code, whole=False)
    enrolment, answers = group_at(event, locked=True)
    enrolments.keep(enrolment, answers.keeping(answers.people.keys() - {number}), clock.now())
    db.session.commit()
    return redirect(url_for("people.index", code=code), 303)


def group_at(event: Event, *, locked: bool = False) -> tuple[Enrolment, PeopleAnswers]:
    """What this visitor has written down. Raises AnswersForgotten, NotBegun, the refusals of `admission`."""
    if kept_answers.token_of(event.code) is None:
        raise NotBegun()
    enrolment = kept_answers.enrolment_of(event, locked=locked)
    answers = enrolments.answers_of(enrolment)
    if not isinstance(answers, PeopleAnswers):
        raise NotBegun()
    admission.require_open(event, clock.now())
    return enrolment, answers


@bp.errorhandler(AnswersForgotten)
def forgotten(_error: AnswersForgotten) -> tuple[str, int]:
    """The hour is over."""
    db.session.rollback()
    return forgotten_page(event_here())


@bp.errorhandler(NotBegun)
def not_begun(_error: NotBegun) -> BaseResponse:
    """Nothing is written down, or it is confirmed already: the check says which."""
    db.session.rollback()
    return redirect(url_for("registrations.check", code=event_here().code), 303)


@bp.errorhandler(Conflict)
def closed(error: Conflict) -> tuple[str, int]:
    """Nobody registers any more."""
    db.session.rollback()
    return closed_page(event_here(), error), 409 if request.method == "POST" else 410


def event_here() -> Event:
    """The event of the address."""
    return listings.by_code((request.view_args or {})["code"], whole=False)


def to_person(event: Event, number: int) -> BaseResponse:
    """To the page of one person."""
    return redirect(url_for("people.person", code=event.code, number=number), 303)


def index_page(event: Event, answers: PeopleAnswers, shown: MoreForm) -> str:
    """The group, and whether somebody is missing."""
    return render_template(
        "residents/registrations/people.html",
        territory=event.territory,
        event=event,
        answers=answers,
        group=group_of(answers.brackets),
        form=shown,
        is_largest=answers.seats >= LARGEST_PARTY,
    )


def person_page(event: Event, answers: PeopleAnswers, number: int, shown: PersonForm) -> str:
    """The questions about one person, and who is in the group already."""
    before = [one for one in answers.people if one < number]
    return render_template(
        "residents/registrations/person.html",
        territory=event.territory,
        event=event,
        answers=answers,
        number=number,
        place=len(before) + 1,
        others={one: member for one, member in answers.people.items() if one != number},
        form=shown,
        longest=LONGEST_NAME,
    )
