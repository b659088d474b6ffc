"""Pictures at addresses that say what they hold: kept by browsers, and nothing but images there."""

from __future__ import annotations

from flask import Blueprint, Response, request

from eventsapp.media import keeping

bp = Blueprint("pictures", __name__)

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Opened by itself it is an image and does nothing, whatever somebody managed to write into it."""

KEPT = 30 * 24 * 3600
"""Seconds. What stands at an address never changes; but somebody in a photo may ask that it goes, and
no cache should show it for a year after that."""


@bp.get("/images/<fingerprint:fingerprint>.webp")
def show(fingerprint: str) -> Response:
    """A picture, at most 1600 points a side."""
    return _answer(fingerprint, small=False)


@bp.get("/images/petites/<fingerprint:fingerprint>.webp")
def small(fingerprint: str) -> Response:
    """The same, at most 480."""
    return _answer(fingerprint, small=True)


def _answer(fingerprint: str, *, small: bool) -> Response:
    """The octets, or 304; raises NotFound."""
    answer = Response(keeping.shown(fingerprint, small=small), content_type="image/webp")
    answer.set_etag(f"{fingerprint}-{int(small)}")
    answer.headers["Cache-Control"] = f"public, max-age={KEPT}, immutable"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Content-Disposition"] = 'inline; filename="image.webp"'
    answer.make_conditional(request)
    return answer
