"""Events as schema.org says them, in JSON-LD: for pages that search engines read, and as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from eventsapp.clock import PARIS
from eventsapp.feeds.exporting import Record

CONTEXT = "https://schema.org"


def event_of(record: Record) -> dict[str, Any]:
    """schema.org/Event. One that was moved is EventRescheduled and names when it was to begin
    (previousStartDate); one that does not take place, EventCancelled."""
    if record.is_cancelled:
        status = "EventCancelled"
    else:
        status = "EventRescheduled" if record.former_starts else "EventScheduled"
    data: dict[str, Any] = {
        "@type": "Event",
        "name": record.title,
        "description": record.summary or record.title,
        "startDate": record.starts_at.astimezone(PARIS).isoformat(),
        "endDate": record.ends_at.astimezone(PARIS).isoformat(),
        "eventStatus": f"{CONTEXT}/{status}",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "isAccessibleForFree": True,
        "url": record.address,
        "location": _place(record),
    }
    if record.former_starts:
        former = [moment.astimezone(PARIS).isoformat() for moment in record.former_starts]
        data["previousStartDate"] = former[0] if len(former) == 1 else former
    if record.image:
        data["image"] = [record.image]
    if not record.is_cancelled:
        # What search engines read of the price: they pass over isAccessibleForFree.
        data["offers"] = {"@type": "Offer", "price": 0, "priceCurrency": "EUR", "url": record.address}
    if record.host:
        data["organizer"] = {"@type": "Organization", "name": record.host}
    return data


def listing(records: Sequence[Record]) -> bytes:
    """All of them in one graph."""
    graph = [event_of(record) | {"identifier": record.uid} for record in records]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False).encode()


def _place(record: Record) -> dict[str, Any]:
    place = record.place
    data: dict[str, Any] = {
        "@type": "Place",
        "name": place.name,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": place.street,
            "postalCode": place.postal_code,
            "addressLocality": place.city,
            "addressCountry": "FR",
        },
    }
    if place.latitude is not None:
        data["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": place.latitude,
            "longitude": place.longitude,
        }
    return data
