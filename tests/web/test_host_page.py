"""Madame Roy opens her school's page by her link: her dates and nobody else's, her answer, her gate list."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.directory.models import Contact
from eventsapp.hosting import gate, links, listings
from eventsapp.hosting.gate import Visitor
from eventsapp.hosting.models import Answer, HostLink
from eventsapp.journal import JournalLine
from eventsapp.mailroom.models import Letter
from tests import factories, saturdays
from tests.pages import PageClient
from tests.registrations import stories

Statements = Callable[[], AbstractContextManager[list[str]]]
AWA = Visitor("Awa Sow", "Espace 19", time(9, 15), time(11, 45), "un vidéoprojecteur")


@pytest.fixture
def roy(db_session: scoped_session[Session]) -> Contact:
    found = factories.a_contact()
    db_session.commit()
    return found


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Saturday 28 November at Curial, in six days; Binta's family has a place."""
    found = factories.an_event("Atelier cuisine", host=factories.an_association("Espace 19"))
    gate.add(found, AWA, actor="account:1", now=hours.now())
    db_session.commit()
    stories.register(found, stories.answers("Binta", adults=1, children=2, number="06 39 98 00 07"))
    return found


@pytest.fixture
def link(roy: Contact, db_session: scoped_session[Session]) -> str:
    token = links.make(roy, actor="account:1", now=hours.now())
    db_session.commit()
    db_session.rollback()
    return f"/ecole/{token}"


def test_she_sees_her_dates_and_no_name_of_a_family(
    link: str, event: Event, client: PageClient, db_session: scoped_session[Session]
) -> None:
    factories.an_event("Atelier de Manin", venue=factories.a_school("École Manin"))
    factories.an_event("Hier", starts_at=local(date(2026, 11, 21), 10))
    db_session.commit()
    page = client.get(link).page
    assert page.heading == "École Curial"
    assert [one.text for one in page.main.all("article")[0].all("h2")] == ["Samedi 28 novembre 2026"]
    assert len(page.main.all("article")) == 1
    said = page.main.text
    assert "1 famille" in said
    assert "Awa Sow, Espace 19 de 9 h 15 à 11 h 45 – un vidéoprojecteur" in said
    assert "Autorisation à demander" in said
    for other in ("Binta", "06 39 98 00 07", "Manin", "Hier"):
        assert other not in page.html


def test_she_answers_and_changes_her_mind(
    link: str, event: Event, roy: Contact, client: PageClient, db_session: scoped_session[Session]
) -> None:
    address = f"{link}/dates/{event.code}"
    form = client.get(link).page.form(address)
    answer = client.submit(form, {"answer": "oui", "room": "préau", "words": "Sonnez deux fois"})
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    page = client.get(link).page
    assert "Merci, c’est noté." in page.main.text
    assert "« Sonnez deux fois »" in page.main.text
    form = page.form(address)
    assert (form["answer"], form["room"]) == ("oui", "préau")
    refused = client.submit(form, {"answer": "autre_date"})
    assert refused.status_code == 422
    assert refused.page.mistakes["wished"].endswith("Erreur : Écrivez au moins une date possible.")
    again = refused.page.form(address)
    assert client.submit(again, {"wished": "le 12 décembre"}).status_code == 303
    db_session.rollback()
    known = listings.date_of(event).answer
    assert known is not None
    assert (known.answer, known.wished, known.answered_by) == (
        Answer.OTHER_DATE,
        "le 12 décembre",
        f"contact:{roy.id}",
    )
    lines = db_session.scalars(
        select(JournalLine).where(JournalLine.thing == "date_answer").order_by(JournalLine.id)
    ).all()
    assert [(one.actor, one.details) for one in lines] == [
        (f"contact:{roy.id}", {"event": event.id, "answer": "oui"}),
        (f"contact:{roy.id}", {"event": event.id, "answer": "autre_date"}),
    ]


def test_she_answers_for_no_other_school(
    link: str, event: Event, client: PageClient, db_session: scoped_session[Session]
) -> None:
    other = factories.an_event("Atelier de Manin", venue=factories.a_school("École Manin"))
    past = factories.an_event("Hier", starts_at=local(date(2026, 11, 21), 10))
    off = factories.an_event("Annulé", starts_at=local(date(2026, 12, 5), 10))
    scheduling.cancel(off, actor="account:1", now=hours.now())
    db_session.commit()
    form = client.get(link).page.form(f"{link}/dates/{event.code}")
    codes = (other.code, past.code, off.code, "zzzzzzz")
    statuses = []
    for code in codes:
        form.action = f"{link}/dates/{code}"
        statuses.append(client.submit(form, {"answer": "oui"}).status_code)
    assert statuses == [404, 404, 422, 404]
    assert db_session.scalar(select(func.count(JournalLine.id)).where(JournalLine.verb == "answered")) == 0


def test_a_date_that_moved_asks_again(
    link: str, event: Event, client: PageClient, db_session: scoped_session[Session]
) -> None:
    client.submit(client.get(link).page.form(f"{link}/dates/{event.code}"), {"answer": "oui"})
    assert "Vous avez répondu à toutes les dates." in client.get(link).page.main.text
    db_session.rollback()
    scheduling.reschedule(
        event, ends_at=event.ends_at + timedelta(hours=1), actor="account:1", now=hours.now()
    )
    db_session.commit()
    page = client.get(link).page
    assert "1 date attend votre réponse." in page.main.text
    assert page.form(f"{link}/dates/{event.code}").values.get("answer") is None


def test_her_yes_is_for_the_hour_and_the_room_that_she_was_shown(
    link: str, event: Event, client: PageClient, db_session: scoped_session[Session]
) -> None:
    """Her page was open while Samira changed the room, then the hour."""
    address = f"{link}/dates/{event.code}"
    first = client.get(link).page.form(address)
    db_session.rollback()
    scheduling.reschedule(event, room="salle 2", actor="account:1", now=hours.now())
    db_session.commit()
    assert client.submit(first, {"answer": "oui"}).status_code == 303
    db_session.rollback()
    known = listings.date_of(event).answer
    assert (event.room, known and known.answer) == ("salle 2", Answer.YES)

    second = client.get(link).page.form(address)
    db_session.rollback()
    scheduling.reschedule(
        event, ends_at=event.ends_at + timedelta(hours=1), room="préau", actor="account:1", now=hours.now()
    )
    db_session.commit()
    refused = client.submit(second, {"answer": "oui", "words": "Sonnez"})
    assert refused.status_code == 409
    assert "Cette date a changé depuis que vous avez ouvert la page." in refused.page.main.text
    db_session.rollback()
    assert (event.room, listings.date_of(event).answer) == ("préau", None)
    again = refused.page.form(address)
    assert (again["answer"], again["words"].strip(), again["room"]) == ("oui", "Sonnez", "préau")
    assert client.submit(again).status_code == 303
    db_session.rollback()
    assert (event.room, listings.date_of(event).is_waiting) == ("préau", False)


@pytest.mark.parametrize("path", ["", "/entrees", "/coordonnees"])
def test_a_forged_or_revoked_link_opens_nothing(
    path: str, link: str, roy: Contact, event: Event, client: PageClient, db_session: scoped_session[Session]
) -> None:
    assert client.get(link + path).status_code == 200
    forged = client.get(link[:-1] + ("A" if link[-1] != "A" else "B") + path)
    links.revoke_all(roy, actor="account:1", now=hours.now())
    db_session.commit()
    revoked = client.get(link + path)
    assert (forged.status_code, revoked.status_code) == (410, 410)
    assert forged.page.main.text == revoked.page.main.text
    assert "Curial" not in revoked.page.html
    assert revoked.page.link("Recevoir un nouveau lien") == "/ecole"


def test_it_lapses_with_her(
    link: str, roy: Contact, event: Event, client: PageClient, db_session: scoped_session[Session]
) -> None:
    form = client.get(link).page.form(f"{link}/dates/{event.code}")
    roy.ended_at = hours.now()
    db_session.commit()
    assert client.get(link).status_code == 410
    assert client.submit(form, {"answer": "oui"}).status_code == 410
    assert listings.date_of(event).answer is None


@pytest.mark.databases("sqlite")
def test_nothing_keeps_the_page_or_tells_its_address(link: str, event: Event, client: PageClient) -> None:
    for path in ("", "/entrees", "/coordonnees", "x"):
        headers = client.get(link + path).headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"], headers["X-Robots-Tag"]) == (
            "no-store",
            "no-referrer",
            "noindex, nofollow",
        )


def test_a_visit_is_noted_once_an_hour(
    link: str, client: PageClient, clock: time_machine.Traveller, db_session: scoped_session[Session]
) -> None:
    def seen() -> object:
        db_session.rollback()
        return db_session.scalars(select(HostLink.last_seen_at)).one()

    assert seen() is None
    client.get(link)
    first = seen()
    assert first == hours.now()
    clock.shift(timedelta(minutes=59))
    client.get(link)
    assert seen() == first
    clock.shift(timedelta(minutes=1))
    client.get(link)
    assert seen() == hours.now()


def test_the_gate_list_prints_and_is_gone_the_next_day(
    link: str, event: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    page = client.get(link + "/entrees").page
    [sheet] = page.main.all("section", class_="sheet")
    assert "Awa Sow Espace 19" in sheet.text
    assert "Madame Roy, gardienne 06 39 98 00 19" in sheet.text
    clock.move_to(local(date(2026, 11, 28), 23, 59))
    assert "Awa Sow" in client.get(link + "/entrees").page.main.text
    clock.shift(timedelta(minutes=1))
    assert "Awa Sow" not in client.get(link + "/entrees").page.html


@pytest.mark.databases("sqlite")
def test_a_sensitive_date_is_named_by_its_hour_alone(
    link: str, client: PageClient, db_session: scoped_session[Session]
) -> None:
    action = factories.an_action("Répit", is_sensitive=True)
    hotel = factories.an_event(
        "Répit des familles en hôtel",
        activity=factories.an_activity("Répit", action=action),
        host=factories.an_association("Hôtels solidaires"),
        topic=saturdays.a_topic("le répit"),
    )
    gate.add(hotel, Visitor("Awa", "Hôtels solidaires", time(9), time(12)), actor="a", now=hours.now())
    db_session.commit()
    for path in ("", "/entrees"):
        page = client.get(link + path).page
        assert "Samedi 28 novembre 2026" in page.main.text
        for word in ("Répit", "répit", "Hôtels"):
            assert word not in page.html


def test_she_corrects_her_number_and_says_that_she_left(
    link: str, roy: Contact, client: PageClient, db_session: scoped_session[Session]
) -> None:
    address = link + "/coordonnees"
    form = client.get(address).page.form(address)
    assert (form["phone"], form["hours"]) == ("06 39 98 00 19", "avant 8 h 30")
    assert client.submit(form, {"phone": "zéro"}).page.mistakes == {
        "phone": "Erreur : Écrivez un numéro de téléphone comme 06 39 98 00 00."
    }
    assert client.submit(form, {"phone": "06 39 98 00 20", "hours": "à midi"}).status_code == 303
    gone = client.get(address).page.form(link + "/depart")
    assert client.submit(gone, {"successor": "Monsieur Petit"}).status_code == 303
    db_session.refresh(roy)
    assert (roy.phone, roy.hours, roy.verified_at, roy.ended_at) == (
        "06 39 98 00 20",
        "à midi",
        hours.now(),
        None,
    )
    assert client.get(link).status_code == 200


def test_a_new_link_is_asked_for_and_the_answer_is_the_same(
    roy: Contact, client: PageClient, db_session: scoped_session[Session]
) -> None:
    said = []
    for email in ("roy@ecole.example", "nobody@example.org"):
        answer = client.submit(
            client.get("/ecole").page.form("/ecole"), {"email": email}, follow_redirects=True
        )
        said.append((answer.status_code, answer.page.main.text))
    assert said[0] == said[1]
    assert [one.address for one in db_session.scalars(select(Letter))] == ["roy@ecole.example"]
    for email in ("", "roy"):
        assert client.submit(client.get("/ecole").page.form("/ecole"), {"email": email}).status_code == 422


def test_her_page_asks_as_much_whatever_it_holds(
    link: str, client: PageClient, db_session: scoped_session[Session], statements: Statements
) -> None:
    client.get(link)  # the visit is noted
    counts = []
    for many in (0, 1, 3, 40):
        now_there = len(listings.dates_at(factories.a_school(), now=hours.now(), limit=60))
        for number in range(now_there, many):
            starts_at = factories.SATURDAY + timedelta(days=number)
            one = factories.an_event(f"Atelier {number}", starts_at=starts_at)
            gate.add(one, Visitor("Awa", "", time(7), time(20)), actor="a", now=hours.now())
        db_session.commit()
        for path in ("", "/entrees"):
            with statements() as said:
                page = client.get(link + path).page
            counts.append(len(said))
            if not path:
                assert len(page.main.all("article")) == many
    assert counts == [4, 3] * 4
