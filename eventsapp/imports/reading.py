"""Reads whatever file a partner sends: finds out what it is, and hands it to the reader of its kind.

Pure: octets and an hour in, a Reading out. `reading_apart` runs it in a process of its own.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from eventsapp.directory import sheets
from eventsapp.imports import csv_rows, ics, openagenda
from eventsapp.imports.rows import FileEmpty, FileUnreadable, Reading


def read(octets: bytes, *, now: datetime) -> Reading:
    """What a file says.

    Raises FileEmpty, FileUnreadable, TooManyRecords, ColumnsMissing, BrokenQuotes.
    """
    start = octets[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise FileEmpty(field="file")
    if b"\0" in octets and not octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnreadable(field="file")
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        return ics.read(octets, now=now)
    try:
        if start[:1] in b"[{":
            return openagenda.read(sheets.decoded(octets))
        return csv_rows.read(octets)
    except sheets.FileUnreadable as error:
        raise FileUnreadable(field="file") from error


def fuzz_once(data: bytes) -> None:
    """What `make fuzz` asks of the readers: whatever the octets, a Reading that accounts for every record and
    is fit to be kept, or a Refusal. Raises AssertionError for a record that is lost, a text that is unfit."""
    from eventsapp.clock import now  # of fuzzing only: readers are told the hour
    from eventsapp.refusals import Refusal  # the same

    try:
        reading = read(data, now=now())
    except Refusal:
        return
    if not reading.is_whole or Reading.from_dict(reading.to_dict()) != reading:
        raise AssertionError("a record is lost")
    texts = [text for row in reading.rows for text in asdict(row).values() if isinstance(text, str)]
    texts += [text for one in reading.refused for text in (one.title, *one.parameters.values())]
    if any("\0" in text or not _is_text(text) for text in texts):
        raise AssertionError("a text that no database keeps")


def _is_text(said: str) -> bool:
    try:
        said.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True
