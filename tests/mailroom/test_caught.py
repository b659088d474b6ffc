"""The letters of a demonstration, kept as files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eventsapp.mailroom import caught
from eventsapp.refusals import NotFound

NOON = datetime(2026, 11, 22, 11, 0, 0, 123456, tzinfo=UTC)
LETTER = "From: L’agenda <agenda@agenda.example.org>\r\nSubject: Été\r\n\r\nBonjour".encode()


def test_the_newest_comes_first_even_within_a_second(tmp_path: Path) -> None:
    kept = [
        caught.keep(tmp_path, LETTER, now=NOON + timedelta(microseconds=step)) for step in (0, 1, 2_000_000)
    ]
    assert caught.names(tmp_path) == kept[::-1]


def test_the_oldest_go_first(tmp_path: Path) -> None:
    kept = [caught.keep(tmp_path, LETTER, now=NOON + timedelta(seconds=step), most=3) for step in range(5)]
    assert caught.names(tmp_path) == [kept[4], kept[3], kept[2]]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_letter_is_given_back_as_it_came(tmp_path: Path) -> None:
    name = caught.keep(tmp_path, LETTER, now=NOON)
    assert caught.octets(tmp_path, name) == LETTER
    read = caught.read(tmp_path, name)
    assert (read.arrived_at, read.message["Subject"], read.message.get_content().strip()) == (
        NOON,
        "Été",
        "Bonjour",
    )


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert caught.names(tmp_path / "mail") == []


def test_unfinished_and_foreign_files_are_not_letters(tmp_path: Path) -> None:
    for name in (".20261122T110000123456-0a1b2c3d.eml.part", "notes.eml", "secret-key"):
        (tmp_path / name).write_text("something else")
    assert caught.names(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["../secret-key", "secret-key", "", "20261122T110000123456-0a1b2c3d.eml/../../secret-key"]
)
def test_no_name_leads_elsewhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret-key").write_text("s3cret")
    (tmp_path / "mail").mkdir()
    with pytest.raises(NotFound):
        caught.octets(tmp_path / "mail", name)


def test_a_letter_no_longer_kept_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        caught.read(tmp_path, "20261122T110000123456-0a1b2c3d.eml")
