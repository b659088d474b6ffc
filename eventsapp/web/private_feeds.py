"""The private feeds, as calendar programs read them: a token in the path, no cookie, no session, no redirect.

Answered as public ones are (RULES F1 to F10), but for nobody else's cache. Unknown, revoked or ended: 404
(RULES F14). `web.logs` writes the route in place of the path.
"""

from __future__ import annotations

from flask import Blueprint, Response

from eventsapp import clock
from eventsapp.access import feed_rights
from eventsapp.database import begin_writing, db
from eventsapp.feeds import private, private_links
from eventsapp.feeds.private import PrivateFeed
from eventsapp.web import feed_porter
from eventsapp.web.feed_answers import Edition

bp = Blueprint("private_feeds", __name__)


@bp.get("/agendas/prives/<token>.ics")
def read(token: str) -> Response:
    """What is somebody's own, for whoever holds its token."""
    feed = private.version(token, rights=feed_rights.allowed, now=clock.now())
    if feed.is_news or feed.last_read_on != feed.window.today:
        _note(feed)
    edition = Edition(feed.tag, feed.modified, is_private=True)
    return feed_porter.answer_once(edition, lambda: private.octets(feed))


def _note(feed: PrivateFeed) -> None:
    """Its owner sees on which day it was last read, its readers since when it is as it is; written once a day
    and after each change."""
    db.session.rollback()  # it was read; from here on it is written
    begin_writing()
    private_links.note_reading(feed.link, feed.window.today, edition=feed.tag, since=feed.modified)
    db.session.commit()
