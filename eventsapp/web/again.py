"""A request that lost a race is asked again: once the other is through, it sees what that one has done.

PostgreSQL lets two requests read that nothing is there yet, and refuses the second one's row (23505) or
one of two that wait for each other (40P01). To whom it happens that is no mistake of ours to be shown: the
same form, read after the other, has its plain answer ("already settled", or done once). SQLite, where one
writes at a time, knows none of this.
"""

from __future__ import annotations

import structlog
from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from eventsapp.database import db
from eventsapp.web import errors

log = structlog.get_logger(__name__)

MOST = 3
"""How often one request is asked again, before it is a mistake of ours after all."""

LOST = {"23505", "40001", "40P01"}
"""SQLSTATEs of a lost race: unique_violation, serialization_failure, deadlock_detected."""


def bind(app: Flask) -> None:
    """Asks again before anything is called broken."""
    app.register_error_handler(DBAPIError, lost)
    app.register_error_handler(StaleDataError, lost)


def lost(error: Exception) -> ResponseReturnValue:
    """Asks the door again as if it had not been asked, or gives up: then it is broken."""
    tried = g.get("asked_again", 0)
    if not is_lost_race(error) or tried >= MOST or request.method in {"GET", "HEAD", "OPTIONS"}:
        return errors.broken(error)
    db.session.rollback()
    g.asked_again = tried + 1
    g.pop("sign_in", None)  # who it is is read anew too
    for file in request.files.values():
        file.stream.seek(0)
    log.info("asked again", route=str(request.url_rule), time=tried + 1)
    try:
        # All that comes before the door, too: who may, the form's token, the write lock.
        refused = current_app.preprocess_request()
        return current_app.dispatch_request() if refused is None else refused
    except Exception as raised:
        return current_app.handle_user_exception(raised)


def is_lost_race(error: Exception) -> bool:
    """Whether it would go otherwise if it were done after the other."""
    if isinstance(error, DBAPIError):
        return getattr(error.orig, "sqlstate", None) in LOST
    return isinstance(error, StaleDataError)
