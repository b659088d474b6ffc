"""Deeds done at once, each by its own connection: what a race test starts."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from unittest.mock import patch

from flask import Flask

from eventsapp.database import begin_writing, db
from eventsapp.web import turns
from tests.pages import Form, PageClient

Came = TypeVar("Came")


def in_its_own_loop(coming: Coroutine[Any, Any, Came]) -> Came:
    """What a coroutine comes to, in a thread of its own: a browser test may have left a loop running in this
    one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coming).result()


def at_once(app: Flask, *deeds: Callable[[], object]) -> list[object]:
    """Does the deeds in threads that start together, each with its own connection and transaction."""

    def alone(deed: Callable[[], object]) -> object:
        with app.app_context():
            try:
                begin_writing()
                came = deed()
                db.session.commit()
            except Exception as error:
                db.session.rollback()
                return error
            return came

    return _together(*((lambda deed=deed: alone(deed)) for deed in deeds))


def pressed_at_once(*forms: tuple[PageClient, Form]) -> list[int]:
    """Sends forms that were filled in before, each by its own visitor, at once: how each is answered.

    Nobody waits for a turn: visitors of several processes would not wait for each other either.
    """
    with patch.object(turns, "PATIENCE", 0):
        answered = _together(*((lambda pair=pair: pair[0].submit(pair[1]).status_code) for pair in forms))
    return [status for status in answered if isinstance(status, int)]


def _together(*deeds: Callable[[], object]) -> list[object]:
    line = threading.Barrier(len(deeds))
    came: list[object] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], object]) -> None:
        line.wait(timeout=10)
        try:
            came[place] = deed()
        except Exception as error:
            came[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return came
