"""One line per request, without personal data: never a path, a query or a token."""

from __future__ import annotations

from flask import Flask


def bind(app: Flask) -> None:
    """Logs each answer."""
