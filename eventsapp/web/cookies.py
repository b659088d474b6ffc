"""Answers that caches share set no cookie, whoever asks for them.

Flask renews the cookie of a permanent session, which a sign-in is, with every answer. Beside
`Cache-Control: public` a proxy would keep somebody's session together with a picture (RFC 9111 7.3).
"""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

SHARED = frozenset({"calendar_feeds", "embed", "pictures"})
"""Blueprints whose answers are the same for everybody."""


class SilentWhereShared(SecureCookieSessionInterface):
    """Flask's own, silent there."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether this answer renews the cookie."""
        return request.blueprint not in SHARED and super().should_set_cookie(app, session)


def bind(app: Flask) -> None:
    """Puts it in place of Flask's."""
    app.session_interface = SilentWhereShared()
