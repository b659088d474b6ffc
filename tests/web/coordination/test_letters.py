"""Letters as a desk reads them: how far they are, nobody's address whole, no link that still works."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from tests import factories
from tests.pages import PageClient

LIST = "/pro/paris-19/courriers"
SECRET = "https://agenda.example.org/m/UnJetonQuiOuvreTout-42_x"


def a_letter(db_session: scoped_session[Session], **values: Any) -> int:
    letter = Letter(
        **{
            "kind": "registrations/confirmed",
            "channel": Channel.MAIL,
            "status": LetterStatus.WAITING,
            "territory_id": factories.a_territory().id,
            "reader_name": "Awa",
            "address": "awa.diallo@example.org",
            "language": "fr",
            "subject": "C’est noté pour samedi",
            "sender_name": "L’agenda du 19e",
            "sender_address": "agenda@example.org",
            "message_id": f"<{values!r}@example.org>"[:110],
            "text": f"Bonjour Awa, votre page : {SECRET}",
            "html": f"<a href='{SECRET}'>",
            "posted_at": clock.now(),
            "due_at": clock.now(),
        }
        | values
    )
    db_session.add(letter)
    db_session.commit()
    number = letter.id
    db_session.rollback()
    return number


def test_the_list_masks_addresses_and_shows_no_content(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    a_letter(db_session)
    page = desk.get(LIST).page
    [row] = page.one("tbody").all("tr")
    assert row.one("a").text == "C’est noté pour samedi"
    assert "a…@example.org" in row.text
    for secret in ("awa.diallo", "UnJeton", "Bonjour Awa"):
        assert secret not in page.html


@pytest.mark.parametrize("sealed", [True, False])
def test_a_letter_is_read_without_its_links(
    desk: PageClient, db_session: scoped_session[Session], sealed: bool
) -> None:
    text = f"Bonjour Awa, votre page : {SECRET}"
    number = a_letter(db_session, text=sealing.seal(text) if sealed else text, is_sealed=sealed)
    page = desk.get(f"{LIST}/{number}").page
    assert page.one("div", class_="letter").text == "Bonjour Awa, votre page : https://agenda.example.org/m/…"
    assert not re.search(r"UnJeton|awa\.diallo", page.html)


@pytest.mark.databases("sqlite")
def test_a_letter_sealed_under_a_lost_key_says_so(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    number = a_letter(db_session, text="not-sealed-by-us", is_sealed=True)
    assert "une clé qui n’existe plus" in desk.get(f"{LIST}/{number}").page.text


def test_letters_of_one_state(desk: PageClient, db_session: scoped_session[Session]) -> None:
    a_letter(db_session, subject="En attente")
    a_letter(db_session, subject="Partie", status=LetterStatus.SENT)
    a_letter(db_session, subject="Refusée", status=LetterStatus.FAILED)
    a_letter(db_session, subject="Du 10e", territory_id=factories.a_territory(10).id)
    a_letter(db_session, subject="Un appel", channel=Channel.CALL)

    def subjects(query: str) -> list[str]:
        return [a.text for a in desk.get(f"{LIST}{query}").page.one("tbody").all("a")]

    assert subjects("") == subjects("?etat=ailleurs") == ["Refusée", "Partie", "En attente"]
    assert subjects("?etat=echouee") == ["Refusée"]
    chips = [a.text for a in desk.get(LIST).page.main.all("a", class_="chip")]
    assert chips == [
        "Tous",
        "En attente (1)",
        "En train de partir (0)",
        "Parti (1)",
        "En échec (1)",
        "Périmé (0)",
    ]


def test_a_failed_letter_is_sent_again(desk: PageClient, db_session: scoped_session[Session]) -> None:
    number = a_letter(
        db_session,
        status=LetterStatus.FAILED,
        attempts=14,
        problem="550 no such user",
        finished_at=clock.now(),
    )
    page = desk.get(f"{LIST}/{number}").page
    assert "550 no such user" in page.one("code").text
    assert desk.submit(page.form(button="Envoyer à nouveau")).status_code == 303
    letter = db_session.scalars(select(Letter)).one()
    assert (letter.status, letter.attempts, letter.finished_at) == (LetterStatus.WAITING, 0, None)
    db_session.rollback()

    assert desk.submit(page.form(button="Envoyer à nouveau")).status_code == 303
    assert "Ce courrier n’est pas en échec" in desk.get(f"{LIST}/{number}").page.text


def test_pages_of_fifty(desk: PageClient, db_session: scoped_session[Session]) -> None:
    for number in range(53):
        a_letter(db_session, subject=f"Courrier {number}")
    first, last = desk.get(LIST).page, desk.get(f"{LIST}?page=2").page
    assert len(first.one("tbody").all("tr")) == 50
    assert [a.text for a in last.one("tbody").all("a")] == ["Courrier 2", "Courrier 1", "Courrier 0"]
    for beyond in ("99", "0", "-3", "x", "9" * 30):
        assert desk.get(f"{LIST}?page={beyond}").status_code == 200
