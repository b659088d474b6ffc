"""A small fuzzer: octets changed again and again, and whatever reaches lines that nothing reached is kept.

`make fuzz` runs it for minutes, the suite for seconds. A target reads what strangers send; it may refuse
(`Refusal`), and nothing else. It may not think long either: a short mail must not hold a worker.
"""

from __future__ import annotations

import random
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import process_time
from types import CodeType

from eventsapp.refusals import Refusal

LONGEST_THOUGHT = 3.0
"""Seconds of CPU for one input: a hundred times what the largest mails of ours take."""
LARGEST = 400_000
"""Octets of an input; one in a thousand grows that far."""
MOST_KEPT = 2000


@dataclass(frozen=True)
class Target:
    """Something of ours that reads what strangers send."""

    name: str
    run: Callable[[bytes], object]
    """Reads it. Raises a Refusal, or gives anything."""
    seeds: Callable[[], Sequence[bytes]]
    """What is really sent, to begin with."""
    words: Sequence[bytes] = ()
    """Pieces that mean something to it."""


@dataclass
class Report:
    """What a run did."""

    seed: int
    executions: int = 0
    refused: int = 0
    kept: int = 0
    """Inputs that reached something new."""
    seconds: float = 0.0

    def __str__(self) -> str:
        pace = self.executions / self.seconds if self.seconds else 0
        return (
            f"{self.executions} executions in {self.seconds:.0f} s of CPU ({pace:.0f}/s), "
            f"{self.refused} refused, {self.kept} kept, seed {self.seed}"
        )


class Broken(AssertionError):
    """A target raised something else than a Refusal, or thought too long."""

    def __init__(self, target: Target, octets: bytes, why: str, report: Report) -> None:
        shown = b64encode(octets[:6000]).decode()
        super().__init__(f"{target.name}: {why} (seed {report.seed})\n{len(octets)} octets, base64: {shown}")
        self.octets = octets


def fuzz(target: Target, *, seconds: float, seed: int) -> Report:
    """Runs it for so many seconds of CPU. Raises Broken, with the shortest input that was found to do it."""
    report, chance, seen = Report(seed), random.Random(seed), _NewLines()
    inputs = [bytes(octets) for octets in target.seeds()]
    began = process_time()
    with seen:
        for octets in inputs:
            _execute(target, octets, report)
        while process_time() - began < seconds:
            octets = _changed(chance, inputs, target.words)
            seen.found = False
            _execute(target, octets, report)
            if seen.found and len(inputs) < MOST_KEPT and len(octets) < 50_000:
                inputs.append(octets)
                report.kept += 1
    report.seconds = process_time() - began
    return report


def _execute(target: Target, octets: bytes, report: Report) -> None:
    began = process_time()
    try:
        target.run(octets)
    except Refusal:
        report.refused += 1
    except (Exception, RecursionError) as error:
        shortest = _shortened(target, octets, type(error))
        raise Broken(target, shortest, f"{type(error).__name__}: {error}"[:500], report) from error
    report.executions += 1
    if process_time() - began > LONGEST_THOUGHT:
        raise Broken(target, octets, f"{process_time() - began:.1f} s of CPU", report)


def _shortened(target: Target, octets: bytes, kind: type[Exception]) -> bytes:
    """Fewer octets that break it the same way."""
    size = max(1, len(octets) // 2)
    tries = 0
    while size >= 1 and tries < 2000:
        start = 0
        while start < len(octets) and tries < 2000:
            tries += 1
            shorter = octets[:start] + octets[start + size :]
            try:
                target.run(shorter)
            except kind:
                octets = shorter
                continue
            except Exception:
                pass
            start += size
        size //= 2
    return octets


def _changed(chance: random.Random, inputs: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    octets = chance.choice(inputs)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 8))):
        octets = chance.choice(_CHANGES)(chance, octets, inputs, words)
    return octets[:LARGEST]


Change = Callable[[random.Random, bytes, Sequence[bytes], Sequence[bytes]], bytes]


def _span(chance: random.Random, octets: bytes, longest: int = 200) -> tuple[int, int]:
    start = chance.randrange(len(octets) + 1)
    return start, min(len(octets), start + chance.randrange(1, longest))


def _flip(chance: random.Random, octets: bytes, *_: object) -> bytes:
    place = chance.randrange(len(octets) + 1)
    return octets[:place] + bytes([chance.randrange(256)]) + octets[place + 1 :]


def _drop(chance: random.Random, octets: bytes, *_: object) -> bytes:
    start, end = _span(chance, octets)
    return octets[:start] + octets[end:]


def _repeat(chance: random.Random, octets: bytes, *_: object) -> bytes:
    start, end = _span(chance, octets)
    times = chance.choice((2, 2, 3, 10, 100, 2000)) if chance.random() < 0.2 else 2
    return octets[:start] + octets[start:end] * times + octets[end:]


def _insert(chance: random.Random, octets: bytes, inputs: object, words: Sequence[bytes]) -> bytes:
    place = chance.randrange(len(octets) + 1)
    word = chance.choice(words) if words else chance.randbytes(4)
    return octets[:place] + word + octets[place:]


def _replace(chance: random.Random, octets: bytes, inputs: object, words: Sequence[bytes]) -> bytes:
    if not words:
        return octets
    return octets.replace(chance.choice(words), chance.choice(words), chance.choice((1, 1, -1)))


def _splice(chance: random.Random, octets: bytes, inputs: Sequence[bytes], words: object) -> bytes:
    other = chance.choice(inputs)
    start, end = _span(chance, other, 2000)
    place = chance.randrange(len(octets) + 1)
    return octets[:place] + other[start:end] + octets[place:]


def _swap_lines(chance: random.Random, octets: bytes, *_: object) -> bytes:
    lines = octets.split(b"\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


def _drop_line(chance: random.Random, octets: bytes, *_: object) -> bytes:
    lines = octets.split(b"\n")
    del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def _cut(chance: random.Random, octets: bytes, *_: object) -> bytes:
    return octets[: chance.randrange(len(octets) + 1)]


_CHANGES: tuple[Change, ...] = (
    *(_flip, _flip, _drop, _insert, _insert, _insert, _replace, _replace),
    *(_repeat, _splice, _swap_lines, _drop_line, _cut),
)


@dataclass
class _NewLines:
    """Says whether a line was reached that nothing had reached: each is told once, so it costs nothing after.

    Python 3.12 and later (PEP 669); before, everything is tried and nothing is kept.
    """

    found: bool = field(default=False)
    tool = 4

    def __enter__(self) -> None:
        if sys.version_info >= (3, 12):
            monitoring = sys.monitoring
            monitoring.use_tool_id(self.tool, "fuzzing")
            monitoring.register_callback(self.tool, monitoring.events.LINE, self._reached)
            monitoring.set_events(self.tool, monitoring.events.LINE)
            monitoring.restart_events()

    def __exit__(self, *_: object) -> None:
        if sys.version_info >= (3, 12):
            sys.monitoring.set_events(self.tool, 0)
            sys.monitoring.free_tool_id(self.tool)

    def _reached(self, code: CodeType, line: int) -> object:
        if "eventsapp" in code.co_filename or "email" in code.co_filename or "icalendar" in code.co_filename:
            self.found = True
        return sys.monitoring.DISABLE if sys.version_info >= (3, 12) else None
