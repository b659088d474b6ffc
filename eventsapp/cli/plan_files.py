"""Plans of files: solved, checked and explained, with neither database nor settings (see `bare`).

JSON goes to standard output and nothing else does; what people read goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import gettext

from eventsapp.cli.narrating import Narrator
from eventsapp.cli.plan_reading import (
    SECONDS,
    interruption,
    plan_of,
    problem_of,
    refuse,
    seconds_asked,
    start_of,
)
from eventsapp.cli.plan_repairs import replace_association
from eventsapp.planning import wording, wording_plans
from eventsapp.planning.engine import files
from eventsapp.planning.engine.files import Asked
from eventsapp.planning.engine.search import Ending, Progress
from eventsapp.planning.engine.terms import Impossible, IncoherentProblem, Reason

ENDS_WITH_COMMAND = "ENDS_WITH_COMMAND"
"""Set where the process serves one command alone, and may end as soon as that is done."""

PROOF_SECONDS = 10.0
"""How long a solver looks for the proof, or for a plan, where a file says that there is none."""


@click.command()
@click.argument("source", metavar="IN.json")
@click.option(
    "--time", "seconds", type=float, callback=seconds_asked, help=f"Seconds of search ({SECONDS:g})."
)
@click.option(
    "--iterations",
    type=click.IntRange(1),
    help="Rounds of search. Without --time no clock is looked at: the answer is the same everywhere.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Where chance begins.")
@click.option("--start", metavar="PLAN.json", help="A plan to go on from.")
@with_appcontext
def solve(source: str, seconds: float | None, iterations: int | None, seed: int, start: str | None) -> None:
    """Solve the planning problem of a file, and write the plan on standard output.

    IN.json holds one of the three problems (school Saturdays, a trail day, breakfast tables); "-" reads
    standard input. Progress goes to standard error. Ctrl-C or SIGTERM ends the search within a second and
    the best plan found is written all the same. What no plan can solve is answered with its causes.
    """
    with interruption() as interrupted:
        asked = problem_of(source)
        before = start_of(asked, start) if start else None
        causes = files.causes(asked)
        if causes:  # told at once, without the half second that a solver needs to be loaded
            click.echo(json.dumps(files.write(asked, Impossible(causes))))
            _say_impossible(asked, causes, err=True)
            return
        if seconds is None and iterations is None:
            seconds = SECONDS
        with Narrator(sys.stderr) as narrator:
            # The solver: loaded when there is something to solve, and by no other command.
            from eventsapp.planning.engine import solving

            solving.load(asked.problem)
            narrator.begin()
            budget = solving.budget(seconds, iterations, seed)
            answer = solving.solve(asked.problem, budget, narrator.tell, interrupted, before)
            took = narrator.elapsed
        _refuse_broken(asked, answer)
        click.echo(json.dumps(files.write(asked, answer)))
        _say_end(asked, answer, took)
        if current_app.config.get(ENDS_WITH_COMMAND):
            _leave()


def _leave() -> None:
    """End the process now: what a solver left behind takes half a second to be taken down."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@click.command()
@click.argument("source", metavar="IN.json")
@click.argument("plan", metavar="OUT.json")
@with_appcontext
def check(source: str, plan: str) -> None:
    """Check the plan OUT.json of the problem IN.json: every rule, and how good it is.

    Says which rules it breaks, its objective, and what no plan can beat; ends with 1 where a rule is
    broken. A file that says "infeasible" is held to a proof.
    """
    asked = problem_of(source)
    found = plan_of(asked, plan)
    if isinstance(found, Impossible):
        _check_claim(asked)
        return
    broken = files.check(asked, found)
    for sentence in wording_plans.violations(asked, broken):
        click.echo(f"- {sentence}")
    if not broken:
        click.echo(gettext("Toutes les règles sont respectées."))
    for sentence in wording_plans.worth(asked, found):
        click.echo(sentence)
    sys.exit(1 if broken else 0)


def _check_claim(asked: Asked) -> None:
    """Whether no plan is possible: proved by counting, or else by a solver, or refuted by a plan."""
    causes = files.causes(asked) or _proof(asked)
    if causes:
        _say_impossible(asked, causes, err=False)
        return
    if causes is None:
        click.echo(gettext("Ce fichier dit qu’aucun plan n’est possible, mais il en existe un."))
    else:
        click.echo(gettext("Ce fichier dit qu’aucun plan n’est possible, mais rien ne le prouve."))
    sys.exit(1)


def _proof(asked: Asked) -> tuple[Reason, ...] | None:
    """Why a solver finds no plan, if it proves so; none if it proves nothing; None: it has found a plan."""
    from eventsapp.planning.engine import solving  # loaded where nothing less is a proof

    found: list[Any] = []

    def hear(progress: Progress[Any]) -> None:
        if progress.best is not None and not files.check(asked, progress.best):
            found.append(progress.best)

    budget = solving.budget(PROOF_SECONDS, None, 1)
    answer = solving.solve(asked.problem, budget, hear, lambda: bool(found))
    if isinstance(answer, Impossible):
        return answer.reasons
    return None if found or not files.check(asked, answer) else ()


@click.command()
@click.argument("source", metavar="IN.json")
@click.argument("plan", metavar="OUT.json")
@with_appcontext
def why(source: str, plan: str) -> None:
    """Say why each choice of the plan OUT.json is as it is: what it serves and what it costs."""
    asked = problem_of(source)
    found = plan_of(asked, plan)
    if isinstance(found, Impossible):
        _check_claim(asked)
        return
    try:
        explained = files.why(asked, found)
    except IncoherentProblem as error:
        refuse(plan, error)
    for line in wording_plans.choices(asked, explained):
        click.echo(line)


@click.command("compile")
def compile_loops() -> None:
    """Compile the inner loops of the solvers, so that no plan waits for it.

    Ten seconds of a processor after each new version; a second when it is done already. The machine code is
    kept beside the program, or in NUMBA_CACHE_DIR, for whoever runs plans with the same right to read it.
    """
    from eventsapp.planning.engine import warming  # the solvers: only this and `solve` load them

    warming.warm()
    click.echo("compiled")


COMMANDS = (solve, check, why, replace_association, compile_loops)


def _refuse_broken(asked: Asked, answer: Any) -> None:
    """A plan that breaks a rule is a fault of ours, and is never written."""
    if isinstance(answer, Impossible):
        return
    broken = files.check(asked, answer)
    if broken:
        for sentence in wording_plans.violations(asked, broken):
            click.echo(f"- {sentence}", err=True)
        raise click.ClickException(gettext("Ce calcul n’a pas donné de plan qui respecte toutes les règles."))


def _say_impossible(asked: Asked, causes: Iterable[Reason], *, err: bool) -> None:
    click.echo(gettext("Aucun plan n’est possible :"), err=err)
    for sentence in wording_plans.causes(asked, causes):
        click.echo(f"- {sentence}", err=err)


def _say_end(asked: Asked, answer: Any, took: str) -> None:
    if isinstance(answer, Impossible):
        _say_impossible(asked, answer.reasons, err=True)
        return
    if answer.ending is Ending.CANCELLED:
        how = gettext("Calcul arrêté après %(seconds)s s : voici le meilleur plan trouvé.", seconds=took)
    else:
        how = wording.ending(answer.ending)
    for sentence in (how, *wording_plans.claimed(asked, answer)):
        click.echo(sentence, err=True)
