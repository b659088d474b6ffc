"""Moving, cancelling and restoring one event, and taking that back before people are told."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from eventsapp.agenda import listings, notices, scheduling, telling
from eventsapp.agenda.models import Event
from eventsapp.cli.door import ACTOR, said, writing
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.places.models import Venue

HOUR = click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])


@click.group()
def events() -> None:
    """One event at a time, by its CODE: the letters at the start of its address, /e/CODE-…

    Whoever is registered is told by letter, and their calendar follows: UNDO_MINUTES after the last change,
    at once within 48 hours of the event. Until then `undo` takes it back.
    """


@events.command()
@click.argument("code")
@click.option("--starts", type=HOUR, help='New start on a Paris clock, as "2027-01-16 09:30".')
@click.option("--ends", type=HOUR, help="New end; otherwise it lasts as long as before.")
@click.option("--venue", help="Slug of the new place, in the same territory.")
@with_appcontext
def move(code: str, starts: datetime | None, ends: datetime | None, venue: str | None) -> None:
    """Move an event to another hour or place."""
    with writing() as now:
        event = listings.by_code(code)
        lasts = event.ends_at - event.starts_at
        starts_at = _instant(starts) if starts else None
        ends_at = _instant(ends) if ends else (starts_at + lasts if starts_at else None)
        moved = scheduling.reschedule(
            event,
            starts_at=starts_at,
            ends_at=ends_at,
            venue=_venue(event, venue) if venue else None,
            actor=ACTOR,
            now=now,
        )
        sentence = (
            f"{code}: {said(event.starts_at)} to {said(event.ends_at)}, {event.venue.name}{_when(event)}"
        )
    click.echo(sentence if moved else f"{code}: nothing changes")


@events.command()
@click.argument("code")
@click.option("--reason", default="", help="In French, shown to the public.")
@with_appcontext
def cancel(code: str, reason: str) -> None:
    """Cancel an event; it stays on show as cancelled."""
    with writing() as now:
        event = listings.by_code(code)
        scheduling.cancel(event, reason=reason, actor=ACTOR, now=now)
        sentence = f"{code}: cancelled{_when(event)}"
    click.echo(sentence)


@events.command()
@click.argument("code")
@with_appcontext
def restore(code: str) -> None:
    """Take a cancellation back."""
    with writing() as now:
        event = listings.by_code(code)
        scheduling.restore(event, actor=ACTOR, now=now)
        sentence = f"{code}: takes place after all{_when(event)}"
    click.echo(sentence)


@events.command()
@click.argument("code")
@with_appcontext
def undo(code: str) -> None:
    """Take back what people have not been told yet."""
    with writing() as now:
        event = listings.by_code(code)
        notices.undo(event, actor=ACTOR, now=now)
        state = "cancelled" if event.is_cancelled else "takes place"
        sentence = f"{code}: as it was, {said(event.starts_at)}, {event.venue.name}, {state}"
    click.echo(sentence)


def _when(event: Event) -> str:
    """When people are told of what was just done."""
    notice = telling.notice_of(event)
    return f"; people are told at {said(notice.due_at)}" if notice else "; people are told now"


def _instant(typed: datetime) -> datetime:
    return local(typed.date(), typed.hour, typed.minute)


def _venue(event: Event, slug: str) -> Venue:
    found = db.session.scalars(
        select(Venue).where(Venue.territory_id == event.territory_id, Venue.slug == slug)
    ).first()
    if found is None:
        raise click.BadParameter(f"no place {slug!r} in this territory", param_hint="--venue")
    return found
