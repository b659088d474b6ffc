"""Files of partners, for `make fuzz` to begin with, and the pieces that mean something to their readers."""

from __future__ import annotations

from tests.imports.exports import an_event, calendar, openagenda, opendatasoft, table, timing

_WORDS = tuple(
    word.encode("latin-1")
    for word in (
        "BEGIN:VCALENDAR BEGIN:VEVENT END:VEVENT UID: DTSTART DTEND DURATION: RRULE: ;TZID=Europe/Paris: "
        ";VALUE=DATE: RECURRENCE-ID EXDATE RDATE STATUS:CANCELLED FREQ=DAILY BYMONTHDAY=30 BYMONTH=2 "
        "BYSETPOS=-1 INTERVAL=0 COUNT= UNTIL= BYDAY= X-WR-TIMEZONE: BEGIN:VTIMEZONE "
        '"events" "records" "fields" "timings" "begin" "end" "title" "fr" null [ ] { } " \\u0000 \\ud800 '
        "1e999 -1 999999999999999999999 T24:00 +99:99 titre date horaires ; 05/12/2026 14h \xe9 "
        "\xef\xbb\xbf \xff\xfe <br> <!-- <script> </script > ' &#0; &# 9999999 \\ud800\\udc00 _ ,"
    ).split()
)
WORDS = (*_WORDS, b"9" * 5000, "\u0301\u0323".encode() * 5000)


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
