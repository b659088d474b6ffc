"""Deeds done at once, each by its own connection: what a race test starts."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask

from eventsapp.database import begin_writing, db


def at_once(app: Flask, *deeds: Callable[[], object]) -> list[object]:
    """Does the deeds in threads that start together, each with its own connection and transaction."""
    line = threading.Barrier(len(deeds))
    came: list[object] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], object]) -> None:
        with app.app_context():
            line.wait(timeout=10)
            try:
                begin_writing()
                came[place] = deed()
                db.session.commit()
            except Exception as error:
                came[place] = error
                db.session.rollback()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return came
