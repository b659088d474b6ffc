"""Real processes of ours, started for a test: their lines are read as they come, no clock is asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds after which a process that says nothing is ended, and its test fails."""


class Process:
    """A command of ours running beside the test."""

    def __init__(self, command: str, settings: dict[str, str]) -> None:
        environment = {
            name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TZ"}
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", command],
            cwd=ROOT,
            env=environment | {"ENVIRONMENT": "test", "SECRET_KEY": "only the tests know"} | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._patience = threading.Timer(PATIENCE, self._process.kill)
        self._patience.start()
        self.lines: list[dict[str, Any]] = []

    def wait_for(self, event: str, **facts: object) -> dict[str, Any]:
        """Reads lines until one says this. Fails when the process ends before."""
        assert self._process.stderr is not None
        for text in self._process.stderr:
            line = json.loads(text) if text.startswith("{") else {"event": text}
            self.lines.append(line)
            if line["event"] == event and facts.items() <= line.items():
                return line
        raise AssertionError(f"it ended without saying {event!r}: {self.lines}")

    def terminate(self) -> int:
        """Asks it to end, as a process manager does, and gives its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self.exit_code()

    def exit_code(self) -> int:
        """Waits for its end; the lines said meanwhile are kept."""
        assert self._process.stderr is not None
        self.lines += [
            json.loads(text) if text.startswith("{") else {"event": text} for text in self._process.stderr
        ]
        return self._process.wait()

    def close(self) -> None:
        self._patience.cancel()
        self._process.kill()
        self._process.communicate()


@contextmanager
def running(command: str, **settings: str) -> Iterator[Process]:
    """`flask --app wsgi <command>`, killed at the end if it still runs."""
    process = Process(command, settings)
    try:
        yield process
    finally:
        process.close()
