"""Where sheets are made: kept within bounds, given up in time, and never in the process that asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask

from eventsapp.posters import press
from eventsapp.posters.formats import Format, Kind
from eventsapp.posters.press import PressBusy, Shelf
from tests.posters.sheets import SHORT, order

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture(autouse=True)
def an_empty_shelf(app: Flask) -> None:
    press.shelf.clear()


def test_the_shelf_keeps_what_was_asked_last_and_weighs_no_more_than_it_may() -> None:
    shelf = Shelf(10)
    shelf.put("a", b"1234")
    shelf.put("b", b"1234")
    assert shelf.get("a") == b"1234"
    shelf.put("c", b"1234")
    assert [shelf.get(key) is not None for key in "abc"] == [True, False, True]
    shelf.put("d", b"x" * 11)  # more than all that may be kept
    assert [shelf.get(key) for key in "abcd"] == [None] * 4


def test_a_sheet_is_made_once_for_all_who_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = press._set

    def counted(asked: press.Order) -> bytes:
        made.append(asked.fingerprint)
        return real(asked)

    monkeypatch.setattr(press, "_set", counted)
    asked, got = order(SHORT, Format.SQUARE, Kind.PNG), []
    threads = [Thread(target=lambda: got.append(press.made(asked))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [asked.fingerprint]
    assert [octets.startswith(b"\x89PNG") for octets in got] == [True] * 4
    assert len(set(got)) == 1


def test_a_sheet_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr(press, "COMPOSITOR", endless)
    monkeypatch.setattr(press, "SECONDS", 0.2)
    with pytest.raises(PressBusy) as refused:
        press.made(order(SHORT))
    assert refused.value.status == 503
    monkeypatch.undo()
    assert press.made(order(SHORT)).startswith(b"%PDF")  # the next one is served


def test_a_sheet_that_goes_wrong_is_our_fault_and_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('no')\n")
    monkeypatch.setattr(press, "COMPOSITOR", broken)
    with pytest.raises(subprocess.CalledProcessError):
        press.made(order(SHORT))
    monkeypatch.undo()
    assert press.made(order(SHORT)).startswith(b"%PDF")


def test_whoever_asks_for_sheets_never_loads_typst() -> None:
    script = (
        "import sys, eventsapp.web.posters, eventsapp.posters.press\n"
        "print(sorted({'typst', 'eventsapp.posters.compositor'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
