"""What a plan costs the worker at the largest sizes promised: memory, progress, cancelling.

Each instance is worked out in a process that has loaded what the worker has (the whole application and its
jobs) and calls the engine as `drafting.think` does: `on_progress` and `cancelled` alone. The first run of
each is cold (NUMBA_CACHE_DIR is an empty folder), the next finds everything compiled. Then the same run is
cancelled, early, half way and late.

`python -m bench.plan_loads INSTANCE SECONDS [CANCEL_AT]` is that process; it prints a JSON report.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.plans import gen, verify
from bench.processes import ROOT

MOST_MB = 600.0
LONGEST_SILENCE = 0.5
LONGEST_END = 1.0
WARM = "from eventsapp.planning.engine import warming; warming.warm()"
CANCELLED_AT = (0.05, 0.4, 0.8)
"""Parts of the time after which a run is cancelled."""

SIZES = {
    "P1 70 schools x 40": lambda: gen.gen_p1(901, S=70, A=40),
    "P2 1,000 residents": lambda: gen.gen_p2(902, N=1000),
    "P3 80 people x 10": lambda: gen.gen_p3(903, n=80, editions=10),
}


def measure(names: list[str], seconds: float) -> list[str]:
    """Print what each size costs; what is beyond the limits."""
    print(
        f"{'':28}{'found':>8}{'gap':>9}{'first':>7}{'silence':>9}{'ended':>8}{'peak':>10}   cancelled after"
    )
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for what, make in SIZES.items():
            if names and not any(name in what for name in names):
                continue
            path = Path(folder) / f"{what[:2]}.json"
            path.write_text(json.dumps({**make(), "id": what}), encoding="utf-8")
            run = partial(_run, path, seconds, Path(folder))
            cold = run()
            _process(Path(folder), path, "-c", WARM)
            warm, *cancelled = (
                run(cancel_at=part * seconds) if part else run() for part in (0.0, *CANCELLED_AT)
            )
            print(
                _line(what, "cold", [cold], seconds),
                _line(what, "warm", [warm, *cancelled], seconds),
                sep="\n",
            )
            wrong += [*_beyond(f"{what}, cold", [cold], seconds), *_beyond(what, [warm, *cancelled], seconds)]
    return wrong


def _run(path: Path, seconds: float, folder: Path, cancel_at: float | None = None) -> dict[str, Any]:
    words = [str(path), str(seconds), *([] if cancel_at is None else [str(cancel_at)])]
    said: dict[str, Any] = json.loads(_process(folder, path, "-m", "bench.plan_loads", *words))
    return said


def _process(folder: Path, path: Path, *words: str) -> str:
    environment = {
        **os.environ,
        "INSTANCE_PATH": str(folder),
        "SECRET_KEY": "a secret of the bench, of no use elsewhere",
        "NUMBA_CACHE_DIR": str(folder / path.stem),
    }
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _line(what: str, how: str, reports: list[dict[str, Any]], seconds: float) -> str:
    whole, *cancelled = reports
    judged = whole["judged"]
    found, bound = judged.get("objective"), judged.get("bound")
    gap = f"{100 * (found - bound) / bound:.2f} %" if found is not None and bound else "-"
    ends = "  ".join(
        f"{part * seconds:g} s: {one['late']:.2f} s"
        if one["late"] is not None
        else f"{part * seconds:g} s: over"
        for part, one in zip(CANCELLED_AT, cancelled, strict=bool(cancelled))
    )
    first = "-" if whole["first"] is None else f"{whole['first']:.2f}"
    return (
        f"{what:22}{how:6}{found if judged['valid'] else 'broken':>8}{gap:>9}{first:>7}"
        f"{max(one['silence'] for one in reports):>9.2f}{whole['took']:>8.2f}"
        f"{max(one['peak'] for one in reports):>7.0f} MB   {ends}"
    )


def _beyond(what: str, reports: list[dict[str, Any]], seconds: float) -> Iterator[str]:
    """What is beyond a limit, once for each."""
    broken = [sentence for one in reports for sentence in one["judged"].get("violations", [])]
    if broken:
        yield f"{what}: {sorted(set(broken))[:3]}"
    for name, most, unit in (
        ("peak", MOST_MB, "MB"),
        ("silence", LONGEST_SILENCE, "s without a word"),
        ("late", LONGEST_END, "s to end when cancelled"),
        ("took", seconds + LONGEST_END, "s in all"),
    ):
        worst = max(one[name] or 0.0 for one in reports)
        if worst > most:
            yield f"{what}: {worst:.2f} {unit}, not {most:g}"


def think(path: Path, seconds: float, cancel_at: float | None) -> dict[str, Any]:
    """What the worker does with a plan, timed from the moment at which the engine is asked."""
    import eventsapp.jobs.worker  # noqa: F401  # as the worker has it: its memory counts
    from eventsapp.app import create_app
    from eventsapp.planning.engine import files, solving

    create_app()
    asked = files.read(json.loads(path.read_text(encoding="utf-8")))
    solving.load(asked.problem)
    heard: list[tuple[float, bool]] = []
    began = time.monotonic()
    answer = solving.solve(
        asked.problem,
        solving.budget(seconds, None, 1),
        lambda progress: heard.append((time.monotonic() - began, progress.best is not None)),
        lambda: cancel_at is not None and time.monotonic() - began >= cancel_at,
    )
    took = time.monotonic() - began
    moments = [0.0, *(second for second, _ in heard), took]
    cancelled = cancel_at is not None and took >= cancel_at
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "took": took,
        "first": next((second for second, has_plan in heard if has_plan), None),
        "silence": max(later - earlier for earlier, later in pairwise(moments)),
        "late": took - cancel_at if cancelled and cancel_at is not None else None,
        "peak": peak,
        "judged": verify.verify(json.loads(path.read_text(encoding="utf-8")), files.write(asked, answer)),
    }


if __name__ == "__main__":
    _path, _seconds, *_cancel = sys.argv[1:]
    json.dump(think(Path(_path), float(_seconds), float(_cancel[0]) if _cancel else None), sys.stdout)
