"""What did not arrive and went on by another means, as Samira reads it; and who is told by which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom import rounds
from eventsapp.mailroom.models import Letter
from eventsapp.people.models import Account, Means
from tests import factories
from tests.pages import PageClient
from tests.registrations.stories import answers, letters, register
from tests.servers import PostOffice
from tests.texting import TextGateway, a_gateway

SignIn = Callable[[Account], PageClient]
LIST, CALLS = "/pro/paris-19/courriers", "/pro/paris-19/appels"

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def gateway(app: Flask) -> Iterator[TextGateway]:
    with a_gateway(app) as gateway:
        yield gateway


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    return factories.an_event(capacity=20)


def deliver(minutes: int = 0) -> None:
    db.session.rollback()
    rounds.deliver_due(clock.now() + timedelta(minutes=minutes))


def rows(page: PageClient) -> list[str]:
    return [row.text for row in page.get(LIST).page.all("tr")][1:]


def test_the_list_says_what_went_on(
    event: Event, samira: Account, sign_in: SignIn, gateway: TextGateway, smtp: PostOffice
) -> None:
    register(event, answers("Awa", email="awa@example.org", number="06 39 98 00 07"))
    smtp.answer = "550 no such user"
    deliver()
    desk = sign_in(samira)
    text, mail = rows(desk)
    assert "SMS" in text
    assert "…07" in text
    assert "passé au SMS" in mail
    gateway.refuse(400, "invalid_parameter", "not a number")
    deliver(1)
    text, mail = rows(desk)
    assert "à appeler" in text
    shown = desk.get(f"{LIST}/{letters()[0].id}").page
    assert not [button for button in shown.all("button") if "Envoyer à nouveau" in button.text]
    assert "Le message qui le remplace" in shown.main.text
    shown = desk.get(f"{LIST}/{letters()[1].id}").page.main.text
    assert "La passerelle de SMS a répondu : 400 invalid_parameter not a number" in shown
    assert "/m/…" in shown
    call = desk.get(CALLS).page.main.text
    assert "1 personne à appeler" in call
    assert "Le SMS n’est pas arrivé" in call
    assert "06 39 98 00 07" in call


def test_whoever_calls_a_shared_phone_is_warned(event: Event, samira: Account, sign_in: SignIn) -> None:
    contact = register(event, answers("Awa", number="06 39 98 00 07")).registration.contact
    contact.phone_is_shared = True
    db.session.commit()
    desk = sign_in(samira)
    assert "Téléphone partagé" not in desk.get(CALLS).page.main.text  # it was posted before
    with_sharing = register(event, answers("Binta", number="06 39 98 00 08")).registration
    db.session.query(Letter).filter(Letter.reader_name == "Binta").update({"phone_is_shared": True})
    db.session.commit()
    assert with_sharing.contact.first_name == "Binta"
    assert "Téléphone partagé : ne le dites qu’à cette personne" in desk.get(CALLS).page.main.text


def test_before_a_change_she_reads_who_is_told_by_which_means(
    event: Event, samira: Account, sign_in: SignIn, gateway: TextGateway
) -> None:
    for name, number, means, silent in (
        ("Awa", None, None, False),
        ("Binta", "06 39 98 00 07", Means.SMS, False),
        ("Chao", "06 39 98 00 08", Means.CALL, False),
        ("Dalia", "06 39 98 00 09", None, True),
    ):
        who = answers(name, email=f"{name.lower()}@example.org", number=number)
        contact = register(event, who).registration.contact
        contact.means, contact.wants_no_messages = means, silent
    db.session.commit()
    said = sign_in(samira).get(f"/pro/rendez-vous/{event.code}/annulation").page.main.text
    for expected in ("Par SMS 1 inscription", "1 personne à appeler", "1 personne ne veut aucun message"):
        assert expected in said


def test_the_list_asks_as_many_statements_however_many_went_on(
    event: Event,
    samira: Account,
    sign_in: SignIn,
    gateway: TextGateway,
    smtp: PostOffice,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    desk, counts = sign_in(samira), []
    smtp.answer = "550 no such user"
    for families in (1, 3):
        for number in range(families):
            name = f"Awa{families}{number}"
            register(event, answers(name, email=f"{name}@example.org", number="06 39 98 00 07"))
        deliver(families)
        with statements() as said:
            desk.get(LIST)
        counts.append(len(said))
    assert counts[0] == counts[1]
