"""How Awa is told: her language, her means, a shared phone, silence; and a new mailbox, proved by a code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.mailroom import rounds
from eventsapp.mailroom.models import Channel, LetterStatus
from eventsapp.people.models import Means, Person
from tests import factories
from tests.pages import Page, PageClient
from tests.registrations.stories import answers, kinds, letters, register, text_of
from tests.servers import PostOffice
from tests.texting import TextGateway, a_gateway
from tests.web.residents.homes import code_for, confirm

KEEP = "Enregistrer"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


def awa() -> Person:
    db.session.rollback()
    return db.session.scalars(select(Person).where(Person.first_name == "Awa")).one()


def page_of(client: PageClient, event: Event, **contact: str) -> tuple[str, Page]:
    path = f"{confirm(client, register(event, answers('Awa', **contact)))}/preferences"
    return path, client.get(path).page


def test_she_is_told_as_she_says(client: PageClient, event: Event) -> None:
    path, page = page_of(client, event, number="06 39 98 00 01", email="awa@example.org")
    form = page.form(button=KEEP)
    assert (form.values["means"], "phone_is_shared" in form.values) == ([""], False)
    ticked = dict.fromkeys(("phone_is_shared", "wants_no_messages", "wants_alarm"), "y")
    typed = {"language": "en", "means": "sms"} | ticked
    answer = client.submit(form, typed)
    assert answer.status_code == 303
    person = awa()
    assert (person.language, person.means) == ("en", Means.SMS)
    assert (person.phone_is_shared, person.wants_no_messages, person.wants_alarm) == (True, True, True)
    assert client.get(answer.location or "").page.lang == "en"
    back = client.get(path).page.form(button="Save")
    client.submit(back, {"language": "fr", "means": ""} | dict.fromkeys(ticked))
    person = awa()
    assert (person.language, person.means) == ("fr", None)
    assert (person.phone_is_shared, person.wants_no_messages, person.wants_alarm) == (False, False, False)


def test_no_letter_without_a_mailbox_and_no_call_without_a_number(client: PageClient, event: Event) -> None:
    _, page = page_of(client, event)
    form = page.form(button=KEEP)
    assert [one["value"] for one in page.main.all("input", name="means")] == ["", "courriel"]
    refused = client.submit(form, {"means": "appel", "wants_no_messages": "y"})
    assert refused.status_code == 422
    assert "Choisissez autrement." in refused.page.one(class_="errsum").text
    assert (awa().means, awa().wants_no_messages) == (None, False)
    assert client.submit(form, {"means": "nulle-part", "language": "klingon"}).status_code == 303
    assert (awa().means, awa().language) == (None, "fr")


def test_a_new_mailbox_counts_once_its_code_is_typed_and_the_old_one_is_told(
    client: PageClient, event: Event
) -> None:
    path, page = page_of(client, event)
    client.submit(page.form(button="Recevoir un code"), {"email": "awa@ailleurs.example"})
    assert awa().email == "awa@example.org"
    form = client.get(path).page.form(button="Changer mon adresse")
    code = code_for("awa@ailleurs.example")
    wrong = "000-000" if code != "000-000" else "111-111"
    assert client.submit(form, {"code": wrong}).status_code == 422
    assert awa().email == "awa@example.org"
    assert client.submit(form, {"code": code}).status_code == 303
    assert awa().email == "awa@ailleurs.example"
    former = ["confirmed REQUEST", "people/address_replaced", "left_mailbox CANCEL"]
    assert kinds("awa@example.org") == former
    assert [one for one in letters("awa@example.org") if "awa@ailleurs.example" in text_of(one)] == []
    assert kinds("awa@ailleurs.example")[1:] == ["calendar_again REQUEST"]
    assert client.submit(form, {"code": code}).status_code == 422  # used once


def test_what_is_no_new_mailbox_gets_a_sentence(client: PageClient, event: Event) -> None:
    _, page = page_of(client, event)
    form = page.form(button="Recevoir un code")
    for typed, said in (
        ("", "Écrivez votre nouvelle adresse e-mail."),
        ("awa@", "Écrivez une adresse e-mail comme"),
        ("awa@example.org", "C’est déjà votre adresse."),
    ):
        answer = client.submit(form, {"email": typed})
        assert answer.status_code == 422
        assert said in answer.page.mistakes["email"]
    assert len(letters()) == 1


def test_the_link_alone_changes_nothing(client: PageClient, event: Event) -> None:
    path, page = page_of(client, event)
    forms = [page.form(button=name) for name in (KEEP, "Recevoir un code")]
    client.delete_cookie("foyer", path="/m")
    to = path.replace("/preferences", "/confirmation")
    assert client.get(path).location == to
    sent = [client.submit(forms[0], {"wants_no_messages": "y"}), client.submit(forms[1], {"email": "x@y.fr"})]
    assert [answer.location for answer in sent] == [to, to]
    assert (awa().wants_no_messages, len(letters())) == (False, 1)


ASK, PROVE = "Donner ce numéro", "Changer mon numéro"
NUMBER, DIALLED = "06 39 98 00 02", "+33639980002"


@pytest.fixture
def gateway(app: Flask) -> Iterator[TextGateway]:
    with a_gateway(app) as gateway:
        yield gateway


def to_people(kind: str) -> list[tuple[str, str]]:
    return [(one.channel.value, one.address) for one in letters() if one.kind == f"people/{kind}"]


def test_a_new_number_counts_once_the_code_it_was_sent_is_typed_and_the_old_one_is_told(
    client: PageClient, event: Event, gateway: TextGateway
) -> None:
    path, page = page_of(client, event, number="06 39 98 00 01")
    form = page.form(button=ASK)
    assert client.submit(form, {"phone": NUMBER}).location == f"{path}#telephone"
    assert awa().phone == "06 39 98 00 01"
    shown = client.get(path).page
    assert f"Un code est parti par SMS au {NUMBER}." in shown.main.text
    proof = shown.form(button=PROVE)
    code = code_for(DIALLED)
    wrong = "000-000" if code != "000-000" else "111-111"
    refused = client.submit(proof, {"numero-code": wrong})
    assert refused.page.mistakes == {"numero-code": "Erreur : Ce code n’est pas le bon. Relisez le message."}
    assert to_people("reached_otherwise") == []
    assert client.submit(proof, {"numero-code": code}).status_code == 303
    assert (awa().phone, awa().phone_e164) == (NUMBER, DIALLED)
    assert to_people("reached_otherwise") == [("sms", "+33639980001")]
    told = letters()[-1]
    assert "Un autre numéro de téléphone vient de remplacer le votre" in told.text
    assert NUMBER not in told.text
    assert client.submit(proof, {"numero-code": code}).status_code == 422  # used once
    line = db.session.scalars(select(JournalLine).where(JournalLine.verb == "replaced a number")).one()
    assert not line.details


def test_a_text_that_does_not_arrive_puts_no_code_before_a_colleague(
    client: PageClient, event: Event, gateway: TextGateway, smtp: PostOffice
) -> None:
    _, page = page_of(client, event)
    client.submit(page.form(button=ASK), {"phone": NUMBER})
    gateway.refuse(400, "invalid_parameter")
    rounds.deliver_due(clock.now())
    [code] = [one for one in letters() if one.kind == "people/household_code"]
    assert (code.status, code.phone) == (LetterStatus.FAILED, None)


@pytest.mark.parametrize("typed", [NUMBER, "01 99 00 00 02"])
def test_without_a_text_a_number_is_noted_and_called_and_the_mailbox_is_told(
    client: PageClient, event: Event, typed: str
) -> None:
    """No gateway here: nothing can show that a number is hers; one typed at a registration is no better."""
    path, page = page_of(client, event)
    assert "Nous n’envoyons pas de SMS : ce numéro est noté tout de suite" in page.main.text
    assert client.submit(page.form(button=ASK), {"phone": typed}).location == f"{path}#telephone"
    assert "nous vous y appelons" in client.get(path).page.text
    assert awa().phone == typed
    assert to_people("reached_otherwise") == [("courriel", "awa@example.org")]
    assert "Un numéro de téléphone vient d’être donné" in text_of(letters()[-1])


def test_a_landline_is_noted_even_with_a_gateway_and_whoever_is_only_called_is_called(
    client: PageClient, event: Event, gateway: TextGateway
) -> None:
    path, page = page_of(client, event, number="01 99 00 00 01")
    assert client.submit(page.form(button=ASK), {"phone": "01 99 00 00 02"}).status_code == 303
    assert awa().phone_e164 == "+33199000002"
    [call] = [one for one in letters() if one.kind == "people/reached_otherwise"]
    assert (call.channel, call.address, call.territory_id) == (
        Channel.CALL,
        "+33199000001",
        event.territory_id,
    )
    assert "Dites-le-moi" in call.text
    # A mailbox for who had none: the phone is told.
    client.submit(client.get(path).page.form(button="Recevoir un code"), {"email": "awa@example.org"})
    proof = client.get(path).page.form(button="Changer mon adresse")
    assert client.submit(proof, {"code": code_for("awa@example.org")}).status_code == 303
    assert to_people("reached_otherwise")[-1] == ("appel", "+33199000002")
    assert "Une adresse e-mail vient d’être donnée" in letters("+33199000002")[-1].text
    assert kinds("awa@example.org")[1:] == ["calendar_again REQUEST"]


def test_what_is_no_new_number_gets_a_sentence_and_nobody_notes_many(
    client: PageClient, event: Event
) -> None:
    _, page = page_of(client, event, number=NUMBER)
    form = page.form(button=ASK)
    for typed, said in (
        ("", "Écrivez votre nouveau numéro."),
        ("0", "Écrivez un numéro de téléphone comme"),
        ("+33 6 39 98 00 02", "C’est déjà votre numéro."),
    ):
        answer = client.submit(form, {"phone": typed})
        assert (answer.status_code, said in answer.page.mistakes["phone"]) == (422, True)
    for last in "345":
        assert client.submit(form, {"phone": f"06 39 98 00 0{last}"}).status_code == 303
    answer = client.submit(form, {"phone": "06 39 98 00 06"})
    assert (
        "Ce numéro a déjà changé plusieurs fois aujourd’hui. Appelez-nous." in answer.page.mistakes["phone"]
    )
    assert awa().phone == "06 39 98 00 05"


def test_who_asked_for_silence_still_hears_that_somebody_reaches_them_otherwise(
    client: PageClient, event: Event
) -> None:
    """Whoever takes a page over would ask for silence first."""
    _, page = page_of(client, event)
    client.submit(page.form(button=KEEP), {"wants_no_messages": "y"})
    client.submit(page.form(button=ASK), {"phone": NUMBER})
    assert to_people("reached_otherwise") == [("courriel", "awa@example.org")]
