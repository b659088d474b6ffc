"""Keys of plans become sentences, in the reader's language, and none is forgotten."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from eventsapp.planning import wording
from eventsapp.planning.engine.saturdays.plan import Objective, WhyGap, WhyLine
from eventsapp.planning.engine.saturdays.problem import Line
from eventsapp.planning.engine.saturdays.repair import Change, Proof
from eventsapp.planning.engine.saturdays.why import WhyCost
from eventsapp.planning.engine.search import Ending, Phase
from eventsapp.planning.engine.terms import Reason

PARAMS = {
    "topic": 1,
    "association": 7,
    "associations": [7, 8],
    "date": "2026-12-05",
    "dates": ["2026-12-05"],
    "days": 8,
    "places": 3,
    "schools": 5,
}
NAMES = {7: "Espace 19", 8: "la Ludothèque"}


@pytest.fixture(autouse=True)
def french(app: Flask) -> object:
    with app.app_context(), force_locale("fr"):
        yield


pytestmark = pytest.mark.databases("sqlite")


def test_why_a_session_is_so() -> None:
    kept = [{"key": key.value, "params": PARAMS} for key in WhyLine]
    assert wording.reasons(kept) == [
        "Cette séance est déjà annoncée.",
        "L’école a demandé ce sujet.",
        "Cette association vient ici pour la première fois de l’année.",
        "Ce sujet est nouveau pour cette école cette année.",
        "Cette association est déjà venue ici le samedi 5\u00a0décembre.",
        "Aucune autre association ne pourrait venir ce mois-ci.",
    ]


@pytest.mark.parametrize(
    ("key", "params", "sentence"),
    [
        (WhyGap.NO_OPEN_SATURDAY, {}, "Aucun samedi n’est ouvert ce mois-ci."),
        (WhyGap.SCHOOL_CLOSED, PARAMS, "L’école est prise tous les samedis ouverts de ce mois."),
        (WhyGap.NOBODY_IN_REACH, {}, "Aucune association ne se déplace jusqu’à cette école."),
        (
            WhyGap.NOBODY_AVAILABLE,
            PARAMS,
            "Les associations qui se déplacent jusqu’ici sont absentes ces samedis-là.",
        ),
        (WhyGap.TOO_SOON, PARAMS, "Chaque samedi ouvert est trop près d’une autre séance de l’école."),
        (
            WhyGap.WOULD_REPEAT,
            {"associations": [7]},
            "Seule l’association Espace 19 pourrait venir, et elle vient déjà juste avant ou juste après.",
        ),
        (
            WhyGap.WOULD_REPEAT,
            {"associations": [7, 8]},
            "Seules Espace 19 et la Ludothèque pourraient venir, et elles viennent déjà juste avant "
            "ou juste après.",
        ),
        (WhyGap.ALL_TAKEN, {"places": 1}, "La seule place possible ce mois-ci va à une autre école."),
        (WhyGap.ALL_TAKEN, {"places": 3}, "Les 3 places possibles ce mois-ci vont à d’autres écoles."),
        (
            WhyGap.YEAR_LIMITS,
            PARAMS,
            "Les associations qui peuvent venir ont déjà donné tous leurs samedis de l’année.",
        ),
        (
            WhyGap.NOT_FOUND,
            {},
            "Le calcul s’est arrêté sans trouver. Une autre proposition y arrivera peut-être.",
        ),
    ],
)
def test_why_there_is_none(key: WhyGap, params: dict[str, object], sentence: str) -> None:
    assert wording.gap({"key": key.value, "params": params}, NAMES) == sentence


def test_every_key_has_its_words() -> None:
    for key in WhyGap:
        assert wording.gap({"key": key.value, "params": PARAMS}, NAMES)
    assert set(wording.STEPS) == set(Phase)
    assert wording.ending(Ending.PROVED) != wording.ending(Ending.TIME_UP)


def test_what_a_session_costs_and_who_else_could_come() -> None:
    parts = {
        "uncovered": {"weight": 1000, "units": -1, "cost": -1000},
        "topic_pairs": {"weight": 10, "units": 2, "cost": 20},
    }
    assert wording.bill({"key": "costs", "params": {"total": -980, "parts": parts}}) == [
        "Séances non tenues\u00a0: -1000 (-1 × 1000)",
        "Retours d’un même sujet\u00a0: +20 (2 × 10)",
    ]
    other = {"association": 7, "topic": 1, "date": "2026-12-05"}
    assert [
        wording.instead({"key": key.value, "params": {**other, "more": more}}, NAMES)
        for key, more in (
            (WhyCost.OTHER_ON_DATE, 0),
            (WhyCost.OTHER_ON_DATE, 1),
            (WhyCost.OTHER_IN_PERIOD, 60),
            (WhyCost.OTHER_IN_PERIOD, -2),
            (WhyCost.NOBODY_ELSE, 0),
        )
    ] == [
        "Espace 19 pourrait venir ce jour-là\u00a0: la proposition vaudrait autant.",
        "Espace 19 pourrait venir ce jour-là\u00a0: un point de plus.",
        "Espace 19 pourrait venir le samedi 5\u00a0décembre\u00a0: 60 points de plus.",
        "Espace 19 pourrait venir le samedi 5\u00a0décembre\u00a0: 2 points de moins.",
        "Aucune autre association ne peut venir sans changer une autre séance.",
    ]


def test_what_a_repair_changes() -> None:
    before = Line(1, "2026-12", date(2026, 12, 5), 7, 1)
    later = date(2026, 12, 12)
    assert [
        wording.change(one, NAMES)
        for one in (
            Change(before, replace(before, association=8)),
            Change(before, replace(before, association=8, date=later)),
            Change(before, replace(before, date=later)),
            Change(before, None),
            Change(before, None, Reason(WhyGap.NOBODY_IN_REACH)),
        )
    ] == [
        "Le samedi 5\u00a0décembre, la Ludothèque remplace Espace 19.",
        "Le samedi 12\u00a0décembre au lieu du samedi 5\u00a0décembre, la Ludothèque remplace Espace 19.",
        "Le samedi 12\u00a0décembre au lieu du samedi 5\u00a0décembre, toujours avec Espace 19.",
        "La séance du samedi 5\u00a0décembre avec Espace 19 est perdue.",
        "La séance du samedi 5\u00a0décembre avec Espace 19 est perdue. "
        "Aucune association ne se déplace jusqu’à cette école.",
    ]
    assert len({wording.proof(kept) for kept in Proof}) == len(Proof)
    assert set(wording.PARTS) == {part.name for part in fields(Objective)}
