"""Plans of a school year: proposed, listed, accepted."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from eventsapp.cli.door import ACTOR, reading, said, table, writing
from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.planning.models import Draft


@click.group()
def plan() -> None:
    """Plans of a school year. Nothing is announced before a plan is accepted."""


@plan.command("list")
@click.argument("territory", required=False)
@with_appcontext
def list_plans(territory: str | None) -> None:
    """List the plans of a TERRITORY ("paris-19"), or of all."""
    drafts = select(Draft).join(Draft.territory).order_by(Draft.id.desc())
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


@plan.command()
@click.argument("draft_id", type=int)
@with_appcontext
def accept(draft_id: int) -> None:
    """Accept a plan: announces all its events at once, or none."""
    from eventsapp.planning import drafting

    with writing() as now:
        draft = db.session.get(Draft, draft_id)
        if draft is None:
            raise click.ClickException(f"there is no plan {draft_id}")
        events = drafting.accept(draft, actor=ACTOR, now=now)
    click.echo(f"{len(events)} events announced")
