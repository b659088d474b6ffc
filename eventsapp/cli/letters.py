"""Letters: which wait, left or failed."""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from eventsapp.answers import undelivered
from eventsapp.cli.door import ACTOR, reading, said, table, writing
from eventsapp.database import db
from eventsapp.mailroom import bounces, sending_again
from eventsapp.mailroom.masking import readable_text
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.mailroom.sending_again import LetterHasNotFailed
from eventsapp.settings import setting


@click.group()
def letters() -> None:
    """Letters: which wait, left or failed."""


@letters.command("list")
@click.option("--state", type=click.Choice([status.value for status in LetterStatus]), help="Only these.")
@click.option("--limit", default=20, show_default=True, help="How many, the newest first.")
@with_appcontext
def list_letters(state: str | None, limit: int) -> None:
    """List letters, newest first, without saying to whom."""
    chosen = select(Letter).order_by(Letter.id.desc()).limit(limit)
    if state:
        chosen = chosen.where(Letter.status == LetterStatus(state))
    with reading():
        rows = [
            (
                str(letter.id),
                letter.kind,
                letter.channel.value,
                letter.status.value,
                said(letter.posted_at),
                said(letter.due_at) if letter.status is LetterStatus.WAITING else "-",
                str(letter.attempts),
                letter.problem[:60],
            )
            for letter in db.session.scalars(chosen)
        ]
    table([("id", "kind", "channel", "state", "posted", "next try", "tries", "problem"), *rows])


@letters.command()
@click.argument("letter_id", type=int)
@with_appcontext
def show(letter_id: int) -> None:
    """Show a letter, its private links masked."""
    with reading():
        letter = _letter(letter_id)
        lines = [
            f"{letter.kind}, {letter.channel.value}, {letter.status.value}, posted {said(letter.posted_at)}",
            f"To: {letter.reader_name} ({letter.address})",
            f"From: {letter.sender_name} ({letter.sender_address})",
            f"Subject: {letter.subject}",
            *([f"Calendar: {letter.method}"] if letter.calendar else []),
            *([f"Problem: {letter.problem}"] if letter.problem else []),
            "",
            readable_text(letter) or "(sealed under a key that is gone)",
        ]
    click.echo("\n".join(lines))


@letters.command()
@click.argument("letter_ids", type=int, nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every failed letter.")
@with_appcontext
def retry(letter_ids: tuple[int, ...], every: bool) -> None:
    """Let failed letters leave after all."""
    if not letter_ids and not every:
        raise click.UsageError("name the letters, or say --all")
    failed = select(Letter).where(Letter.channel != Channel.CALL, Letter.status == LetterStatus.FAILED)
    with writing() as now:
        chosen = list(db.session.scalars(failed)) if every else [_letter(number) for number in letter_ids]
        again = 0
        for letter in chosen:
            with suppress(LetterHasNotFailed):
                sending_again.try_again(letter, actor=ACTOR, now=now)
                again += 1
    click.echo(f"{again} of {len(chosen)} letters wait for the next round")


@letters.command()
@click.argument("report", type=click.File("rb"), default="-")
@with_appcontext
def bounced(report: BinaryIO) -> None:
    """Take a mail that came back (a delivery report, from a file or from standard input).

    Its Message-ID tells which, or the reply address that it came from and back to. What it was to say goes on
    by the next means, and an address that is gone is marked. Any other mail changes nothing, and is no error:
    a mailbox may hand over all it gets.
    """
    bounce = bounces.read(
        report.read(bounces.LARGEST), mailbox=setting("MAIL_MAILBOX"), domain=setting("MAIL_DOMAIN")
    )
    if bounce is None:
        click.echo("no report of a mail that came back")
        return
    with writing() as now:
        came = undelivered.apply(bounce, now=now)
        if came.letter is None:
            outcome = "no letter of ours"
        elif came.next_one is None:
            outcome = f"letter {came.letter.id}: {came.letter.status.value}, nothing new to do"
        else:
            outcome = f"letter {came.letter.id} goes on by {came.next_one.channel.value}"
    click.echo(outcome)


def _letter(number: int) -> Letter:
    letter = db.session.get(Letter, number)
    if letter is None:
        raise click.ClickException(f"there is no letter {number}")
    return letter
