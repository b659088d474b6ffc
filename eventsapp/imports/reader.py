"""The program that `reading_apart` starts for each file: it reads it, answers, ends.

A file from outside may keep its reader busy for ever (a rule that never comes true) or unfold into gigabytes.
Here it may take so much time and memory and no more, and whatever it does, web and worker live on.

The first line of the standard input is the hour (ISO 8601), the rest are the octets. A JSON object leaves on
the standard output: `reading`, or `sentence`, `parameters` and `field` of a refusal.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from datetime import datetime
from pathlib import Path

MOST_MEMORY = 800 * 1024**2
"""Octets of address space; a calendar of 2,000 events takes about 120 MB."""
MOST_SECONDS = 20
"""Of the processor's time."""


def main() -> None:
    """Reads, answers, ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    # An isolated interpreter (-I) knows no folder of ours: the one that holds the package.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from eventsapp.imports.reading import read  # once the limits stand
    from eventsapp.refusals import Refusal  # the same

    hour, _, octets = sys.stdin.buffer.read().partition(b"\n")
    answer: dict[str, object]
    try:
        with contextlib.redirect_stdout(sys.stderr):
            answer = {"reading": read(octets, now=datetime.fromisoformat(hour.decode())).to_dict()}
    except Refusal as refusal:
        said = {name: str(value) for name, value in refusal.parameters.items()}
        answer = {"sentence": refusal.sentence, "parameters": said}
    except (MemoryError, RecursionError):
        answer = {"too_long": True}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
