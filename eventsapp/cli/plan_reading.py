"""What commands on plans of files read, and how they refuse what cannot be read: in one sentence."""

from __future__ import annotations

import json
import math
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import click

from eventsapp.planning.engine import files
from eventsapp.planning.engine.files import Asked
from eventsapp.planning.engine.terms import Impossible, IncoherentProblem

SECONDS = 10.0
"""How long a search may take where nothing is said of it."""


def seconds_asked(context: click.Context, option: click.Parameter, given: float | None) -> float | None:
    if given is not None and not (math.isfinite(given) and given >= 0):
        raise click.BadParameter("a number of seconds is expected")
    return given


class Interruption:
    """Whether somebody wants the search to end: SIGINT or SIGTERM has come."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self) -> bool:
        return self.came

    def note(self, number: int, frame: FrameType | None) -> None:
        """A second signal of the kind ends the process, as it would otherwise."""
        self.came = True
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Signals are noted and not obeyed at once: the best plan found is still to be written."""
    noted = Interruption()
    before = {one: signal.signal(one, noted.note) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield noted
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def problem_of(source: str) -> Asked:
    try:
        return files.read(_json(source))
    except IncoherentProblem as error:
        refuse(source, error)


def plan_of(asked: Asked, source: str) -> Any:
    try:
        return files.read_plan(asked, _json(source))
    except IncoherentProblem as error:
        refuse(source, error)


def start_of(asked: Asked, source: str) -> Any:
    before = plan_of(asked, source)
    if isinstance(before, Impossible):
        raise click.ClickException(f"{called(source)}: there is no plan in it to go on from")
    return before


def refuse(source: str, error: Exception) -> NoReturn:
    raise click.ClickException(f"{called(source)}: {error}") from error


def called(source: str) -> str:
    return "standard input" if source == "-" else source


def _json(source: str) -> object:
    """What a file holds. Refuses, in a sentence, one that cannot be read or is no JSON."""
    try:
        with click.open_file(source, encoding="utf-8-sig") as stream:
            return json.load(stream, parse_constant=_no_number)
    except OSError as error:
        refuse(source, OSError(error.strerror or "cannot be read"))
    except RecursionError:
        refuse(source, ValueError("nested too deeply"))
    except ValueError as error:  # not JSON, not UTF-8, a number without an end
        refuse(source, ValueError(f"this is not JSON ({error})"))


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
