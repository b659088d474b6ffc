"""A school year planned: small towns whose right answer is known, then towns drawn at random."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from eventsapp.planning.engine.saturdays.checking import check
from eventsapp.planning.engine.saturdays.plan import Objective, WhyGap, WhyLine
from eventsapp.planning.engine.saturdays.problem import Association, Period, Problem, School, Weights
from eventsapp.planning.engine.saturdays.solving import solve
from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress
from tests.planning.solving import PATIENT, planned
from tests.planning.town import (
    APRIL,
    FEBRUARY,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    association,
    gaps,
    hosts,
    published,
    school,
    why_gap,
)

# ---------------------------------------------------------------- stories


def test_two_schools_share_the_one_association_on_two_mornings():
    found = planned(
        Problem((OCTOBER,), (school("Curial", OCTOBER), school("Tandou", OCTOBER)), (association("Lire"),))
    )
    assert sorted(line.date for line in found.lines) == list(OCTOBER.dates)
    assert found.gaps == ()
    assert found.ending is Ending.PROVED


def test_one_morning_one_association_and_two_schools_leave_an_honest_gap():
    found = planned(
        Problem((APRIL,), (school("Curial", APRIL), school("Tandou", APRIL)), (association("Lire"),))
    )
    assert len(found.lines) == 1
    assert why_gap(found, WhyGap.ALL_TAKEN) == {
        "dates": ["2027-04-03"],
        "associations": ["Lire"],
        "places": 1,
        "schools": 2,
    }
    assert found.bound.coverage == 1
    assert found.bound.due == 2


def test_an_association_with_two_crews_is_in_two_schools_at_once():
    found = planned(
        Problem((APRIL,), (school("Curial", APRIL), school("Tandou", APRIL)), (association("Lire", crews=2),))
    )
    assert [line.date for line in found.lines] == [date(2027, 4, 3), date(2027, 4, 3)]


def test_nobody_comes_twice_in_a_row_even_over_a_month_without_a_session():
    away_in_october = association("Jouer", available=NOVEMBER.dates)
    found = planned(
        Problem(
            (SEPTEMBER, OCTOBER, NOVEMBER),
            (school("Curial", SEPTEMBER, OCTOBER, NOVEMBER),),
            (association("Lire"), away_in_october),
        )
    )
    assert hosts(found, "Curial") == ["Lire", "Jouer"]
    assert len(found.gaps) == 1
    assert why_gap(found, WhyGap.WOULD_REPEAT) == {"associations": ["Lire"]}
    assert found.bound.coverage == 2


def test_without_that_rule_the_same_association_may_come_every_month():
    months = (SEPTEMBER, OCTOBER, NOVEMBER)
    found = planned(
        Problem(months, (school("Curial", *months),), (association("Lire"),), no_repeat=False),
    )
    assert hosts(found, "Curial") == ["Lire", "Lire", "Lire"]


def test_the_visit_of_last_june_counts_as_the_one_before():
    problem = Problem(
        (SEPTEMBER,),
        (school("Curial", SEPTEMBER),),
        (association("Lire"), association("Jouer")),
        published=(published("Curial", None, date(2026, 6, 20), "Lire"),),
    )
    assert hosts(planned(problem), "Curial") == ["Lire", "Jouer"]
    alone = replace(problem, associations=(association("Lire"),))
    assert gaps(planned(alone)) == [("Curial", "2026-09", "would_repeat")]


def test_what_is_published_stays_whatever_the_rules_say_today():
    """Lire was announced twice in a row, too far away, and on a morning that is closed since."""
    first, second = SEPTEMBER.dates[0], date(2026, 10, 17)
    frozen = (published("Curial", SEPTEMBER, first, "Lire"), published("Curial", OCTOBER, second, "Lire"))
    problem = Problem(
        (SEPTEMBER, OCTOBER, NOVEMBER),
        (school("Curial", SEPTEMBER, OCTOBER, NOVEMBER, closed=[first]),),
        (association("Lire", at=9000, reach=10), association("Jouer")),
        published=frozen,
    )
    found = planned(problem)
    assert [replace(line, reasons=()) for line in found.lines if line.published] == list(frozen)
    assert hosts(found, "Curial") == ["Lire", "Lire", "Jouer"]
    assert found.gaps == ()


def test_what_is_published_takes_its_place_its_month_and_its_year():
    day = APRIL.dates[0]
    problem = Problem(
        (APRIL,),
        (school("Curial", APRIL), school("Tandou", APRIL)),
        (association("Lire"),),
        published=(published("Curial", APRIL, day, "Lire"),),
    )
    assert gaps(planned(problem)) == [("Tandou", "2027-04", "all_taken")]
    third = replace(problem, periods=(replace(APRIL, dates=(day, date(2027, 4, 10))),))
    assert gaps(planned(third)) == []
    monthly = replace(third, associations=(association("Lire", month=1),))
    assert gaps(planned(monthly)) == [("Tandou", "2027-04", "all_taken")]
    yearly = replace(third, associations=(association("Lire", year=1),))
    assert gaps(planned(yearly)) == [("Tandou", "2027-04", "year_limits")]


def test_two_saturdays_of_a_school_stay_apart():
    late, early = Period("2026-09", (date(2026, 9, 26),)), Period("2026-10", (date(2026, 10, 3),))
    problem = Problem(
        (late, early),
        (school("Curial", late, early),),
        (association("Lire"), association("Jouer")),
        min_gap_days=8,
    )
    found = planned(problem)
    assert len(found.lines) == 1
    assert why_gap(found, WhyGap.TOO_SOON) == {"days": 8}
    assert found.bound.coverage == 1
    assert planned(replace(problem, min_gap_days=7)).gaps == ()


def test_a_wish_is_served_before_a_load_is_shared():
    wishful = school("Curial", SEPTEMBER, OCTOBER, wishes=["le sommeil", "les écrans"])
    sleepers = association("Dormir", "le sommeil")
    readers = association("Lire", "la lecture", "les écrans")
    found = planned(Problem((SEPTEMBER, OCTOBER), (wishful,), (sleepers, readers)))
    assert {(line.association, line.topic) for line in found.lines} == {
        ("Dormir", "le sommeil"),
        ("Lire", "les écrans"),
    }
    assert found.objective == Objective(0, 0, 0, 0, 0, load_squares=2)


def test_schools_hear_different_associations_and_topics_and_everyone_works_alike():
    months = (SEPTEMBER, OCTOBER, NOVEMBER, APRIL)
    towns = tuple(school(name, *months) for name in ("Curial", "Tandou", "Rouvet", "Barbanègre"))
    people = tuple(association(name, f"sujet {name}") for name in ("Lire", "Jouer", "Manger", "Dormir"))
    found = planned(Problem(months, towns, people))
    assert {name: len(set(hosts(found, name))) for name in ("Curial", "Tandou", "Rouvet", "Barbanègre")} == {
        "Curial": 4,
        "Tandou": 4,
        "Rouvet": 4,
        "Barbanègre": 4,
    }
    assert Counter(line.association for line in found.lines) == dict.fromkeys(
        ("Lire", "Jouer", "Manger", "Dormir"), 4
    )
    assert found.ending is Ending.PROVED


def test_who_has_come_often_is_asked_less():
    """Lire is announced three times at Tandou: Jouer and Manger share what Curial is owed."""
    months = (SEPTEMBER, OCTOBER, NOVEMBER)
    frozen = tuple(published("Tandou", month, month.dates[0], "Lire") for month in months)
    problem = Problem(
        months,
        (school("Curial", OCTOBER, NOVEMBER), school("Tandou", *months)),
        (association("Lire"), association("Jouer"), association("Manger")),
        published=frozen,
    )
    assert sorted(map(str, hosts(planned(problem), "Curial"))) == ["Jouer", "Manger"]


def test_no_school_takes_all_the_gaps():
    """Two mornings a year for one association each: four schools get one session each, not two get two."""
    months = (FEBRUARY, APRIL)
    towns = tuple(school(name, *months) for name in ("Curial", "Tandou", "Rouvet", "Barbanègre"))
    found = planned(Problem(months, towns, (association("Lire"), association("Jouer"))))
    assert Counter(line.school for line in found.lines) == dict.fromkeys(
        ("Curial", "Tandou", "Rouvet", "Barbanègre"), 1
    )


def test_lines_say_why():
    months = (SEPTEMBER, OCTOBER, NOVEMBER)
    found = planned(
        Problem(
            months,
            (school("Curial", *months, wishes=["les écrans"]),),
            (association("Lire"), association("Jouer", "le jeu", available=OCTOBER.dates)),
            published=(published("Curial", SEPTEMBER, SEPTEMBER.dates[0], "Lire"),),
        )
    )
    assert [[str(reason.key) for reason in line.reasons] for line in found.lines] == [
        [WhyLine.PUBLISHED, WhyLine.SERVES_WISH, WhyLine.FIRST_VISIT],
        [WhyLine.NEW_TOPIC, WhyLine.FIRST_VISIT],
        [WhyLine.COMES_BACK, WhyLine.ONLY_CHOICE],
    ]
    assert found.lines[2].reasons[0].params == {"association": "Lire", "date": "2026-09-05"}


@pytest.mark.parametrize(
    ("town", "people", "key", "params"),
    [
        (school("Curial", Period("2027-03", ())), association("Lire"), WhyGap.NO_OPEN_SATURDAY, {}),
        (
            school("Curial", APRIL, closed=APRIL.dates),
            association("Lire"),
            WhyGap.SCHOOL_CLOSED,
            {"dates": ["2027-04-03"]},
        ),
        (school("Curial", APRIL), association("Lire", at=3000, reach=2999.9), WhyGap.NOBODY_IN_REACH, {}),
        (
            school("Curial", APRIL),
            association("Lire", at=3000, reach=3000, available=[]),
            WhyGap.NOBODY_AVAILABLE,
            {"dates": ["2027-04-03"], "associations": ["Lire"]},
        ),
    ],
)
def test_a_gap_says_what_a_person_can_act_on(
    town: School, people: Association, key: WhyGap, params: dict[str, object]
):
    found = planned(Problem((APRIL, Period("2027-03", ())), (town,), (people,)))
    assert why_gap(found, key) == params
    assert found.bound.coverage == 0


def test_a_town_without_anything_has_an_empty_plan():
    empty = planned(Problem((), (), ()))
    assert (empty.lines, empty.gaps, empty.ending) == ((), (), Ending.PROVED)
    lonely = planned(Problem((APRIL,), (school("Curial", APRIL),), ()))
    assert gaps(lonely) == [("Curial", "2027-04", "nobody_in_reach")]


def test_a_session_before_a_published_one_may_not_repeat_it_and_that_is_proved():
    """Only Lire is free in October, and Lire is announced in November."""
    months = (SEPTEMBER, OCTOBER, NOVEMBER)
    problem = Problem(
        months,
        (school("Curial", *months),),
        (association("Lire"), association("Jouer", available=SEPTEMBER.dates)),
        published=(published("Curial", NOVEMBER, NOVEMBER.dates[0], "Lire"),),
    )
    found = planned(problem)
    assert len(found.lines) == found.bound.coverage == 2


def test_published_visits_that_repeat_one_another_do_not_hide_what_is_possible():
    months = (SEPTEMBER, OCTOBER, NOVEMBER, APRIL)
    problem = Problem(
        months,
        (school("Curial", *months),),
        (association("Lire"),),
        published=(
            published("Curial", SEPTEMBER, SEPTEMBER.dates[0], "Lire"),
            published("Curial", OCTOBER, OCTOBER.dates[0], "Lire"),
        ),
    )
    found = planned(problem)
    assert len(found.lines) == found.bound.coverage == 2
    assert {key for _, _, key in gaps(found)} == {"would_repeat"}


# ---------------------------------------------------------------- the search itself


def big_town() -> Problem:
    """Thirty schools, twelve associations, four months: too short by far, and not trivial."""
    months = (SEPTEMBER, OCTOBER, NOVEMBER, FEBRUARY)
    topics = ["les écrans", "le sommeil", "la lecture", "le jeu", "mes droits"]
    towns = tuple(
        school(
            f"école {n}",
            *months,
            at=100 * n,
            wishes=[topics[n % 5], topics[(n + 1 + n // 7 % 4) % 5]],
        )
        for n in range(30)
    )
    people = tuple(
        association(
            f"association {n}",
            topics[n % 5],
            topics[(n + 1) % 5],
            at=250 * n,
            reach=1500,
            month=2,
            year=7,
        )
        for n in range(12)
    )
    return Problem(months, towns, people, min_gap_days=8)


def stubborn_town() -> Problem:
    """A third of it, with three weeks between two sessions of a school: no start fills it at once."""
    town = big_town()
    return replace(town, schools=town.schools[:10], associations=town.associations[:4], min_gap_days=22)


def test_the_same_seed_gives_the_same_plan_and_another_may_not():
    problem = stubborn_town()
    one, again = (planned(problem, Budget(seconds=None, rounds=40, seed=5)) for _ in range(2))
    assert one == again
    assert planned(problem, Budget(seconds=None, rounds=40, seed=6)).lines != one.lines


def test_progress_goes_forward_and_never_tells_of_a_worse_plan():
    told: list[Progress] = []
    problem = stubborn_town()
    found = solve(problem, Budget(seconds=None, rounds=60, patience=60), told.append)
    assert [one.phase for one in told[:4]] == [
        Phase.STARTING,
        Phase.IMPROVING,
        Phase.BOUNDING,
        Phase.IMPROVING,
    ]
    assert told[-1] == Progress(
        Phase.DONE, 1.0, found.objective.total(problem.weights), found.bound.objective, found
    )
    shares = [one.share for one in told]
    assert shares == sorted(shares)
    objectives = [one.objective for one in told if one.objective is not None]
    assert objectives == sorted(objectives, reverse=True)
    assert all(check(problem, one.best) == [] for one in told if one.best is not None)


def test_a_cancelled_search_gives_back_a_whole_plan():
    asked: list[None] = []

    def fourth_time() -> bool:
        asked.append(None)
        return len(asked) == 4

    problem = stubborn_town()
    found = solve(problem, PATIENT, cancelled=fourth_time)
    assert check(problem, found) == []
    assert (found.ending, found.rounds) == (Ending.CANCELLED, 2)


def test_no_time_at_all_still_gives_a_whole_plan():
    problem = stubborn_town()
    found = solve(problem, Budget(seconds=0))
    assert check(problem, found) == []
    assert (found.ending, found.rounds) == (Ending.TIME_UP, 0)


# ---------------------------------------------------------------- towns drawn at random


def test_weights_may_be_anything_the_coordination_prefers():
    """With gaps free of charge and loads dear, an empty plan is the best, and the bound knows it."""
    weights = Weights(uncovered=0, gap_pair=0, wish_unmet=0, association_pair=0, topic_pair=0, load_square=1)
    found = planned(replace(big_town(), weights=weights))
    assert found.lines == ()
    assert found.ending is Ending.PROVED


def test_two_published_visits_of_one_morning_stand_in_the_order_given():
    """The next visit follows the second of them: Lire may come back, Jouer may not."""
    morning = SEPTEMBER.dates[1]
    lines = (published("Curial", SEPTEMBER, morning, "Lire"), published("Curial", None, morning, "Jouer"))
    problem = Problem(
        (SEPTEMBER, OCTOBER),
        (school("Curial", SEPTEMBER, OCTOBER),),
        (association("Lire"), association("Jouer")),
        published=lines,
    )
    assert hosts(planned(problem), "Curial") == ["Lire", "Jouer", "Lire"]
    backwards = replace(problem, published=lines[::-1])
    assert hosts(planned(backwards), "Curial") == ["Jouer", "Lire", "Jouer"]


def the_19th() -> Problem:
    """Seventy-two schools, forty associations, ten months, drawn once: the size of a real year."""
    draw = Random(19)
    days = [date(2026, 9, 5) + timedelta(days=7 * week) for week in range(43)]
    closed = set(draw.sample(days, 14))
    months = tuple(
        Period(
            f"{year}-{month:02}",
            tuple(day for day in days if (day.year, day.month) == (year, month) and day not in closed),
        )
        for year, month in [(2026, n) for n in range(9, 13)] + [(2027, n) for n in range(1, 7)]
    )
    topics = ["les écrans", "le sommeil", "la lecture", "le jeu", "mes droits", "le repas", "l’école"]
    places = tuple(
        school(f"école {n}", *months, at=draw.randrange(3000), wishes=draw.sample(topics, draw.randint(0, 3)))
        for n in range(72)
    )
    people = tuple(
        association(
            f"association {n}",
            *draw.sample(topics, draw.randint(1, 3)),
            at=draw.randrange(3000),
            reach=draw.choice([None, 1200, 2000]),
            available=[day for day in days if draw.random() < 0.8],
            month=draw.randint(1, 3),
            year=draw.randint(10, 30),
            crews=draw.choice([1, 1, 1, 2]),
        )
        for n in range(40)
    )
    return Problem(months, places, people, min_gap_days=8)


def test_a_year_of_the_19th_covers_all_that_can_be_and_is_within_a_thousandth_of_the_bound():
    problem = the_19th()
    found = planned(problem, Budget(seconds=None, rounds=200))
    assert len(problem.due) == 720
    assert len(problem.due) - found.objective.uncovered == found.bound.coverage
    total = found.objective.total(problem.weights)
    assert found.bound.objective <= total <= found.bound.objective * 1.001
