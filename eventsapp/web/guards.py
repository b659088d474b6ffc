"""What is asked before any door opens: the write lock, the form's type, and who is there."""

from __future__ import annotations

from flask import Flask, g, request, session
from werkzeug.exceptions import Forbidden, UnsupportedMediaType

from eventsapp.access import questions
from eventsapp.database import begin_writing, db
from eventsapp.people.models import Account
from eventsapp.places.models import Territory

FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
ACCOUNT = "compte"
"""The key of the signed-in account in the session cookie."""


def bind(app: Flask) -> None:
    """Puts the guards before every door."""
    # Before Flask-WTF reads the form for its token: an unknown type is 415, not "token missing".
    app.before_request_funcs.setdefault(None, []).insert(0, refuse_other_types)

    @app.before_request
    def take_write_lock() -> None:
        if request.method not in {"GET", "HEAD", "OPTIONS"} and request.routing_exception is None:
            begin_writing()

    @app.context_processor
    def who() -> dict[str, object]:
        return {"account": current_account() if ACCOUNT in session else None}


def refuse_other_types() -> None:
    """Unsafe methods come from forms; raises UnsupportedMediaType (415) for another body.

    Where no door opens the answer is 404 or 405, whatever the body: calendars probe with PROPFIND.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"} or not request.content_length:
        return
    if request.routing_exception is not None:
        return
    if request.mimetype not in FORM_TYPES:
        raise UnsupportedMediaType()


def current_account() -> Account | None:
    """The signed-in account, or None; one statement a request at most."""
    if "account" not in g:
        number = session.get(ACCOUNT)
        account = db.session.get(Account, number) if isinstance(number, int) else None
        g.account = account if account and account.closed_at is None else None
    return g.account


def require_coordinator(territory: Territory) -> Account:
    """The signed-in coordinator of a territory; raises Forbidden (403)."""
    account = current_account()
    if account is None or not questions.may_steer(account, territory):
        raise Forbidden()
    return account
