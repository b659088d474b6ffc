"""The session's cookie; answers that caches share set none, whoever asks for them.

Flask renews the cookie of a permanent session, which a sign-in is, with every answer. Beside
`Cache-Control: public` a proxy would keep somebody's session together with a picture (RFC 9111 7.3).
"""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

SHARED = frozenset({"calendar_feeds", "embed", "exports", "pictures"})
"""Blueprints whose answers are the same for everybody."""


class SilentWhereShared(SecureCookieSessionInterface):
    """Flask's own, silent there."""

    def __init__(self) -> None:
        self._serializers: dict[tuple[str | bytes | None, ...], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs with the keys of today: to make it costs as much as to sign, and each request asks for
        it once or twice."""
        keys = (app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ()))
        if keys not in self._serializers:
            self._serializers[keys] = super().get_signing_serializer(app)
        return self._serializers[keys]

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether this answer renews the cookie."""
        return request.blueprint not in SHARED and super().should_set_cookie(app, session)


def bind(app: Flask) -> None:
    """Puts it in place of Flask's."""
    app.session_interface = SilentWhereShared()
