"""Sundays on which schools are polling stations."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from eventsapp.programme import polling_days
from eventsapp.programme.data_files import BrokenDataFile
from eventsapp.programme.polling_days import PollingState

HEADER = "day,election,state,source\n"


def test_schools_are_taken_on_the_sunday_and_on_its_eve() -> None:
    known = polling_days.known()
    taking = known.taking(date(2027, 4, 17))
    assert taking is not None
    assert (taking.election, taking.state) == (
        "Élection présidentielle, premier tour",
        PollingState.ANNOUNCED,
    )
    assert known.taking(date(2027, 4, 18)) is taking
    assert (known.taking(date(2027, 4, 16)), known.taking(date(2027, 4, 19))) == (None, None)
    assert known.taken(date(2026, 3, 15), date(2027, 4, 18)) == (
        date(2026, 3, 15),
        date(2026, 3, 21),
        date(2026, 3, 22),
        date(2027, 4, 17),
        date(2027, 4, 18),
    )


def test_an_instant_has_no_day() -> None:
    with pytest.raises(TypeError, match="a day is asked for"):
        polling_days.known().taking(datetime(2027, 4, 18))  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    "line",
    [
        "2027-04-17,Présidentielle,sure,x",
        "18 avril,Présidentielle,sure,x",
        "2027-04-18,Présidentielle,peut-être,x",
        "2027-04-18,Présidentielle,sure,",
        "2027-04-18,A,sure,x\n2027-04-18,B,sure,x",
    ],
    ids=["saturday", "no day", "no state", "no source", "twice"],
)
def test_a_broken_line_stops_the_start(tmp_path: Path, line: str) -> None:
    file = tmp_path / "polling_days.csv"
    file.write_text(HEADER + line + "\n", encoding="utf-8")
    with pytest.raises(BrokenDataFile):
        polling_days.read(file)
