"""Every key that the three problems hand out has its sentence, and says how much is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from bench.processes import ROOT
from eventsapp.planning import (
    wording,
    wording_breakfasts,
    wording_plans,
    wording_saturdays,
    wording_trails,
)
from eventsapp.planning.engine import files, solving
from eventsapp.planning.engine.breakfasts import checking as breakfasts
from eventsapp.planning.engine.breakfasts.plan import WhyNot, WhySeat
from eventsapp.planning.engine.saturdays import checking as saturdays
from eventsapp.planning.engine.saturdays.impossible import Cause as SaturdayCause
from eventsapp.planning.engine.saturdays.plan import WhyGap, WhyLine
from eventsapp.planning.engine.saturdays.why import WhyCost
from eventsapp.planning.engine.search import Ending, Phase
from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.engine.trails import checking as trails
from eventsapp.planning.engine.trails.impossible import Cause as TrailCause
from eventsapp.planning.engine.trails.impossible import DayCause
from eventsapp.planning.engine.trails.pinned import PinCause
from eventsapp.planning.engine.trails.why import WhyGroup, WhyTeam
from eventsapp.planning.wording_names import Names

pytestmark = pytest.mark.databases("sqlite")

NO_BREAK = "\u00a0"


@pytest.fixture(autouse=True)
def french(app: Flask) -> object:
    with app.app_context(), force_locale("fr"):
        yield


def instance(name: str) -> dict[str, Any]:
    path = ROOT / "bench" / "plans" / "instances" / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


SCHOOLS = instance("p1_d1_S30_A10_term")
TRAIL = instance("p2_d1_N60")
BREAKFASTS = instance("p3_d1_n24_e1")

PARAMS: dict[str, Any] = {
    "school": "S01", "association": "A01", "period": "2026-10", "date": "2026-10-03", "month": "2026-10",
    "topic": "sport", "associations": ["A01", "A02"], "dates": ["2026-10-03"], "days": 14, "places": 3,
    "schools": 5, "group": "G0001", "groups": ["G0001"], "people": 14, "team_max": 12, "team_min": 8,
    "teams": 5, "children": 14, "adults": 3, "children_per_adult": 4, "min_adults": 2, "needed": 4,
    "stages": 4, "slots": 3, "missing": 1, "times": 2, "team": "T001", "structure": "ST01", "route": "R01",
    "landmark": "L01", "bound": 12, "edition": "e01", "seats": 13, "hosts": 4, "tables": 3, "table": 0,
    "persons": ["p01", "p02"], "person": "p01", "rule": "apart", "cost": 3, "more": 3,
    "before": "T002", "pinned": 3, "max_teams": 2, "capacity": 1, "tick": 4, "wheelchair": True, "less": 4,
    "ticks": 6, "pins": [("S01", "2026-10"), ("S02", "2026-10")],
    "stepfree": True, "at_most": 4, "landmarks": ["L01"], "one_more": [], "longer": 5,
    "total": -940, "parts": {"uncovered": {"weight": 1000, "units": -1, "cost": -1000}},
}  # fmt: skip
"""Something for every place of every sentence."""


def sentences(words: Any, instance: dict[str, Any], speak: str, keys: Iterable[str]) -> list[str]:
    names = Names(files.read(instance))
    return [
        words.violation(key, PARAMS, names)
        if speak == "violation"
        else getattr(words, speak)(Reason(key, PARAMS), names)
        for key in keys
    ]


@pytest.mark.parametrize(
    ("words", "instance", "speak", "keys"),
    [
        (wording_saturdays, SCHOOLS, "cause", SaturdayCause),
        (wording_saturdays, SCHOOLS, "violation", saturdays.Rule),
        (wording_saturdays, SCHOOLS, "why", [*WhyLine, *WhyGap, *WhyCost]),
        (wording_trails, TRAIL, "cause", [*TrailCause, *DayCause, *PinCause]),
        (wording_trails, TRAIL, "violation", trails.Rule),
        (wording_trails, TRAIL, "why", [*WhyGroup, *WhyTeam]),
        (wording_breakfasts, BREAKFASTS, "cause", WhyNot),
        (wording_breakfasts, BREAKFASTS, "violation", breakfasts.Rule),
        (wording_breakfasts, BREAKFASTS, "why", WhySeat),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_key_has_its_sentence(
    words: Any, instance: dict[str, Any], speak: str, keys: Iterable[str], language: str
) -> None:
    with force_locale(language):
        said = sentences(words, instance, speak, keys)
    assert [one for one in said if not one.endswith(".") or "%" in one] == []
    assert len(set(said)) == len(list(keys))


def test_every_phase_and_ending_has_its_words() -> None:
    assert set(wording.STEPS) == set(Phase)
    assert all(wording.ending(one) for one in Ending)


def causes(changed: dict[str, Any]) -> list[str]:
    asked = files.read(changed)
    return wording_plans.causes(asked, files.causes(asked))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"children_per_adult": 0}, "19 enfants, alors qu’un adulte ne peut veiller sur aucun enfant."),
        (
            {"children_per_adult": 1, "supervisors": ["senior"]},
            "19 enfants pour 6 adultes, 1 par adulte : il manque 13 adultes.",
        ),
        ({"team_max": 11}, "60 personnes pour 55 places (5 équipes de 11 au plus) : il manque 5 places."),
        ({"team_min": 13}, "60 personnes pour 5 équipes de 13 au moins : il manque 5 personnes."),
        ({"min_adults": 9}, "35 adultes pour 5 équipes, 9 au moins par équipe : il manque 10 adultes."),
        (
            {"horizon": 4},
            "5 équipes, 4 étapes au moins chacune : 20 passages, et les lieux n’en permettent que "
            "8 dans la journée. Il manque 12 passages.",
        ),
    ],
)
def test_what_a_trail_day_lacks_is_said_with_numbers(changed: dict[str, Any], sentence: str) -> None:
    assert sentence in causes({**TRAIL, "params": {**TRAIL["params"], **changed}})


@pytest.mark.parametrize(
    ("key", "params", "sentence"),
    [
        (
            DayCause.NOT_ENOUGH_PASSAGES,
            {"at_most": 4, "one_more": ["Lavoir"], "longer": 10},
            "5 équipes : 4 au plus peuvent faire un parcours dans la journée. Il suffirait que ce lieu "
            "reçoive une équipe de plus à la fois : Lavoir. "
            "Il suffirait que la journée dure 10 minutes de plus.",
        ),
        (
            DayCause.NOT_ENOUGH_PASSAGES,
            {"at_most": 1, "landmarks": ["Kiosque", "Lavoir"]},
            "5 équipes : 1 au plus peut faire un parcours dans la journée. "
            "La place manque à Kiosque et Lavoir.",
        ),
        (
            DayCause.NO_DAY_ON_ANY_ROUTE,
            {"stepfree": False},
            "Aucun parcours ne peut se faire : la marche d’une étape à l’autre est trop longue, ou la "
            "journée trop courte.",
        ),
    ],
)
def test_what_the_timetable_of_a_trail_day_lacks_is_said(
    key: DayCause, params: dict[str, Any], sentence: str
) -> None:
    reason = Reason(key, {"teams": 5, "landmarks": ["L01"], "one_more": [], "longer": 0, **params})
    assert wording_trails.cause(reason, Names(files.read(TRAIL))) == sentence


def test_what_a_breakfast_lacks_is_said_with_numbers() -> None:
    [edition] = BREAKFASTS["editions"]
    few, guests = edition["table_sizes"][:-1], edition["attendees"]
    sat = {**BREAKFASTS, "editions": [{**edition, "table_sizes": few}]}
    assert causes(sat) == ["e01 : 24 personnes attendues pour 20 places, il manque 4 places."]
    led = {**BREAKFASTS, "editions": [{**edition, "table_sizes": [12, 12], "hosts": guests[:3]}]}
    assert causes(led) == ["e01 : 3 hôtes, un par table, et il n’y a que 2 tables."]
    apart = [[guests[0], guests[1]], [guests[1], guests[2]], [guests[0], guests[2]]]
    kept = {**BREAKFASTS, "editions": [{**edition, "table_sizes": [12, 12], "apart": apart}]}
    assert causes(kept) == [
        "e01 : p01, p02 et p03 ne doivent jamais partager une table, et il n’y en a que 2."
    ]


TOPIC = SCHOOLS["associations"][0]["themes"][0]


def session(school: str, period: str, date: str) -> dict[str, str]:
    return {"school": school, "period": period, "date": date, "association": "A01", "theme": TOPIC}


def test_what_announced_saturdays_contradict_is_said_with_names() -> None:
    [first, second, *_] = SCHOOLS["periods"]
    day = first["dates"][0]
    twice = [session("S01", first["id"], day), session("S02", first["id"], day)]
    assert causes({**SCHOOLS, "published": twice}) == [
        "Association 1 est attendue à trop d’endroits le samedi 5 septembre 2026 : elle n’a qu’une équipe."
    ]
    elsewhere = [session("S01", second["id"], day)]
    assert causes({**SCHOOLS, "published": elsewhere}) == [
        "Ecole 1 : la séance annoncée le samedi 5 septembre 2026 n’est pas un des samedis de sa période."
    ]


def test_a_plan_is_said_beside_what_no_plan_can_beat() -> None:
    assert (
        wording_plans.objective(254, 253, wording_trails)
        == "Aucune composition ne peut faire mieux que 253 : celle-ci (254) en est à 0,4 %."
    )
    assert (
        wording_plans.objective(253, 253, wording_trails)
        == "Composition 253 : aucune composition ne peut faire mieux, c’est démontré."
    )
    assert (
        wording_plans.objective(12, 0, wording_breakfasts)
        == "Aucun placement ne peut faire mieux que 0 ; celui-ci : 12."
    )


def test_a_draft_is_said_beside_the_best_that_may_be() -> None:
    found = {"objective": 1000, "objective_bound": 996, "ending": Ending.TIME_UP.value}
    assert (
        wording.worth(found) == "C’est la meilleure proposition trouvée dans le temps donné. "
        "Aucune proposition ne peut faire mieux de plus de 0,4 %."
    )
    assert (
        wording.worth({**found, "ending": Ending.PROVED.value, "objective": 996})
        == "Aucune proposition ne peut faire mieux : c’est démontré."
    )


def test_what_a_plan_says_of_itself_is_what_is_counted_anew() -> None:
    asked = files.read(SCHOOLS)
    found = solving.solve(asked.problem, solving.budget(None, 3, 1))
    told, counted = wording_saturdays.claims(asked.problem, found), files.measure(asked, found)
    assert told.objective == counted.objective
    exact = ("due", "uncovered", "wishes", "wishes_met")
    assert [told.figures[name] for name in exact] == [counted.figures[name] for name in exact]
    assert wording_plans.claimed(asked, found)[1:] == wording_plans.worth(asked, found)[1:]
