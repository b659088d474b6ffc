"""Registering: the first page of questions, a page to check, then the visitor's own page.

Three forms, as the event asks: the short one (this page is all of it), the full one (a page a person
follows: `people`), and the one of professionals. What is answered stands in an Enrolment, never in addresses.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock, languages
from eventsapp.agenda import listings
from eventsapp.agenda.entry_rules import EntryForm
from eventsapp.agenda.models import Audience, Event
from eventsapp.database import db, only_reading
from eventsapp.directory.listings import quartiers
from eventsapp.people import professionals
from eventsapp.refusals import Conflict, Refusal
from eventsapp.registrations import (
    admission,
    booking,
    enrolments,
    outlook,
    party,
    people_answers,
    professional_answers,
    referrals,
    seats,
)
from eventsapp.registrations.admission import (
    NoRegistrationNeeded,
    PartyOverCapacity,
    PartyOverQuota,
    TooFewAdults,
)
from eventsapp.registrations.booking import AnswersChanged, Confirmed, RoomForSome
from eventsapp.registrations.enrolments import Answers, AnswersForgotten
from eventsapp.registrations.models import Enrolment
from eventsapp.registrations.outlook import Outlook
from eventsapp.registrations.party import AnswersRefused, PartyAnswers
from eventsapp.registrations.people_answers import AdultNotListed, NobodyListed, PeopleAnswers
from eventsapp.registrations.referrals import ByReferralOnly
from eventsapp.web import traps
from eventsapp.web.residents import kept_answers, own_door
from eventsapp.web.residents.enrolment_forms import (
    AboutForm,
    PartyForm,
    ProfessionalForm,
    ReachedForm,
    answers_as_typed,
    show_refusals,
)
from eventsapp.web.residents.groups import group_of
from eventsapp.web.residents.kept_answers import closed_page, forgotten_page, token_of
from eventsapp.web.residents.referrals import held
from eventsapp.web.residents.untouched import questions_of
from eventsapp.web.traps import Trapped

bp = Blueprint("registrations", __name__)

RATHER_WAIT = "attendre"
"""The choice of a party that does not want to come fewer."""
CANNOT_COME = (PartyOverCapacity, PartyOverQuota, TooFewAdults, NobodyListed, AdultNotListed)
"""What a group must change before anybody registers it."""
Answer = str | tuple[str, int] | BaseResponse


@bp.get("/e/<code:code>/inscription")
def form(code: str) -> Answer:
    """The first page; what was typed a moment ago stands in it again."""
    only_reading()
    event = listings.by_code(code, whole=False)
    try:
        admission.require_open(event, clock.now())
        referrals.require(event, held(code), clock.now())
    except (NoRegistrationNeeded, ByReferralOnly) as refusal:
        return closed_page(event, refusal), 200
    except Conflict as refusal:
        return closed_page(event, refusal), 410
    known = kept_answers.answers_of(event)
    typed = answers_as_typed(known) if known else {}
    return form_page(event, form_for(event)(formdata=None, data=typed))


@bp.post("/e/<code:code>/inscription")
def keep_answers(code: str) -> Answer:
    """Keeps the answers for a while and goes on, or gives them back with the reasons."""
    event = listings.by_code(code, whole=False)
    answered = form_for(event)()
    try:
        referrals.require(event, held(code), clock.now())
        traps.require_hand(event.code)
        if isinstance(answered, AboutForm):
            return begin(event, answered)
        read = professional_answers.read if isinstance(answered, ProfessionalForm) else party.read
        token = enrolments.open_(event, read(answered.data), clock.now())
    except AnswersRefused as refused:
        return given_back(event, answered, refused.refusals)
    except Trapped as refusal:
        answered.form_errors.append(gettext(refusal.sentence))
        return given_back(event, answered, [])
    except CANNOT_COME as refusal:
        return given_back(event, answered, [refusal])
    except Conflict as refusal:
        return closed_page(event, refusal), 409
    replaced = token_of(event.code)
    if replaced is not None:
        enrolments.forget(replaced)
    kept_answers.remember(event, token)
    db.session.commit()
    return redirect(url_for("registrations.check", code=code), 303)


def begin(event: Event, answered: AboutForm) -> BaseResponse:
    """The first page of the full form: a new enrolment, or the same whose group stays as it is.

    Raises AnswersRefused and the refusals of `admission`.
    """
    offered = [one.id for one in quartiers(event.territory)]
    known, quartier = people_answers.read_about(answered.data, offered)
    admission.require_open(event, clock.now())
    before = kept_answers.answers_of(event)
    if isinstance(before, PeopleAnswers):
        answers = before.told_again(known, quartier)
        enrolments.keep(kept_answers.enrolment_of(event, locked=True), answers, clock.now())
    else:
        answers = PeopleAnswers.begun(known, quartier)
        kept_answers.remember(event, enrolments.open_(event, answers, clock.now()))
    db.session.commit()
    if answers.people:
        return redirect(url_for("people.index", code=event.code), 303)
    return redirect(url_for("people.person", code=event.code, number=answers.next_number), 303)


@bp.get("/e/<code:code>/inscription/verification")
def check(code: str) -> Answer:
    """What was answered, to read once more; or that it is done already."""
    only_reading()
    event = listings.by_code(code, whole=False)
    if token_of(event.code) is None:
        return redirect(url_for("registrations.form", code=code), 303)
    try:
        enrolment = kept_answers.enrolment_of(event)
        answers = enrolments.answers_of(enrolment)
        if answers is not None:
            admission.require_open(event, clock.now())
            referrals.require(event, held(code), clock.now())
        if isinstance(answers, PeopleAnswers):
            answers.require_complete()
    except AnswersForgotten:
        return forgotten_page(event)
    except (NobodyListed, AdultNotListed):
        return redirect(url_for("people.index", code=code), 303)
    except Conflict as refusal:
        return closed_page(event, refusal), 410
    return check_page(event, enrolment, answers)


@bp.post("/e/<code:code>/inscription/verification")
def confirm(code: str) -> Answer:
    """Registers, once however often it is sent, and goes to the visitor's own page.

    Where only some of them find room and they have not said what they prefer, the page to check asks.
    """
    token = token_of(code)
    event = listings.by_code(code, whole=False)
    if token is None:
        return forgotten_page(event)
    try:
        confirmed = booking.confirm(
            token,
            event.id,
            language=languages.current().code,
            now=clock.now(),
            referral=held(code),
            seen=request.form.get("answers"),
            rather_waits=request.form.get("choice") == RATHER_WAIT,
            user_agent=request.user_agent.string,
        )
    except AnswersForgotten:
        return forgotten_page(listings.by_code(code, whole=False))
    except (AnswersChanged, RoomForSome):
        return redirect(url_for("registrations.check", code=code), 303)
    except CANNOT_COME as refusal:
        return back_to_group(code, refusal)
    except Conflict as refusal:
        return closed_page(listings.by_code(code, whole=False), refusal), 409
    address = own_address(confirmed)
    if confirmed.browser_token is not None:
        own_door.remember(confirmed.browser_token)
    db.session.commit()
    return redirect(address, 303)


def own_address(confirmed: Confirmed) -> str:
    """The page of whoever registered."""
    page = "own_page.show" if confirmed.registration.professional_id is None else "professional_page.show"
    return url_for(page, token=confirmed.link_token)


def form_for(event: Event) -> type[ReachedForm]:
    """Which form an event asks."""
    if event.audience is Audience.PROFESSIONALS:
        return ProfessionalForm
    return AboutForm if event.entry.form is EntryForm.FULL else PartyForm


def form_page(event: Event, shown: ReachedForm) -> str:
    """The first page of questions."""
    about: dict[str, Any] = {"territory": event.territory, "event": event, "form": shown}
    if isinstance(shown, AboutForm):
        shown.offer(quartiers(event.territory))
        return render_template("residents/registrations/about.html", **about)
    if isinstance(shown, ProfessionalForm):
        names = professionals.names_in(event.territory)
        return render_template("residents/registrations/professional.html", names=names, **about)
    return render_template("residents/registrations/form.html", questions_of=questions_of, **about)


def given_back(event: Event, shown: ReachedForm, refusals: list[Refusal]) -> tuple[str, int]:
    """The same page, with what was typed and each reason beside its field."""
    db.session.rollback()
    show_refusals(shown, refusals)
    return form_page(listings.by_code(event.code, whole=False), shown), 422


def back_to_group(code: str, refusal: Refusal) -> Answer:
    """The page where the group is changed, with the reason: places or quotas changed meanwhile."""
    db.session.rollback()
    event = listings.by_code(code, whole=False)
    answers = kept_answers.answers_of(event)
    if answers is None or isinstance(answers, PeopleAnswers):
        return redirect(url_for("people.index", code=code), 303)
    return given_back(event, form_for(event)(formdata=None, data=answers_as_typed(answers)), [refusal])


def check_page(event: Event, enrolment: Enrolment, answers: Answers | None) -> str:
    """The answers to read again, and whether there is room for all."""
    ahead = outlook.of(event, seats.load_of(answers.brackets)) if answers else Outlook(True, 0)
    waits = answers is not None and not ahead.has_room
    return render_template(
        "residents/registrations/check.html",
        territory=event.territory,
        event=event,
        answers=answers,
        is_party=isinstance(answers, PartyAnswers),
        is_full=isinstance(answers, PeopleAnswers),
        quartier=quartier_name(event, answers),
        mark=enrolments.mark_of(enrolment),
        group=group_of(answers.brackets) if answers else [],
        outlook=ahead,
        rank=outlook.next_rank(event) if waits else None,
        rather_wait=RATHER_WAIT,
        is_kept=waits and ahead.is_kept,
    )


def quartier_name(event: Event, answers: Answers | None) -> str:
    """The name of the quartier that was chosen."""
    if not isinstance(answers, PeopleAnswers) or answers.quartier_id is None:
        return ""
    return next((one.name for one in quartiers(event.territory) if one.id == answers.quartier_id), "")
