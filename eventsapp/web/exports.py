"""The public agenda for other programs: a table, news, schema.org, OpenAgenda; filtered as feeds are.

Answered as feeds are (RULES F2 to F9), but by this door each time: nobody asks for them thousands of times a
day, as calendars do.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, request, url_for

from eventsapp import clock
from eventsapp.feeds import exporting, openagenda, public, rss, schema_org, selection, tables, wording
from eventsapp.feeds.public import Feed
from eventsapp.settings import setting
from eventsapp.web.feed_answers import Edition, described, shelf
from eventsapp.web.feed_porter import FeedAnswer

bp = Blueprint("exports", __name__)


@bp.get("/agendas/<territory:territory>.csv")
def table(territory: str) -> Response:
    """For a spreadsheet."""
    return _answer(
        territory,
        "csv",
        "text/csv; charset=utf-8",
        lambda feed: tables.written(exporting.records(feed)),
        file_name=f"agenda-{territory}.csv",
    )


@bp.get("/agendas/<territory:territory>.rss")
def news(territory: str) -> Response:
    """What was announced, moved or cancelled, the latest first."""

    def written(feed: Feed) -> bytes:
        # The version is that of a day: what ends later today is news until midnight.
        found = exporting.in_order_of_news(exporting.records(feed), feed.window.opened_at)
        return rss.written(
            found,
            title=wording.name_of(feed.ordinal, feed.selection, [part.name for part in feed.parts]),
            description=wording.description(),
            page=f"{setting('PUBLIC_URL')}{url_for('agenda.listing', territory=territory)}",
            address=f"{setting('PUBLIC_URL')}{exporting.address(feed.selection, 'rss')}",
            built_at=feed.modified,
        )

    return _answer(territory, "rss", "application/rss+xml; charset=utf-8", written)


@bp.get("/agendas/<territory:territory>.jsonld")
def graph(territory: str) -> Response:
    """For search engines and whoever reads schema.org."""
    return _answer(
        territory,
        "jsonld",
        "application/ld+json",
        lambda feed: schema_org.listing(exporting.records(feed)),
    )


@bp.get("/agendas/<territory:territory>.openagenda.json")
def open_agenda(territory: str) -> Response:
    """As OpenAgenda lists an agenda."""
    return _answer(
        territory,
        "openagenda.json",
        "application/json",
        lambda feed: openagenda.listing(exporting.records(feed)),
    )


def _answer(
    territory: str,
    ending: str,
    content_type: str,
    written: Callable[[Feed], bytes],
    *,
    file_name: str = "",
) -> Response:
    asked = selection.read(territory, dict(request.args.lists()))
    now = clock.now()
    feed = public.version(asked, now=now)
    edition = Edition(exporting.tag(feed, ending), feed.modified)
    if edition.is_had(request.environ):
        return FeedAnswer(status=HTTPStatus.NOT_MODIFIED, headers=edition.headers(now))
    body = shelf.get(edition.tag, lambda: written(feed))
    sent, said = described(body, request.environ)
    response = FeedAnswer(sent, headers=[*edition.headers(now), *said])
    response.headers["Content-Type"] = content_type
    if file_name:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
