"""`python -m bench.steps`: what each of the five requests of a registration costs, in CPU time.

Families take them inside this process and without sockets, each from an address of its own: the form, its
answers, the page to check, the confirmation, its own page, as in `bench.burst`. What is printed, of each
step: milliseconds of CPU of the application, SQL statements, and the same milliseconds in requests of the
bare Flask view of the same run; of PostgreSQL, whose processes are its own, milliseconds a family. CPU time
can be compared on a machine that others use too, unlike the seconds of `bench.burst`; most of all that of the
fastest tenth, which nobody disturbed. `--profile FILE` writes besides, for `pstats`, where the time of all
five goes. `--on sqlite` or `--on postgresql` (the default).
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import os
import statistics
import tempfile
import time
from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import WSGIApplication

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import bare
from bench.burst import WRITING, database
from bench.counting import Counter
from bench.crowd import MAILBOXES, SHOWN
from bench.processes import cpu_of_children
from bench.visitors import token_in

FAMILIES, WARM_UP = 300, 40
STEPS = ("form", "answers", "check page", "confirmation", "own page")


@dataclass
class Ways:
    """An application under measure: the milliseconds of each step, family by family."""

    application: WSGIApplication
    profile: cProfile.Profile | None = None
    spent: dict[str, list[float]] = field(default_factory=dict)

    def ask(self, step: str, family: Family, method: str, path: str, answers: Mapping[str, str]) -> str:
        """One request; gives its body, or where it leads. Raises RuntimeError for any other answer."""
        headers = [("Accept-Language", "fr"), *([("Cookie", family.cookie)] if family.cookie else [])]
        builder = EnvironBuilder(
            path=path,
            method=method,
            data=dict(answers) if method == "POST" else None,
            headers=Headers(headers),
            environ_base={"REMOTE_ADDR": family.source},
        )
        environ = builder.get_environ()
        if self.profile:
            self.profile.enable()
        began = time.thread_time()
        body, status, said = run_wsgi_app(self.application, environ, buffered=True)
        self.spent.setdefault(step, []).append(1000 * (time.thread_time() - began))
        if self.profile:
            self.profile.disable()
        builder.close()
        if not status.startswith(("200", "303")):
            raise RuntimeError(f"{step}: {status}")
        family.cookie = next((one.split(";")[0] for one in said.getlist("Set-Cookie")), family.cookie)
        return said.get("Location") or b"".join(body).decode()


@dataclass
class Family:
    """One browser at one address."""

    number: int
    cookie: str = ""
    page: str = ""

    @property
    def source(self) -> str:
        """127.0.1.1 and up: rate limits tell each from the others."""
        return f"127.0.{1 + self.number // 250}.{1 + self.number % 250}"


def main() -> None:
    """Measures and prints."""
    asked = argparse.ArgumentParser(description="CPU time of each request of a registration")
    asked.add_argument("--on", choices=("sqlite", "postgresql"), default="postgresql")
    asked.add_argument("--families", type=int, default=FAMILIES)
    asked.add_argument("--profile", type=Path)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(given.on) as url:
        os.environ.update(
            {
                "ENVIRONMENT": "demonstration",
                "INSTANCE_PATH": folder,
                "LOG_LEVEL": "WARNING",
                "SECRET_KEY": "a secret of the bench, of no use elsewhere",
                "DATABASE_URL": url or f"sqlite:///{folder}/steps.sqlite",
            }
        )
        counter = Counter()
        counter.plant()
        warm, event = counter.open_events(2)
        # What a web worker loads, with its collector set as there.
        counter.app = importlib.import_module("wsgi").app
        register_all(Ways(counter.app), warm, range(WARM_UP))
        statements = statements_of(counter, warm, Family(WARM_UP))
        profile = cProfile.Profile(time.thread_time) if given.profile else None
        ways = Ways(counter.app, profile)
        servers = counter.database_server()
        before = sum(map(cpu_of_children, servers))
        register_all(ways, event, range(WARM_UP + 1, WARM_UP + 1 + given.families))
        of_database = (sum(map(cpu_of_children, servers)) - before) / given.families
        say(given.on, ways.spent, statements, bare_view())
        if servers:
            print(f"  the database   {of_database:7.2f} ms a family", flush=True)
        if profile:
            profile.dump_stats(given.profile)
        counter.dispose()


def register_all(ways: Ways, event: str, numbers: range) -> None:
    """All take each step together, as a burst does: the queue is as long as there when they confirm."""
    form = f"/e/{event}/inscription"
    families = [Family(number) for number in numbers]
    for one in families:
        one.page = ways.ask(STEPS[0], one, "GET", form, {})
    time.sleep(WRITING)
    for one in families:
        ways.ask(STEPS[1], one, "POST", form, answers_of(one))
    for one in families:
        one.page = ways.ask(STEPS[2], one, "GET", f"{form}/verification", {})
    for one in families:
        token = {"csrf_token": token_in(one.page)}
        one.page = ways.ask(STEPS[3], one, "POST", f"{form}/verification", token)
    for one in families:
        ways.ask(STEPS[4], one, "GET", one.page, {})


def answers_of(family: Family) -> dict[str, str]:
    """What a family types into the form that it has before it."""
    shown = SHOWN.search(family.page)
    return {
        "first_name": f"Famille {family.number}",
        "email": f"famille{family.number}@{MAILBOXES}",
        "adults": "1",
        "montre": shown[1] if shown else "",
        "csrf_token": token_in(family.page),
    }


def statements_of(counter: Counter, event: str, family: Family) -> Mapping[str, int]:
    """How many SQL statements each step says."""
    said = Tally[str]()

    class Listening(Ways):
        def ask(self, step: str, family: Family, method: str, path: str, answers: Mapping[str, str]) -> str:
            with counter.heard() as statements:
                answer = super().ask(step, family, method, path, answers)
            said[step] = len(statements)
            return answer

    register_all(Listening(counter.app), event, range(family.number, family.number + 1))
    return said


def bare_view() -> float:
    """The milliseconds of a request of the view that does nothing."""
    ways = Ways(bare.app)
    for number in range(FAMILIES):
        ways.ask("bare", Family(number), "GET", "/", {})
    return undisturbed(ways.spent["bare"])


def undisturbed(spent: list[float]) -> float:
    """What a tenth of all needed no more than."""
    return statistics.quantiles(spent, n=10)[0]


def say(dialect: str, spent: Mapping[str, list[float]], statements: Mapping[str, int], bare: float) -> None:
    """The figures."""
    many = len(spent[STEPS[0]])
    print(f"{dialect}: {many} families, CPU of the application alone, of the fastest tenth")
    print(f"  {'':14} {'ms':>7} {'SQL':>4} {'bare views':>11}")
    each = {step: undisturbed(spent[step]) for step in STEPS}
    for step, one in each.items():
        print(f"  {step:14} {one:7.2f} {statements[step]:4} {one / bare:11.0f}")
    whole = sum(each.values())
    print(f"  {'all five':14} {whole:7.2f} {sum(statements.values()):4} {whole / bare:11.0f}", flush=True)


if __name__ == "__main__":
    main()
