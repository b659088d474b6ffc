"""The mail of a demonstration, on pages: what was kept, as facts, and never as somebody's HTML."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from eventsapp.clock import local, now
from eventsapp.ical.entry import Attendee, Entry, Organizer
from eventsapp.ical.invitation import request
from eventsapp.mailroom import caught
from eventsapp.mailroom.calendar_message import CalendarMessage, Mailbox
from tests.pages import PageClient

pytestmark = pytest.mark.databases("sqlite")
LINK = "http://127.0.0.1:8000/m/5ecret-t0ken"


@pytest.fixture
def demonstration(build_app: Callable[..., Flask]) -> Flask:
    return build_app(ENVIRONMENT="demonstration")


@pytest.fixture
def visitor(demonstration: Flask) -> PageClient:
    client = demonstration.test_client()
    assert isinstance(client, PageClient)
    return client


def keep(app: Flask, octets: bytes, *, seconds: int = 0) -> str:
    arrived = datetime(2026, 11, 22, 11, 0, tzinfo=UTC) + timedelta(seconds=seconds)
    return caught.keep(caught.folder(app.instance_path), octets, now=arrived)


def invitation(subject: str = "C’est noté pour le samedi 28 novembre", name: str = "Awa") -> bytes:
    starts = local(now().date() + timedelta(days=6), 9, 30)
    calendar = request(
        Entry(
            uid="3f2b8c1e-0001-4a1d-9c55-0d2f6b7a9e01",
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            summary="Atelier cuisine",
            created_at=now(),
            changed_at=now(),
        ),
        Organizer("L’agenda du 19e", "agenda+k7f3q9@agenda.example.org"),
        Attendee("Awa", "awa@example.net"),
        stamp=now(),
        sequence=0,
    )
    return CalendarMessage(
        subject=subject,
        sender=Mailbox("L’agenda du 19e", "agenda+k7f3q9@agenda.example.org"),
        recipient=Mailbox(name, "awa@example.net"),
        text=f"Bonjour Awa,\nannulez ici : {LINK}\n<script>alert(1)</script>",
        html="<p>Seulement dans le fichier</p><script>alert(2)</script>",
        message_id="<1@agenda.example.org>",
        sent_at=now(),
        calendar=calendar,
    ).as_bytes()


def test_an_empty_mailbox_says_what_to_do(visitor: PageClient) -> None:
    page = visitor.get("/demonstration/courrier").page
    assert "Aucun message pour le moment." in page.text


def test_the_newest_letter_comes_first(demonstration: Flask, visitor: PageClient) -> None:
    older = keep(demonstration, invitation("Premier"))
    newer = keep(demonstration, invitation("Second"), seconds=1)
    page = visitor.get("/demonstration/courrier").page
    [listed] = page.all("ul", class_="sum")
    links = [(link["href"], link.text) for link in listed.all("a")]
    assert links == [
        (f"/demonstration/courrier/{newer}", "Second"),
        (f"/demonstration/courrier/{older}", "Premier"),
    ]
    assert "Awa (awa@example.net)" in page.text


def test_many_letters_come_in_pages(demonstration: Flask, visitor: PageClient) -> None:
    for number in range(41):
        keep(demonstration, invitation(f"Lettre {number}"), seconds=number)
    first = visitor.get("/demonstration/courrier").page
    assert "41 messages" in first.text
    assert "Page 1 sur 2" in first.text
    second = visitor.get("/demonstration/courrier?page=2").page
    assert "Lettre 0" in second.text
    assert visitor.get("/demonstration/courrier?page=99").page.text == second.text
    assert visitor.get("/demonstration/courrier?page=rien").status_code == 200


def test_a_letter_shows_its_text_and_what_it_tells_the_calendar(
    demonstration: Flask, visitor: PageClient
) -> None:
    name = keep(demonstration, invitation())
    answer = visitor.get(f"/demonstration/courrier/{name}")
    page = answer.page
    assert page.one("h1").text == "C’est noté pour le samedi 28 novembre"
    letter = page.one("div", class_="letter")
    assert letter.one("a")["href"] == LINK
    assert "<script>alert(1)</script>" in letter.text
    facts = {row.one("th").text: row.one("td").text for row in page.all("tr")}
    assert facts["De"] == "L’agenda du 19e (agenda+k7f3q9@agenda.example.org)"
    assert facts["METHOD"] == "REQUEST"
    assert facts["SUMMARY"] == "Atelier cuisine"
    assert facts["DTSTART"].replace("\u00a0", " ") == "samedi 28 novembre 2026, 9 h 30"
    assert facts["ATTENDEE"] == "awa@example.net"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_html_part_is_in_the_file_only(demonstration: Flask, visitor: PageClient) -> None:
    name = keep(demonstration, invitation())
    assert b"Seulement dans le fichier" not in visitor.get(f"/demonstration/courrier/{name}").data
    file = visitor.get(f"/demonstration/courrier/{name}/fichier")
    assert (file.mimetype, file.data) == ("message/rfc822", invitation())
    assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert file.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff\xfe nothing like a letter",
        b"Subject: =?utf-8?q?=FF?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\xff",
        b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND",
        b'Subject: <b>x</b>\r\nFrom: "<script>" <a@b.example>\r\n\r\nx',
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno part",
    ],
)
def test_no_letter_breaks_the_pages(demonstration: Flask, visitor: PageClient, octets: bytes) -> None:
    name = keep(demonstration, octets)
    assert visitor.get("/demonstration/courrier").status_code == 200
    assert visitor.get(f"/demonstration/courrier/{name}").status_code == 200


@pytest.mark.parametrize("name", ["..%2Fsecret-key", "secret-key", "20261122T110000000000-0a1b2c3d.eml"])
@pytest.mark.parametrize("rest", ["", "/fichier"])
def test_no_name_leads_elsewhere(visitor: PageClient, name: str, rest: str) -> None:
    assert visitor.get(f"/demonstration/courrier/{name}{rest}").status_code == 404


def test_outside_of_a_demonstration_there_is_no_such_page(app: Flask, client: PageClient) -> None:
    name = keep(app, invitation())
    for path in ("/demonstration/courrier", f"/demonstration/courrier/{name}"):
        assert client.get(path).status_code == 404
        assert client.get(f"{path}/fichier").status_code == 404


def test_the_kept_letters_stay_in_the_instance_folder(demonstration: Flask) -> None:
    assert caught.folder(demonstration.instance_path) == Path(demonstration.instance_path) / "mail"
