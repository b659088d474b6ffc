"""What every answer carries: a strict policy for content, and nothing that could leak."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from eventsapp.settings import setting

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No inline script or style, no other host (CSP level 3)."""

_EVERYWHERE = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_SECURE = ("Strict-Transport-Security", "max-age=31536000")

PRIVATE_PATHS = (
    "/m/",
    "/ma-venue/",
    "/connexion",
    "/invitation/",
    "/jour/",
    "/on-repart/",
    "/ecole/",
    "/structure/",
    "/orientation/",
    "/lettre/",
    "/pro/",
    "/demonstration/",
)
"""Addresses that hold a token or show people: never kept, never indexed, never told elsewhere."""

TOKEN_PATHS = (
    "/m/",
    "/ma-venue/",
    "/connexion/",
    "/invitation/",
    "/jour/",
    "/on-repart/",
    "/ecole/",
    "/structure/",
    "/orientation/",
    "/agendas/prives/",
    "/lettre/",
)
"""Addresses that open something by themselves: not even our own logs of referrers get them."""


FOR_WALLS = {"posters.file"}
"""Routes of desks whose answers say what anybody may read: what they say of caches stands."""


def bind(app: Flask) -> None:
    """Adds the headers to every answer of ours."""

    @app.after_request
    def add_headers(answer: Response) -> Response:
        headers = answer.headers
        for name, value in everywhere():
            headers.setdefault(name, value)
        location = headers.get("Location", "/")
        if not location.startswith("/"):
            headers["Location"] = path_of(location)
            answer.set_data("")  # it repeats the address
        if request.path.startswith(TOKEN_PATHS):
            # A private feed, too, which says itself what caches may do: its reader asks whether it changed.
            headers["Referrer-Policy"] = "no-referrer"
            headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if request.path.startswith(PRIVATE_PATHS) or "/inscription" in request.path:
            if request.endpoint not in FOR_WALLS or answer.status_code not in (200, 304):
                headers["Cache-Control"] = "no-store"
            headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        elif answer.mimetype == "text/html":
            headers.setdefault("Cache-Control", "private, max-age=0, must-revalidate")
        return answer


def everywhere() -> tuple[tuple[str, str], ...]:
    """What stands in every answer that says nothing else; over HTTPS, that it stays so."""
    return (*_EVERYWHERE, _SECURE) if setting("SESSION_COOKIE_SECURE") else _EVERYWHERE


def path_of(address: str) -> str:
    """The path and query of an address of ours.

    Werkzeug's own redirects (a missing slash) repeat the host and the scheme of the request; the
    first a visitor may invent, the second a proxy may hide. None of our redirects leads elsewhere.
    """
    parts = urlsplit(address)
    return "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
