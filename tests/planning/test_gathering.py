"""The problem of a school year is what the database says, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from itertools import product

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import ActivityKind
from eventsapp.clock import local
from eventsapp.places.models import VenueKind
from eventsapp.planning import gathering
from eventsapp.planning.engine.saturdays.problem import Line
from eventsapp.planning.gathering import NOBODY, NoAssociations, NoSchools, Question
from eventsapp.planning.owed_months import (
    SchoolYearIsOver,
    SchoolYearUnknown,
    first_day_to_plan,
    school_year,
)
from eventsapp.programme.school_calendar import CalendarNotCovered
from tests import factories, saturdays
from tests.saturdays import OPEN_SATURDAYS, YEAR

pytestmark = pytest.mark.usefixtures("db_session")


def gather(label: str = YEAR, now: datetime | None = None) -> Question:
    year = school_year(label)
    return gathering.gather(
        factories.a_territory(), year, first_day=first_day_to_plan(year, now or clock.now())
    )


def test_the_open_saturdays_that_are_left_month_by_month() -> None:
    saturdays.a_town()
    found = {period.id: [day.day for day in period.dates] for period in gather().problem.periods}
    assert found == OPEN_SATURDAYS


def test_today_is_too_late_and_a_year_that_has_not_begun_is_planned_whole() -> None:
    saturdays.a_town()
    on_saturday = datetime(2026, 12, 5, 7, tzinfo=UTC)
    first = gather(now=on_saturday).problem.dates[0]
    assert first == date(2026, 12, 12)

    next_year = gather("2027-2028").problem
    assert next_year.dates[0] == date(2027, 9, 4)
    assert [period.id for period in next_year.periods] == [
        *(f"2027-{month:02d}" for month in range(9, 13)),
        *(f"2028-{month:02d}" for month in range(1, 7)),
    ]


def test_schools_that_hold_saturdays_with_what_they_wish_and_nobody_else() -> None:
    curial, manin, tandou = saturdays.a_town()
    factories.a_school("Collège Pailleron", kind=VenueKind.MIDDLE_SCHOOL)
    factories.a_school("École Parmentier", territory=factories.a_territory(10))
    saturdays.a_wish(manin, "le sommeil")
    saturdays.a_wish(manin, "les écrans")

    schools = gather().problem.schools

    assert [(school.id, school.name) for school in schools] == [
        (curial.id, "Curial"),
        (manin.id, "Manin"),
        (tandou.id, "Tandou"),
    ]
    sleep, screens = saturdays.a_topic("le sommeil").id, saturdays.a_topic("les écrans").id
    assert [school.wishes for school in schools] == [(), (sleep, screens), ()]
    assert {school.periods for school in schools} == {tuple(OPEN_SATURDAYS)}


def test_approved_associations_with_their_limits_and_absences() -> None:
    factories.a_school()
    near = saturdays.an_offer(
        "La Ludothèque",
        "jouer ensemble",
        reach_metres=800,
        per_month=2,
        per_year=6,
        crews=1,
        away=["2026-12-05"],
        latitude=48.889,
        longitude=2.376,
    )
    saturdays.an_offer("Pas encore agréée", "les écrans", approved=False)
    saturdays.an_offer("Du 10e", "les écrans", territory=factories.a_territory(10))

    [association] = gather().problem.associations

    assert (association.id, association.name) == (near.organisation_id, "La Ludothèque")
    assert (association.max_per_month, association.max_per_year, association.crews) == (2, 6, 1)
    assert association.reach == 800
    assert association.available is not None
    every_day = {
        date(*map(int, (*month.split("-"), day))) for month, days in OPEN_SATURDAYS.items() for day in days
    }
    assert association.available == every_day - {date(2026, 12, 5)}


def test_places_that_are_not_on_the_map() -> None:
    """A school without coordinates is reached by who goes everywhere; a home without, measures nothing."""
    school = factories.a_school(latitude=None, longitude=None)
    saturdays.an_offer("Du canal", "les écrans", reach_metres=900, latitude=48.889, longitude=2.376)
    saturdays.an_offer("Sans adresse", "le sommeil", reach_metres=900)

    problem = gather().problem

    [position] = [one.position for one in problem.schools if one.id == school.id]
    by_name = {one.name: one for one in problem.associations}
    canal = by_name["Du canal"]
    assert canal.position is not None
    assert canal.reach is not None
    assert position.distance(canal.position) > canal.reach
    assert by_name["Sans adresse"].reach is None


def test_what_is_announced_takes_its_month_and_what_is_cancelled_gives_it_back() -> None:
    curial, manin, _ = saturdays.a_town()
    espace = saturdays.an_offer("Régie de quartier", "bien manger").organisation
    held = saturdays.a_saturday(
        curial, date(2026, 12, 5), host=espace, topic=saturdays.a_topic("bien manger")
    )
    off = saturdays.a_saturday(manin, date(2026, 12, 12), host=espace)
    scheduling.cancel(off, actor="account:1", now=clock.now())

    asked = gather()

    assert asked.problem.published == (
        Line(
            curial.id,
            "2026-12",
            date(2026, 12, 5),
            espace.id,
            saturdays.a_topic("bien manger").id,
            published=True,
        ),
    )
    assert asked.events == {(curial.id, date(2026, 12, 5)): held.id}


def test_a_second_saturday_of_a_month_and_those_of_months_gone_only_take_their_place() -> None:
    curial, _, _ = saturdays.a_town()
    host = saturdays.an_offer("Régie de quartier", "bien manger", per_year=5).organisation
    last_june = saturdays.a_saturday(curial, date(2026, 6, 20), host=host)
    for day in (date(2026, 9, 12), date(2026, 12, 5), date(2026, 12, 12)):
        saturdays.a_saturday(curial, day, host=host)

    problem = gather().problem

    assert [(line.date, line.period) for line in problem.published] == [
        (clock.day_of(last_june.starts_at), None),
        (date(2026, 9, 12), None),
        (date(2026, 12, 5), "2026-12"),
        (date(2026, 12, 12), None),
    ]
    # September and the second of December are spent of this year's five; last June is of another year.
    assert {one.max_per_year for one in problem.associations if one.id == host.id} == {3}


def test_what_parents_asked_for_and_heard_in_september_is_asked_no_more() -> None:
    curial, manin, _ = saturdays.a_town()
    for school, topic in product((curial, manin), ("le sommeil", "les écrans")):
        saturdays.a_wish(school, topic)
    saturdays.a_saturday(curial, date(2026, 9, 12), topic=saturdays.a_topic("le sommeil"))
    saturdays.a_saturday(manin, date(2026, 6, 20), topic=saturdays.a_topic("le sommeil"))

    schools = {school.name: school.wishes for school in gather().problem.schools}

    sleep, screens = saturdays.a_topic("le sommeil").id, saturdays.a_topic("les écrans").id
    assert schools == {"Curial": (screens,), "Manin": (sleep, screens), "Tandou": ()}


def test_saturdays_by_who_offers_nothing_stay_and_nobody_is_asked_for_more() -> None:
    curial, manin, _ = saturdays.a_town()
    old_friend = factories.an_association("Une amie de longue date")
    saturdays.a_saturday(curial, date(2026, 12, 5), host=old_friend)
    saturdays.a_saturday(manin, date(2026, 12, 5))

    problem = gather().problem

    assert [(line.association, line.topic) for line in problem.published] == [
        (old_friend.id, NOBODY),
        (NOBODY, NOBODY),
    ]
    assert {one.id: one.topics for one in problem.associations if one.id in {old_friend.id, NOBODY}} == {
        old_friend.id: (),
        NOBODY: (),
    }


def test_nobody_is_in_two_places_whatever_the_other_place_is_for() -> None:
    """A workshop on a Saturday takes its host's day in any territory, and a school's if it is held there."""
    curial, manin, _ = saturdays.a_town()
    baker = saturdays.an_offer("La Boulange", "bien manger").organisation
    elsewhere = factories.a_territory(10)
    workshop = factories.an_activity(
        "Le pain", action=factories.an_action("Mangez mieux", territory=elsewhere), kind=ActivityKind.WORKSHOP
    )
    factories.an_event("Le pain", activity=workshop, starts_at=local(date(2026, 12, 12), 14), host=baker)
    factories.an_event("La fête de l’école", venue=manin, starts_at=local(date(2027, 6, 26), 10))
    factories.an_event("Un mercredi", venue=curial, starts_at=local(date(2027, 6, 23), 10), host=baker)

    problem = gather().problem

    [bread] = [one.available for one in problem.associations if one.id == baker.id]
    assert bread is not None
    assert set(problem.dates) - bread == {date(2026, 12, 12)}
    assert {one.name: one.unavailable for one in problem.schools} == {
        "Curial": frozenset(),
        "Manin": frozenset({date(2027, 6, 26)}),
        "Tandou": frozenset(),
    }


@pytest.mark.parametrize("label", ["", "2026", "2026-2028", "2026/2027", "26-27", "2026-2027 ", "année"])
def test_a_school_year_is_written_one_way(label: str) -> None:
    with pytest.raises(SchoolYearUnknown):
        school_year(label)


def test_what_cannot_be_planned_is_refused_with_its_reason() -> None:
    with pytest.raises(NoSchools):
        gather()
    factories.a_school()
    with pytest.raises(NoAssociations):
        gather()
    saturdays.an_offer("Espace 19", "les écrans")
    with pytest.raises(SchoolYearIsOver):
        gather("2025-2026")
    with pytest.raises(CalendarNotCovered):
        gather("2030-2031")


def test_as_many_statements_for_three_schools_as_for_thirty(
    db_session: scoped_session[Session], statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def said() -> int:
        db_session.commit()
        territory = factories.a_territory()
        assert territory.id
        db_session.expunge_all()
        territory = factories.a_territory()
        year = school_year(YEAR)
        with statements() as collected:
            gathering.gather(territory, year, first_day=first_day_to_plan(year, clock.now()))
        return len(collected)

    curial, _, _ = saturdays.a_town()
    saturdays.a_saturday(curial, date(2026, 12, 5))
    few = said()
    for number in range(27):
        school = factories.a_school(f"École {number}")
        saturdays.a_wish(school, f"sujet {number}")
        saturdays.an_offer(f"Association {number}", f"sujet {number}", "les écrans")
        saturdays.a_saturday(school, date(2026, 12, 12))
    assert (few, said()) == (6, 6)
