"""What every command does around its own work: a transaction, a clock, and refusals as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from flask_babel import gettext

from eventsapp import clock
from eventsapp.clock import PARIS
from eventsapp.database import begin_writing, db
from eventsapp.refusals import NotFound, Refusal

ACTOR = "cli"
"""Who the journal names for what an operator does."""


@contextmanager
def reading() -> Iterator[datetime]:
    """Gives the hour; a Refusal becomes its sentence and exit code 1."""
    try:
        yield clock.now()
    except NotFound as refusal:
        if refusal.sentence != NotFound.sentence:
            raise click.ClickException(gettext(refusal.sentence, **refusal.parameters)) from refusal
        raise click.ClickException("there is no such thing: check its code or number") from refusal
    except Refusal as refusal:
        raise click.ClickException(gettext(refusal.sentence, **refusal.parameters)) from refusal
    finally:
        db.session.rollback()


@contextmanager
def writing() -> Iterator[datetime]:
    """The same, in one transaction that is committed when all went well, and undone otherwise."""
    with reading() as now:
        begin_writing()
        yield now
        db.session.commit()


def said(moment: datetime | None) -> str:
    """An instant on a Paris clock, or a dash."""
    return moment.astimezone(PARIS).strftime("%Y-%m-%d %H:%M") if moment else "-"


def table(rows: list[tuple[str, ...]]) -> None:
    """Prints rows in columns."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
