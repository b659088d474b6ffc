"""Planning problems of files: solved, checked and explained from the command line, without a database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from bench.plans import verify
from bench.processes import ROOT
from eventsapp.cli import bare
from eventsapp.planning.engine import files, solving
from eventsapp.planning.engine.breakfasts.plan import Plan, Seating, WhyNot
from eventsapp.planning.engine.search import Ending, Phase, Progress
from eventsapp.planning.engine.terms import Impossible, Reason

pytestmark = pytest.mark.databases("sqlite")

BREAKFAST: dict[str, Any] = {
    "problem": "P3",
    "id": "october",
    "seed": 1,
    "weights": {"same_org": 5, "repeat": 3},
    "persons": [
        {"id": name, "org": org, "sector": "culture"}
        for name, org in [("Awa", "Lire"), ("Bruno", "Lire"), ("Chen", "Jouer"), ("Dina", "Jouer")]
    ],
    "history": [],
    "met_extra": [],
    "editions": [
        {
            "id": "e01", "attendees": ["Awa", "Bruno", "Chen", "Dina"], "table_sizes": [2, 2],
            "hosts": [], "apart": [],
        }
    ],
}  # fmt: skip
"""Two of each organisation, two tables: nobody needs to sit with a colleague."""

MIXED = (("Awa", "Chen"), ("Bruno", "Dina"))
APART = (("Awa", "Bruno"), ("Chen", "Dina"))


def seated(tables: tuple[tuple[str, ...], ...], objective: int, ending: Ending = Ending.PROVED) -> Plan:
    return Plan((Seating("e01", tables),), objective, 0, ending, 1, 1)


def written(tables: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    asked = files.read(BREAKFAST)
    return files.write(asked, seated(tables, 0))


@pytest.fixture
def plan(app: Flask, tmp_path: Path) -> Callable[..., Result]:
    """Runs `plan …`; what is no word becomes a file first, and its path the word."""

    def run(*words: object, stdin: str | None = None) -> Result:
        line = []
        for number, word in enumerate(words):
            if isinstance(word, dict):
                path = tmp_path / f"{number}.json"
                path.write_text(json.dumps(word), encoding="utf-8")
                word = str(path)
            line.append(str(word))
        return app.test_cli_runner().invoke(args=["plan", *line], input=stdin)

    return run


Plans = Callable[..., Result]


@pytest.fixture
def solver(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    """Puts a function in the place of the solver."""

    def put(function: Callable[..., Any]) -> None:
        monkeypatch.setattr(solving, "load", lambda problem: None)
        monkeypatch.setattr(solving, "solve", function)

    return put


Solver = Callable[[Callable[..., Any]], None]


def test_a_plan_goes_to_standard_output_and_words_to_standard_error(plan: Plans, solver: Solver) -> None:
    best = seated(MIXED, 0)

    def found(problem: Any, budget: Any, tell: Any, cancelled: Any, start: Any) -> Plan:
        assert (budget.seconds, budget.rounds, budget.patience, budget.seed) == (None, 7, 7, 3)
        assert (cancelled(), start) == (False, None)
        tell(Progress(Phase.STARTING, 0.0, 10, 0, seated(APART, 10)))
        tell(Progress(Phase.DONE, 1.0, 0, 0, best))
        return best

    solver(found)
    done = plan("solve", BREAKFAST, "--iterations", 7, "--seed", 3)
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert verify.verify(BREAKFAST, answer)["valid"]
    assert answer["instance"] == "october"
    told = [line.partition(" s  ")[2] for line in done.stderr.splitlines() if " s  " in line]
    assert told == [
        "Nous préparons le calcul. Objectif –, borne –, meilleur –.",
        "Nous préparons une première proposition. Objectif 10, borne 0, meilleur 10.",
        "Nous relisons la proposition. Objectif 0, borne 0, meilleur 0.",
    ]
    assert done.stderr.splitlines()[-4:] == [
        "Aucune proposition ne peut faire mieux\u00a0: c’est démontré.",
        "Placement 0\u00a0: aucun placement ne peut faire mieux, c’est démontré.",
        "À chaque table, tout le monde se rencontre pour la première fois.",
        "Aucune table ne réunit des collègues.",
    ]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_search_and_the_best_plan_is_written(
    plan: Plans, solver: Solver, sent: signal.Signals
) -> None:
    def found(problem: Any, budget: Any, tell: Any, cancelled: Any, start: Any) -> Plan:
        assert budget.seconds == 10.0
        signal.raise_signal(sent)
        assert cancelled()
        return seated(APART, 10, Ending.CANCELLED)

    solver(found)
    before = signal.getsignal(sent)
    done = plan("solve", BREAKFAST)
    assert (done.exit_code, json.loads(done.stdout)["status"]) == (0, "ok")
    assert "Calcul arrêté après" in done.stderr
    assert signal.getsignal(sent) is before


def test_a_search_goes_on_from_a_plan(plan: Plans, solver: Solver) -> None:
    given = []

    def found(problem: Any, budget: Any, tell: Any, cancelled: Any, start: Any) -> Plan:
        given.append(start)
        return seated(MIXED, 0)

    solver(found)
    assert plan("solve", BREAKFAST, "--start", written(APART)).exit_code == 0
    assert given == [files.read_plan(files.read(BREAKFAST), written(APART))]
    claimed = {"problem": "P3", "status": "infeasible", "reasons": []}
    refused = plan("solve", BREAKFAST, "--start", claimed)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "there is no plan in it to go on from" in refused.stderr


def test_a_plan_that_breaks_a_rule_is_never_written(plan: Plans, solver: Solver) -> None:
    solver(lambda *_: seated((("Awa", "Bruno", "Chen"), ("Dina",)), 10))
    done = plan("solve", BREAKFAST)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "- e01\u00a0: il y a plus de monde aux tables que de places." in done.stderr


def test_what_no_plan_can_solve_is_answered_at_once_with_its_causes(plan: Plans, solver: Solver) -> None:
    solver(lambda *_: pytest.fail("the solver was asked"))
    [edition] = BREAKFAST["editions"]
    crowded = {**BREAKFAST, "editions": [{**edition, "table_sizes": [2]}]}
    done = plan("solve", crowded)
    assert done.exit_code == 0
    assert verify.verify(crowded, json.loads(done.stdout))["reasons_match"]
    assert done.stderr.splitlines() == [
        "Aucun plan n’est possible\u00a0:",
        "- e01\u00a0: 4 personnes attendues pour 2 places, il manque 2 places.",
    ]
    assert plan("check", crowded, json.loads(done.stdout)).stdout == done.stderr


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Impossible((Reason(WhyNot.TOO_MANY_APART, {"edition": "e01", "tables": 2}),)),
            (0, "Aucun plan n’est"),
        ),
        (seated(MIXED, 0), (1, "Ce fichier dit qu’aucun plan n’est possible, mais il en existe un.")),
        (
            seated((("Awa", "Bruno", "Chen"), ("Dina",)), 10),
            (1, "Ce fichier dit qu’aucun plan n’est possible, mais rien ne le prouve."),
        ),
    ],
)
def test_a_claim_that_counting_does_not_prove_is_put_to_a_solver(
    plan: Plans, solver: Solver, answer: Plan | Impossible, said: tuple[int, str]
) -> None:
    solver(lambda *_: answer)
    claimed = plan("check", BREAKFAST, {"problem": "P3", "status": "infeasible", "reasons": []})
    assert claimed.exit_code == said[0]
    assert claimed.stdout.startswith(said[1])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "standard input: this is not JSON (Expecting value: line 1 column 1 (char 0))"),
        ("[" * 100_000, "standard input: nested too deeply"),
        ('{"problem": NaN}', "standard input: this is not JSON (NaN is no number of JSON)"),
        ("[]", "standard input: this is not a problem: an object with a key 'problem' is expected"),
        ('{"problem": "P4"}', "standard input: 'problem' must be one of P1, P2, P3, not 'P4'"),
        ('{"problem": ["P1"]}', "standard input: 'problem' must be one of P1, P2, P3, not ['P1']"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(plan: Plans, text: str, sentence: str) -> None:
    refused = plan("solve", "-", stdin=text)
    assert (refused.exit_code, refused.stdout, refused.stderr) == (1, "", f"Error: {sentence}\n")


@pytest.mark.parametrize("kind", ["P1", "P2", "P3"])
@pytest.mark.parametrize("rest", [{}, {"schools": 3, "groups": [None], "persons": [{}]}])
def test_no_problem_of_any_kind_ends_in_a_traceback(plan: Plans, kind: str, rest: dict[str, Any]) -> None:
    refused = plan("solve", {"problem": kind, **rest})
    assert (refused.exit_code, refused.stdout) == (1, "")
    [sentence] = refused.stderr.splitlines()
    assert sentence.startswith("Error: ")


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_a_time_is_a_number_of_seconds(plan: Plans, seconds: str) -> None:
    refused = plan("solve", BREAKFAST, "--time", seconds)
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_a_plan_is_checked_in_words(plan: Plans) -> None:
    good = plan("check", BREAKFAST, written(MIXED))
    assert good.exit_code == 0
    assert good.stdout.splitlines()[:2] == [
        "Toutes les règles sont respectées.",
        "Placement 0\u00a0: aucun placement ne peut faire mieux, c’est démontré.",
    ]
    worse = plan("check", BREAKFAST, written(APART))
    assert worse.stdout.splitlines()[1:] == [
        "Aucun placement ne peut faire mieux que 0\u00a0; celui-ci\u00a0: 10.",
        "À chaque table, tout le monde se rencontre pour la première fois.",
        "2 paires de collègues partagent une table.",
    ]
    broken = plan("check", BREAKFAST, written((("Awa", "Bruno", "Chen"), ("Dina",))))
    assert broken.exit_code == 1
    assert broken.stdout.startswith("- e01\u00a0: il y a plus de monde aux tables que de places.\n")


def test_a_plan_is_explained_choice_by_choice(plan: Plans) -> None:
    said = plan("why", BREAKFAST, written(APART))
    assert said.exit_code == 0
    assert said.stdout.splitlines()[0] == (
        "e01, Awa\u00a0: Est à la table de collègues\u00a0: Bruno. Une meilleure place existe\u00a0: "
        "celle de Chen, à la table 2\u00a0; le total baisserait de 10."
    )


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("flask --app wsgi plan solve in.json", True),
        ("flask --app wsgi plan check in.json out.json", True),
        ("flask --app wsgi plan list", False),
        ("flask --app wsgi plan", False),
        ("flask --app wsgi solve plan", False),
    ],
)
def test_commands_on_files_do_without_the_house(line: str, answer: bool) -> None:
    assert bare.suffices(line.split()) is answer


def test_they_need_neither_database_nor_settings_and_load_no_solver_to_check(tmp_path: Path) -> None:
    """A whole process, as an operator starts it, on a machine where nothing else would start."""
    (tmp_path / "in.json").write_text(json.dumps(BREAKFAST), encoding="utf-8")
    (tmp_path / "out.json").write_text(json.dumps(written(MIXED)), encoding="utf-8")
    code = (
        "import sys; from flask.cli import main; sys.argv = ['flask', '--app', 'wsgi', 'plan', 'check', "
        f"'{tmp_path}/in.json', '{tmp_path}/out.json']; import atexit; atexit.register(lambda: print("
        "[m for m in ('sqlalchemy', 'ortools', 'numpy', 'numba') if m in sys.modules])); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"DATABASE_URL": "", "SECRET_KEY": "", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "[]"
