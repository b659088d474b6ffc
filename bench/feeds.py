"""`python -m bench.feeds`: feeds of 100, 1,000 and 10,000 events beside two baselines, over real HTTP.

(a) the same bytes from a bare Flask view, (b) icalendar rendering every event anew: both under gunicorn as
the Procfile starts it (WEB_CONCURRENCY workers or two), which closes each connection. ASKERS ask at once, in
turns of our feed and (a), so that what else the machine does meets both. Printed: requests a second and p99
of the best turn, and the CPU time of the server's workers for each request, which neither the machine's other
work nor the asking can blur as much. « first after a change » is the CPU time of the request that joins and
compresses a feed anew. `python -m bench.feeds 1000` measures one size; `--on sqlite` or `--on postgresql`
one of both databases (PostgreSQL: a server of the bench's own).

The CPU time of (b) over that of the feed has a bound that no program of ours can pass: what this server
spends on any answer of that size, which (a) shows. So (b) / (a) is printed beside (b) / feed; where it is
below 100, as it is at 100 events wherever an answer costs the server more than icalendar needs for one
event, a feed that costs nothing at all would miss 100 too.
"""

from __future__ import annotations

import argparse
import os
import pickle
import socket
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import select

from bench.burst import database
from bench.counting import Counter
from bench.processes import cpu_of_children, crowd_web
from eventsapp import clock
from eventsapp.agenda import revisions, scheduling
from eventsapp.agenda.entries import entry_of
from eventsapp.agenda.models import Activity, ActivityKind, Audience, Event
from eventsapp.agenda.scheduling import Announcement
from eventsapp.database import begin_writing, db
from eventsapp.places.models import Territory, Venue, VenueKind
from eventsapp.programme.models import Action, Axis, Project, ProjectStatus, Theme

SIZES = {100: 1, 1_000: 2, 10_000: 3}
"""How many events, and in which arrondissement."""
ASKERS, TURNS = 4, 5
DAYS = 480
"""Over which the events are spread: all within the window."""


@dataclass(frozen=True)
class Turn:
    """What one turn came to."""

    rate: float
    p99: float
    cpu: float


def main() -> None:
    """Plants, measures, prints."""
    asked = argparse.ArgumentParser(description="feeds beside a bare view and icalendar from scratch")
    asked.add_argument("events", type=int, nargs="*", default=list(SIZES))
    asked.add_argument("--on", choices=("sqlite", "postgresql"))
    given = asked.parse_args()
    sizes = [size for size in SIZES if size in given.events]
    for dialect in [given.on] if given.on else ["sqlite", "postgresql"]:
        with database(dialect) as url:
            measured(dialect, url, sizes)


def measured(dialect: str, url: str, sizes: list[int]) -> None:
    """All sizes on one database, printed."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "ENVIRONMENT": "demonstration",
            "INSTANCE_PATH": folder,
            "LOG_LEVEL": "WARNING",
            "SECRET_KEY": "a secret of the bench, of no use elsewhere",
            "FEED_FOLDER": folder,
            "DATABASE_URL": url or f"sqlite:///{folder}/feeds.sqlite",
        }
        os.environ.update(environment)
        counter = Counter()
        plant(counter, Path(folder), sizes)
        print(f"{dialect}: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {ASKERS} ask at once")
        print(f"{'':44}{'req/s':>9}{'p99 ms':>9}{'CPU ms':>9}")
        with (
            crowd_web("wsgi:app", environment) as ours,
            crowd_web("bench.feed_views:app", environment) as bare,
        ):
            for events in sizes:
                measure(counter, events, ours, bare)
        with counter.app.app_context():
            db.engine.dispose()


def plant(counter: Counter, folder: Path, sizes: Iterable[int]) -> None:
    """A territory for each size; its feed and its entries beside, for the baselines."""
    with counter.app.app_context():
        upgrade()
    for events in sizes:
        number = SIZES[events]
        with counter.app.app_context():
            begin_writing()
            announce(territory_of(number), events)
            db.session.commit()
            feed = counter.app.test_client().get(path_of(events)).data
            if feed.count(b"BEGIN:VEVENT") != events:
                raise RuntimeError(f"{feed.count(b'BEGIN:VEVENT')} events in a feed of {events}")
            (folder / f"{events}.ics").write_bytes(feed)
            found = db.session.scalars(select(Event).join(Event.territory).where(Territory.number == number))
            entries = [entry_of(event) for event in found]
            (folder / f"{events}.entries").write_bytes(pickle.dumps(entries))


def territory_of(number: int) -> Territory:
    """An arrondissement without anything."""
    territory = Territory(
        slug=f"paris-{number}",
        number=number,
        name=f"Paris {number}e",
        insee_code=f"751{number:02d}",
        postal_code=f"750{number:02d}",
        revised_at=clock.now(),
    )
    db.session.add(territory)
    return territory


def announce(territory: Territory, events: int) -> None:
    """So many dates of one series, in one school, with a description as people write it."""
    project = Project(territory=territory, status=ProjectStatus.SIGNED)
    action = Action(
        axis=Axis(project=project, theme=Theme.PARENTING, position=1),
        territory=territory,
        slug="samedis",
        name="Samedis matins à l’école",
        public_name="Samedis matins à l’école",
    )
    venue = Venue(
        territory=territory,
        slug="curial",
        kind=VenueKind.PRIMARY_SCHOOL,
        name="École élémentaire Curial",
        short_name="Curial",
        address="51 rue Curial",
        postal_code=territory.postal_code,
        latitude=48.8936,
        longitude=2.3764,
        access="Métro Crimée, ligne 7",
        door="Portail vert, sonner à « gardien »",
    )
    db.session.add_all([action, venue])
    db.session.flush()
    activity = Activity(
        action=action,
        territory_id=territory.id,
        slug="samedis",
        kind=ActivityKind.SCHOOL_SATURDAY,
        title="Samedis matins, école Curial",
    )
    wanted = [announcement(activity, venue, number, events) for number in range(events)]
    scheduling.announce_all(wanted, actor="bench", now=clock.now())


def announcement(activity: Activity, venue: Venue, number: int, events: int) -> Announcement:
    """The one of that number, between today and DAYS from now."""
    day: date = clock.today() + timedelta(days=number * DAYS // events)
    starts_at = clock.local(day, 8 + number % 10)
    return Announcement(
        activity=activity,
        venue=venue,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        audience=Audience.FAMILIES,
        title=f"Le sommeil, les écrans, la cantine : on en parle ({number})",
        summary="Un temps de parole et de jeux pour les parents et leurs enfants, avec un café.",
    )


def path_of(events: int) -> str:
    """Where the feed of that size is read."""
    return f"/agendas/paris-{SIZES[events]}.ics"


def measure(counter: Counter, events: int, ours: tuple[str, int], bare: tuple[str, int]) -> None:
    """The lines of one size."""
    path, requests = path_of(events), max(80, 800 * 100 // events)
    tag = counter.version_of(path)
    whole = compared((lambda: turn(ours, path, requests)), (lambda: turn(bare, f"/same/{events}", requests)))
    say(f"{events:6} events: feed", whole[0])
    say("               (a) the same bytes", whole[1])
    had = compared(
        (lambda: turn(ours, path, 800, f"If-None-Match: {tag}\r\n")),
        (lambda: turn(bare, f"/had/{events}", 800, f'If-None-Match: W/"{events}"\r\n')),
    )
    say("               304", had[0])
    say("               (a) 304", had[1])
    # Each request renders anew; the best of several, as elsewhere, for the first one warms the renderer.
    scratch = best([turn(bare, f"/scratch/{events}", 1) for _ in range(max(3, 10_000 // events // 4))])
    say("               (b) icalendar from scratch", scratch)
    first = first_after_a_change(counter, events, ours)
    print(f"{'               first after a change':44}{'':18}{first:9.1f}")
    for what, share in (
        ("feed / (a), requests a second", whole[0].rate / whole[1].rate),
        ("feed / (a), CPU of (a) / CPU of feed", whole[1].cpu / whole[0].cpu),
        ("304 / (a) 304, requests a second", had[0].rate / had[1].rate),
        ("304 / (a) 304, CPU of (a) / CPU of ours", had[1].cpu / had[0].cpu),
        ("(b) / feed, CPU", scratch.cpu / whole[0].cpu),
        ("(b) / (a), CPU: the most it could be", scratch.cpu / whole[1].cpu),
        ("(b) / first after a change, CPU", scratch.cpu / first),
    ):
        print(f"               = {what:42}{share:9.2f}", flush=True)


def compared(one: Callable[[], Turn], other: Callable[[], Turn]) -> tuple[Turn, Turn]:
    """The best of several turns of each, in alternation."""
    turns = [(one(), other()) for _ in range(TURNS)]
    return best([first for first, _ in turns]), best([second for _, second in turns])


def best(turns: list[Turn]) -> Turn:
    """The best figure of each kind."""
    return Turn(
        rate=max(turn.rate for turn in turns),
        p99=min(turn.p99 for turn in turns),
        cpu=min(turn.cpu for turn in turns),
    )


def turn(server: tuple[str, int], path: str, requests: int, headers: str = "") -> Turn:
    """So many requests, ASKERS at once; the first few warm what is kept."""
    address, master = server
    port = int(address.rsplit(":", 1)[1])
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()
    with ThreadPoolExecutor(ASKERS) as askers:
        list(askers.map(lambda _: asked(port, request), range(2 * ASKERS if requests > ASKERS else 0)))
        cpu, began = cpu_of_children(master), time.perf_counter()
        waits = sorted(askers.map(lambda _: asked(port, request), range(requests)))
        took = time.perf_counter() - began
    spent = cpu_of_children(master) - cpu
    return Turn(requests / took, 1000 * waits[int(len(waits) * 0.99) - 1], spent / requests)


def asked(port: int, request: bytes) -> float:
    """One request on a connection of its own, read to the end; seconds. Raises RuntimeError for another
    answer than 200 and 304."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=600) as wire:
        wire.sendall(request)
        head = b""
        while part := wire.recv(1 << 20):
            head = head or part[:12]
    if head not in {b"HTTP/1.1 200", b"HTTP/1.1 304"}:
        raise RuntimeError(f"answered {head!r}")
    return time.perf_counter() - began


def first_after_a_change(counter: Counter, events: int, ours: tuple[str, int]) -> float:
    """CPU time of the workers for the request that finds another revision, in milliseconds; the best of
    three."""
    spent = []
    for _ in range(3):
        with counter.app.app_context():
            begin_writing()
            number = select(Territory.id).where(Territory.number == SIZES[events])
            revisions.revise(db.session.scalars(number).one(), clock.now())
            db.session.commit()
        spent.append(turn(ours, path_of(events), 1).cpu)
    return min(spent)


def say(what: str, figures: Turn) -> None:
    """One line."""
    print(f"{what:44}{figures.rate:9.1f}{figures.p99:9.1f}{figures.cpu:9.2f}", flush=True)


if __name__ == "__main__":
    main()
