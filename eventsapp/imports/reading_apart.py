"""Runs the reader of files as a process of its own, with bounds on size, time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from eventsapp.directory.sheets import BrokenQuotes
from eventsapp.imports.csv_rows import ColumnsMissing
from eventsapp.imports.rows import (
    FileEmpty,
    FileTooLarge,
    FileUnreadable,
    Reading,
    ReadingTooLong,
    TooManyRecords,
)
from eventsapp.refusals import Refusal

READER = Path(__file__).with_name("reader.py")
SECONDS = 40
"""Of the clock; the reader bounds its own processor time to half of it."""


OF_THE_FILE: dict[str, type[Refusal]] = {
    one.sentence: one for one in (FileEmpty, FileUnreadable, TooManyRecords, ColumnsMissing, BrokenQuotes)
}
"""What the reader may say of a file as a whole."""


def read(octets: bytes, *, most: int, now: datetime) -> Reading:
    """What a file of `most` octets at most says. Raises FileEmpty, FileTooLarge, FileUnreadable,
    ReadingTooLong, TooManyRecords, ColumnsMissing, BrokenQuotes."""
    if not octets:
        raise FileEmpty(field="file")
    if len(octets) > most:
        raise FileTooLarge(field="file", most=most // 1024**2)
    try:
        # Nothing of our environment: no secret is needed to read a file.
        done = subprocess.run(  # noqa: S603 - our own program, no shell, nothing of the file in its arguments
            [sys.executable, "-I", str(READER)],
            input=now.isoformat().encode() + b"\n" + octets,
            capture_output=True,
            timeout=SECONDS,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise ReadingTooLong(field="file") from error
    if done.returncode < 0:  # ended by its own bound of time (SIGXCPU, SIGKILL)
        raise ReadingTooLong(field="file")
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise FileUnreadable(field="file") from error
    if "too_long" in answer:
        raise ReadingTooLong(field="file")
    if "reading" not in answer:
        raise OF_THE_FILE.get(answer["sentence"], FileUnreadable)(field="file", **answer["parameters"])
    return Reading.from_dict(answer["reading"])
