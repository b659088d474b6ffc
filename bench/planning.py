"""`python -m bench.planning`: the planning engine beside the prototype, on the development instances.

Both run in turn on each instance, for the same seconds, each in a process of its own; every answer is judged
by `bench.plans.verify`. Printed for each: the objective, how far it is above the verifier's bound, seconds to
the first sound plan and to within one per cent of the better of both. Then what has no place in that table:
waiting on trail days, people moved by repairs. Names choose instances (parts of them do: `p2`, `N300`);
`--seconds` is the limit of each run. `--large` measures memory, progress and cancelling instead, at the
largest sizes that are promised (`bench.plan_loads`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bench.plan_runs import INSTANCES, Run, run
from bench.plans import verify
from bench.processes import BIN, ROOT

SECONDS = 10.0
NOTHING = "-"


def main() -> None:
    """Measures and prints; ends with 1 where the verifier refuses an answer of the engine."""
    asked = argparse.ArgumentParser(description="the planning engine beside the prototype")
    asked.add_argument("names", nargs="*", help="parts of the names of instances")
    asked.add_argument("--seconds", type=float, default=SECONDS)
    asked.add_argument("--large", action="store_true", help="memory, progress and cancelling at full size")
    given = asked.parse_args()
    if given.large:
        from bench import plan_loads  # the application: nothing else here needs it

        wrong = plan_loads.measure(given.names, given.seconds)
    else:
        wrong = compare(given.names, given.seconds)
    for sentence in wrong:
        print(f"WRONG: {sentence}")
    raise SystemExit(1 if wrong else 0)


def compare(names: list[str], seconds: float) -> list[str]:
    """Both solvers on each instance; what the verifier refuses of the engine's."""
    chosen = [
        path for path in sorted(INSTANCES.glob("*.json")) if not names or any(n in path.stem for n in names)
    ]
    compile_loops()
    print(f"plans: {seconds:g} s each, load {os.getloadavg()[0]:.1f}")
    print(f"{'':26}{'bound':>8}  {'engine':^38}  {'prototype':^38}  engine/prototype")
    each = f"{'found':>8}{'gap':>8}{'first':>7}{'1 %':>7}{'took':>7} "
    print(f"{'':26}{'':8}  {each}  {each}  {'found':>6}{'1 %':>7}")
    wrong, remarks = [], []
    for path in chosen:
        instance = json.loads(path.read_text(encoding="utf-8"))
        ours, theirs = run("engine", path, seconds), run("prototype", path, seconds)
        line, refused = _line(path, instance, ours, theirs)
        print(line, flush=True)
        wrong += refused
        remarks += _remarks(path, instance, ours, theirs)
    print(*remarks, sep="\n")
    return wrong


def compile_loops() -> None:
    """What is compiled is compiled before, as it is where the program was installed."""
    subprocess.run([str(BIN / "flask"), "--app", "wsgi", "plan", "compile"], cwd=ROOT, check=True)


def _line(path: Path, instance: dict[str, Any], ours: Run, theirs: Run) -> tuple[str, list[str]]:
    reports = [_report(instance, one) for one in (ours, theirs)]
    found = [report.get("objective") if report.get("valid") else None for report in reports]
    known = [worth for worth in found if worth is not None]
    target = min(known) * 1.01 if known else 0.0
    bound = next((report["bound"] for report in reports if report.get("bound") is not None), None)
    cells = [_cells(one, worth, bound, target) for one, worth in zip((ours, theirs), found, strict=True)]
    times = [one.reaches(target) for one in (ours, theirs)]
    ratios = f"{_ratio(found[0], found[1], 3):>6}{_ratio(times[0], times[1], 2):>7}"
    line = f"{path.stem:26}{_number(bound, 0):>8}  {cells[0]}  {cells[1]}  {ratios}"
    refused = (
        [] if reports[0].get("valid") else [f"{path.stem}: {ours.fault or reports[0]['violations'][:3]}"]
    )
    return line, refused


def _report(instance: dict[str, Any], one: Run) -> dict[str, Any]:
    if one.answer is None:
        return {"valid": False, "violations": [one.fault]}
    return dict(verify.verify(instance, one.answer))


def _cells(one: Run, found: float | None, bound: float | None, target: float) -> str:
    gap = NOTHING
    if found is not None and bound is not None:  # a share of little says little
        gap = f"{100 * (found - bound) / bound:.2f} %" if 0 < found <= 2 * bound else f"+{found - bound:g}"
    shown = one.fault[:8] if found is None else f"{found:g}"
    times = (_number(second, 1) for second in (one.first, one.reaches(target), one.took))
    return f"{shown:>8}{gap:>8}" + "".join(f"{time:>7}" for time in times) + " "


def _number(value: float | None, places: int) -> str:
    return NOTHING if value is None else f"{value:.{places}f}"


def _ratio(one: float | None, other: float | None, places: int) -> str:
    if one is None or other is None or not other:
        return "=" if one is not None and one == other else NOTHING
    return f"{one / other:.{places}f}"


FIGURES = {
    "P1": ("uncovered", "requests_met", "asso_repeat_pairs", "theme_repeat_pairs", "changed"),
    "P2": ("wait_ticks_total", "wait_max", "mix_score", "moved_persons", "retimed_teams"),
    "P3": ("repeats", "same_org_pairs", "new_contacts_min"),
}
"""The figures of the verifier that people ask for, beside the objective."""


def _remarks(path: Path, instance: dict[str, Any], ours: Run, theirs: Run) -> list[str]:
    lines = [] if path.stem != sorted(INSTANCES.glob("*.json"))[0].stem else [""]
    figures = [_report(instance, one).get("metrics", {}) for one in (ours, theirs)]
    said = [
        f"{name} {figures[0].get(name, NOTHING)}/{figures[1].get(name, NOTHING)}"
        for name in FIGURES[instance["problem"]]
        if any(name in one for one in figures)
    ]
    return [*lines, f"{path.stem:26}{'  '.join(said)}"]


if __name__ == "__main__":
    main()
