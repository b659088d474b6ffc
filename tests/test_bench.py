"""What measures is honest: nothing is sent twice unseen, and a server that does not start says so at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from bench.crowd import Family
from bench.processes import free_port, wait_for
from tests.races import in_its_own_loop


async def asked_of_a_server_that_hangs_up(*methods: str) -> tuple[list[str], list[int]]:
    """It answers the first request of each connection, reads the second and closes. Gives what it read, and
    the statuses that the family had before it gave up."""
    read: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answers in (True, False):
            head = await reader.readuntil(b"\r\n\r\n")
            read.append(head.split()[0].decode())
            if answers:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        family = Family(1, server.sockets[0].getsockname()[1])
        try:
            for method in methods:
                await family.ask(method, "/")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        family.close()
    return read, family.statuses


def test_a_page_is_asked_for_again_where_the_server_had_hung_up() -> None:
    read, statuses = in_its_own_loop(asked_of_a_server_that_hangs_up("GET", "GET"))
    assert (read, statuses) == (["GET", "GET", "GET"], [200, 200])


def test_what_is_sent_is_not_sent_twice() -> None:
    read, statuses = in_its_own_loop(asked_of_a_server_that_hangs_up("GET", "POST"))
    assert (read, statuses) == (["GET", "POST"], [200])


def test_a_server_that_ended_is_not_waited_for() -> None:
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", ""]) as process, pytest.raises(RuntimeError, match="answer"):
        wait_for(f"http://127.0.0.1:{free_port()}", process.pid)
    assert time.monotonic() - began < 60
