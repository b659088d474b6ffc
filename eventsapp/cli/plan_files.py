"""Plans of files: solved, checked and explained, with neither database nor settings (see `bare`).

JSON goes to standard output and nothing else does; what people read goes to standard error.
"""

from __future__ import annotations

import json
import math
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext
from flask_babel import gettext

from eventsapp.cli.narrating import Narrator
from eventsapp.planning import wording, wording_plans
from eventsapp.planning.engine import files
from eventsapp.planning.engine.files import Asked
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Impossible, IncoherentProblem, Reason

SECONDS = 10.0
"""How long a search may take where nothing is said of it."""


class Interruption:
    """Whether somebody wants the search to end: SIGINT or SIGTERM has come."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self) -> bool:
        return self.came

    def note(self, number: int, frame: FrameType | None) -> None:
        """A second signal of the kind ends the process, as it would otherwise."""
        self.came = True
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Signals are noted and not obeyed at once: the best plan found is still to be written."""
    noted = Interruption()
    before = {one: signal.signal(one, noted.note) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield noted
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _seconds(context: click.Context, option: click.Parameter, given: float | None) -> float | None:
    if given is not None and not (math.isfinite(given) and given >= 0):
        raise click.BadParameter("a number of seconds is expected")
    return given


@click.command()
@click.argument("source", metavar="IN.json")
@click.option("--time", "seconds", type=float, callback=_seconds, help=f"Seconds of search ({SECONDS:g}).")
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
        asked = _problem(source)
        before = _start(asked, start) if start else None
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


@click.command()
@click.argument("source", metavar="IN.json")
@click.argument("plan", metavar="OUT.json")
@with_appcontext
def check(source: str, plan: str) -> None:
    """Check the plan OUT.json of the problem IN.json: every rule, and how good it is.

    Says which rules it breaks, its objective, and what no plan can beat; ends with 1 where a rule is
    broken. A file that says "infeasible" is held to a proof.
    """
    asked = _problem(source)
    found = _plan(asked, plan)
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
    causes = files.causes(asked)
    if not causes:
        click.echo(gettext("Ce fichier dit qu’aucun plan n’est possible, mais rien ne le prouve."))
        sys.exit(1)
    _say_impossible(asked, causes, err=False)


@click.command()
@click.argument("source", metavar="IN.json")
@click.argument("plan", metavar="OUT.json")
@with_appcontext
def why(source: str, plan: str) -> None:
    """Say why each choice of the plan OUT.json is as it is: what it serves and what it costs."""
    asked = _problem(source)
    found = _plan(asked, plan)
    if isinstance(found, Impossible):
        _check_claim(asked)
        return
    try:
        explained = files.why(asked, found)
    except IncoherentProblem as error:
        _refuse(plan, error)
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


COMMANDS = (solve, check, why, compile_loops)


def _problem(source: str) -> Asked:
    try:
        return files.read(_json(source))
    except IncoherentProblem as error:
        _refuse(source, error)


def _plan(asked: Asked, source: str) -> Any:
    try:
        return files.read_plan(asked, _json(source))
    except IncoherentProblem as error:
        _refuse(source, error)


def _start(asked: Asked, source: str) -> Any:
    before = _plan(asked, source)
    if isinstance(before, Impossible):
        raise click.ClickException(f"{_called(source)}: there is no plan in it to go on from")
    return before


def _refuse(source: str, error: Exception) -> NoReturn:
    raise click.ClickException(f"{_called(source)}: {error}") from error


def _called(source: str) -> str:
    return "standard input" if source == "-" else source


def _json(source: str) -> object:
    """What a file holds. Refuses, in a sentence, one that cannot be read or is no JSON."""
    try:
        with click.open_file(source, encoding="utf-8-sig") as stream:
            return json.load(stream, parse_constant=_no_number)
    except OSError as error:
        _refuse(source, OSError(error.strerror or "cannot be read"))
    except RecursionError:
        _refuse(source, ValueError("nested too deeply"))
    except ValueError as error:  # not JSON, not UTF-8, a number without an end
        _refuse(source, ValueError(f"this is not JSON ({error})"))


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


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
        click.echo(
            gettext("Calcul arrêté après %(seconds)s s : voici le meilleur plan trouvé.", seconds=took),
            err=True,
        )
    else:
        click.echo(wording.ending(answer.ending), err=True)
    for sentence in wording_plans.worth(asked, answer):
        click.echo(sentence, err=True)
