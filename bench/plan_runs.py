"""One run of a solver on one instance, in a process of its own: what it found, and when.

`python -m bench.plan_runs engine|prototype INSTANCE SECONDS` prints a JSON report. The engine is timed by
what it tells while it searches, and each plan that it told is judged afterwards by the verifier; the
prototype by its own trace (of the composition alone for trail days, whose timetable comes at its end).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.plans import verify
from bench.processes import ROOT

INSTANCES = ROOT / "bench" / "plans" / "instances"
SLACK = 120.0
"""Seconds after its limit when a run is given up."""


@dataclass(frozen=True)
class Run:
    """What became of a run. `trace`: (seconds, objective of the best plan known then); `first`: seconds until
    a whole and sound one was known."""

    took: float
    answer: dict[str, Any] | None
    trace: list[tuple[float, float]] = field(default_factory=list)
    first: float | None = None
    fault: str = ""

    def reaches(self, worth: float) -> float | None:
        """Seconds until a plan no worse than this was known; None: never."""
        return next((second for second, found in self.trace if found <= worth), None)


def run(solver: str, instance: Path, seconds: float) -> Run:
    """Start the process, wait for its report."""
    command = [sys.executable, "-m", "bench.plan_runs", solver, str(instance), str(seconds)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + SLACK, check=False
        )
    except subprocess.TimeoutExpired:
        return Run(seconds + SLACK, None, fault="no end")
    if done.returncode:
        return Run(0.0, None, fault=(done.stderr.strip().splitlines() or ["no word"])[-1])
    said = json.loads(done.stdout)
    trace = [(second, worth) for second, worth in said["trace"]]
    return Run(said["took"], said["answer"], trace, said["first"])


def engine(instance: dict[str, Any], seconds: float) -> Run:
    """Ours, through the same door as the command's."""
    from eventsapp.planning.engine import files, solving  # in the process that is measured alone

    asked = files.read(instance)
    solving.load(asked.problem)
    told: list[tuple[float, int, Any]] = []
    began = time.monotonic()

    def hear(progress: Any) -> None:
        if progress.best is not None and (not told or progress.objective != told[-1][1]):
            told.append((time.monotonic() - began, progress.objective, progress.best))

    answer = solving.solve(asked.problem, solving.budget(seconds, None, 1), hear)
    took = time.monotonic() - began
    written = files.write(asked, answer)
    plans = [(second, files.write(asked, plan)) for second, _, plan in told]
    trace = judged(instance, [*plans, (took, written)])
    return Run(took, written, trace, trace[0][0] if trace else None)


def judged(instance: dict[str, Any], plans: list[tuple[float, dict[str, Any]]]) -> list[tuple[float, float]]:
    """The best objective so far of the plans that the verifier accepts, by when they were known."""
    trace: list[tuple[float, float]] = []
    for second, plan in plans:
        found = verify.verify(instance, plan)
        better = not trace or (found.get("objective") is not None and found["objective"] < trace[-1][1])
        if plan.get("status") == "ok" and found["valid"] and better:
            trace.append((second, found["objective"]))
    return trace


def prototype(instance: dict[str, Any], seconds: float) -> Run:
    """The one to measure beside."""
    from bench.plans import prototype as reference  # in the process that is measured alone

    info: dict[str, Any] = {}
    began = time.monotonic()
    answer = reference.solve(instance, seconds, "sa", info)
    took = time.monotonic() - began
    if answer is None:
        return Run(took, None, fault="no plan")
    last = judged(instance, [(took, answer)])
    steps = [step for step in info.get("trace", []) if isinstance(step[0], float)]
    if not last or not steps:
        return Run(took, answer, last, took if last else None)
    shift = last[0][1] - steps[-1][1]  # its composition leaves a constant out
    lacks_hours = instance["problem"] == "P2" and not instance.get("base")
    trace = [(second, worth + shift) for second, worth in steps]
    return Run(took, answer, trace, took if lacks_hours else trace[0][0])


def main() -> None:
    """One run, reported on standard output."""
    solver, path, seconds = sys.argv[1:4]
    instance = json.loads(Path(path).read_text(encoding="utf-8"))
    done = {"engine": engine, "prototype": prototype}[solver](instance, float(seconds))
    said = {"took": done.took, "answer": done.answer, "trace": done.trace, "first": done.first}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
