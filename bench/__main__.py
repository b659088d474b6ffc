"""`make bench`: what pages, registrations and feeds cost, beside a bare Flask view; then plans (`planning`).

CPU time is read from the kernel for the web worker alone, over REPEATS requests sent one after the
other; the first requests warm caches and are not counted. SQL statements are counted by the same
visit in this process. DATABASE_URL measures on PostgreSQL instead of SQLite.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from bench import planning
from bench.counting import Counter
from bench.processes import cpu_ms, memory_mb, running, web
from bench.visitors import Visitor

REPEATS = 60
WARM_UP = 5


@dataclass(frozen=True)
class Row:
    """One line of the table; figures per request."""

    what: str
    cpu: float
    statements: int | None
    received: int


def main() -> None:
    """Plants a demonstration in a folder of its own, measures, prints."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "ENVIRONMENT": "demonstration",
            "INSTANCE_PATH": folder,
            "LOG_LEVEL": "WARNING",
            "FORM_SECONDS": "0",  # no hand writes here
            "SECRET_KEY": "a secret of the bench, of no use elsewhere",
        }
        os.environ.update(environment)
        counter = Counter()
        counter.plant()
        with web("bench.bare:app", {}) as (address, pid):
            bare = _repeat("bare Flask view, 40 kB", pid, lambda: Visitor(address).get("/"), None)
        with web("wsgi:app", environment) as (address, pid):
            rows = [bare, *_pages(address, pid, counter), *_registration(address, pid, counter)]
            rows += _feed(address, pid, counter)
            web_mb = memory_mb(pid)
        with running(["flask", "--app", "wsgi", "worker"], environment) as worker:
            counter.wait_for_worker()
            worker_mb = memory_mb(worker)
    _print(rows, bare.cpu)
    print(f"\nmemory   web worker {web_mb:.0f} MB   worker process (idle) {worker_mb:.0f} MB\n", flush=True)
    wrong = planning.compare([], planning.SECONDS)
    raise SystemExit("\n".join(wrong) or None)


def _pages(address: str, pid: int, counter: Counter) -> list[Row]:
    event = counter.open_event()
    paths = {
        "agenda, list": "/paris-19/",
        "agenda, month": "/paris-19/?vue=mois",
        "agenda, map": "/paris-19/?vue=plan",
        "event page": f"/e/{event.code}-{event.slug}",
        "project": "/paris-19/projet",
    }
    return [
        _repeat(what, pid, lambda path=path: Visitor(address).get(path), counter.statements_of(path))
        for what, path in paths.items()
    ]


def _registration(address: str, pid: int, counter: Counter) -> list[Row]:
    """REPEATS families take each step together, so that each step is measured by itself."""
    event = counter.open_event()
    form = f"/e/{event.code}/inscription"
    families = [Visitor(address) for _ in range(REPEATS)]
    answers = {"first_name": "Fatoumata", "email": "fatoumata@example.org", "adults": "1", "phone": ""}
    steps: list[tuple[str, Callable[[Visitor], int]]] = [
        ("registration: the form", lambda family: family.get(form)),
        ("registration: answers sent", lambda family: family.post(form, **answers)),
        ("registration: check page", lambda family: family.get(f"{form}/verification")),
        ("registration: confirmed", lambda family: family.post(f"{form}/verification")),
        ("registration: own page", lambda family: family.get(family.path)),
    ]
    said = counter.statements_of_registration(form, answers)
    return [
        _each(what, pid, families, step, statements)
        for (what, step), statements in zip(steps, said, strict=True)
    ]


def _feed(address: str, pid: int, counter: Counter) -> list[Row]:
    path = "/agendas/paris-19.ics"
    version = counter.version_of(path)
    return [
        _repeat("feed, whole", pid, lambda: Visitor(address).get(path), counter.statements_of(path)),
        _repeat(
            "feed, 304",
            pid,
            lambda: Visitor(address).get(path, **{"If-None-Match": version}),
            counter.statements_of(path, {"If-None-Match": version}),
        ),
    ]


def _repeat(what: str, pid: int, visit: Callable[[], int], statements: int | None) -> Row:
    for _ in range(WARM_UP):
        visit()
    before = cpu_ms(pid)
    received = [visit() for _ in range(REPEATS)]
    return Row(what, (cpu_ms(pid) - before) / REPEATS, statements, received[-1])


def _each(
    what: str, pid: int, families: list[Visitor], step: Callable[[Visitor], int], statements: int
) -> Row:
    before = cpu_ms(pid)
    received = [step(family) for family in families]
    return Row(what, (cpu_ms(pid) - before) / len(families), statements, received[-1])


def _print(rows: list[Row], bare: float) -> None:
    print(f"{'':34}{'CPU ms':>8}{'x bare':>8}{'SQL':>6}{'bytes':>10}")
    for row in rows:
        said = "" if row.statements is None else row.statements
        print(f"{row.what:34}{row.cpu:8.2f}{row.cpu / bare:8.1f}{said:>6}{row.received:10}")


if __name__ == "__main__":
    main()
