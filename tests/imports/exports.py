"""Exports as partners have them, written by hand after real ones: two schemas of OpenAgenda, a mailbox's
calendar, a table. Nothing is copied from anybody."""

from __future__ import annotations

import json
from typing import Any


def openagenda(*events: dict[str, Any]) -> bytes:
    """The API of OpenAgenda, version 2."""
    return json.dumps({"total": len(events), "events": list(events)}).encode()


def an_event(uid: int = 52614576, title: str = "Café des femmes", **said: Any) -> dict[str, Any]:
    """A morning at the Maison des femmes de Flandre, as version 2 says it."""
    return {
        "uid": uid,
        "title": {"fr": title},
        "description": {"fr": "On se retrouve, on parle."},
        "longDescription": {"fr": "<p>Avec <b>Fatou</b>.<br>Entr&eacute;e libre.</p>"},
        "timings": [{"begin": "2026-12-05T10:00:00+01:00", "end": "2026-12-05T12:00:00+01:00"}],
        "location": {"name": "École Curial", "address": "51 rue Curial", "postalCode": "75019"},
        "status": 1,
        "attendanceMode": 1,
    } | said


def timing(day: str, begin: str, end: str) -> dict[str, str]:
    """A session in winter."""
    return {"begin": f"{day}T{begin}:00+01:00", "end": f"{day}T{end}:00+01:00"}


def opendatasoft(*fields: dict[str, Any]) -> bytes:
    """Records of a portal that republishes OpenAgenda: texts of JSON within JSON."""
    return json.dumps({"nhits": len(fields), "records": [{"fields": one} for one in fields]}).encode()


def calendar(*events: str, head: str = "") -> bytes:
    """A calendar of some program."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Une boîte mail//FR", *head.split("\n")]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().split("\n"), "END:VEVENT"]
    return "\r\n".join([*(line.strip() for line in lines if line.strip()), "END:VCALENDAR", ""]).encode()


def table(*lines: str, encoding: str = "utf-8") -> bytes:
    """A table of somebody's spreadsheet."""
    return "\r\n".join(lines).encode(encoding)
