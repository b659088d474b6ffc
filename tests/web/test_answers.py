"""« Réponses reçues »: a desk reads what came back by mail, and decides; strangers' words stay words."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event
from eventsapp.answers import receiving
from eventsapp.answers.listings import Shelf
from eventsapp.clock import now
from eventsapp.database import db
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.people import accounts
from eventsapp.people.models import Account, Organisation
from tests import factories
from tests.answers.mails import answer, mail, reply
from tests.answers.stories import again, invited, reads
from tests.answers.test_other_mails import report
from tests.pages import PageClient
from tests.races import at_once
from tests.registrations.stories import a_transaction, answers, kinds, register
from tests.web.conftest import SignIn, Statements

LIST = "/pro/paris-19/reponses"
BINTA = "binta@example.org"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Binta comes to a garden that Espace Curial holds."""
    made = factories.an_event("Jardin partagé", host=factories.an_association("Espace Curial"))
    register(made, answers("Binta"))
    return made


@pytest.fixture
def desk(samira: Account, sign_in: SignIn) -> PageClient:
    return sign_in(samira)


def an_owner(name: str, organisation: Organisation) -> Account:
    """Somebody who answers for an organisation."""
    with a_transaction():
        account = accounts.open_account(f"{name}@example.org", name, actor="cli", now=now())
        grants.give(account, Role.OWNER, organisation, by="cli", now=now())
    return account


def a_proposal(address: str = BINTA) -> IncomingMail:
    asked = invited(address)
    lines = ("DTSTART:20261128T140000Z", "DTEND:20261128T160000Z", "SUMMARY:x", "COMMENT:Après la sieste")
    return reads(mail(asked, reply(asked, "TENTATIVE", method="COUNTER", lines=lines), method="COUNTER"))


@pytest.mark.usefixtures("event")
def test_words_are_read_as_text_and_dealt_with_once(desk: PageClient) -> None:
    line = reads(mail(invited(BINTA), subject=f"Re {SCRIPT}", text=f"Bonjour {SCRIPT}"))
    page = desk.get(LIST).page
    assert "Binta" in page.html
    shown = desk.get(f"/pro/reponses/{line.id}").page
    assert SCRIPT not in shown.html
    assert "Bonjour &lt;script&gt;" in shown.html
    assert f"mailto:{BINTA}".replace("@", "%40") in shown.html
    address = f"/pro/reponses/{line.id}/traitement"
    assert desk.submit(shown.form(address)).status_code == 303
    desk.submit(shown.form(address))
    shown = desk.get(f"/pro/reponses/{line.id}").page
    assert "Quelqu’un s’en est déjà occupé" in shown.html
    assert "Bonjour" not in shown.html


def test_another_date_is_refused_with_a_word(desk: PageClient, event: Event) -> None:
    line = a_proposal()
    shown = desk.get(f"{LIST}?etat=propositions").page
    assert f"/pro/reponses/{line.id}" in shown.html
    form = desk.get(f"/pro/reponses/{line.id}").page.form(f"/pro/reponses/{line.id}/refus")
    assert desk.submit(form, {"words": "La salle est prise"}).status_code == 303
    assert kinds(BINTA) == ["confirmed REQUEST", "answers/other_date_refused DECLINECOUNTER"]
    assert again_event(event).starts_at == factories.SATURDAY


def test_or_accepted_for_everybody(desk: PageClient, event: Event) -> None:
    line = a_proposal()
    shown = desk.get(f"/pro/reponses/{line.id}").page
    assert "1 inscription sera prévenue" in shown.html.replace("\u00a0", " ")
    assert desk.submit(shown.form(f"/pro/reponses/{line.id}/acceptation")).status_code == 303
    assert again_event(event).starts_at.isoformat() == "2026-11-28T14:00:00+00:00"


@pytest.mark.usefixtures("event")
def test_what_nobody_can_read_is_a_file_and_never_a_page(desk: PageClient) -> None:
    octets = mail(invited(BINTA), b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", text=" ")
    line = reads(octets)
    assert line.kind is MailKind.UNREADABLE
    assert f"/pro/reponses/{line.id}" in desk.get(f"{LIST}?etat=illisibles").page.html
    came = desk.get(f"/pro/reponses/{line.id}/message.eml")
    assert came.data == octets
    assert came.headers["Content-Type"] == "application/octet-stream"
    assert came.headers["Content-Disposition"] == f'attachment; filename="message-{line.id}.eml"'
    assert came.headers["X-Content-Type-Options"] == "nosniff"


def test_its_host_reads_it_and_no_other_organisation(sign_in: SignIn, event: Event) -> None:
    line = reads(mail(invited(BINTA), text="Puis-je venir avec ma mère ?"))
    assert event.host is not None
    clients = [
        sign_in(an_owner("nadia", event.host)),
        sign_in(an_owner("omar", factories.an_association("Ailleurs"))),
    ]
    assert "Binta" in clients[0].get(f"/pro/organisations/{event.host.id}/reponses").page.html
    assert clients[1].get(f"/pro/organisations/{event.host.id}/reponses").status_code == 403
    assert clients[1].get(f"/pro/reponses/{line.id}").status_code == 403


@pytest.mark.usefixtures("event")
def test_the_coordinator_of_another_territory_reads_nothing(paul: Account, sign_in: SignIn) -> None:
    line = reads(mail(invited(BINTA), text="Bonjour"))
    assert sign_in(paul).get(f"/pro/reponses/{line.id}").status_code == 403


@pytest.mark.usefixtures("event")
def test_the_home_of_the_desk_counts_them_and_says_that_nobody_reads(desk: PageClient) -> None:
    reads(mail(invited(BINTA), text="Bonjour"))
    said = desk.get("/pro/paris-19/").page.html.replace("\u00a0", " ")
    assert "réponse reçue, à traiter" in said
    assert "Les réponses des agendas ne sont pas lues : aucune boîte de courrier n’est réglée." in said


def test_who_is_registered_shows_what_their_calendar_said(app: Flask, desk: PageClient, event: Event) -> None:
    reads(answer(invited(BINTA)))
    said = desk.get(f"/pro/rendez-vous/{event.code}/inscriptions").page.html.replace("\u00a0", " ")
    assert "non par son agenda" in said
    assert "place libérée à 13 h" in said


def test_the_family_keeps_its_place_on_its_own_page(app: Flask, event: Event) -> None:
    booked = register(event, answers("Moussa"))
    reads(answer(invited("moussa@example.org")))
    family = app.test_client()
    assert isinstance(family, PageClient)
    page = family.get(f"/m/{booked.link_token}").page
    assert "Votre agenda a répondu non" in page.html
    address = f"/m/{booked.link_token}/inscriptions/{booked.registration.code}/maintien"
    assert family.submit(page.form(address)).status_code == 303
    assert again(booked.registration).leaves_at is None
    assert "Votre agenda a répondu non" not in family.get(f"/m/{booked.link_token}").page.html


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("number", [1, 3])
def test_a_list_costs_the_same_however_long(
    number: int, desk: PageClient, sign_in: SignIn, event: Event, statements: Statements
) -> None:
    """Each of another family, about another event under another action: words, other hours, mails that came
    back and what nobody can read, for the desk of the territory and for that of the host."""
    for one in range(number):
        activity = factories.an_activity(f"Série {one}", action=factories.an_action(f"Action {one}"))
        venue = factories.a_school(f"École {one}")
        other = factories.an_event(f"Jeux {one}", activity=activity, venue=venue, host=event.host)
        address = f"famille{one}@example.org"
        register(other, answers(f"Famille{one}"))
        reads(mail(invited(address), text="Bonjour"))
        a_proposal(address)
        reads(mail(invited(address), b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", text=" "))
        reads(report(address, number=one))
    assert event.host is not None
    nadia = sign_in(an_owner("nadia", event.host))
    for visitor, address in ((desk, LIST), (nadia, f"/pro/organisations/{event.host.id}/reponses")):
        for shelf in Shelf:
            with statements() as said:
                page = visitor.get(f"{address}?etat={shelf}").page
            assert len([one for one in page.all("li") if one.get("id").startswith("reponse-")]) == number
            assert len(said) == 5, "\n".join(said)


def again_event(event: Event) -> Event:
    db.session.rollback()
    return db.session.scalars(select(Event).where(Event.id == event.id)).one()


@pytest.mark.usefixtures("event")
def test_two_workers_read_one_mail_once(app: Flask) -> None:
    octets = answer(invited(BINTA))

    def work() -> None:
        receiving.take(octets, key="INBOX.1.1", now=now())

    db.session.commit()
    assert at_once(app, work, work) == [None, None]
    db.session.expire_all()
    [line] = db.session.scalars(select(IncomingMail)).all()
    assert line.state is MailState.DONE
    assert kinds(BINTA) == ["confirmed REQUEST", "leaving"]
