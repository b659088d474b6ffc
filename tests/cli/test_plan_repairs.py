"""`plan replace`: an association of a file can no longer come, and three repairs are proposed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

pytestmark = pytest.mark.databases("sqlite")

YEAR: dict[str, Any] = {
    "problem": "P1",
    "id": "autumn",
    "periods": [
        {"id": "2026-10", "dates": ["2026-10-03", "2026-10-10"]},
        {"id": "2026-11", "dates": ["2026-11-07"]},
    ],
    "schools": [
        {"id": "s1", "name": "Archereau", "xy": [0, 0], "periods": ["2026-10", "2026-11"]},
        {"id": "s2", "name": "Curial", "xy": [0, 0], "periods": ["2026-11"]},
    ],
    "associations": [
        {"id": 1, "name": "Espace 19", "xy": [0, 0], "themes": ["screens"], "crews": 2},
        {"id": 2, "name": "La Ludothèque", "xy": [0, 0], "themes": ["games"]},
    ],
    "weights": {"uncovered": 1000},
}

PLAN: dict[str, Any] = {
    "problem": "P1",
    "status": "ok",
    "sessions": [
        {"school": school, "period": day[:7], "date": day, "association": 1, "theme": "screens"}
        for school, day in [("s1", "2026-10-03"), ("s1", "2026-11-07"), ("s2", "2026-11-07")]
    ],
}
"""Espace 19 holds everything; in November somebody else can hold only one of two sessions."""


@pytest.fixture
def replace(app: Flask, tmp_path: Path) -> Callable[..., Result]:
    """Runs `plan replace` on files that hold a problem and a plan."""

    def run(*words: object, problem: dict[str, Any] = YEAR, plan: dict[str, Any] = PLAN) -> Result:
        paths = [tmp_path / "in.json", tmp_path / "plan.json"]
        for path, data in zip(paths, (problem, plan), strict=True):
            path.write_text(json.dumps(data), encoding="utf-8")
        line = ["plan", "replace", *map(str, paths), *map(str, words)]
        return app.test_cli_runner().invoke(args=line)

    return run


Replace = Callable[..., Result]


def test_each_repair_says_what_changes_what_is_lost_what_it_costs_and_what_is_proved(
    replace: Replace,
) -> None:
    done = replace(1, "--since", "2026-11-01")
    assert done.exit_code == 0
    first = done.stdout.replace("\u00a0", " ").splitlines()[:5]
    assert first == [
        "Solution 1 : 1 séance est perdue, aucune autre association n’est dérangée.",
        "  - Archereau, novembre 2026 : Le samedi 7 novembre, La Ludothèque remplace Espace 19. "
        "Sujet : « games » au lieu de « screens ».",
        "  - Curial, novembre 2026 : La séance du samedi 7 novembre avec Espace 19 est perdue. "
        "Toutes les places possibles (1) vont à d’autres écoles.",
        "  Le total change de +1000 (Séances non tenues : +1000).",
        "  C’est démontré : aucune autre solution n’est meilleure, sauf celles montrées au-dessus.",
    ]
    assert done.stdout.count("Solution ") == 3
    assert " s  Nous" in done.stderr


def test_one_that_is_away_on_one_date_comes_on_the_others(replace: Replace) -> None:
    done = replace(1, "--date", "2026-10-03", "--write", 1)
    assert done.exit_code == 0
    written = json.loads(done.stdout)
    assert [line for line in written["sessions"] if line not in PLAN["sessions"]] == [
        {"school": "s1", "period": "2026-10", "date": "2026-10-03", "association": 2, "theme": "games"}
    ]
    assert "Archereau, octobre 2026 : Le samedi 3 octobre, La Ludothèque remplace Espace 19." in (
        done.stderr.replace("\u00a0", " ")
    )


def test_where_nothing_is_to_be_repaired_the_plan_stays(replace: Replace) -> None:
    done = replace(1, "--since", "2027-01-01", "--write", 1)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["sessions"] == PLAN["sessions"]
    assert "Espace 19 ne tient aucune séance à ces dates" in done.stderr


@pytest.mark.parametrize(
    ("words", "given", "sentence"),
    [
        (("3", "--since", "2026-11-01"), {}, "there is no association '3'"),
        (("1",), {}, "since when? Give --since DATE, or --date DATE for each day"),
        (("1", "--since", "soon"), {}, "'soon' does not match the format"),
        (("1", "--since", "2026-11-01", "--write", "9"), {}, "there is no repair 9: "),
        (("1", "--since", "2026-11-01"), {"problem": {"problem": "P4"}}, "must be one of P1, P2, P3"),
        (("1", "--since", "2026-11-01"), {"plan": {"sessions": [3]}}, "must be an object, not int"),
        (
            ("1", "--since", "2026-11-01"),
            {"plan": {"status": "infeasible", "reasons": []}},
            "there is no plan in it to repair",
        ),
        (
            ("1", "--since", "2026-11-01"),
            {"plan": {**PLAN, "sessions": PLAN["sessions"] * 2}},
            "this plan breaks a rule: ",
        ),
    ],
)
def test_what_cannot_be_repaired_is_refused_in_a_sentence(
    replace: Replace, words: tuple[str, ...], given: dict[str, Any], sentence: str
) -> None:
    refused = replace(*words, **given)
    assert refused.exit_code != 0
    assert refused.stdout == ""
    last = refused.stderr.splitlines()[-1]
    assert last.startswith("Error: ")
    assert sentence in last


def test_only_school_saturdays_have_associations(replace: Replace) -> None:
    breakfast = {
        "problem": "P3", "persons": [], "history": [], "editions": [],
        "weights": {"same_org": 5, "repeat": 3},
    }  # fmt: skip
    refused = replace(1, "--since", "2026-11-01", problem=breakfast)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "only school Saturdays (P1) have associations to replace" in refused.stderr
