"""`python -m bench.posters`: what a sheet costs, by format and file, with little and much to say.

Wall time of `press.made` with an empty shelf (median of ROUNDS), processor time of the compositor (mean),
octets of the file, the largest memory of its processes (resource.RUSAGE_CHILDREN).
"""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time

from eventsapp.app import create_app
from eventsapp.posters import press
from eventsapp.posters.composing import Order
from eventsapp.posters.formats import Format, Kind
from tests.posters.sheets import CHANGED, FULL, SHORT, shown

ROUNDS = 9


def main() -> None:
    """Makes each sheet several times, prints a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(ENVIRONMENT="demonstration", INSTANCE_PATH=folder, LOG_LEVEL="WARNING")
        photo = shown("Une photo", (1600, 1067))
        with create_app().app_context():
            for name, poster, picture in (("little", SHORT, None), ("much, a photo", FULL, photo)):
                for shape in Format:
                    for kind in Kind:
                        order = Order(poster, shape, kind, CHANGED, picture)
                        times, before = [], _processor()
                        for _ in range(ROUNDS):
                            press.shelf.clear()
                            begun = time.perf_counter()
                            octets = press.made(order)
                            times.append((time.perf_counter() - begun) * 1000)
                        median = statistics.median(times)
                        processor = (_processor() - before) * 1000 / ROUNDS
                        print(
                            f"{name:<14}{shape:<6}{kind:<4}{median:6.0f} ms{processor:6.0f} ms of processor"
                            f"{len(octets) / 1024:7.0f} kB"
                        )
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process of the compositor: {largest:.0f} MB")


def _processor() -> float:
    """Seconds of processor that ended processes have taken."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


if __name__ == "__main__":
    main()
