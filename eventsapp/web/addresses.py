"""How addresses are read and written: converters of territories and codes, and the way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, request
from werkzeug.routing import BaseConverter, IntegerConverter

from eventsapp.settings import setting


class TerritorySlug(BaseConverter):
    """« paris-19 »."""

    regex = r"paris-\d{1,2}"


class EventCode(BaseConverter):
    """« k7mw2pa »: letters and digits, so that what follows a hyphen is the slug."""

    regex = r"[0-9a-z]{1,12}"


class Slug(BaseConverter):
    """« samedis-matins-a-l-ecole », as `codes.slug_from` writes it."""

    regex = r"[0-9a-z-]{1,120}"


class ContentFingerprint(BaseConverter):
    """SHA-256 in hexadecimal: what stands there is what it says."""

    regex = r"[0-9a-f]{64}"


def row_number(typed: str) -> int | None:
    """The number of a row in a form; None for what no form of ours says: other digits, or more than any
    INTEGER column holds."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None


class RowNumber(IntegerConverter):
    """The number of a row; one that no INTEGER column can hold is no address of ours."""

    regex = r"[0-9]+"  # Werkzeug's own takes the digits of every alphabet

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": 2**31 - 1} | kwargs)


def bind(app: Flask) -> None:
    """Teaches the converters and gives templates `here` and `canonical_url`."""
    app.url_map.converters.update(
        territory=TerritorySlug, code=EventCode, slug=Slug, row=RowNumber, fingerprint=ContentFingerprint
    )
    app.jinja_env.globals.update(here=here, canonical_url=canonical_url)


def here(**changes: object) -> str:
    """The present address with its query changed; None takes a key away, empty ones go too."""
    wanted = {**request.args.to_dict(flat=True), **changes}
    query = {key: str(value) for key, value in wanted.items() if value is not None and value != ""}
    path = "/" + request.path.lstrip("/")  # « //evil.example/ » would be another site's
    return path + (f"?{urlencode(query)}" if query else "")


def canonical_url() -> str:
    """The public address of the present page, without its query."""
    return f"{setting('PUBLIC_URL')}{request.path}"


def local_path(wanted: str | None, otherwise: str) -> str:
    """`wanted` when it is a path of this site, else `otherwise`: nobody is sent elsewhere."""
    try:
        parts = urlsplit(wanted or "")
    except ValueError:  # « //[ »: the half of an IPv6 address
        return otherwise
    safe = parts.path.startswith("/") and not (parts.scheme or parts.netloc)
    if not wanted or not safe or wanted.startswith(("//", "/\\")) or any(ord(c) < 32 for c in wanted):
        return otherwise
    return wanted
