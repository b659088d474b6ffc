"""A mailbox is dead: each desk sees it where it looks, with the reason, and may say that it is right
again."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access.models import Grant
from eventsapp.agenda.models import Event
from eventsapp.answers import undelivered
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.journal import JournalLine
from eventsapp.mailroom import bounces
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.mailroom.outbox import Reader
from eventsapp.people import accounts
from eventsapp.people.models import Account, Person
from tests import factories, saturdays
from tests.mailroom.post import post
from tests.mailroom.test_bounces import report
from tests.pages import PageClient
from tests.races import pressed_at_once
from tests.registrations.stories import a_transaction, answers, register
from tests.web.conftest import SignIn

SHARED = "roy@ecole.example"
SENTENCE = "son serveur de courrier dit que cette adresse n’existe pas"

AGAIN = "C’est noté : nous écrivons de nouveau à cette adresse."
NOTHING = "Rien n’a changé : cette adresse n’était plus en panne."


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    return factories.an_event("Jardin partagé", host=factories.an_association("Espace Curial"))


@pytest.fixture
def desk(samira: Account, sign_in: SignIn) -> PageClient:
    return sign_in(samira)


def comes_back(address: str, status: str = "5.1.1") -> None:
    """A letter to this address went, and its report says so."""
    number = post(reader=Reader(name="Awa", language="fr", email=address))
    with a_transaction():
        letter = db.session.get_one(Letter, number)
        letter.status, letter.finished_at = LetterStatus.SENT, clock.now()
    octets = report(message_id=letter.message_id.strip("<>")).replace(b"5.1.1", status.encode())
    bounce = bounces.read(octets)
    assert bounce is not None
    with a_transaction():
        undelivered.apply(bounce, now=clock.now())


def failed(kind: type[Person | Contact | Account]) -> list[tuple[str | None, str]]:
    """The addresses where nothing arrives, with why."""
    db.session.rollback()  # what others committed meanwhile is seen from here on
    found = db.session.scalars(select(kind).where(kind.mail_failed_at.is_not(None)).order_by(kind.id))
    return [(one.email, one.mail_problem) for one in found]


def told_on(desk: PageClient, address: str) -> list[str]:
    """What the page that comes next says of what was done."""
    return [one.text for one in desk.get(address).page.all("div", role="status")]


def verbs() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalLine.verb).order_by(JournalLine.id)))


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "4.4.7"])
def test_a_full_mailbox_a_filter_or_a_late_server_mark_nothing(event: Event, status: str) -> None:
    register(event, answers("Binta"))
    comes_back("binta@example.org", status)
    assert failed(Person) == []


def test_a_contact_whose_mailbox_is_dead_is_seen_and_put_right(desk: PageClient, event: Event) -> None:
    roy = factories.a_contact()
    register(event, answers("Binta", email=SHARED.upper()))
    db.session.commit()
    comes_back(SHARED)
    assert failed(Contact) == [(SHARED, "5.1.1")]
    assert failed(Person) == [(SHARED.upper(), "5.1.1")]
    listed = desk.get("/pro/paris-19/contacts?etat=courriel-en-panne").page.main.text
    assert "son e-mail ne marche pas" in listed
    assert "son e-mail ne marche pas" in desk.get("/pro/paris-19/ecoles").page.main.text
    page = desk.get(f"/pro/paris-19/contacts/{roy.id}").page
    assert SENTENCE in page.main.text
    assert "(code 5.1.1)" in page.main.text
    address = f"/pro/paris-19/contacts/{roy.id}/adresse-juste"
    form = page.form(address)
    answer = desk.submit(form)
    assert (answer.status_code, answer.location) == (303, f"/pro/paris-19/contacts/{roy.id}")
    assert told_on(desk, answer.location) == [AGAIN]
    assert failed(Contact) == failed(Person) == []
    assert verbs()[-1] == "mailbox right"
    number = len(verbs())  # pressed twice, it is done and written down once
    assert told_on(desk, desk.submit(form).location) == [NOTHING]
    assert len(verbs()) == number
    assert SENTENCE not in desk.get(f"/pro/paris-19/contacts/{roy.id}").page.main.text


def test_two_say_so_at_once_and_it_is_written_down_once(
    desk: PageClient, sign_in: SignIn, event: Event
) -> None:
    roy = factories.a_contact()
    rachid = saturdays.a_coordinator(factories.a_territory(), email="rachid@example.org", name="Rachid")
    db.session.commit()
    comes_back(SHARED)
    address = f"/pro/paris-19/contacts/{roy.id}"
    visitors = (desk, sign_in(rachid))
    forms = [(one, one.get(address).page.form(f"{address}/adresse-juste")) for one in visitors]
    assert pressed_at_once(*forms) == [303, 303]
    assert verbs().count("mailbox right") == 1
    assert sorted(text for one in visitors for text in told_on(one, address)) == [AGAIN, NOTHING]


def test_so_is_somebody_who_is_registered(desk: PageClient, event: Event) -> None:
    binta = register(event, answers("Binta")).registration
    db.session.commit()
    comes_back("binta@example.org")
    page = desk.get(f"/pro/rendez-vous/{event.code}/inscriptions/{binta.code}").page
    assert SENTENCE in page.main.text
    desk.submit(page.form(f"/pro/rendez-vous/{event.code}/inscriptions/{binta.code}/adresse-juste"))
    assert failed(Person) == []


def test_so_is_somebody_of_the_team_but_of_no_other(desk: PageClient, event: Event) -> None:
    saturdays.a_coordinator(factories.a_territory(), email="rachid@example.org", name="Rachid")
    saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul")
    db.session.commit()
    grants = {one.account.name: one.id for one in db.session.scalars(select(Grant))}
    for address in ("rachid@example.org", "paul@example.org"):
        comes_back(address)
    page = desk.get("/pro/paris-19/equipe").page
    assert page.main.text.count(SENTENCE) == 1
    form = page.form(f"/pro/paris-19/equipe/{grants['Rachid']}/adresse-juste")
    assert desk.submit(form).location == "/pro/paris-19/equipe"
    assert failed(Account) == [("paul@example.org", "5.1.1")]
    form.action = f"/pro/paris-19/equipe/{grants['Paul']}/adresse-juste"
    assert desk.submit(form).status_code == 404


def test_whoever_signs_in_by_a_link_from_there_reads_that_mailbox(
    client: PageClient, event: Event, samira: Account
) -> None:
    """Whatever has that address: Samira keeps a school too, and comes with her family."""
    theirs = samira.email
    factories.a_contact(email=theirs.upper())
    register(event, answers("Samira", email=theirs.title()))
    register(event, answers("Binta"))
    db.session.commit()
    for address in (theirs, "binta@example.org"):
        comes_back(address)
    binta = ("binta@example.org", "5.1.1")
    marked = [(theirs, "5.1.1"), (theirs.upper(), "5.1.1"), (theirs.title(), "5.1.1"), binta]
    assert [*failed(Account), *failed(Contact), *failed(Person)] == marked
    with a_transaction():
        token = accounts.new_link(db.session.merge(samira), now=clock.now())
    page = client.get(f"/connexion/{token}").page
    assert [*failed(Account), *failed(Contact), *failed(Person)] == marked  # scanners of mail open links too
    assert client.submit(page.form(f"/connexion/{token}")).status_code == 303
    assert [*failed(Account), *failed(Contact), *failed(Person)] == [binta]


def test_another_address_is_another_mailbox(event: Event) -> None:
    roy = factories.a_contact()
    comes_back(SHARED)
    with a_transaction():
        db.session.get_one(Contact, roy.id).email = "roy2@ecole.example"
    assert db.session.get_one(Contact, roy.id).mail_problem == ""
    assert failed(Contact) == []
