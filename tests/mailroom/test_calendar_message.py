"""A letter on the wire: its parts, its headers, and what a real SMTP server received."""

from __future__ import annotations

import asyncio
import email
import email.policy
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from typing import Any, cast

import icalendar
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from flask_mail import Mail
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsapp.ical import invitation
from eventsapp.ical.entry import Attendee, Entry, Organizer
from eventsapp.mailroom.calendar_message import CalendarMessage, Mailbox, UnsendableMessage

TOWN = Mailbox("Agenda du 19e", "agenda+k7f3q9@agenda.example.org")
JEANNE = Mailbox("Jeanne Dupré", "jeanne.dupre@example.net")
MESSAGE_ID = "<3f2b8c1e-0001-4a1d-9c55-0d2f6b7a9e01@agenda.example.org>"
SENT_AT = datetime(2026, 9, 1, 8, tzinfo=UTC)


def invitation_octets() -> bytes:
    entry = Entry(
        uid="3f2b8c1e-0001-4a1d-9c55-0d2f6b7a9e01",
        starts_at=datetime(2026, 9, 19, 8, tzinfo=UTC),
        ends_at=datetime(2026, 9, 19, 10, 30, tzinfo=UTC),
        summary="Samedi matin à l’école 🎈",
        created_at=SENT_AT,
        changed_at=SENT_AT,
    )
    return invitation.request(entry, Organizer(*TOWN), Attendee(*JEANNE), sequence=0, stamp=SENT_AT)


def letter(**changes: Any) -> CalendarMessage:
    """Jeanne's invitation, or what `changes` make of it."""
    arguments: dict[str, Any] = {
        "subject": "Vous êtes inscrite : samedi matin à l’école",
        "sender": TOWN,
        "recipient": JEANNE,
        "text": "Bonjour Jeanne,\n\nà samedi, 10 h !\n",
        "html": "<p>Bonjour Jeanne,</p><p>à samedi, 10&nbsp;h&nbsp;!</p>",
        "message_id": MESSAGE_ID,
        "sent_at": SENT_AT,
        "calendar": invitation_octets(),
    }
    return CalendarMessage(**(arguments | changes))


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def shape(part: EmailMessage) -> Any:
    if not part.is_multipart():
        return part.get_content_type()
    return part.get_content_type(), [shape(cast(EmailMessage, child)) for child in part.iter_parts()]


def text_of(part: MIMEPart | None) -> str:
    assert part is not None
    return cast(str, part.get_content()).replace("\r\n", "\n")


def payload(part: EmailMessage) -> bytes:
    return cast(bytes, part.get_payload(decode=True))


def test_an_invitation_has_the_parts_that_calendars_look_for() -> None:
    message = read(letter().as_bytes())
    alternative = ("multipart/alternative", ["text/plain", "text/html", "text/calendar"])
    assert shape(message) == ("multipart/mixed", [alternative, "application/ics"])
    plain, html, inline, attached = (p for p in message.walk() if not p.is_multipart())
    assert inline["Content-Type"].params == {"charset": "UTF-8", "method": "REQUEST"}
    assert [p["Content-Transfer-Encoding"] for p in (plain, html, inline, attached)] == [
        "quoted-printable",
        "quoted-printable",
        "base64",
        "base64",
    ]
    assert inline.get_content_disposition() is None
    assert (attached.get_content_disposition(), attached.get_filename()) == ("attachment", "invite.ics")
    assert payload(inline) == payload(attached) == invitation_octets()
    assert text_of(plain) == "Bonjour Jeanne,\n\nà samedi, 10 h !\n"
    assert text_of(html) == "<p>Bonjour Jeanne,</p><p>à samedi, 10&nbsp;h&nbsp;!</p>\n"


def test_the_headers_of_an_invitation() -> None:
    stop = f"<https://agenda.example.org/m/{'stop' * 30}>"
    headers = {"List-Unsubscribe": stop}
    assert read(letter(headers=headers).as_bytes()).items()[:-1] == [
        ("Subject", "Vous êtes inscrite : samedi matin à l’école"),
        ("From", "Agenda du 19e <agenda+k7f3q9@agenda.example.org>"),
        ("To", "Jeanne Dupré <jeanne.dupre@example.net>"),
        ("Date", "Tue, 01 Sep 2026 08:00:00 +0000"),
        ("Message-ID", MESSAGE_ID),
        ("Auto-Submitted", "auto-generated"),
        ("List-Unsubscribe", stop),
        ("MIME-Version", "1.0"),
    ]


def test_the_guest_is_the_recipient_and_the_organizer_the_sender() -> None:
    message = read(letter().as_bytes())
    [event] = icalendar.Calendar.from_ical(payload(next(message.iter_attachments()))).walk("VEVENT")
    assert [f"mailto:{a.addr_spec}" for a in message["To"].addresses] == [str(event["ATTENDEE"])]
    assert [f"mailto:{a.addr_spec}" for a in message["From"].addresses] == [str(event["ORGANIZER"])]


def test_a_plain_letter_carries_no_calendar() -> None:
    message = letter(calendar=None)
    assert message.method is None
    assert shape(read(message.as_bytes())) == ("multipart/alternative", ["text/plain", "text/html"])


def test_the_method_is_the_one_that_the_calendar_names() -> None:
    called_off = invitation_octets().replace(b"METHOD:REQUEST", b"METHOD:CANCEL")
    message = letter(calendar=called_off)
    [inline] = [p for p in read(message.as_bytes()).walk() if p.get_content_type() == "text/calendar"]
    assert (message.method, inline["Content-Type"].params["method"]) == ("CANCEL", "CANCEL")


def test_a_letter_sent_twice_is_the_same_letter() -> None:
    assert letter().as_bytes() == letter().as_bytes() == bytes(letter())
    assert letter().as_string().encode() == letter().as_bytes()
    other = letter(message_id="<another@agenda.example.org>")
    assert read(other.as_bytes()).get_boundary() != read(letter().as_bytes()).get_boundary()


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": Mailbox("Jeanne", "jeanne@example.net\r\nBcc: paul@example.net")},
        {"recipient": Mailbox("Jeanne", "jeanne@example.net, paul@example.net")},
        {"recipient": Mailbox("Jeanne", "jérôme@example.net")},
        {"recipient": Mailbox("Jeanne", "")},
        {"sender": Mailbox("Agenda", "agenda@example.org>\r\nBcc: <paul@example.net")},
        {"message_id": "<a@b>\r\nBcc: paul@example.net"},
        {"message_id": "a@b"},
        {"sent_at": SENT_AT.replace(tzinfo=None)},
        {"headers": {"X-Territory": "paris-19\r\nBcc: paul@example.net"}},
        {"headers": {"X-Territory\r\nBcc": "paul@example.net"}},
        {"headers": {"X-Territory": "x" * 1000}},
        {"recipient": Mailbox("Jeanne", "j" * 250 + "@example.net")},
        {"calendar": invitation_octets().replace(b"METHOD:REQUEST\r\n", b"")},
    ],
    ids=repr,
)
def test_what_no_server_would_take_is_refused_at_once(change: dict[str, Any]) -> None:
    with pytest.raises(UnsendableMessage):
        letter(**change)


def test_a_second_reader_cannot_be_added() -> None:
    for meddle in (
        lambda m: m.add_recipient("paul@example.net"),
        lambda m: m.cc.append("paul@example.net"),
        lambda m: m.bcc.append("paul@example.net"),
        lambda m: m.attach("notes.txt", "text/plain", b"x"),
    ):
        message = letter()
        meddle(message)
        with pytest.raises(UnsendableMessage):
            message.as_bytes()


def test_a_header_hidden_in_a_name_or_a_subject_stays_text() -> None:
    message = read(
        letter(
            subject="Bonjour\r\nBcc: paul@example.net\u2028X-Evil: 1",
            recipient=Mailbox('Jeanne\r\nBcc: "Paul" <paul@example.net>,', JEANNE.address),
        ).as_bytes()
    )
    assert message["Bcc"] is None
    assert message["Subject"] == "Bonjour Bcc: paul@example.net X-Evil: 1"
    [to] = message["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Jeanne Bcc Paul paul example.net", JEANNE.address)


TYPED = st.text(st.one_of(st.characters(), st.sampled_from('\r\n\t",;:<>@=?_ ()[]\\é🎈')), max_size=120)


@settings(max_examples=150, deadline=None)
@given(subject=TYPED, name=TYPED, text=TYPED)
def test_whatever_is_typed_one_person_is_written_to(subject: str, name: str, text: str) -> None:
    raw = letter(
        subject=subject,
        sender=Mailbox(name, TOWN.address),
        recipient=Mailbox(name, JEANNE.address),
        text=text,
        html=f"<p>{text}</p>",
    ).as_bytes()
    raw.decode("ascii")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(len(line) for line in head.split(b"\r\n")) <= 78  # RFC 5322 section 2.1.1: should
    assert max(len(line) for line in body.split(b"\r\n")) <= 76  # RFC 2045 sections 6.7, 6.8: must
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    message = read(raw)
    assert [key for key, _ in message.items()] == [
        "Subject",
        "From",
        "To",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ]
    assert [a.addr_spec for a in message["To"].addresses] == [JEANNE.address]
    assert [a.addr_spec for a in message["From"].addresses] == [TOWN.address]
    assert payload(next(message.iter_attachments())) == invitation_octets()


WORDS = st.lists(st.text(st.sampled_from("aeéèàœ’ç🎈 مر-.,:!"), max_size=25), max_size=20).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(subject=WORDS)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    written = " ".join(subject.split())
    assert read(letter(subject=subject).as_bytes())["Subject"] == written


def test_very_long_lines_are_cut_for_the_road_and_whole_on_arrival() -> None:
    long = "é" * 5000 + "x" * 5000
    raw = letter(text=long, html=f"<p>{long}</p>", subject="à " * 600).as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert text_of(read(raw).get_body(("plain",))) == long + "\n"


@dataclass
class Received:
    sender: str | None
    recipients: list[str]
    octets: bytes


class Letterbox:
    """What the SMTP server was given; it refuses nothing."""

    def __init__(self) -> None:
        self.received: list[Received] = []

    async def handle_DATA(  # noqa: N802 (aiosmtpd calls it by this name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.received.append(Received(envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


class FreePortController(Controller):
    """Listens on a port that the system chooses, and remembers which."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def letterbox() -> Letterbox:
    return Letterbox()


@pytest.fixture
def post(letterbox: Letterbox) -> Iterator[Mail]:
    controller = FreePortController(letterbox, hostname="127.0.0.1", port=0)
    controller.start()
    app = Flask("post")
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=controller.port)
    mail = Mail(app)
    with app.app_context():
        yield mail
    controller.stop()


def test_a_real_server_receives_what_was_built(post: Mail, letterbox: Letterbox) -> None:
    invited = letter(text=".\r\n..\nUn point seul sur sa ligne ne finit pas la lettre.\n")
    plain = letter(calendar=None, message_id="<plain@agenda.example.org>")
    with post.connect() as connection:
        connection.send(invited)
        connection.send(plain)
    assert letterbox.received == [
        Received(TOWN.address, [JEANNE.address], invited.as_bytes()),
        Received(TOWN.address, [JEANNE.address], plain.as_bytes()),
    ]


def test_a_server_that_is_down_says_so(post: Mail) -> None:
    assert post.state is not None
    post.state.port = 1  # nobody listens there
    with pytest.raises((OSError, smtplib.SMTPException)):
        post.send(letter())
