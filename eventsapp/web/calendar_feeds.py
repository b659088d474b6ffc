"""The public feeds, which calendar programs fetch again and again.

No session, no language, no cookie, no choice by Accept (RULES F1 to F12). A reader who has
the present version is answered after one short query, most often by the porter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, request

from eventsapp import clock
from eventsapp.feeds import public, selection
from eventsapp.web import feed_porter
from eventsapp.web.feed_answers import Edition

bp = Blueprint("calendar_feeds", __name__)


@bp.get("/agendas/<territory:territory>.ics")
def territory(territory: str) -> Response:
    """The public events of a territory: all, or those that the query wants."""
    return _answer(territory, dict(request.args.lists()))


@bp.get("/agendas/<territory:territory>/<theme>.ics")
def theme(territory: str, theme: str) -> Response:
    """The public events of one theme of a territory: all, or those that the query wants besides."""
    return _answer(territory, {**dict(request.args.lists()), "theme": [theme]})


def _answer(territory: str, asked: Mapping[str, Sequence[str]]) -> Response:
    wanted = selection.read(territory, asked)
    glance = public.question(wanted)
    rows = glance.rows()
    feed = public.answered(wanted, rows, now=clock.now())
    edition = Edition(feed.tag, feed.modified)
    return feed_porter.answer(glance, rows, feed.window.today, edition, lambda: public.octets(feed))
