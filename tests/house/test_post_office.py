"""The servers that other tests lean on do what they say."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import psycopg
import pytest

from tests.servers import PostOffice


def letter(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "agenda@example.org", to, "Samedi à l’école"
    message.set_content("Bonjour Awa")
    return message


def send(office: PostOffice, message: EmailMessage) -> None:
    with smtplib.SMTP(office.host, office.port, timeout=5) as connection:
        connection.send_message(message)


def test_a_letter_arrives_as_it_was_sent(smtp: PostOffice) -> None:
    send(smtp, letter("awa@example.net"))
    [received] = smtp.letters
    assert (received.sender, received.recipients) == ("agenda@example.org", ("awa@example.net",))
    assert received.message["Subject"] == "Samedi à l’école"
    assert received.part("text/plain") == "Bonjour Awa\n"


def test_it_can_refuse_and_be_closed_and_open_again_at_the_same_port(smtp: PostOffice) -> None:
    smtp.answer = "450 later"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(smtp, letter("awa@example.net"))
    smtp.answer = ""
    with smtp.closed(), pytest.raises(ConnectionRefusedError):
        send(smtp, letter("awa@example.net"))
    send(smtp, letter("binta@example.net"))
    assert [received.recipients for received in smtp.letters] == [("binta@example.net",)]


def test_postgresql_runs_without_an_internet_port(postgresql_server: str) -> None:
    with psycopg.connect(postgresql_server) as connection:
        row = connection.execute("SELECT current_setting('server_version_num')::int >= 150000").fetchone()
    assert row == (True,)
