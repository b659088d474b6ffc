"""The gateway of a demonstration speaks as the real one, keeps texts beside the mail, and tells nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventsapp import clock
from eventsapp.jobs import text_catcher
from eventsapp.mailroom import caught
from eventsapp.mailroom.delivery import Rejected, ServerAway
from eventsapp.mailroom.sms import Brevo


def test_what_is_handed_over_is_kept_beside_the_mail(tmp_path: Path) -> None:
    with text_catcher.listening(tmp_path, 0, "key") as port:
        address = f"http://127.0.0.1:{port}/v3/transactionalSMS/send"
        Brevo(address, "key", "Agenda19").send("+33639980000", "C'est noté.\nأهلا", reference="a1")
        with pytest.raises(ServerAway, match="401"):
            Brevo(address, "another", "Agenda19").send("+33639980000", "Non", reference="a2")
        with pytest.raises(OSError, match="in use"), text_catcher.listening(tmp_path, port, "key"):
            raise AssertionError("two on one port")
    [name] = caught.names(tmp_path)
    text = caught.read(tmp_path, name)
    assert text.is_text
    assert (text.message["From"], text.message["To"]) == ("Agenda19", "+33639980000")
    assert text.message.get_content().replace("\r\n", "\n").strip() == "C'est noté.\nأهلا"
    assert caught.read(tmp_path, name, headers_only=True).is_text


def test_a_mail_is_no_text(tmp_path: Path) -> None:
    name = caught.keep(tmp_path, b"Subject: Bonjour\r\n\r\nBonjour\r\n", now=clock.now())
    assert not caught.read(tmp_path, name).is_text


def test_what_it_cannot_read_it_refuses(tmp_path: Path) -> None:
    with text_catcher.listening(tmp_path, 0, "key") as port:
        gateway = Brevo(f"http://127.0.0.1:{port}/", "key", "Agenda19")
        with pytest.raises(Rejected, match="400"):
            gateway.send("+33639980000", "a" * 20_000, reference="a1")
    assert caught.names(tmp_path) == []
