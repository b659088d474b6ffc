"""What is asked before any door opens: the write lock, the form's type, and who is there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, redirect, request, session, url_for
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import begin_writing, db
from eventsapp.people import sign_ins
from eventsapp.people.models import Account, SignIn
from eventsapp.settings import setting

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
LONG_BODIES = {
    "showcase.keep": "PICTURE_BYTES",
    "contact_imports.send": "TABLE_BYTES",
    "imports.send": "IMPORT_BYTES",
    "proposals.submit": "PICTURE_BYTES",
    "proposals.correct": "PICTURE_BYTES",
}
"""Doors that take more than MAX_CONTENT_LENGTH, and the setting that says how much more."""

SIGN_IN = "entree"
"""The key, in the session cookie, of the token of a sign-in."""

FILES = {
    "showcase.keep": "picture",
    "contact_imports.send": "file",
    "imports.send": "file",
    "proposals.submit": "picture",
    "proposals.correct": "picture",
}
"""Doors that take a file, and in which field."""

HOST = re.compile(r"([\w-]{1,63}(\.[\w-]{1,63})*\.?|\[[0-9a-f:.]+\])?(:\d{1,5})?", re.ASCII | re.IGNORECASE)
"""What a Host header may be (RFC 9110 7.2): a name, an address, nothing (HTTP/1.0)."""


def bind(app: Flask) -> None:
    """Puts the guards before every door."""
    guarded: Any = refuse_odd_hosts(app.wsgi_app)
    app.wsgi_app = guarded  # type: ignore[method-assign]  # how WSGI middleware is put around Flask
    # Before Flask-WTF reads the form for its token: an unknown type is 415, not "token missing".
    app.before_request_funcs.setdefault(None, [])[:0] = [
        allow_long_bodies,
        refuse_other_types,
        refuse_nul,
        refuse_odd_files,
    ]

    @app.before_request
    def take_write_lock() -> None:
        if request.method not in {"GET", "HEAD", "OPTIONS"} and request.routing_exception is None:
            begin_writing()

    @app.context_processor
    def who() -> dict[str, object]:
        return {"account": current_account() if SIGN_IN in session else None}


def refuse_odd_hosts(serve: WSGIApplication) -> WSGIApplication:
    """400 for a Host that is none: Flask, which reads it before any door, would fail with a 500."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if HOST.fullmatch(environ.get("HTTP_HOST", "")):
            return serve(environ, start_response)
        refusal = Response("400 Bad Request: Host\n", 400, content_type="text/plain; charset=utf-8")
        return refusal(environ, start_response)

    return answer


def allow_long_bodies() -> None:
    """A picture or a table is longer than any form: said before anything reads one. The other fields of its
    form stay short all the same (MAX_FORM_MEMORY_SIZE)."""
    name = LONG_BODIES.get(request.endpoint or "")
    if name and request.mimetype == "multipart/form-data":
        request.max_content_length = setting(name) + setting("MAX_CONTENT_LENGTH")


def refuse_other_types() -> None:
    """Unsafe methods come from forms; raises UnsupportedMediaType (415) for another body.

    Raises RequestEntityTooLarge (413) for a body over the limit that came in pieces.

    Where no door opens the answer is 404 or 405, whatever the body: calendars probe with PROPFIND.
    """
    has_body = request.content_length or "Transfer-Encoding" in request.headers
    if request.method in {"GET", "HEAD", "OPTIONS"} or not has_body:
        return
    if request.routing_exception is not None:
        return
    if request.mimetype not in FORM_TYPES:
        raise UnsupportedMediaType()
    # A chunked form tells no length, and Werkzeug cuts it silently where the limit is reached.
    if request.content_length is None and len(request.get_data()) >= (request.max_content_length or math.inf):
        raise RequestEntityTooLarge()


def refuse_nul() -> None:
    """Raises BadRequest (400) for a NUL, which no text of PostgreSQL holds and nobody types, and for a field
    without a name."""
    if request.routing_exception is not None:
        return
    given = request.args if request.method in {"GET", "HEAD", "OPTIONS"} else request.values
    # A part of a multipart form may come without a name: Werkzeug then says None.
    pairs: Iterable[tuple[str | None, str]] = given.items(multi=True)
    if any(name is None or "\0" in name or "\0" in value for name, value in pairs):
        raise BadRequest()


def refuse_odd_files() -> None:
    """Raises BadRequest (400) for a file where none is asked: Flask-WTF would hand it to a field of text."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.routing_exception is not None:
        return
    if set(request.files) - {FILES.get(request.endpoint or "")}:
        raise BadRequest()


def current_sign_in() -> SignIn | None:
    """The sign-in that the cookie carries, or None; one statement a request at most."""
    if "sign_in" not in g:
        token = session.get(SIGN_IN)
        g.sign_in = sign_ins.behind(token, now=clock.now()) if isinstance(token, str) else None
    return g.sign_in


def current_half() -> SignIn | None:
    """Half a sign-in that the cookie carries, whose second factor is to be proved; or None."""
    token = session.get(SIGN_IN)
    return sign_ins.halfway(token, now=clock.now()) if isinstance(token, str) else None


def current_account() -> Account | None:
    """The signed-in account, or None."""
    sign_in = current_sign_in()
    return sign_in.account if sign_in else None


def sign_out(carried: SignIn | None) -> BaseResponse:
    """Ends the sign-in of this browser, for copies of its cookie too, and forgets its session."""
    if carried is not None:
        sign_ins.leave(carried, now=clock.now())
        db.session.commit()
    session.clear()
    return redirect(url_for("site.territories"), 303)
