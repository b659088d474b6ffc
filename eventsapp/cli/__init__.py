"""The command line, for operators: `flask --app wsgi …`, each command with its `--help`.

Commands are doors: each calls a room, commits, and turns a Refusal into a sentence and an exit
code of 1.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Adds our commands to those of Flask."""
