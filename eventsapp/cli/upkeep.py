"""Keeping things in order: feeds and queued work."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from eventsapp.cli.door import reading, said, table, writing
from eventsapp.feeds import rebuilding
from eventsapp.tasks import listings, queue
from eventsapp.tasks.models import TaskStatus


@click.group()
def feeds() -> None:
    """The public calendars."""


@feeds.command()
@with_appcontext
def rebuild() -> None:
    """Render all events of the feeds again.

    Needed after PUBLIC_URL changed; `prepare` does it too. Calendars fetch anew only when
    something differs.
    """
    with writing() as now:
        different = rebuilding.rebuild(now, lambda done, of: click.echo(f"{done} of {of} rendered", err=True))
    click.echo(f"{different} events differ" if different else "nothing differs")


@click.group()
def tasks() -> None:
    """Queued work: what waits, runs and ended."""


@tasks.command("list")
@click.option("--state", type=click.Choice([status.value for status in TaskStatus]), help="Only these.")
@click.option("--limit", default=20, show_default=True, help="How many, the newest first.")
@with_appcontext
def list_tasks(state: str | None, limit: int) -> None:
    """List tasks, newest first."""
    with reading():
        found = listings.recent(status=TaskStatus(state) if state else None, limit=limit)
        rows = [
            (
                str(task.id),
                task.kind,
                task.status.value,
                f"{task.progress} %",
                said(task.created_at),
                task.problem or task.step,
            )
            for task in found
        ]
    table([("id", "kind", "state", "done", "asked for", "says"), *rows])


@tasks.command()
@click.argument("task_id", type=int)
@with_appcontext
def stop(task_id: int) -> None:
    """Ask a task to stop; its worker leaves it within a second or so."""
    with writing() as now:
        queue.request_stop(listings.by_id(task_id), now=now)
    click.echo(f"task {task_id} will stop")
