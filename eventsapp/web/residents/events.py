"""The page of one event, and the file that keeps its date."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock, languages
from eventsapp.agenda import listings
from eventsapp.agenda.entries import address_of, cancelled_prefix, entry_of
from eventsapp.agenda.models import Event
from eventsapp.ical.calendar import single
from eventsapp.ical.entry import Entry

bp = Blueprint("events", __name__)


@bp.get("/e/<code>")
@bp.get("/e/<code>-<slug>")
def page(code: str, slug: str | None = None) -> str | BaseResponse:
    """An event, restricted or not: whoever has its link may read it."""
    event = listings.by_code(code)
    if slug != event.slug:
        return redirect(url_for("events.page", code=code, slug=event.slug), 301)
    entry = entry_of(event, language=languages.current().code)
    return render_template(
        "residents/events/page.html",
        territory=event.territory,
        event=event,
        action=event.activity.action,
        theme=event.activity.action.axis.theme,
        is_past=event.ends_at <= clock.now(),
        address=address_of(event),
        google=google_link(entry),
        outlook=outlook_link(entry),
        structured=None if event.is_restricted else structured_data(event),
    )


@bp.get("/e/<code>.ics")
def download(code: str) -> Response:
    """« Garder la date » : a copy of one event for any calendar program (RULES F2)."""
    event = listings.by_code(code)
    language = languages.current().code
    body = single(entry_of(event, language=language), cancelled_prefix=cancelled_prefix(language))
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{event.code}.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def google_link(entry: Entry) -> str:
    """Opens Google's form to copy one event."""
    dates = "/".join(moment.strftime("%Y%m%dT%H%M%SZ") for moment in (entry.starts_at, entry.ends_at))
    return "https://calendar.google.com/calendar/render?" + urlencode(
        {
            "action": "TEMPLATE",
            "text": entry.summary,
            "dates": dates,
            "ctz": "Europe/Paris",
            "location": entry.location,
            "details": entry.description,
        }
    )


def outlook_link(entry: Entry) -> str:
    """Opens Outlook's form on the web to copy one event."""
    return "https://outlook.live.com/calendar/0/deeplink/compose?" + urlencode(
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": entry.summary,
            "startdt": entry.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "enddt": entry.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "location": entry.location,
            "body": entry.description,
        }
    )


def structured_data(event: Event) -> Markup:
    """schema.org Event as JSON-LD: a data block, which the content policy does not forbid.

    `<`, `>` and `&` are written as escapes, so that no text can end the element that holds it.
    """
    venue = event.venue
    place: dict[str, object] = {
        "@type": "Place",
        "name": venue.name,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": venue.address,
            "postalCode": venue.postal_code,
            "addressLocality": venue.city,
            "addressCountry": "FR",
        },
    }
    if venue.latitude is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": venue.latitude, "longitude": venue.longitude}
    status = "EventCancelled" if event.is_cancelled else "EventScheduled"
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.summary,
        "startDate": event.starts_at.astimezone(clock.PARIS).isoformat(),
        "endDate": event.ends_at.astimezone(clock.PARIS).isoformat(),
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "isAccessibleForFree": True,
        "url": address_of(event),
        "location": place,
    }
    if event.host:
        data["organizer"] = {"@type": "Organization", "name": event.host.name}
    if event.seats_left is not None:
        data["remainingAttendeeCapacity"] = event.seats_left
    text = json.dumps(data, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
