"""A gateway of texts on loopback that speaks as Brevo's does: what it was handed, and what it answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flask import Flask

KEY = "xkeysib-of-a-test"


@dataclass
class TextGateway:
    """What it took, and the next answer: a status with what Brevo says with it, or silence."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    """Also what it did not take."""
    status: int = 201
    answer: dict[str, Any] | bytes = field(default_factory=dict)
    hangs_up: bool = False
    """After the question was read, and before any answer."""
    port: int = 0

    def to(self, number: str) -> list[str]:
        """The texts that a number got."""
        return [text["content"] for text in self.taken if text["recipient"] == number.removeprefix("+")]

    def refuse(self, status: int, code: str = "", message: str = "") -> None:
        """Answers so from now on."""
        self.status, self.answer = status, {"code": code, "message": message}

    def accept(self) -> None:
        """Takes everything again."""
        self.status, self.answer, self.hangs_up = 201, {}, False


@contextmanager
def a_gateway(app: Flask) -> Iterator[TextGateway]:
    """It is set up in `app` and answers meanwhile; afterwards there is none again."""
    gateway = TextGateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            gateway.asked.append(said)
            if gateway.hangs_up:
                self.connection.close()
                return
            status, answer = gateway.status, gateway.answer
            if self.headers["api-key"] != KEY or self.path != "/v3/transactionalSMS/send":
                status, answer = 401, {"code": "unauthorized", "message": "Key not found"}
            if status == 201:
                gateway.taken.append(said)
                answer = {"messageId": len(gateway.taken)}
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        gateway.port = server.server_port
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        before = {name: app.config[name] for name in ("SMS_GATEWAY_URL", "SMS_API_KEY")}
        app.config["SMS_GATEWAY_URL"] = f"http://127.0.0.1:{gateway.port}/v3/transactionalSMS/send"
        app.config["SMS_API_KEY"] = KEY
        try:
            yield gateway
        finally:
            app.config.update(before)
            server.shutdown()
