"""What readers make of the exports of others: every record is there, or says why it is not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from eventsapp.clock import local
from eventsapp.directory.sheets import BrokenQuotes
from eventsapp.imports import moments, plain, reading
from eventsapp.imports.csv_rows import ColumnsMissing
from eventsapp.imports.rows import (
    EndMissing,
    EndsBeforeStart,
    FileEmpty,
    FileUnreadable,
    HourMissing,
    HourUnknown,
    LastsTooLong,
    NoDateAhead,
    OnlineOnly,
    Reading,
    RowTwice,
    RuleRefused,
    StartMissing,
    TitleMissing,
    TooManyRecords,
    ZoneUnknown,
)
from eventsapp.refusals import Refusal
from tests.imports.exports import an_event, calendar, openagenda, opendatasoft, table, timing

SUNDAY_NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def read(octets: bytes) -> Reading:
    found = reading.read(octets, now=SUNDAY_NOON)
    assert found.is_whole
    assert Reading.from_dict(found.to_dict()) == found
    return found


def spans(found: Reading) -> list[tuple[datetime, datetime]]:
    return [(row.starts_at, row.ends_at) for row in found.rows]


def reasons(found: Reading) -> list[tuple[int, str]]:
    return [(one.number, one.sentence) for one in found.refused]


def december(day: int, hour: int, minute: int = 0) -> datetime:
    return local(date(2026, 12, day), hour, minute)


def test_an_event_of_openagenda_is_plain_text_with_its_place() -> None:
    (row,) = read(openagenda(an_event())).rows
    assert (row.title, row.summary) == ("Café des femmes", "On se retrouve, on parle.")
    assert row.description == "Avec Fatou.\nEntrée libre."
    assert (row.starts_at, row.ends_at) == (december(5, 10), december(5, 12))
    assert (row.place, row.address) == ("École Curial", "51 rue Curial 75019")
    assert not row.is_cancelled


def test_many_slots_of_one_record_are_sessions_with_one_parent() -> None:
    slots = [timing("2026-12-05", "10:00", "12:00"), timing("2026-12-12", "14:00", "16:00")]
    found = read(openagenda(an_event(timings=slots)))
    assert spans(found) == [
        (december(5, 10), december(5, 12)),
        (december(12, 14), december(12, 16)),
    ]
    assert {row.parent for row in found.rows} == {"52614576"}
    assert len({row.key for row in found.rows}) == 2


def test_the_record_of_a_portal_holds_its_slots_as_text() -> None:
    fields = {
        "uid": "17",
        "title_fr": "Permanence d’accès aux droits",
        "timings": '[{"begin": "2026-12-07T09:00:00Z", "end": "2026-12-07T11:00:00Z"}]',
        "location_name": "Point d’accès au droit",
        "location_address": "53 rue Compans 75019 Paris",
        "status": '{"id": 6, "label": {"fr": "Annulé"}}',
    }
    (row,) = read(opendatasoft(fields)).rows
    assert (row.starts_at, row.is_cancelled) == (datetime(2026, 12, 7, 9, tzinfo=UTC), True)


def test_the_schema_of_2018_is_on_a_paris_clock_and_evenings_go_on_after_midnight() -> None:
    slots = "2026-12-05T20:30:00 2026-12-05T22:00:00;2026-12-06T22:00:00 2026-12-06T01:30:00"
    found = read(opendatasoft({"uid": "1", "title": "Bal", "placename": "Le 104", "timetable": slots}))
    assert spans(found) == [
        (december(5, 20, 30), december(5, 22)),
        (december(6, 22), december(7, 1, 30)),
    ]


def test_que_faire_a_paris_joins_its_ends_by_a_line() -> None:
    slots = (
        "2026-12-09T21:00:00+01:00_2026-12-10T01:00:00+01:00;"
        "2026-12-10T12:00:00+01:00_2026-12-10T12:00:00+01:00"
    )
    found = read(
        openagenda({"event_id": 3, "title": "Nuit", "lead_text": "<p>Venez</p>", "occurrences": slots})
    )
    assert spans(found) == [(december(9, 21), december(10, 1))]
    assert reasons(found) == [(1, HourUnknown.sentence)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"title": {"fr": " "}}, TitleMissing),
        ({"timings": []}, StartMissing),
        ({"timings": [{"begin": "2026-12-05", "end": "2026-12-06"}]}, HourMissing),
        ({"timings": [timing("2026-12-05", "16:00", "14:00")]}, EndsBeforeStart),
        ({"timings": [{"begin": "2026-12-05T10:00:00Z", "end": "2027-03-05T10:00:00Z"}]}, LastsTooLong),
        ({"timings": [{"begin": "2026-12-05T10:00:00Z"}]}, EndMissing),
        ({"timings": "[[[["}, StartMissing),
        ({"attendanceMode": 2}, OnlineOnly),
    ],
)
def test_a_record_that_cannot_be_held_says_why(said: dict[str, object], reason: type[Refusal]) -> None:
    found = read(openagenda(an_event(1), an_event(2, "Autre") | said))
    assert [row.number for row in found.rows] == [1]
    assert reasons(found) == [(2, reason.sentence)]


def test_the_same_event_under_two_numbers_is_taken_once() -> None:
    found = read(openagenda(an_event(1), an_event(2), an_event(1)))
    assert [row.number for row in found.rows] == [1]
    assert reasons(found) == [(2, RowTwice.sentence), (3, RowTwice.sentence)]


def test_hours_of_calendars_in_every_way() -> None:
    found = read(
        calendar(
            "UID:utc\nSUMMARY:A\nDTSTART:20261205T090000Z\nDTEND:20261205T110000Z",
            "UID:paris\nSUMMARY:B\nDTSTART;TZID=Europe/Paris:20261205T100000\nDURATION:PT2H",
            "UID:windows\nSUMMARY:C\nDTSTART;TZID=Romance Standard Time:20261205T100000\n"
            "DTEND;TZID=Romance Standard Time:20261205T120000",
            "UID:floating\nSUMMARY:D\nDTSTART:20261205T100000\nDTEND:20261205T120000",
            "UID:mars\nSUMMARY:E\nDTSTART;TZID=Mars/Olympus:20261205T100000\nDURATION:PT2H",
            "UID:day\nSUMMARY:F\nDTSTART;VALUE=DATE:20261205\nDTEND;VALUE=DATE:20261206",
            "UID:broken\nSUMMARY:G\nDTSTART:2026120\nDTEND:20261206T100000",
            "UID:endless\nSUMMARY:H\nDTSTART:20261205T100000",
        )
    )
    assert spans(found) == [(december(5, 10), december(5, 12))] * 4
    assert reasons(found) == [
        (5, ZoneUnknown.sentence),
        (6, HourMissing.sentence),
        (7, StartMissing.sentence),
        (8, EndMissing.sentence),
    ]


def test_a_rule_is_unfolded_with_its_exceptions_and_says_an_hour_that_stays() -> None:
    found = read(
        calendar(
            "UID:a\nSUMMARY:Couture\nLOCATION:École Curial\\, 51 rue Curial\n"
            "DTSTART;TZID=Europe/Paris:20270313T140000\nDTEND;TZID=Europe/Paris:20270313T160000\n"
            "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Paris:20270320T140000\n"
            "RDATE;TZID=Europe/Paris:20270317T140000",
            "UID:a\nSUMMARY:Couture\nRECURRENCE-ID;TZID=Europe/Paris:20270327T140000\nSTATUS:CANCELLED\n"
            "DTSTART;TZID=Europe/Paris:20270327T150000\nDTEND;TZID=Europe/Paris:20270327T170000",
        )
    )
    starts = [(row.starts_at, row.number, row.is_cancelled) for row in found.rows]
    assert starts == [
        (local(date(2027, 3, 13), 14), 1, False),
        (local(date(2027, 3, 17), 14), 1, False),
        (local(date(2027, 3, 27), 15), 2, True),
        (local(date(2027, 4, 3), 14), 1, False),  # summer time since the 28th
    ]
    assert found.rows[0].place == "École Curial, 51 rue Curial"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SECONDLY", RuleRefused),
        ("FREQ=DAILY;BYHOUR=1,2,3", RuleRefused),
        ("FREQ=SOMETIMES", RuleRefused),
        ("FREQ=WEEKLY;UNTIL=20260101T000000Z", NoDateAhead),
    ],
)
def test_a_rule_that_is_none_says_so(rule: str, reason: type[Refusal]) -> None:
    event = f"UID:a\nSUMMARY:A\nDTSTART:20251205T100000Z\nDURATION:PT1H\nRRULE:{rule}"
    found = read(calendar(event))
    assert (found.rows, reasons(found)) == ((), [(1, reason.sentence)])


def test_an_event_within_an_event_is_a_record_of_its_own() -> None:
    inner = "BEGIN:VEVENT\nUID:b\nSUMMARY:B\nDTSTART:20261206T100000Z\nDURATION:PT1H\nEND:VEVENT"
    hours = "DTSTART:20261205T100000Z\nDURATION:PT1H"
    found = read(calendar(f"UID:a\nSUMMARY:A\n{hours}\nRRULE:FREQ=WEEKLY;COUNT=2\n{inner}"))
    assert sorted((row.number, row.title) for row in found.rows) == [(1, "A"), (1, "A"), (2, "B")]


def test_of_two_versions_of_one_event_the_later_counts() -> None:
    hours = "DTSTART:20261205T100000Z\nDURATION:PT1H"
    found = read(
        calendar(
            f"UID:a\nSEQUENCE:1\nSUMMARY:Ancien\n{hours}",
            f"UID:a\nSEQUENCE:2\nSUMMARY:Nouveau\n{hours}",
        )
    )
    assert [(row.number, row.title) for row in found.rows] == [(2, "Nouveau")]
    assert reasons(found) == [(1, RowTwice.sentence)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_a_table_is_read_whatever_its_letters_and_signs(encoding: str, sign: str) -> None:
    lines = (
        sign.join(("Titre", "Date", "Heure de début", "Heure de fin", "Lieu", "Remarque")),
        sign.join(("Fête d’été", "samedi 5 décembre 2026", "14h", "16h30", "École Curial", "")),
    )
    (row,) = read(table(*lines, encoding=encoding)).rows
    assert (row.title, row.starts_at, row.ends_at) == ("Fête d’été", december(5, 14), december(5, 16, 30))


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("titre;date;horaires", "A;05/12/2026;de 14h à 16h"),
        ("titre;date;horaires", "A;5 déc. 2026;14:00 - 16:00"),
        ("title;start;end", "A;2026-12-05T14:00:00+01:00;2026-12-05T16:00:00+01:00"),
        ("titre;début;fin", "A;05/12/2026 14:00;05/12/2026 16:00"),
        ("titre;début;durée", "A;2026-12-05 14:00;2h"),
        ("titre;jour;heure de début;durée", "A;5/12/26;14 h;120"),
        ("titre;date;début;fin", "A;2026-12-05;14h00;16h00"),
        ("title_fr;timings", 'A;"[{""begin"":""2026-12-05T13:00:00Z"",""end"":""2026-12-05T15:00:00Z""}]"'),
    ],
)
def test_days_and_hours_are_read_as_people_write_them(heads: str, cells: str) -> None:
    assert spans(read(table(heads, cells))) == [(december(5, 14), december(5, 16))]


def test_a_line_of_a_table_that_says_too_little_says_what_lacks() -> None:
    found = read(
        table(
            "titre;date;début;fin;lieu;statut",
            "A;05/12/2026;14h;16h;Curial;",
            ";05/12/2026;14h;16h;Curial;",
            "C;bientôt;14h;16h;Curial;",
            "D;05/12/2026;;;Curial;",
            "E;05/12/2026;14h;;Curial;",
            "F;06/12/2026;14h;16h;Curial;Annulé",
        )
    )
    assert [(row.title, row.is_cancelled) for row in found.rows] == [("A", False), ("F", True)]
    assert reasons(found) == [
        (2, TitleMissing.sentence),
        (3, StartMissing.sentence),
        (4, HourMissing.sentence),
        (5, EndMissing.sentence),
    ]


@pytest.mark.parametrize(
    ("octets", "refusal"),
    [
        (b"", FileEmpty),
        (b"\xef\xbb\xbf  \n", FileEmpty),
        (b"PK\x03\x04\0\0", FileUnreadable),
        (b"BEGIN:VCALENDAR\nnothing", FileUnreadable),
        (b'{"events": 3}', FileUnreadable),
        (b"[" * 100_000, FileUnreadable),
        (b"Bonjour", ColumnsMissing),
        (b'titre;date\n"A;05/12/2026', BrokenQuotes),
        (b"titre;date\n" + b"A;05/12/2026\n" * 2001, TooManyRecords),
    ],
)
def test_what_is_no_agenda_is_refused_as_a_whole(octets: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        reading.read(octets, now=SUNDAY_NOON)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("<p>Un</p><p>Deux</p>", "Un\n\nDeux"),
        ("<ul><li>Thé</li><li>Café</li></ul>", "– Thé\n\n– Café"),
        ("3 < 5 &amp; 7", "3 < 5 & 7"),
        ("<script>alert(1)</script><b>Oui</b>", "Oui"),
        ("Ligne\r\nautre", "Ligne\nautre"),
        ("## Titre\n**fort**", "Titre\nfort"),
        ("a\u202eb\0c\ufffd", "abc"),
        (None, ""),
    ],
)
def test_html_becomes_sentences(said: object, kept: str) -> None:
    assert plain.text(said) == kept


@settings(max_examples=150)
@given(some.text(max_size=300))
def test_whatever_is_made_plain_can_be_kept(said: str) -> None:
    from eventsapp.people import contacts  # the door that proposals go through

    contacts.text(plain.text(said), field="text", longest=10_000)
    assert len(plain.cut(plain.line(said), 40)) <= 40


@settings(max_examples=200)
@given(some.binary(max_size=400))
def test_octets_that_mean_nothing_are_refused_or_accounted_for(octets: bytes) -> None:
    for start in (b"", b"BEGIN:VCALENDAR\n", b'{"events":[', b"titre;date;fin\n"):
        reading.fuzz_once(start + octets)


@pytest.mark.parametrize("said", ["le 05/12/2026", "5 décembre 2026", "samedi 5 dec. 2026", "2026-12-05"])
def test_a_day_is_found_in_words(said: str) -> None:
    assert moments.day(said) == date(2026, 12, 5)


def test_a_rule_is_kept_with_its_words_said_once() -> None:
    """Six daily rules with a long text, of 50 kB, were 100 MB in the database and seconds on each page."""
    words = "é " * 2000
    said = (
        f"UID:{number}\nSUMMARY:Atelier {number}\nDTSTART:20261205T100000Z\nDTEND:20261205T120000Z\n"
        f"RRULE:FREQ=DAILY\nDESCRIPTION:{words}"
        for number in range(6)
    )
    file = calendar(*said)
    found = read(file)
    assert len(found.rows) > 4000
    assert len(json.dumps(found.to_dict())) < 30 * len(file)


@pytest.mark.parametrize("uid", ["\ud800", "\0", "a\x07", "x" * 251])
def test_a_record_may_call_itself_as_it_likes(uid: str) -> None:
    """Half a character, NUL or a name without an end once broke the page that takes the agenda over."""
    first, second = an_event(1, "Un"), an_event(2, "Deux")
    first["uid"], second["uid"] = uid, f"{uid}b"
    parents = [row.parent for row in read(openagenda(first, second)).rows]
    assert len({parent.encode()[:250] for parent in parents}) == 2
    assert not any(sign in parent for parent in parents for sign in "\0\x07")


def test_a_file_of_broken_sessions_is_refused_as_a_whole() -> None:
    sessions = ";".join(["2026-12-05_2026-12-05"] * 700)
    with pytest.raises(TooManyRecords):
        read(table("titre\tseances", *[f"Bal\t{sessions}"] * 10))


@pytest.mark.parametrize("text", ["<p>" + "<a b='" * 6000, "A &#" + "9" * 5000 + ";"])
def test_one_text_that_is_made_to_be_slow_or_wrong_keeps_no_other_out(text: str) -> None:
    began = process_time()
    found = read(openagenda(an_event(1, "Un", description=text), an_event(2, "Deux")))
    assert [row.title for row in found.rows] == ["Un", "Deux"]
    assert process_time() - began < 1
