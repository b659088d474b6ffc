"""How gunicorn listens: who says nothing is kept back by the system, longer than browsers keep them."""

from __future__ import annotations

import runpy
import socket
from types import SimpleNamespace

from bench.processes import ROOT


def test_a_connection_that_says_nothing_is_kept_back_for_minutes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listener)])
        runpy.run_path(str(ROOT / "gunicorn.conf.py"))["when_ready"](server)
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT) >= 120
