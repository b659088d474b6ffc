"""How the web processes are served: gunicorn reads this where it starts, in a production as in `make run`.

A reverse proxy stands in front (docs/operating.md): it keeps the browsers' connections, hands requests over
whole and takes answers whole.
"""

from __future__ import annotations

import os
import socket
from typing import Any

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
"""One for each core; gunicorn alone would start one in all."""
threads = 4
"""A picture that is being decoded, a long list that is being read: the others answer meanwhile."""
worker_connections = threads + 2
"""Little more than can be answered now. What waits, waits for whoever is free first, not in the queue of one
worker that took a thousand: of 300 browsers at once one of two had taken two thirds."""
keepalive = 0
"""Each request is taken by whoever is free; a kept connection would fill one of few places, idle. gunicorn
then waits in its one loop for the other end to close, up to two seconds: a proxy closes at once, a stranger
may not."""
graceful_timeout = 10
control_socket_disable = True


def when_ready(server: Any) -> None:
    """A browser opens connections ahead and says nothing on them: the system keeps those back until it does
    (Linux, tcp(7)), or each would hold a thread for five seconds. For minutes: longer than browsers keep such
    connections, for all that are left are let in at once then (after 30 s, forty stopped us for 24)."""
    if hasattr(socket, "TCP_DEFER_ACCEPT"):
        for listener in server.LISTENERS:
            if listener.sock.family in {socket.AF_INET, socket.AF_INET6}:
                listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 180)
