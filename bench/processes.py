"""Processes under measure: started, waited for, read from /proc, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], environment: Mapping[str, str]) -> Iterator[int]:
    """Runs a command of the virtual environment for a while; gives its process id."""
    process = subprocess.Popen(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@contextmanager
def web(application: str, environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """One gunicorn worker of the production kind; gives its address and its worker's process id."""
    port = free_port()
    command = ["gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"]
    with running([*command, "--worker-class", "gthread", application], environment) as master:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, master)
        yield address, _child_of(master)


@contextmanager
def crowd_web(application: str, environment: Mapping[str, str], *options: str) -> Iterator[tuple[str, int]]:
    """The web process as the Procfile starts it, with all its workers; its address and its process id."""
    port = free_port()
    with running([*crowd_command(port), *options, application], environment) as master:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, master)
        wait_for_workers(master, int(os.environ.get("WEB_CONCURRENCY", "2")))
        yield address, master


def crowd_command(port: int) -> list[str]:
    """The words of the Procfile's web process, but for the application."""
    line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: "))
    return line.split("exec ")[1].replace("${WEB_PORT:-$PORT}", str(port)).split()[:-1]


def cpu_ms(pid: int) -> float:
    """CPU time spent so far by all threads of a process, in milliseconds."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


def cpu_of_children(parent: int) -> float:
    """CPU time spent so far by the children of a process that still live, in milliseconds."""
    return sum(cpu_ms(one) for one in children_of(parent))


def parent_of(pid: int) -> int:
    """The process that started another."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("PPid")))


def memory_mb(pid: int) -> float:
    """Resident memory of a process, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kilobytes) / 1024


def wait_for(address: str, process: int) -> None:
    """Until a process that is starting answers. Raises RuntimeError once it has ended, or took too long."""
    deadline = time.monotonic() + 120  # a busy machine reads the whole program first
    while time.monotonic() < deadline and _is_running(process):
        try:
            urlopen(address, timeout=5).read()
        except (URLError, TimeoutError):  # not up yet, or up and still reading the program
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"no answer from {address}")


def wait_for_workers(master: int, number: int) -> None:
    """Until a server has all its workers: the first answers while gunicorn waits before it starts the next.
    Raises RuntimeError where they do not come."""
    deadline = time.monotonic() + 10
    while len(children_of(master)) < number:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{number} workers expected of process {master}")
        time.sleep(0.01)


def _is_running(process: int) -> bool:
    """Neither ended nor waiting for its parent to take note of it."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def children_of(master: int) -> list[int]:
    """The process ids of a server's workers."""
    return [int(one) for one in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


def _child_of(master: int) -> int:
    return children_of(master)[0]
