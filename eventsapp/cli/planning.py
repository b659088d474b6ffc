"""Plans of a school year: proposed, listed, accepted."""

from __future__ import annotations

import time

import click
from flask.cli import with_appcontext
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from eventsapp import clock
from eventsapp.cli import plan_files
from eventsapp.cli.door import ACTOR, reading, said, table, writing
from eventsapp.database import db
from eventsapp.places.listings import territory_by_slug
from eventsapp.places.models import Territory
from eventsapp.planning import listings
from eventsapp.planning.models import Draft
from eventsapp.refusals import NotFound
from eventsapp.settings import setting
from eventsapp.tasks import listings as tasks
from eventsapp.tasks.models import TaskStatus


@click.group()
def plan() -> None:
    """Plans: of a school year, or of a file (solve, check, why, replace).

    Nothing is announced before a plan of a school year is accepted.
    """


for command in plan_files.COMMANDS:
    plan.add_command(command)


@plan.command("list")
@click.argument("territory", required=False)
@with_appcontext
def list_plans(territory: str | None) -> None:
    """List the plans of a TERRITORY ("paris-19"), or of all."""
    drafts = (
        select(Draft).join(Draft.territory).options(contains_eager(Draft.territory)).order_by(Draft.id.desc())
    )
    if territory:
        drafts = drafts.where(Territory.slug == territory)
    with reading():
        rows = [
            (
                str(draft.id),
                draft.territory.slug,
                draft.school_year,
                draft.status.value,
                said(draft.created_at),
                f"{draft.figures.get('covered', '-')}/{draft.figures.get('due', '-')}",
            )
            for draft in db.session.scalars(drafts)
        ]
    table([("id", "territory", "school year", "state", "asked for", "sessions"), *rows])


@plan.command("school-year")
@click.argument("territory")
@click.argument("label", metavar="SCHOOL_YEAR")
@click.option("--queue", "queued", is_flag=True, help="Leave the work to a worker.")
@with_appcontext
def school_year(territory: str, label: str, queued: bool) -> None:
    """Propose the school Saturdays of a TERRITORY for a SCHOOL_YEAR.

    For instance: plan school-year paris-19 2026-2027. Takes about ten seconds, in this process
    unless a worker was faster. The plan is then looked at, and accepted or set aside.
    """
    from eventsapp.planning import drafting  # the planner's rules: loaded by who plans

    with writing() as now:
        draft = drafting.request(_territory(territory), label, requested_by=None, now=now)
        draft_id, task_id = draft.id, draft.task_id
    click.echo(f"plan {draft_id} asked for")
    if not queued and task_id is not None:
        _work_out(draft_id, task_id)


def _territory(slug: str) -> Territory:
    try:
        return territory_by_slug(slug)
    except NotFound as refusal:
        raise click.ClickException(f"there is no territory {slug!r}") from refusal


def _work_out(draft_id: int, task_id: int) -> None:
    from eventsapp.jobs.door import Turn, never  # doors load each other only when they run
    from eventsapp.jobs.queued_work import run_next

    def tell(share: float, step: str) -> None:
        click.echo(f"  {share:4.0%}  {gettext(step)}")

    run_next(Turn(clock.now(), ACTOR, never), only=task_id, listener=tell)
    task = tasks.by_id(task_id)
    while task.status in {TaskStatus.QUEUED, TaskStatus.RUNNING}:  # a worker took it first
        db.session.rollback()
        time.sleep(1)
        task = tasks.by_id(task_id)
    if task.status is not TaskStatus.DONE:
        raise click.ClickException(gettext(task.problem) if task.problem else f"plan {draft_id} was stopped")
    figures = listings.by_id(draft_id).figures
    click.echo(
        f"plan {draft_id}: {figures['covered']} of {figures['due']} sessions, {figures['gaps']} gaps; "
        f"at most {figures['coverage_bound']} are possible"
    )
    click.echo(f"look at it: {setting('PUBLIC_URL')}/pro/plans/{draft_id}")
    click.echo(f"accept it:  flask --app wsgi plan accept {draft_id}")


@plan.command()
@click.argument("draft_id", type=int)
@with_appcontext
def accept(draft_id: int) -> None:
    """Accept a plan: announces all its events at once, or none."""
    from eventsapp.planning import drafting  # the planner's rules: loaded by who plans

    with writing() as now:
        events = drafting.accept(listings.by_id(draft_id), actor=ACTOR, now=now)
    click.echo(f"{len(events)} events announced")
