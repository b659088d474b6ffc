"""A gateway of texts on loopback that keeps what it is handed: the text messages of a demonstration.

It speaks as the real one does (`mailroom.sms`), so that nothing in the program knows the difference.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import structlog

from eventsapp.mailroom import caught

log = structlog.get_logger("eventsapp.sms")

LONGEST = 16 * 1024
"""Octets: a text is a tenth of that."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path, port: int, key: str) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.folder, self.key = folder, key


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Keeps one text; answers 201 only once it is kept."""
        if self.headers.get("api-key") != self.server.key:
            return self._answer(401, {"code": "unauthorized", "message": "Key not found"})
        try:
            said = json.loads(self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LONGEST)))
            sender, number, text = (str(said[name]) for name in ("sender", "recipient", "content"))
        except (ValueError, KeyError, TypeError):
            return self._answer(400, {"code": "invalid_parameter", "message": "unreadable"})
        try:
            # Microseconds, which clock.now() leaves out: two texts of one second keep their order.
            now = datetime.now(UTC)
            caught.keep_text(self.server.folder, sender, f"+{number}", text, now=now)
        except OSError as error:
            log.warning("text not kept", problem=type(error).__name__)
            return self._answer(503, {"code": "not_kept", "message": "local error"})
        return self._answer(201, {"messageId": 1})

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server names it
        """Says nothing: numbers are nobody's business, and logs are structured."""


@contextmanager
def listening(folder: Path, port: int, key: str) -> Iterator[int]:
    """Takes texts meanwhile, on loopback, for whoever knows `key`; gives the port (0: any that is free).

    Raises OSError when it is taken.
    """
    with _Server(folder, port, key) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        log.info("text catcher begins", port=server.server_port)
        try:
            yield server.server_port
        finally:
            server.shutdown()
