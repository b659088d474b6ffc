"""An association can no longer come, in a year of school Saturdays that a file holds: three repairs."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import click
from flask.cli import with_appcontext

from eventsapp.cli.narrating import Narrator
from eventsapp.cli.plan_reading import SECONDS, interruption, plan_of, problem_of, seconds_asked
from eventsapp.planning import wording_plans, wording_repairs
from eventsapp.planning.engine import files
from eventsapp.planning.engine.files import Asked, Kind
from eventsapp.planning.engine.saturdays.repair import absence
from eventsapp.planning.engine.terms import Id, Impossible

Days = tuple[date, ...]


def _day(context: click.Context, option: click.Parameter, given: datetime | None) -> date | None:
    return given.date() if given is not None else None


def _days(context: click.Context, option: click.Parameter, given: tuple[datetime, ...]) -> Days:
    return tuple(one.date() for one in given)


@click.command("replace")
@click.argument("source", metavar="IN.json")
@click.argument("plan", metavar="PLAN.json")
@click.argument("association")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_day,
    metavar="DATE",
    help="It comes no more from then on. Nothing earlier changes.",
)
@click.option(
    "--date",
    "dates",
    type=click.DateTime(["%Y-%m-%d"]),
    multiple=True,
    callback=_days,
    metavar="DATE",
    help="It is away on this date alone; as often as wanted.",
)
@click.option("--move-published", is_flag=True, help="What is published for others may change too.")
@click.option(
    "--time", "seconds", type=float, callback=seconds_asked, help=f"Seconds of search ({SECONDS:g})."
)
@click.option(
    "--write", "number", type=click.IntRange(1), metavar="N", help="Write the Nth repair as a plan (JSON)."
)
@with_appcontext
def replace_association(
    source: str,
    plan: str,
    association: str,
    since: date | None,
    dates: Days,
    move_published: bool,
    seconds: float | None,
    number: int | None,
) -> None:
    """Find who replaces an ASSOCIATION that can no longer come: the three least disturbing repairs.

    IN.json holds school Saturdays, PLAN.json a plan of theirs, ASSOCIATION is the identifier of one in
    IN.json. Each repair says what changes, what is lost and why, what it costs and what is proved. With
    --write, the words go to standard error and the plan to standard output. Progress goes to standard error.
    """
    asked, before, who = _given(source, plan, association)
    first = since or min(dates, default=None)
    if first is None:
        raise click.UsageError("since when? Give --since DATE, or --date DATE for each day")
    away = frozenset(dates) or None
    with interruption() as interrupted, Narrator(sys.stderr) as narrator:
        # The solver: loaded by whoever looks for a plan, and by no other command.
        from eventsapp.planning.engine import solving
        from eventsapp.planning.engine.saturdays import dropout

        narrator.begin()
        found = dropout.repairs(
            asked.problem,
            before,
            who,
            since=first,
            dates=away,
            move_published=move_published,
            budget=solving.budget(SECONDS if seconds is None else seconds, None, 1),
            on_progress=narrator.tell,
            cancelled=interrupted,
        )
    is_away = absence(first, away)
    left = [line for line in before.lines if line.association == who and is_away(line.date)]
    hit = any(line.period is not None for line in left)
    if hit and not found:
        raise click.ClickException("stopped before a first repair was found")
    said = wording_repairs.repairs(
        asked, found, lambda line: line.association == who and is_away(line.date)
    ) or [wording_repairs.nothing_to_repair(asked, who)]
    for sentence in said:
        click.echo(sentence, err=number is not None)
    if number is not None:
        click.echo(json.dumps(_written(asked, before, found, number)))


def _given(source: str, plan: str, association: str) -> tuple[Asked, Any, Id]:
    """The problem, its plan and the association as the problem calls it; or a sentence."""
    asked = problem_of(source)
    if asked.kind is not Kind.SATURDAYS:
        raise click.ClickException(f"{source}: only school Saturdays (P1) have associations to replace")
    before = plan_of(asked, plan)
    if isinstance(before, Impossible):
        raise click.ClickException(f"{plan}: there is no plan in it to repair")
    broken = files.check(asked, before)
    if broken:
        [sentence, *_] = wording_plans.violations(asked, broken[:1])
        raise click.ClickException(f"{plan}: this plan breaks a rule: {sentence}")
    known = {str(one.id): one.id for one in asked.problem.associations}
    if association not in known:
        raise click.ClickException(f"{source}: there is no association {association!r}")
    return asked, before, known[association]


def _written(asked: Asked, before: Any, found: tuple[Any, ...], number: int) -> dict[str, Any]:
    """The plan of a repair; the plan before where there is nothing to repair."""
    if not found:
        return files.write(asked, before)
    if number > len(found):
        raise click.ClickException(f"there is no repair {number}: {len(found)} found")
    repair = found[number - 1]
    return files.write(replace(asked, problem=repair.problem), repair.plan)
