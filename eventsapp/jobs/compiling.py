"""What the planner compiles is compiled when a worker begins: no plan waits for it, and no job does.

In a process of its own: none of its memory stays with the worker, and it gives way to whatever else runs.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from eventsapp.settings import PACKAGE

log = structlog.get_logger("eventsapp.worker")

CODE = (
    "import os; os.nice(10); "  # a tenth of a processor where others want one
    "from eventsapp.planning.engine import kernels, warming; kernels.kept() and warming.warm()"
)


@contextmanager
def beside(code: str = CODE) -> Iterator[None]:
    """Compile while the block runs; what is not done by its end is left to the next worker."""
    process = _begin(code)
    try:
        yield
    finally:
        if process is not None:
            process.kill()
            process.wait()


def _begin(code: str) -> subprocess.Popen[bytes] | None:
    quiet = subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", code], cwd=PACKAGE.parent, stdin=quiet, stdout=quiet, stderr=quiet
        )
    except OSError as error:  # no memory for another process, say: plans compile for themselves
        log.warning("nothing is compiled beforehand", error=type(error).__name__)
        return None
