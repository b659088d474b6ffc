"""Processes that run beside the web."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from eventsapp.settings import UnsafeSettings


@click.command()
@with_appcontext
def worker() -> None:
    """Deliver letters, run queued work, keep things tidy.

    Runs in the foreground until SIGTERM or Ctrl-C, then finishes what is in hand. Any number of
    workers may run on one database.
    """
    from eventsapp.jobs import worker as process  # APScheduler: only this process loads it

    try:
        process.run(_app())
    except UnsafeSettings as error:
        raise click.ClickException(str(error)) from error


@click.command("catch-mail")
@with_appcontext
def catch_mail() -> None:
    """Keep every mail sent to this machine instead of letting it leave.

    A real SMTP server on 127.0.0.1, at MAIL_PORT (PORT + 1). Letters are kept under
    instance/mail/ and shown at /demonstration/courrier.
    """
    from eventsapp.jobs import mail_catcher  # aiosmtpd: only this process loads it

    try:
        mail_catcher.run(_app())
    except OSError as error:
        port = current_app.config["MAIL_PORT"]
        raise click.ClickException(f"cannot listen on 127.0.0.1:{port}: {error.strerror}") from error


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
