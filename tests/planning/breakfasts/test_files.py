"""Seasons and plans as JSON: read back as written, and refused with a sentence when something is wrong."""

from __future__ import annotations

import json

import pytest

from eventsapp.planning.engine.breakfasts.files import read_plan, read_problem, write_plan
from eventsapp.planning.engine.breakfasts.plan import Seating, WhyNot
from eventsapp.planning.engine.breakfasts.problem import (
    Breakfast,
    Edition,
    Person,
    Pin,
    Problem,
    Weights,
)
from eventsapp.planning.engine.terms import Impossible, IncoherentProblem, Reason
from tests.planning.breakfasts.mornings import by_hand, edition, instance, season

FILE = {
    "problem": "P3",
    "id": "mai",
    "persons": [{"id": "Awa", "org": "Caf", "sector": "jeunesse"}, {"id": "Gaël", "org": "Emmaüs"}],
    "history": [{"id": "avril", "tables": [["Awa", "Léo"]]}],
    "met_extra": [["Awa", "Gaël"]],
    "editions": [
        {
            "id": "e01",
            "attendees": ["Awa", "Gaël"],
            "table_sizes": [2, 1],
            "hosts": ["Awa"],
            "apart": [["Gaël", "Léa"]],
        }
    ],
    "weights": {"same_org": 5, "repeat": 3},
    "pins": [{"edition": "e01", "table": 1, "person": "Gaël"}],
}
FILE["persons"].append({"id": "Léa", "org": "Caf", "sector": None})


def test_a_season_is_read_whole():
    assert read_problem(FILE) == Problem(
        persons=(Person("Awa", "Caf", "jeunesse"), Person("Gaël", "Emmaüs"), Person("Léa", "Caf")),
        editions=(Edition("e01", ("Awa", "Gaël"), (2, 1), ("Awa",), (("Gaël", "Léa"),)),),
        history=(Breakfast("avril", (("Awa", "Léo"),)),),
        met_extra=(("Awa", "Gaël"),),
        weights=Weights(5, 3),
        pins=(Pin("e01", 1, "Gaël"),),
    )


def test_what_is_optional_may_be_missing_or_null():
    bare = {**FILE, "history": None, "met_extra": None, "pins": None}
    bare["editions"] = [{"id": "e01", "attendees": [], "table_sizes": [], "hosts": None}]
    assert read_problem(bare).editions == (Edition("e01", (), ()),)
    assert read_problem(bare) == read_problem({k: v for k, v in bare.items() if v is not None})


def test_a_whole_number_may_be_written_with_a_point():
    assert read_problem(_edited(weights={"same_org": 5.0, "repeat": 3})) == read_problem(FILE)


def _edited(**changes):
    return {**FILE, **changes}


def _edition(**changes):
    return {**FILE, "pins": [], "editions": [{**FILE["editions"][0], **changes}]}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "the file must be an object, not list"),
        (_edited(problem="P1"), "the file is of problem 'P1', not P3"),
        (_edited(persons=None), "persons must be a list, not null"),
        ({key: value for key, value in FILE.items() if key != "weights"}, "the file: weights is missing"),
        (_edited(weights={"same_org": 5}), "weights: repeat is missing"),
        (_edited(weights={"same_org": 2.5, "repeat": 3}), "weights.same_org must be a whole number, not 2.5"),
        (_edited(weights={"same_org": 5, "repeat": -1}), "weights.repeat must be at least 0, not -1"),
        (
            _edited(persons=[{"id": ["Awa"], "org": "Caf"}]),
            "persons[0].id must be text or a whole number",
        ),
        (
            _edited(persons=[{"id": "Awa", "org": "Caf", "sector": 3}]),
            "persons[0].sector must be text",
        ),
        (_edited(persons=[*FILE["persons"], FILE["persons"][0]]), "person named twice: Awa"),
        (_edited(met_extra=[["Awa"]]), "met_extra[0] must be a pair of people"),
        (_edited(editions=FILE["editions"] * 2), "edition named twice: e01"),
        (_edited(pins=[{"edition": "e02", "table": 0, "person": "Awa"}]), "unknown pinned edition: e02"),
        (_edited(pins=[{"edition": "e01", "table": 0, "person": "Léa"}]), "unknown pinned person: Léa"),
        (_edited(pins=[{"edition": "e01", "table": 2, "person": "Awa"}]), "e01 has no table 2"),
        (_edited(pins=FILE["pins"] * 2), "pin of named twice"),
        (_edition(attendees=["Awa", "Awa"]), "attendee of e01 named twice: Awa"),
        (_edition(attendees=["Zoé"]), "unknown attendee: Zoé"),
        (_edition(attendees="Awa"), "editions[0].attendees must be a list, not str"),
        (_edition(hosts=["Léa"]), "unknown host: Léa"),
        (_edition(table_sizes=[2, True]), "editions[0].table_sizes[1] must be a whole number, not True"),
        (_edition(table_sizes=[2, -1]), "editions[0].table_sizes[1] must be at least 0, not -1"),
        (_edition(apart=[["Awa", "Awa"]]), "somebody is kept apart from themselves at e01"),
        (_edition(apart=[["Awa", "Zoé"]]), "unknown person kept apart: Zoé"),
    ],
)
def test_what_is_wrong_is_said(data, sentence):
    with pytest.raises(IncoherentProblem) as said:
        read_problem(data)
    assert sentence in str(said.value)


def test_a_plan_is_written_and_read_back_pinned_tables_in_their_place():
    names = ("Awa", "Chantal", "Élodie")
    morning = season(edition(*names, sizes=[4, 4, 2]), pins=[Pin("mai", 2, "Awa"), Pin("mai", 1, "Chantal")])
    plan = by_hand(morning, [[], ["Chantal", "Élodie"], ["Awa"]])
    written = json.loads(json.dumps(write_plan(morning, "p3", plan)))
    assert written == {
        "problem": "P3",
        "instance": "p3",
        "status": "ok",
        "editions": [{"id": "mai", "tables": [["Chantal", "Élodie"], ["Awa"]]}],
    }
    assert read_plan(morning, written) == plan.seatings


def test_tables_that_do_not_fit_are_kept_for_whoever_checks():
    morning = season(edition("Awa", "Chantal", "Élodie", sizes=[2, 1]))
    data = {"editions": [{"id": "mai", "tables": [["Awa"], ["Chantal", "Élodie", "Awa"]]}]}
    assert read_plan(morning, data) == (Seating("mai", ((), ("Awa",), ("Chantal", "Élodie", "Awa"))),)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "editions is missing"),
        ({"editions": [{"id": "juin", "tables": []}]}, "unknown edition in the plan: juin"),
        ({"editions": [{"id": "mai", "tables": [["Zoé"]]}]}, "unknown person in the plan: Zoé"),
    ],
)
def test_a_plan_of_something_else_is_refused(data, sentence):
    with pytest.raises(IncoherentProblem, match=sentence):
        read_plan(season(edition()), data)


def test_no_plan_is_written_with_its_causes():
    answer = Impossible((Reason(WhyNot.NOT_ENOUGH_SEATS, {"edition": "e01", "seats": 3, "people": 4}),))
    assert write_plan(read_problem(instance(1)), "p3-1", answer) == {
        "problem": "P3",
        "instance": "p3-1",
        "status": "infeasible",
        "reasons": ["not_enough_seats:e01"],
        "editions": [],
    }
