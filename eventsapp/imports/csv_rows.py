"""Tables as people keep them: CSV in whatever encoding and separator, with columns named in French or
English.

One line is one session, or many where a column lists them (`timings` of OpenAgenda, `occurrences`). Without a
column that numbers the lines, a session is known by its title and its place: another title is another
session.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from eventsapp.clock import PARIS
from eventsapp.codes import fingerprint, slug_from
from eventsapp.directory import sheets
from eventsapp.imports import moments, plain
from eventsapp.imports.rows import (
    LONGEST_DESCRIPTION,
    LONGEST_PLACE,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    LONGEST_URL,
    MOST_RECORDS,
    EndMissing,
    FileUnreadable,
    HourMissing,
    Reading,
    Refused,
    Row,
    RowUnreadable,
    StartMissing,
    TitleMissing,
    TooManyRecords,
    key_of,
    parent_of,
    without_repeats,
)
from eventsapp.refusals import Refusal, msgid

KEY, TITLE, SUMMARY, TEXT, URL, STATUS = "key", "title", "summary", "text", "url", "status"
PLACE, ADDRESS, ZIPCODE = "place", "address", "zipcode"
DAY, START, END, LAST_DAY, HOURS, LENGTH, SESSIONS = (
    "day",
    "start",
    "end",
    "last_day",
    "hours",
    "length",
    "sessions",
)

COLUMNS = {
    KEY: "id uid identifiant reference ref numero event-id code",
    TITLE: "titre title title-fr nom nom-de-l-evenement evenement intitule name sujet objet subject activite",
    SUMMARY: "resume chapo lead-text description-fr sous-titre accroche description-courte summary",
    TEXT: "description longdescription-fr description-longue texte details detail contenu",
    URL: "url lien link site canonicalurl page adresse-web lien-de-l-evenement",
    STATUS: "statut etat status",
    PLACE: "lieu location location-name nom-du-lieu place placename venue salle address-name lieux ou",
    ADDRESS: "adresse address location-address rue address-street adresse-du-lieu",
    ZIPCODE: "code-postal cp zipcode address-zipcode location-postalcode postal-code",
    DAY: "date jour day date-de-debut start-date date-start quand jour-de-debut",
    START: "debut start heure-de-debut heure-debut start-time date-heure-debut begin starts-at dtstart",
    END: "fin end heure-de-fin heure-fin end-time date-heure-fin ends-at dtend",
    LAST_DAY: "date-de-fin end-date date-end jour-de-fin",
    HOURS: "horaires horaire heures heure hours time",
    LENGTH: "duree duration duree-en-minutes minutes",
    SESSIONS: "timings occurrences timetable creneaux dates seances",
}
"""What each column may be called, as `codes.slug_from` writes it."""

_KNOWN = {name: column for column, names in COLUMNS.items() for name in names.split()}
_CANCELLED = {"annule", "annulee", "cancelled", "canceled", "reporte", "reportee", "postponed"}
MOST_HEADINGS, MOST_COLUMNS, LONGEST_CELL = 12, 120, 40_000

Cells = dict[str, str]


class ColumnsMissing(Refusal):
    """No line names a title and a day or an hour."""

    sentence = msgid(
        "Il manque des colonnes : « titre », et « date » ou « début ». "
        "Écrivez leur nom sur la première ligne."
    )


def read(octets: bytes) -> Reading:
    """What a table says. Raises FileUnreadable, ColumnsMissing, TooManyRecords,
    directory.sheets.BrokenQuotes."""
    lines = _lines(octets)
    heading = next((number for number, cells in enumerate(lines[:MOST_HEADINGS]) if _heads(cells)), None)
    if heading is None:
        raise ColumnsMissing(field="file")
    columns = _columns(lines[heading])
    below = lines[heading + 1 :]
    if len(below) > MOST_RECORDS:
        raise TooManyRecords(field="file", most=MOST_RECORDS)
    rows: list[Row] = []
    refused: list[Refused] = []
    for number, texts in enumerate(below, 1):
        cells = {column: texts[place].strip() for place, column in columns.items() if place < len(texts)}
        title = plain.line(cells.get(TITLE, ""))
        try:
            for one in _sessions(number, cells, title):
                if isinstance(one, Row):
                    rows.append(one)
                else:
                    refused.append(one)
        except Refusal as refusal:
            refused.append(Refused.because(number, title, refusal))
    return without_repeats(len(below), rows, refused)


def _lines(octets: bytes) -> list[list[str]]:
    """The lines that say anything, parted by whichever of « ; », « , » and tab names most columns."""
    text = sheets.decoded(octets)
    if any(sign < " " and sign not in "\t\r\n" for sign in text):
        raise FileUnreadable(field="file")
    first = text.split("\n")[:MOST_HEADINGS]
    delimiter = max(";,\t", key=lambda sign: max(len(_named(line.split(sign))) for line in first))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[list[str]] = []
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append([cell[:LONGEST_CELL] for cell in cells[:MOST_COLUMNS]])
            if len(found) > MOST_RECORDS + MOST_HEADINGS:
                raise TooManyRecords(field="file", most=MOST_RECORDS)
            number = reader.line_num + 1
    except csv.Error as error:
        raise sheets.BrokenQuotes(field="file", line=number) from error
    return found


def _named(cells: Sequence[str]) -> set[str]:
    """Which columns a line names."""
    return {_KNOWN[name] for name in (slug_from(cell.strip().strip('"')) for cell in cells) if name in _KNOWN}


def _heads(cells: Sequence[str]) -> bool:
    named = _named(cells)
    return TITLE in named and bool(named & {DAY, START, SESSIONS})


def _columns(cells: Sequence[str]) -> dict[int, str]:
    """Which column stands where; of two of one name the first."""
    found: dict[int, str] = {}
    for place, cell in enumerate(cells):
        column = _KNOWN.get(slug_from(cell.strip()))
        if column and column not in found.values():
            found[place] = column
    return found


def _sessions(number: int, cells: Cells, title: str) -> Iterator[Row | Refused]:
    """The sessions of one line, and what is refused of them. Raises a Refusal for the whole line."""
    if not any(cells.values()):
        raise RowUnreadable()
    if not title:
        raise TitleMissing()
    summary, text = plain.line(cells.get(SUMMARY, "")), plain.text(cells.get(TEXT, ""))
    place, address, url = _where(cells)
    parent = parent_of(cells.get(KEY, "")) or fingerprint(json.dumps([title.casefold(), place, address]))
    for one in _spans(cells):
        if isinstance(one, Refusal):
            yield Refused.because(number, title, one)
            continue
        starts_at, ends_at = one
        yield Row(
            number=number,
            key=key_of(parent, starts_at),
            parent=parent,
            title=plain.cut(title, LONGEST_TITLE),
            summary=plain.cut(summary, LONGEST_SUMMARY),
            description=plain.cut(text, LONGEST_DESCRIPTION),
            starts_at=starts_at,
            ends_at=ends_at,
            place=place,
            address=address,
            url=url,
            is_cancelled=slug_from(cells.get(STATUS, "")) in _CANCELLED,
            is_shortened=len(title) > LONGEST_TITLE
            or len(summary) > LONGEST_SUMMARY
            or len(text) > LONGEST_DESCRIPTION,
        )


def _where(cells: Cells) -> tuple[str, str, str]:
    """The place, the address, and the page of a line."""
    address, zipcode, url = (plain.line(cells.get(name, "")) for name in (ADDRESS, ZIPCODE, URL))
    if zipcode and zipcode not in address:
        address = f"{address} {zipcode}".strip()
    place = plain.cut(plain.line(cells.get(PLACE, "")), LONGEST_PLACE)
    is_link = url.startswith(("https://", "http://"))
    return place, plain.cut(address, LONGEST_PLACE), url[:LONGEST_URL] if is_link else ""


def _spans(cells: Cells) -> Iterator[tuple[datetime, datetime] | Refusal]:
    """When each session of a line begins and ends, or why it does not. Raises StartMissing, HourMissing,
    EndMissing, TooManySessions."""
    listed = moments.timings(cells[SESSIONS]) if cells.get(SESSIONS) else []
    if not listed:
        try:
            yield moments.span(*_typed(cells))
        except Refusal as refusal:
            yield refusal
    for begin, end in listed:
        try:
            if not end:
                raise EndMissing()
            yield moments.span(moments.moment(begin), moments.moment(end))
        except Refusal as refusal:
            yield refusal


def _typed(cells: Cells) -> tuple[datetime, datetime]:
    """The start and the end of a line that people have written. Raises StartMissing, HourMissing,
    EndMissing."""
    said = {name: cells.get(name, "") for name in (DAY, START, END, LAST_DAY, HOURS, LENGTH)}
    starts_at = _exact(said[START]) or _exact(said[DAY])
    starts_at = starts_at or _at(_day(said[DAY], said[START]), _first_hour(said))
    begins = starts_at.astimezone(PARIS)
    ends_at = _exact(said[END]) or _exact(said[LAST_DAY])
    if ends_at is not None:
        return starts_at, ends_at
    hours = moments.hours(said[END]) or moments.hours(said[HOURS])[1:] or moments.hours(said[START])[1:]
    hours = hours or moments.hours(said[DAY])[1:]
    if hours:
        last = moments.day(said[END]) or moments.day(said[LAST_DAY]) or begins.date()
        return starts_at, _at(last, hours[0])
    lasts = moments.length(said[LENGTH])
    if lasts is None:
        raise EndMissing()
    return starts_at, starts_at + min(lasts, timedelta(days=30))


def _exact(said: str) -> datetime | None:
    """An instant as a program writes it, with its day, hour and perhaps zone."""
    try:
        return moments.moment(said)
    except Refusal:
        return None


def _day(*said: str) -> date:
    found = next((day for day in map(moments.day, said) if day is not None), None)
    if found is None:
        raise StartMissing()
    return found


def _first_hour(said: Cells) -> time:
    found = next(
        (hours for hours in (moments.hours(said[name]) for name in (START, HOURS, DAY)) if hours), None
    )
    if found is None:
        raise HourMissing()
    return found[0]


def _at(day: date, hour: time) -> datetime:
    return moments.on_paris_clock(datetime.combine(day, hour))
