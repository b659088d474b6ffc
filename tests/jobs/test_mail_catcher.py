"""The mail catcher as a real process, and what it kept."""

from __future__ import annotations

import random
import smtplib
import socket
from pathlib import Path

import pytest

from eventsapp.mailroom import caught
from tests.jobs.processes import running

LETTER = (
    b"From: agenda@agenda.example.org\r\n"
    b"To: awa@example.net\r\n"
    b"Subject: Votre place\r\n"
    b"\r\n"
    b"Bonjour Awa,\r\n"
    b".une ligne qui commence par un point\r\n"
)


def free_ports() -> int:
    """The first of two that are free, below those that a system gives away: none is taken meanwhile."""
    while True:
        port = random.randrange(20_000, 32_000)
        try:
            for number in (port, port + 1):
                socket.create_server(("127.0.0.1", number)).close()
        except OSError:
            continue
        return port


@pytest.mark.slow
def test_what_is_sent_is_kept_as_it_came(tmp_path: Path) -> None:
    port = free_ports()
    with running("catch-mail", INSTANCE_PATH=str(tmp_path), MAIL_PORT=str(port)) as process:
        process.wait_for("mail catcher begins", port=port)
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.sendmail("agenda@agenda.example.org", ["awa@example.net"], LETTER)
            server.sendmail(
                "agenda@agenda.example.org", ["awa@example.net"], LETTER.replace(b"Votre", b"Notre")
            )
        # A second one on the same port says so and ends.
        with running("catch-mail", INSTANCE_PATH=str(tmp_path), MAIL_PORT=str(port)) as second:
            assert second.exit_code() == 1
            assert f"cannot listen on 127.0.0.1:{port}" in second.lines[-1]["event"]
        assert process.terminate() == 0
    kept = caught.folder(tmp_path)
    newest, oldest = caught.names(kept)
    assert caught.octets(kept, oldest) == LETTER
    assert b"Subject: Notre place" in caught.octets(kept, newest)
    # What the catcher says of a letter is its size, never for whom it is.
    assert "awa" not in str(process.lines)
