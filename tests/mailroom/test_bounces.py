"""A delivery report is read as servers write it; every other mail is left alone."""

from __future__ import annotations

import pytest

from eventsapp.mailroom import bounces
from eventsapp.mailroom.bounces import Bounce

REPORT = """From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: agenda+k3jd8s@agenda.example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Sun, 22 Nov 2026 12:00:00 +0100

Final-Recipient: rfc822; awa@example.org
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1
    no such user

--B
Content-Type: {kind}

Message-ID:
 <{message_id}>
Subject: Votre place du samedi 28 novembre

{body}
--B--
"""


def report(
    *, action: str = "failed", kind: str = "message/rfc822", message_id: str = "a1@agenda.example.org"
) -> bytes:
    """As Postfix writes one, with the whole mail or with its head alone."""
    body = "Bonjour" if kind == "message/rfc822" else ""
    return REPORT.format(action=action, kind=kind, message_id=message_id, body=body).encode()


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_mail_that_failed_for_good(kind: str, ends: str) -> None:
    octets = report(kind=kind).replace(b"\n", ends.encode())
    assert bounces.read(octets) == Bounce(
        "<a1@agenda.example.org>", "5.1.1 smtp; 550 5.1.1 no such user", recipient="awa@example.org"
    )


@pytest.mark.parametrize(
    "octets",
    [
        report(action="delayed"),
        report().replace(b"Message-ID", b"X-Other"),
        report().replace(b"multipart/report", b"multipart/mixed"),
        report()[:500],
        b"Subject: Re: Votre place\n\nMerci !",
        b"",
        bytes(range(256)) * 40,
    ],
    ids=["late", "no number", "another mail", "cut off", "an answer", "nothing", "no mail"],
)
def test_every_other_mail_is_none(octets: bytes) -> None:
    assert bounces.read(octets) is None


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("5.1.1 smtp; 550 5.1.1 no such user", "5.1.1"),
        ("5.1.10 smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", "5.1.10"),
        ("5.1.2 smtp; domain not found", "5.1.2"),
        ("550 5.2.1 mailbox closed", "5.2.1"),
        ("5.4.1 smtp; 550 5.4.1 Recipient address rejected: Access denied", "5.4.1"),
        ("5.4.4 smtp; Host or domain name not found", "5.4.4"),
        ("5.0.0 smtp; 550 User unknown", "5.0.0"),
        ("550 5.5.0 Requested action not taken: mailbox unavailable", "5.5.0"),
        ("550 no such user", "550"),
        ("Sorry, no mailbox here. 553 recipient does not exist (10.5.1.1)", "553"),
        ("5.5.0 smtp; 550 protocol error", ""),
        ("5.1.8 smtp; sender’s system address is bad", ""),
        ("5.1.7 smtp; 550 sender rejected", ""),
        ("5.2.2 smtp; 552 mailbox full, user unknown to quota", ""),
        ("4.2.2 smtp; 452 mailbox full for five days", ""),
        ("4.4.7 smtp; delivery time expired", ""),
        ("5.7.1 smtp; 550 you look like a spammer", ""),
        ("550 relaying denied", ""),
        ("554 no such user", ""),
        ("550 refused: see 192.5.1.1.20", ""),
        ("bad header", ""),
        ("", ""),
    ],
)
def test_which_refusals_say_that_an_address_is_gone(said: str, status: str) -> None:
    assert bounces.gone(said) == status


def test_the_address_that_a_report_was_sent_to_says_of_which_mail_it_is() -> None:
    """Nothing of the mail came back with it, as from some Exchange servers."""
    token = "a" * 16
    bare = report().replace(b"Message-ID", b"X-Other").replace(b"agenda+k3jd8s@", f"agenda+{token}@".encode())
    found = bounces.read(bare, mailbox="agenda", domain="agenda.example.org")
    assert found == Bounce("", "5.1.1 smtp; 550 5.1.1 no such user", token=token, recipient="awa@example.org")
    assert bounces.read(bare, mailbox="agenda", domain="elsewhere.example.org") is None
