"""Commands on files need no house: a bare application, without database, settings or rooms.

They start in a third of a second instead of two and a half, run on a machine that has no database yet, and
whatever its settings are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import click
from flask import Flask
from flask_babel import Babel

from eventsapp import settings
from eventsapp.cli import plan_files


@click.group()
def plan() -> None:
    """Plans of files."""


for command in plan_files.COMMANDS:
    plan.add_command(command)


def suffices(words: Sequence[str]) -> bool:
    """Whether the words of a command line ask for a command on files."""
    return any(one == "plan" and two in plan.commands for one, two in pairwise(words))


def create_app() -> Flask:
    """An application that speaks our languages and knows these commands."""
    app = Flask("eventsapp", root_path=str(settings.PACKAGE), static_folder=None)
    app.config.update(settings.FIXED)
    app.config[plan_files.ENDS_WITH_COMMAND] = True
    Babel(app)  # `extensions` would load the database
    app.cli.add_command(plan)
    return app
