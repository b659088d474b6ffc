"""How addresses are read and written: the territory converter, and the way back to where one was."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Flask, request
from sqlalchemy import select
from werkzeug.routing import BaseConverter

from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.refusals import NotFound
from eventsapp.settings import setting


class TerritorySlug(BaseConverter):
    """« paris-19 »."""

    regex = r"paris-\d{1,2}"


def bind(app: Flask) -> None:
    """Teaches the converter and gives templates `here` and `canonical_url`."""
    app.url_map.converters["territory"] = TerritorySlug
    app.jinja_env.globals.update(here=here, canonical_url=canonical_url)


def territory_of(slug: str) -> Territory:
    """The territory of an address; raises NotFound."""
    territory = db.session.scalars(select(Territory).where(Territory.slug == slug)).first()
    if territory is None:
        raise NotFound()
    return territory


def here(**changes: object) -> str:
    """The present address with its query changed; None takes a key away."""
    query = request.args.to_dict(flat=True)
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = str(value)
    return request.path + (f"?{urlencode(query)}" if query else "")


def canonical_url() -> str:
    """The public address of the present page, without its query."""
    return f"{setting('PUBLIC_URL')}{request.path}"


def local_path(wanted: str | None, otherwise: str) -> str:
    """`wanted` when it is a path of this site, else `otherwise`: nobody is sent elsewhere."""
    parts = urlsplit(wanted or "")
    safe = parts.path.startswith("/") and not (parts.scheme or parts.netloc)
    if not wanted or not safe or wanted.startswith(("//", "/\\")) or any(ord(c) < 32 for c in wanted):
        return otherwise
    return wanted
