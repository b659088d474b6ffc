"""A lost link is replaced, with one answer to everybody: neither page nor letter tells who is registered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.people.models import Household, PrivateLink
from tests import factories
from tests.pages import PageClient, PageResponse
from tests.registrations.stories import answers, letters, register, text_of

LINK = re.compile(r"/m/[\w-]{43}")


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=30)
    db_session.commit()
    return event


def ask(client: PageClient, address: str) -> PageResponse:
    return client.submit(client.get("/m/lien-perdu").page.form(), {"address": address})


def asked_for() -> list[Letter]:
    return [one for one in letters() if one.kind == "registrations/lost_link"]


def test_one_letter_with_a_link_for_each_family_of_the_mailbox(client: PageClient, event: Event) -> None:
    """Awa registered twice, Binta shares her mailbox; Cam has another."""
    for name in ("Awa", "Awa", "Binta"):
        register(event, answers(name, email="awa@example.org"))
    register(event, answers("Cam"))
    assert ask(client, " Awa@example.org ").location == "/m/lien-perdu/envoye"
    [letter] = asked_for()
    assert (letter.address, letter.channel, letter.is_sealed) == ("awa@example.org", Channel.MAIL, True)
    links = LINK.findall(text_of(letter))
    assert len(set(links)) == 3
    assert [client.get(link).status_code for link in links] == [200] * 3
    assert "cuisine" not in text_of(letter)
    assert "Cam" not in text_of(letter)


@pytest.mark.parametrize("typed", ["AWA.Diop@Example.ORG", "awa.diop@example.org", "aWa.dIOP@eXample.org"])
def test_an_address_is_found_in_whatever_case_it_was_given(
    client: PageClient, event: Event, typed: str
) -> None:
    for name, email in (("Awa", "Awa.Diop@Example.org"), ("Binta", "awa.diop@example.org")):
        register(event, answers(name, email=email))
    assert ask(client, typed).location == "/m/lien-perdu/envoye"
    sent = asked_for()
    # To each as it was given, never as the asker typed it.
    assert [one.address for one in sent] == ["awa.diop@example.org", "Awa.Diop@Example.org"]
    assert [len(set(LINK.findall(text_of(one)))) for one in sent] == [1, 1]
    assert None not in {one.useless_after for one in sent}
    assert len({one.about for one in sent}) == 2


def test_known_or_not_the_answer_is_the_same(client: PageClient, event: Event) -> None:
    register(event, answers("Awa"))
    before = len(letters())
    known, unknown = ask(client, "awa@example.org"), ask(client, "nobody@example.org")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert known.get_data() == unknown.get_data()
    assert known.headers.getlist("Set-Cookie") == unknown.headers.getlist("Set-Cookie")
    assert len(letters()) == before + 1
    assert "Awa" not in client.get(known.location or "").page.text
    assert (ask(client, "06 39 98 77 77").status_code, len(letters())) == (303, before + 1)


def test_typing_an_address_opens_no_household(client: PageClient, event: Event) -> None:
    register(event, answers("Awa"))
    ask(client, "nobody@example.org")
    db.session.rollback()
    assert len(db.session.scalars(select(Household)).all()) == 1
    assert len(db.session.scalars(select(PrivateLink)).all()) == 1


def test_who_left_a_number_is_called_once_however_often_it_is_typed(client: PageClient, event: Event) -> None:
    register(event, answers("Awa", number="06 39 98 00 01"))
    for typed in ("+33 6 39 98 00 01", "06.39.98.00.01"):
        assert ask(client, typed).status_code == 303
    calls = [one for one in asked_for() if one.status is LetterStatus.WAITING]
    assert [(one.channel, one.address, one.territory_id) for one in calls] == [
        (Channel.CALL, "+33639980001", event.territory_id)
    ]
    assert LINK.findall(calls[0].text) == []


def test_of_a_shared_phone_whoever_calls_is_told_so(client: PageClient, event: Event) -> None:
    awa = register(event, answers("Awa", number="06 39 98 00 01")).registration
    awa.contact.phone_is_shared = True
    db.session.commit()
    ask(client, "06 39 98 00 01")
    assert [one.phone_is_shared for one in asked_for()] == [True]


def test_three_letters_a_day_to_one_address(client: PageClient, app: Flask, event: Event) -> None:
    register(event, answers("Awa"))
    assert [ask(client, "awa@example.org").status_code for _ in range(5)] == [303] * 5
    assert len(asked_for()) == 3


def test_what_is_a_month_past_is_not_looked_for(
    client: PageClient, event: Event, clock: time_machine.Traveller
) -> None:
    register(event, answers("Awa"))
    clock.move_to(event.ends_at + timedelta(days=29))
    ask(client, "awa@example.org")
    assert len(asked_for()) == 1
    clock.move_to(event.ends_at + timedelta(days=31))
    ask(client, "awa@example.org")
    assert len(asked_for()) == 1


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Écrivez un numéro de téléphone ou une adresse e-mail."),
        ("awa", "Écrivez une adresse e-mail comme"),
        ("awa@", "Écrivez une adresse e-mail comme"),
        ("06", "Écrivez un numéro de téléphone comme"),
        ("x" * 9000, "Écrivez une adresse e-mail comme"),
        ("awa@example.org\r\nBcc: x@example.org", "Écrivez une adresse e-mail comme"),
    ],
)
def test_what_is_no_address_gets_a_sentence(client: PageClient, typed: str, said: str) -> None:
    answer = ask(client, typed)
    assert answer.status_code == 422
    assert said in answer.page.mistakes["address"]


@pytest.mark.databases("sqlite")
def test_the_ways_there(client: PageClient, event: Event) -> None:
    assert client.get("/m/unknown").page.link("Recevoir un nouveau lien") == "/m/lien-perdu"
    assert client.get("/aide").page.link("Demandez un nouveau lien") == "/m/lien-perdu"
    page = client.get(f"/e/{event.code}", follow_redirects=True).page
    assert page.link("Retrouver mon inscription") == "/m/lien-perdu"
