"""Nadia writes to those who come: each gets a letter of their own, once, and she has read it before."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people.models import Account, Means
from eventsapp.registrations import messages
from eventsapp.registrations.models import EventMessage
from tests import factories
from tests.pages import PageClient, PageResponse
from tests.races import pressed_at_once
from tests.registrations.stories import answers, cancel, kinds, letters, register
from tests.web.conftest import SignIn

SAYS = "Apportez un tablier.\n\nÀ samedi <3 & merci !"


@pytest.fixture
def registered(event: Event) -> Event:
    """Awa and Driss come (he has no mailbox), Binta waits, Clara no longer comes."""
    cancel(register(event, answers("Clara")).registration)
    register(event, answers("Awa", 2, 4), language="en")
    register(event, answers("Driss", 1, 5, number="06 39 98 00 07"))
    register(event, answers("Binta", 1))
    db.session.rollback()
    return event


def address(event: Event) -> str:
    return f"/pro/rendez-vous/{event.code}/message"


def written(desk: PageClient, event: Event, text: str = SAYS, audience: str = "inscrits") -> PageResponse:
    form = desk.get(address(event)).page.form(button="Relire la lettre")
    return desk.submit(form, {"text": text, "audience": audience})


def send(desk: PageClient, event: Event) -> None:
    check = desk.get(written(desk, event).headers["Location"]).page
    assert desk.submit(check.form(button="Envoyer à 2 personnes")).status_code == 303


def new_letters() -> list[str]:
    return [kind for kind in kinds() if kind == "message"]


@pytest.mark.parametrize(
    ("audience", "told"),
    [("inscrits", ["Awa", "Driss"]), ("attente", ["Binta"]), ("tous", ["Awa", "Binta", "Driss"])],
)
def test_each_reader_gets_a_letter_of_their_own(
    registered: Event, nadia: Account, sign_in: SignIn, audience: str, told: list[str]
) -> None:
    desk = sign_in(nadia)
    check = desk.get(written(desk, registered, audience=audience).headers["Location"]).page
    form = check.form(button=f"Envoyer à {len(told)} personne" + "s" * (len(told) > 1))
    shown = [element.text for element in check.all("div", class_="letter")]
    assert [desk.submit(form).status_code for _ in range(2)] == [303, 303]  # a double click
    found = [letter for letter in letters() if letter.kind == "registrations/message"]
    assert sorted(letter.reader_name for letter in found) == told
    assert not any(letter.is_sealed or letter.calendar for letter in found)
    for letter in found:
        others = {"Awa", "Driss", "Binta", "Clara"} - {letter.reader_name}
        said = f"{letter.subject} {letter.text} {letter.html}"
        assert [name for name in others if name in said] == []
        assert "Apportez un tablier." in letter.text
    first = " ".join(f"{found[0].subject} {found[0].text}".split())
    assert first in [" ".join(one.split()) for one in shown] or audience == "tous"


@pytest.mark.parametrize("silent", [True, False])
def test_who_typed_her_name_and_address_first_does_not_stand_in_her_place(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session], silent: bool
) -> None:
    """Somebody who wants no messages, or to be called at a number of their own."""
    typed = answers("Awa", number="06 39 98 00 09", email="awa@example.org")
    other = register(event, typed).registration.contact
    other.wants_no_messages, other.means = silent, None if silent else Means.CALL
    db_session.commit()
    for _ in range(2):  # she registered twice, and hears it once
        register(event, answers("Awa", email="AWA@example.org"))
    desk = sign_in(nadia)
    check = desk.get(written(desk, event).headers["Location"]).page
    button = "Envoyer à 1 personne" if silent else "Envoyer à 2 personnes"
    assert desk.submit(check.form(button=button)).status_code == 303
    found = [letter for letter in letters() if letter.kind == "registrations/message"]
    told = [(letter.channel.value, letter.address.lower()) for letter in found]
    assert told == [("courriel", "awa@example.org")] + ([] if silent else [("appel", "+33639980009")])


def test_what_she_reads_before_is_what_leaves(registered: Event, nadia: Account, sign_in: SignIn) -> None:
    desk = sign_in(nadia)
    page = desk.get(written(desk, registered).headers["Location"]).page
    said = page.main.text
    assert "1 personne reçoit un e-mail" in said
    assert "1 personne est à appeler" in said
    assert "1 personne lit une autre langue" in said
    mail, call = [" ".join(one.text.split()) for one in page.all("div", class_="letter")]
    desk.submit(page.form(button="Envoyer à 2 personnes"))
    awa, driss = [letter for letter in letters() if letter.kind == "registrations/message"]
    assert mail == " ".join(f"{awa.subject} {awa.text}".split())
    assert call == " ".join(driss.text.split())
    assert awa.subject.replace("\u00a0", " ") == "About the event on Saturday 28 November"
    assert driss.channel == "appel"
    assert "&lt;3 &amp; merci" in awa.html
    assert "Espace 19" in awa.text


def test_two_presses_at_once_send_once(
    registered: Event, nadia: Account, moussa: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    hers, his = sign_in(nadia), sign_in(moussa)
    where = written(hers, registered).headers["Location"]
    forms = [(one, one.get(where).page.form(button="Envoyer à 2 personnes")) for one in (hers, his)]
    db_session.remove()
    assert pressed_at_once(*forms) == [303, 303]
    assert len(new_letters()) == 2


@pytest.mark.databases("sqlite")
def test_the_journal_says_that_and_never_what(registered: Event, nadia: Account, sign_in: SignIn) -> None:
    desk = sign_in(nadia)
    desk.submit(
        desk.get(written(desk, registered).headers["Location"]).page.form(button="Envoyer à 2 personnes")
    )
    db.session.rollback()
    [line] = db.session.scalars(select(JournalLine).where(JournalLine.thing == "event_message"))
    assert (line.verb, line.actor) == ("sent", nadia.actor)
    assert line.details == {
        "event": registered.id,
        "audience": "inscrits",
        "mails": 1,
        "texts": 0,
        "calls": 1,
    }
    [kept] = db.session.scalars(select(EventMessage))
    assert (kept.text, kept.mails, kept.calls) == ("", 1, 1)
    assert "Les personnes qui ont une place, 1 e-mail, 1 appel, par Nadia" in (
        desk.get(address(registered)).page.main.text
    )


@pytest.mark.databases("sqlite")
def test_a_call_that_says_it_is_cancelled_stays(registered: Event, nadia: Account, sign_in: SignIn) -> None:
    before = [letter.id for letter in letters("+33639980007") if letter.status == "en_attente"]
    desk = sign_in(nadia)
    desk.submit(
        desk.get(written(desk, registered).headers["Location"]).page.form(button="Envoyer à 2 personnes")
    )
    after = [letter.id for letter in letters("+33639980007") if letter.status == "en_attente"]
    assert (after[:-1], len(before)) == (before, 1)


@pytest.mark.parametrize(
    ("text", "audience", "field", "sentence"),
    [
        ("  ", "inscrits", "text", "Écrivez votre message."),
        ("é" * 1201, "inscrits", "text", "Écrivez 1200 signes au plus."),
        (
            "Bonjour",
            "attente",
            "audience",
            "Personne n’est dans ce cas : le message n’aurait pas de lecteur.",
        ),
    ],
)
@pytest.mark.databases("sqlite")
def test_why_not_is_said_beside_the_field(
    event: Event, nadia: Account, sign_in: SignIn, text: str, audience: str, field: str, sentence: str
) -> None:
    register(event, answers("Awa"))
    db.session.rollback()
    answer = written(sign_in(nadia), event, text, audience)
    assert answer.status_code == 422
    assert answer.page.mistakes[field].endswith(sentence)
    assert new_letters() == []


@pytest.mark.databases("sqlite")
def test_who_registers_meanwhile_makes_her_read_again(
    registered: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    form = desk.get(written(desk, registered, audience="attente").headers["Location"]).page.form(
        button="Envoyer à 1 personne"
    )
    register(registered, answers("Elif"))
    db.session.rollback()
    answer = desk.submit(form)
    assert (answer.status_code, new_letters()) == (409, [])
    assert "la liste des personnes a changé." in answer.page.main.text
    assert desk.submit(answer.page.form(button="Envoyer à 2 personnes")).status_code == 303
    assert len(new_letters()) == 2


def test_other_words_than_those_she_read_do_not_leave(
    registered: Event, nadia: Account, sign_in: SignIn
) -> None:
    """Two tabs: what was written last took the place of the first."""
    desk = sign_in(nadia)
    first = desk.get(written(desk, registered, "À samedi").headers["Location"]).page
    written(desk, registered, "À dimanche")
    assert desk.submit(first.form(button="Envoyer à 2 personnes")).status_code in {404, 409}
    assert new_letters() == []


@pytest.mark.databases("sqlite")
def test_an_event_writes_three_times_a_day(
    registered: Event, nadia: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    desk = sign_in(nadia)
    for _ in range(3):
        page = desk.get(written(desk, registered, audience="attente").headers["Location"]).page
        assert desk.submit(page.form(button="Envoyer à 1 personne")).status_code == 303
    assert written(desk, registered).status_code == 429
    assert len(new_letters()) == 3
    clock.shift(timedelta(days=1))
    assert written(sign_in(nadia), registered).status_code == 303


@pytest.mark.databases("sqlite")
def test_the_addresses_serve_for_nothing_once_it_is_over(
    registered: Event, nadia: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    clock.move_to(factories.SATURDAY + timedelta(minutes=115))
    desk = sign_in(nadia)
    page = desk.get(written(desk, registered).headers["Location"]).page
    clock.shift(timedelta(minutes=10))
    assert desk.submit(page.form(button="Envoyer à 2 personnes")).status_code == 409
    assert new_letters() == []
    assert desk.get(address(registered)).page.main.all("form") == []


@pytest.mark.databases("sqlite")
def test_a_delicate_subject_is_not_named(
    registered: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    registered.activity.action.is_sensitive = True
    registered.title = "Répit parental"
    db_session.commit()
    desk = sign_in(nadia)
    desk.submit(
        desk.get(written(desk, registered).headers["Location"]).page.form(button="Envoyer à 2 personnes")
    )
    for letter in letters():
        if letter.kind == "registrations/message":
            said = f"{letter.subject} {letter.text} {letter.html}"
            assert [leak for leak in ("Répit", "Espace 19") if leak in said] == []


@pytest.mark.databases("sqlite")
def test_another_event_s_message_is_not_there(
    registered: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    other = factories.an_event("Jardin", host=registered.host)
    db_session.commit()
    there = address(other)
    db_session.rollback()
    desk = sign_in(nadia)
    number = written(desk, registered).headers["Location"].rsplit("/", 1)[1]
    assert desk.get(f"{there}/{number}").status_code == 404
    assert desk.get(f"{there}?brouillon={number}").status_code == 404


@pytest.mark.databases("sqlite")
def test_what_was_never_sent_is_forgotten(registered: Event, nadia: Account, sign_in: SignIn) -> None:
    desk = sign_in(nadia)
    where = written(desk, registered).headers["Location"]
    again = desk.get(f"{address(registered)}?brouillon={where.rsplit('/', 1)[1]}").page
    assert again.form(button="Relire la lettre")["text"].replace("\r\n", "\n").strip() == SAYS
    db.session.rollback()
    assert messages.forget_unsent(hours.now() + timedelta(hours=23)) is None
    assert messages.forget_unsent(hours.now() + timedelta(days=1)) == 1
