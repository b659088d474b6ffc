"""Two baselines for feeds, under the same server: the same bytes from a view that does nothing else, and the
same events rendered by icalendar for each request."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

from flask import Flask, Response, request

from eventsapp.ical import calendar

app = Flask(__name__)
FOLDER = Path(os.environ.get("FEED_FOLDER", "."))
"""Where `<events>.ics` and `<events>.entries` lie, written by bench.feeds."""
BODIES = {path.stem: path.read_bytes() for path in FOLDER.glob("*.ics")}
ENTRIES = {path.stem: pickle.loads(path.read_bytes()) for path in FOLDER.glob("*.entries")}
"""Read before anybody asks: what is measured is icalendar alone."""


@app.get("/")
def ready() -> str:
    """For who waits until the server is up."""
    return ""


@app.get("/same/<events>")
def same(events: str) -> Response:
    """The bytes of the feed, without any thought."""
    return Response(BODIES[events], content_type="text/calendar; charset=utf-8")


@app.get("/had/<events>")
def had(events: str) -> Response:
    """The same with an ETag: 304 to who has it."""
    answer = Response(BODIES[events], content_type="text/calendar; charset=utf-8")
    answer.set_etag(events, weak=True)
    answer.make_conditional(request)
    return answer


@app.get("/scratch/<events>")
def scratch(events: str) -> Response:
    """Each VEVENT made by icalendar, for this request alone; the events themselves are in memory."""
    pieces = [calendar.fragment(entry, cancelled_prefix="Annulé : ") for entry in ENTRIES[events]]
    return Response("".join(pieces), content_type="text/calendar; charset=utf-8")
