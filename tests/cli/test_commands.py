"""Every command of ours: its help, and what all have in common."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from eventsapp.cli.commands import COMMANDS


def every(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    path = (*path, str(command.name))
    yield path, command
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from every(inner, path)


ALL = [found for command in COMMANDS for found in every(command)]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_help_says_what_a_command_does_and_what_each_option_is_for(
    app: Flask, path: tuple[str, ...], command: click.Command
) -> None:
    shown = app.test_cli_runner().invoke(args=[*path, "--help"])
    assert shown.exit_code == 0
    assert command.help
    assert command.help.split()[0] in shown.output
    nameless = [
        option.name for option in command.params if isinstance(option, click.Option) and not option.help
    ]
    assert nameless == []


@pytest.mark.databases("sqlite")
def test_the_commands_are_those_of_the_operators(app: Flask) -> None:
    ours = {command.name for command in COMMANDS}
    assert ours <= set(app.cli.commands)
    assert ours == {
        "prepare", "seed", "worker", "catch-mail", "plan", "letters", "events", "feeds", "tasks",
        "open-account", "sign-in-link", "close-account", "forget-second-factor",
    }  # fmt: skip


def test_a_web_process_loads_neither_solver_nor_scheduler_nor_mail_server(tmp_path: Path) -> None:
    """It builds the commands too, and is to stay below 120 MB."""
    heavy = ["ortools", "numpy", "pandas", "apscheduler", "aiosmtpd", "typst"]
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, wsgi; print([m for m in {heavy} if m in sys.modules])"],
        cwd=Path(__file__).parents[2],
        env={"INSTANCE_PATH": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout == "[]\n"
