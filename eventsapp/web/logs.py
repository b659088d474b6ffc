"""One line per request, without personal data: never a path, a query or a token.

The route's rule stands for the path ("/m/<token>"). Static files are answered before Flask, and
leave no line.
"""

from __future__ import annotations

from time import perf_counter

import structlog
from flask import Flask, Response, request, request_started

from eventsapp import logs

log = structlog.get_logger("eventsapp.request")

_STARTED = "eventsapp.started"
_QUIET = {"health.alive", "health.ready"}
"""Asked every few seconds by machines; logged at DEBUG only."""


def bind(app: Flask) -> None:
    """Logs each answer. Bound first, so that it runs last and sees what really leaves."""
    logs.configure(app)

    # A signal rather than before_request: a guard that refuses first would leave no start.
    def note_start(sender: Flask, **extra: object) -> None:
        request.environ[_STARTED] = perf_counter()

    request_started.connect(note_start, app, weak=False)

    @app.after_request
    def write_line(answer: Response) -> Response:
        write = log.debug if request.endpoint in _QUIET and answer.status_code < 400 else log.info
        write(
            "request",
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=answer.status_code,
            ms=round((perf_counter() - request.environ[_STARTED]) * 1000, 1),
            bytes=0 if request.method == "HEAD" else answer.calculate_content_length(),
        )
        return answer
