"""Where sheets are made, one at a time, and the last ones kept."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import structlog

from eventsapp.posters import composing, faces
from eventsapp.posters.composing import Order
from eventsapp.refusals import Refusal, msgid

log = structlog.get_logger(__name__)

COMPOSITOR = Path(__file__).parent / "compositor.py"
SECONDS = 20.0
"""After which a sheet is given up; one takes a quarter of a second (bench.posters)."""

MOST_KEPT = 12 * 1024**2
"""Octets of sheets that a process keeps: some thirty."""


class PressBusy(Refusal):
    """Others are being made, or this one takes too long."""

    sentence = msgid("L’affiche n’a pas pu être faite à temps. Recommencez dans une minute.")
    status = 503


class Shelf:
    """The sheets last asked for; the least recently asked for goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sheets: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """A sheet that is here."""
        with self._lock:
            if key in self._sheets:
                self._sheets.move_to_end(key)
            return self._sheets.get(key)

    def put(self, key: str, octets: bytes) -> None:
        """Keeps a sheet, and lets go of old ones until all weigh at most what may be kept."""
        with self._lock:
            self._sheets[key] = octets
            self._sheets.move_to_end(key)
            while sum(map(len, self._sheets.values())) > self._most:
                self._sheets.popitem(last=False)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._sheets.clear()


shelf = Shelf(MOST_KEPT)
_one_at_a_time = Lock()


def made(order: Order) -> bytes:
    """The octets of a sheet, made now or kept. Raises PressBusy."""
    key = order.fingerprint
    kept = shelf.get(key)
    if kept is not None:
        return kept
    if not _one_at_a_time.acquire(timeout=SECONDS):
        raise PressBusy()
    try:
        kept = shelf.get(key) or _set(order)
    finally:
        _one_at_a_time.release()
    shelf.put(key, kept)
    return kept


def _set(order: Order) -> bytes:
    """Runs the compositor. Raises PressBusy; CalledProcessError when Typst refuses, which is our fault."""
    with TemporaryDirectory(prefix="sheet-") as folder:
        for name, octets in composing.files(order).items():
            (Path(folder) / name).write_bytes(octets)
        asked = {
            "folder": folder,
            "faces": str(faces.FONTS),
            "kind": order.kind.value,
            "points_per_inch": order.format.points_per_inch,
            "made_at": int(order.changed_at.timestamp()),
        }
        command = [sys.executable, "-I", str(COMPOSITOR)]
        try:
            done = subprocess.run(  # noqa: S603 - our own file, and nothing of anybody's in the command
                command, input=json.dumps(asked).encode(), capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            log.warning("sheet_took_too_long", format=order.format, kind=order.kind)
            raise PressBusy() from error
    if done.returncode or done.stderr:
        log.error("sheet_went_wrong", said=done.stderr.decode(errors="replace")[-2000:])
    done.check_returncode()
    return done.stdout
