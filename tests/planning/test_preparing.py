"""« Préparer l’année suivante »: what it takes over, who is asked, and what an answer does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.database import db
from eventsapp.directory import venues
from eventsapp.journal import JournalLine
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.mailroom.outbox import Reader
from eventsapp.people.contacts import TooLong
from eventsapp.places.models import VenueKind
from eventsapp.planning import gathering, preparations, preparing
from eventsapp.planning.gathering import NoAssociations
from eventsapp.planning.models import Comeback, ComebackQuestion, FormerPair, YearPreparation
from eventsapp.planning.preparations import QuestionDoesNotWork
from eventsapp.planning.preparing import AlreadyPrepared, AnswerMissing, NobodyToAsk, TargetImpossible
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.refusals import NotFound
from tests import factories, saturdays
from tests.registrations.stories import text_of

pytestmark = pytest.mark.usefixtures("db_session")

SAMIRA = "account:1"
NEXT = SchoolYear(2027)


def opened() -> YearPreparation:
    """Espace 19 came twice to Curial and once to Manin; one of its dates was cancelled, one has no host."""
    curial, manin, _ = saturdays.a_town()
    offers = {one.organisation.name: one.organisation for one in gathering._offers(curial.territory, NEXT)}
    espace = offers["Espace 19"]
    saturdays.a_saturday(curial, date(2026, 12, 5), host=espace)
    saturdays.a_saturday(curial, date(2027, 1, 9), host=espace)
    saturdays.a_saturday(manin, date(2027, 1, 16), host=espace)
    saturdays.a_saturday(manin, date(2027, 3, 6))
    off = saturdays.a_saturday(manin, date(2027, 5, 15), host=espace)
    scheduling.cancel(off, actor=SAMIRA, now=clock.now())
    saturdays.a_saturday(curial, date(2027, 9, 4), host=espace)  # of the year itself
    factories.a_school("Collège Mozart", kind=VenueKind.MIDDLE_SCHOOL)
    factories.a_school("École Récollets", territory=factories.a_territory(10))
    return preparing.open_(curial.territory, NEXT, actor=SAMIRA, now=clock.now())


def question_to(preparation: YearPreparation, name: str) -> ComebackQuestion:
    return next(one for one in preparations.questions_of(preparation) if one.organisation.name == name)


def test_a_year_takes_over_schools_partners_pairs_and_targets() -> None:
    preparation = opened()
    schools = preparations.schools_of(preparation)
    assert [
        (one.target.venue.short_name, one.target.sessions_before, one.target.sessions) for one in schools
    ] == [("Curial", 2, 2), ("Manin", 2, 2), ("Tandou", 0, 10)]
    assert [[(pair.organisation.name, pair.sessions) for pair in one.pairs] for one in schools] == [
        [("Espace 19", 2)],
        [("Espace 19", 1)],
        [],
    ]
    assert [
        (one.organisation.name, one.sessions_before, one.answer)
        for one in preparations.questions_of(preparation)
    ] == [("Espace 19", 3, None), ("Le Café des parents", 0, None)]


def test_a_school_that_was_given_up_is_not_owed_anything() -> None:
    curial, manin, _ = saturdays.a_town()
    saturdays.a_saturday(manin, date(2026, 12, 5))
    venues.end(manin, actor=SAMIRA, now=clock.now())
    preparation = preparing.open_(curial.territory, NEXT, actor=SAMIRA, now=clock.now())
    assert [one.target.venue.short_name for one in preparations.schools_of(preparation)] == [
        "Curial",
        "Tandou",
    ]


def test_a_year_is_opened_once_in_each_territory() -> None:
    preparation = opened()
    with pytest.raises(AlreadyPrepared):
        preparing.open_(preparation.territory, NEXT, actor=SAMIRA, now=clock.now())
    assert preparations.of(factories.a_territory(10), NEXT.label) is None
    assert len(db.session.scalars(select(FormerPair)).all()) == 2


def test_a_territory_without_schools_or_partners_prepares_an_empty_year() -> None:
    preparation = preparing.open_(factories.a_territory(10), NEXT, actor=SAMIRA, now=clock.now())
    assert (preparations.schools_of(preparation), preparations.questions_of(preparation)) == ([], [])


def readers(preparation: YearPreparation) -> dict[int, Reader]:
    """Espace 19 has an address, the café a telephone."""
    ways = {"Espace 19": {"email": "nadia@example.org"}, "Le Café des parents": {"phone": "+33639980001"}}
    return {
        one.organisation_id: Reader(name="Nadia", language="fr", **ways[one.organisation.name])
        for one in preparations.questions_of(preparation)
    }


def test_partners_are_asked_each_by_the_way_they_have() -> None:
    preparation = opened()
    assert preparing.ask(preparation, readers(preparation), actor=SAMIRA, now=clock.now()) == 2
    mail, call = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    assert (mail.channel, mail.address, mail.is_sealed) == (Channel.MAIL, "nadia@example.org", True)
    assert (call.channel, call.address) == (Channel.CALL, "+33639980001")
    assert "on-repart" not in call.text


def test_nobody_is_asked_twice_in_a_week_nor_once_they_have_answered() -> None:
    preparation = opened()
    to, now = readers(preparation), clock.now()
    preparing.answer(question_to(preparation, "Espace 19"), "oui", "", actor="visitor", now=now)
    assert preparing.ask(preparation, to, actor=SAMIRA, now=now) == 1
    with pytest.raises(NobodyToAsk):
        preparing.ask(preparation, to, actor=SAMIRA, now=now + timedelta(days=6))
    assert preparing.ask(preparation, to, actor=SAMIRA, now=now + timedelta(days=8)) == 1


def test_whoever_cannot_be_reached_stays_to_be_asked() -> None:
    preparation = opened()
    with pytest.raises(NobodyToAsk):
        preparing.ask(preparation, {}, actor=SAMIRA, now=clock.now())
    assert [one.asked_at for one in preparations.questions_of(preparation)] == [None, None]


def test_a_newer_link_replaces_the_older_one() -> None:
    preparation = opened()
    to, now = readers(preparation), clock.now()
    preparing.ask(preparation, to, actor=SAMIRA, now=now)
    preparing.ask(preparation, to, actor=SAMIRA, now=now + timedelta(days=8))
    first, second = (
        next(word for word in text_of(letter).split() if "/on-repart/" in word).rpartition("/")[2]
        for letter in db.session.scalars(
            select(Letter).where(Letter.channel == Channel.MAIL).order_by(Letter.id)
        )
    )
    assert preparations.behind(second).organisation.name == "Espace 19"
    for token in (first, "", "invented"):
        with pytest.raises(QuestionDoesNotWork):
            preparations.behind(token)


def test_who_answers_no_is_left_out_of_the_plans_of_that_year_only() -> None:
    preparation = opened()
    territory, now = preparation.territory, clock.now()
    no = question_to(preparation, "Espace 19")
    preparing.answer(no, "non", " Nous  fermons ", actor="visitor", now=now)
    assert (no.answer, no.words, no.answered_at) == (Comeback.NO, "Nous fermons", now)
    next_year = gathering.gather(territory, NEXT, first_day=NEXT.first).problem
    assert [one.name for one in next_year.associations if one.topics] == ["Le Café des parents"]
    present = gathering.gather(territory, SchoolYear(2026), first_day=date(2026, 11, 23)).problem
    assert len([one for one in present.associations if one.topics]) == 2

    preparing.answer(no, "a_voir", "", actor=SAMIRA, now=now)
    assert len(gathering.gather(territory, NEXT, first_day=NEXT.first).problem.associations) == 2
    verbs = select(JournalLine.verb).where(JournalLine.thing == "comeback_question")
    assert list(db.session.scalars(verbs)) == ["answered", "answered"]


def test_when_nobody_comes_back_there_is_nobody_to_plan_with() -> None:
    preparation = opened()
    for question in preparations.questions_of(preparation):
        preparing.answer(question, "non", "", actor=SAMIRA, now=clock.now())
    with pytest.raises(NoAssociations):
        gathering.gather(preparation.territory, NEXT, first_day=NEXT.first)


@pytest.mark.parametrize("said", ["", "peut-être", "OUI"])
def test_an_answer_is_one_of_three(said: str) -> None:
    question = question_to(opened(), "Espace 19")
    with pytest.raises(AnswerMissing):
        preparing.answer(question, said, "", actor="visitor", now=clock.now())
    with pytest.raises(TooLong):
        preparing.answer(question, "oui", "x" * 401, actor="visitor", now=clock.now())
    assert question.answered_at is None


def test_a_question_of_another_territory_is_not_found() -> None:
    question = question_to(opened(), "Espace 19")
    with pytest.raises(NotFound):
        preparations.question_by_id(question.id, factories.a_territory(10))


def test_targets_change_all_or_none() -> None:
    preparation = opened()
    curial, manin, _ = preparations.targets_of(preparation)
    wanted = {curial.venue_id: " 8 ", manin.venue_id: "2"}
    assert preparing.set_targets(preparation, wanted, actor=SAMIRA, now=clock.now()) == 1
    assert preparing.set_targets(preparation, wanted, actor=SAMIRA, now=clock.now()) == 0
    assert (curial.sessions, manin.sessions) == (8, 2)


@pytest.mark.parametrize("typed", ["", "41", "-1", "dix", "2,5", "²", "999999999999999999999"])
def test_a_target_is_a_number_of_saturdays(typed: str) -> None:
    preparation = opened()
    school = preparations.targets_of(preparation)[0].venue_id
    with pytest.raises(TargetImpossible) as refused:
        preparing.set_targets(preparation, {school: typed}, actor=SAMIRA, now=clock.now())
    assert refused.value.field == f"school-{school}"
