"""Files of partners, for `make fuzz` to begin with, and the pieces that mean something to their readers."""

from __future__ import annotations

from tests.imports.exports import an_event, calendar, openagenda, opendatasoft, table, timing

WORDS = (
    *(b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"END:VEVENT", b"UID:", b"DTSTART", b"DTEND", b"DURATION:", b"RRULE:"),
    *(b";TZID=Europe/Paris:", b";VALUE=DATE:", b"RECURRENCE-ID", b"EXDATE", b"RDATE", b"STATUS:CANCELLED", b"\r\n "),
    *(b"FREQ=DAILY", b"BYMONTHDAY=30", b"BYMONTH=2", b"BYSETPOS=-1", b"INTERVAL=0", b"COUNT=", b"UNTIL=", b"BYDAY="),
    *(b'"events"', b'"records"', b'"fields"', b'"timings"', b'"begin"', b'"end"', b'"title"', b'"fr"', b"null"),
    *(b"[", b"]", b"{", b"}", b'"', b"\\u0000", b"\\ud800", b"1e999", b"-1", b"9" * 30, b"T24:00", b"+99:99"),
    *(b"titre", b"date", b"horaires", b";", b"05/12/2026", b"14h", b"\xe9", b"\xef\xbb\xbf", b"\xff\xfe", b"<br>"),
)


def seeds() -> list[bytes]:
    """One of each shape."""
    return [
        openagenda(an_event(), an_event(2, "Autre", timings=[timing("2026-12-06", "22:00", "01:00")])),
        opendatasoft({"uid": "1", "title": "Bal", "timetable": "2026-12-05T20:30:00 2026-12-05T22:00:00"}),
        opendatasoft({"uid": "2", "title_fr": "Bal", "timings": '[{"begin": "2026-12-05T20:30:00+01:00"}]'}),
        calendar(
            "UID:a\nSUMMARY:A\nDTSTART;TZID=Europe/Paris:20261205T100000\nDURATION:PT2H\n"
            "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Paris:20261212T100000",
            "UID:a\nSUMMARY:B\nRECURRENCE-ID;TZID=Europe/Paris:20261219T100000\n"
            "DTSTART;TZID=Europe/Paris:20261219T110000\nDTEND;TZID=Europe/Paris:20261219T120000",
            "UID:b\nSUMMARY:C\nDTSTART:20261205T090000Z\nDTEND:20261205T110000Z\nLOCATION:Curial",
        ),
        table("titre;date;horaires;lieu", "A;samedi 5 décembre 2026;de 14h à 16h30;Curial"),
        table("title,start,end", '"A ""b""",2026-12-05T14:00:00+01:00,2026-12-05T16:00:00+01:00'),
    ]
