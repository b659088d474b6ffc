"""Keys of plans become sentences, in the reader's language, and none is forgotten."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from eventsapp.planning import wording
from eventsapp.planning.engine.saturdays.plan import WhyGap, WhyLine
from eventsapp.planning.engine.search import Ending, Phase

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
            "Seule l’association Espace 19 pourrait venir, et elle vient déjà la fois d’avant ou d’après.",
        ),
        (
            WhyGap.WOULD_REPEAT,
            {"associations": [7, 8]},
            "Seules Espace 19 et la Ludothèque pourraient venir, et elles viennent déjà la fois d’avant "
            "ou d’après.",
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
