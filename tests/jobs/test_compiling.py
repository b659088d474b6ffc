"""A worker has the planner's loops compiled beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from eventsapp.jobs import compiling
from eventsapp.planning.engine import kernels


def test_it_runs_beside_and_is_gone_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen

    def noted(*words: object, **settings: object) -> subprocess.Popen[bytes]:
        begun.append(begin(*words, **settings))  # type: ignore[call-overload]  # passed on as they came
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    with compiling.beside("import threading; threading.Event().wait()"):
        [process] = begun
        assert process.poll() is None
    assert process.returncode is not None


def test_a_worker_begins_where_no_other_process_can(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*words: object, **settings: object) -> None:
        raise OSError

    monkeypatch.setattr(subprocess, "Popen", refused)
    with compiling.beside():
        pass


def test_what_it_runs_is_sound() -> None:
    compile(compiling.CODE, "compiling", "exec")
    assert kernels.kept() in {True, False}
