"""Every command of the house.

Commands are doors: each calls a room, commits, and says a refusal as a sentence with exit code 1.
Every process builds them, web processes too, so a command imports what it needs when it runs:
the scheduler, the mail server and the solver stay out of the web's memory.
"""

from __future__ import annotations

from flask import Flask

from eventsapp.cli.accounts import close_account, forget_second_factor, open_account, sign_in_link
from eventsapp.cli.events import events
from eventsapp.cli.letters import letters
from eventsapp.cli.planning import plan
from eventsapp.cli.preparing import prepare, seed
from eventsapp.cli.running import catch_mail, worker
from eventsapp.cli.upkeep import feeds, tasks

COMMANDS = (
    prepare,
    seed,
    worker,
    catch_mail,
    plan,
    letters,
    events,
    feeds,
    tasks,
    open_account,
    sign_in_link,
    close_account,
    forget_second_factor,
)


def register(app: Flask) -> None:
    """Adds our commands to those of Flask."""
    for command in COMMANDS:
        app.cli.add_command(command)
