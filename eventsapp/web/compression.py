"""Pages are compressed where nothing secret stands beside what a visitor can choose (BREACH).

A page with a form holds a CSRF token; the desk and private pages show people. Those go as they
are; public pages, the heavy ones, are compressed.
"""

from __future__ import annotations

from flask import Flask, Response, g, request

from eventsapp import extensions
from eventsapp.web.headers import PRIVATE_PATHS


def bind(app: Flask) -> None:
    """Compresses public pages."""

    @app.after_request
    def compress(answer: Response) -> Response:
        secret = request.path.startswith(PRIVATE_PATHS) or "csrf_token" in g
        if answer.mimetype != "text/html" or secret:
            return answer
        return extensions.compress.after_request(answer)
