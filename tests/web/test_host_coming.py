"""Nadia answers by the link in her letter, without signing in; everybody who asks sees what she said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda import hosts, scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.hosting import coming
from eventsapp.mailroom import sealing
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Territory, Venue
from tests import factories
from tests.convening.stories import NADIA, ROY, SOON, a_saturday, a_worker_invites
from tests.pages import Form, PageClient, PageResponse
from tests.registrations.stories import a_transaction, letters, told
from tests.web.conftest import SignIn

Statements = Callable[[], AbstractContextManager[list[str]]]


def press(client: PageClient, form: Form, coming: str, words: str = "") -> PageResponse:
    """One of the two buttons, and where it leads."""
    said = {name: form[name] for name in ("csrf_token", "shown")} | {"coming": coming, "words": words}
    return client.post(form.action, data=said, follow_redirects=True)  # type: ignore[return-value]  # ours


NOT_YET = "Vous n’avez pas encore répondu"


@pytest.fixture
def event(db_session: scoped_session[Session], clock: time_machine.Traveller) -> Event:
    """Les Amis hold a Saturday at Curial; Nadia and Madame Roy have their letters."""
    friends = factories.an_association("Les Amis de Curial")
    found = a_saturday(host=friends)
    approvals.approve(friends, found.territory, actor="cli", now=time.now())
    nadia = accounts.open_account(NADIA, "Nadia", actor="cli", now=time.now())
    grants.give(nadia, Role.OWNER, friends, by="cli", now=time.now())
    factories.a_contact(found.venue, email=ROY)
    clock.shift(SOON)
    a_worker_invites()
    return found


def somebody(name: str, role: Role, where: Territory | Organisation | Venue | None) -> Account:
    db.session.rollback()
    account = accounts.open_account(f"{name.lower()}@example.org", name, actor="cli", now=time.now())
    grants.give(account, role, where, by="cli", now=time.now())
    db.session.commit()
    return account


def link(address: str = NADIA) -> str:
    """The path that her letter leads to."""
    text = sealing.unseal(letters(address)[-1].text)
    return "/structure/" + text.split("/structure/")[1].split()[0]


def test_she_says_yes_then_no_by_the_link_of_her_letter(
    event: Event, client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    path = link()
    page = client.get(path).page
    assert (page.heading, NOT_YET in page.main.text) == ("Venez-vous ?", True)
    assert "École Curial" in page.main.text
    form = page.form(f"{path}/reponse")
    done = press(client, form, "vient")
    assert "Vous venez dit le" in done.page.main.text
    assert "C’est noté" in done.page.main.text
    form = done.page.form(f"{path}/reponse")
    assert press(client, form, "ne_vient_pas", "Awa est malade").status_code == 200
    samira = sign_in(somebody("Samira", Role.COORDINATOR, event.territory))
    pages = {
        "its page": f"/pro/rendez-vous/{event.code}",
        "what its place must know": f"/pro/rendez-vous/{event.code}/acces",
        "every session": "/pro/paris-19/rendez-vous",
        "its school": f"/pro/ecoles/{event.venue_id}",
        "the queue": "/pro/paris-19/ecoles",
    }
    shown = {name: samira.get(address).page.main.text for name, address in pages.items()}
    assert [name for name in pages if "La structure ne vient pas dit le" not in shown[name]] == []
    assert "Awa est malade" in shown["the queue"]
    assert shown["the queue"].count("Samedi 12 décembre 2026") == 1
    instead = samira.get(pages["the queue"]).page.link("Trouver une autre structure : samedi 12 décembre")
    assert instead == f"/pro/paris-19/remplacement?structure={event.host_id}&du=2026-12-12&au=2026-12-12"
    doors = samira.get("/pro/paris-19/").page.main.text
    assert "date refusée par une école ou une structure" in doors


def moves(event: Event) -> None:
    """An hour later, after its page was opened."""
    with a_transaction():
        later = {name: getattr(event, name) + timedelta(hours=1) for name in ("starts_at", "ends_at")}
        scheduling.reschedule(event, **later, actor="account:99", now=time.now())


def test_what_was_said_of_another_hour_counts_no_more(
    event: Event, client: PageClient, db_session: scoped_session[Session]
) -> None:
    path = link()
    form = client.get(path).page.form(f"{path}/reponse")
    press(client, form, "vient")
    moves(event)
    assert "Vous avez répondu avant le changement" in client.get(path).page.main.text
    late = press(client, form, "ne_vient_pas", "Awa est malade")
    assert (late.status_code, late.page.title.startswith("Erreur")) == (409, True)
    assert "Cette date a changé depuis que vous avez ouvert la page" in late.page.main.text
    assert "Vous avez répondu avant le changement" in late.page.main.text
    again = late.page.form(f"{path}/reponse")  # as she typed it, of the date as it is by now
    assert again["words"] == "Awa est malade"
    assert press(client, again, "ne_vient_pas", again["words"]).status_code == 200
    shown = client.get(path).page.main.text
    assert ("Vous ne venez pas" in shown, "Awa est malade" in shown) == (True, True)


def test_signed_in_her_words_are_given_back_too(
    event: Event, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    moussa = sign_in(somebody("Moussa", Role.MEMBER, event.host))
    address = f"/pro/rendez-vous/{event.code}/acces"
    form = moussa.get(address).page.form(f"{address}/structure")
    moves(event)
    late = press(moussa, form, "ne_vient_pas", "Awa est malade")
    assert (late.status_code, late.page.title.startswith("Erreur")) == (409, True)
    again = late.page.form(f"{address}/structure")
    assert again["words"] == "Awa est malade"
    assert press(moussa, again, "ne_vient_pas", again["words"]).status_code == 200
    assert coming.told_of([db_session.merge(event)])[event.id].words == "Awa est malade"


@pytest.mark.parametrize(
    ("pressed", "words", "field"), [("peut-être", "", "coming"), ("vient", "é" * 501, "words")]
)
def test_what_is_no_answer_is_said_beside_its_field(
    event: Event, client: PageClient, pressed: str, words: str, field: str
) -> None:
    path = link()
    form = client.get(path).page.form(f"{path}/reponse")
    refused = press(client, form, pressed, words)
    assert refused.status_code == 422
    [sentence] = refused.page.main.one("div", class_="errsum").all("a")
    assert sentence["href"] == f"#{field}"
    assert len(refused.page.main.all("button" if field == "coming" else "input", id=field)) == 1
    assert refused.page.form(f"{path}/reponse")["words"] == words


def test_the_mailbox_of_the_organisation_itself_answers_by_its_name(
    event: Event, client: PageClient, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    mailbox = "bonjour@fourmis.example"
    fourmis = factories.an_association("Les Fourmis", email=mailbox)
    a_saturday(host=fourmis, starts_at=event.starts_at + timedelta(days=7))
    clock.shift(SOON)
    a_worker_invites()
    path = link(mailbox)
    press(client, client.get(path).page.form(f"{path}/reponse"), "vient")
    samira = sign_in(somebody("Samira", Role.COORDINATOR, event.territory))
    [line] = samira.get("/pro/paris-19/journal?quoi=host_answer").page.main.one("ul", class_="sum").all("li")
    assert line.text.startswith("Les Fourmis a dit si la structure vient :")


def test_the_letter_that_says_the_new_hour_asks_again_and_bears_the_link(
    event: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    """Her calendar is told with that letter, so no other will ask."""
    path = link()
    press(client, client.get(path).page.form(f"{path}/reponse"), "vient")
    with a_transaction():
        later = {name: getattr(event, name) + timedelta(hours=1) for name in ("starts_at", "ends_at")}
        scheduling.reschedule(event, **later, actor="account:99", now=time.now())
    clock.shift(SOON)
    told(time.now())
    a_worker_invites()
    asking = letters(NADIA)[-1]
    assert (asking.kind, asking.method, asking.is_sealed) == ("disruptions/changed", "REQUEST", True)
    shown = client.get(link()).page
    assert "Vous avez répondu avant le changement" in shown.main.text
    done = press(client, shown.form(f"{path}/reponse"), "ne_vient_pas")
    assert "Vous ne venez pas" in done.page.main.text
    assert f'{path}"' in sealing.unseal(asking.html)


def test_a_link_opens_one_date_of_one_host_and_ends_with_it(event: Event, client: PageClient) -> None:
    path = link()
    assert "/structure/" not in letters(ROY)[-1].text  # the school has its own page
    for forged in (path[:-1], path + "a", path[:27], path[:28] + "a" * 43):
        assert client.get(forged).status_code == 410
    assert client.get(path).status_code == 200
    with a_transaction():
        fourmis = factories.an_association("Les Fourmis")
        hosts.rehost(event, fourmis, None, actor="account:1", now=time.now())
    assert client.get(path).status_code == 410
    assert client.post(f"{path}/reponse", data={"coming": "vient"}).status_code in (400, 410)


@pytest.mark.parametrize("end", ["cancelled", "over"])
def test_a_link_to_what_is_cancelled_or_over_opens_nothing(
    event: Event, client: PageClient, clock: time_machine.Traveller, end: str
) -> None:
    path = link()
    if end == "cancelled":
        with a_transaction():
            scheduling.cancel(event, actor="account:1", now=time.now())
    else:
        clock.move_to(event.ends_at)
    answer = client.get(path)
    assert (answer.status_code, "Ce lien ne marche plus." in answer.page.main.text) == (410, True)


def test_signed_in_she_finds_it_among_her_dates(
    event: Event, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    nadia = sign_in(somebody("Moussa", Role.MEMBER, event.host))
    home = f"/pro/organisations/{event.host_id}/"
    assert NOT_YET in nadia.get(home).page.main.text
    address = f"/pro/rendez-vous/{event.code}/acces"
    form = nadia.get(address).page.form(f"{address}/structure")
    assert press(nadia, form, "vient").status_code == 200
    assert "Vous venez dit le" in nadia.get(home).page.main.text
    roy = sign_in(somebody("Roy", Role.SCHOOL_CONTACT, event.venue))
    assert "La structure vient dit le" in roy.get(f"/pro/ecoles/{event.venue_id}").page.main.text
    own = roy.get(address).page.form(f"{address}/reponse")
    token = {"csrf_token": own["csrf_token"], "coming": "ne_vient_pas"}
    assert roy.post(f"{address}/structure", data=token).status_code == 403


def test_lists_ask_as_much_whatever_they_hold(
    event: Event, sign_in: SignIn, db_session: scoped_session[Session], statements: Statements
) -> None:
    samira = sign_in(somebody("Samira", Role.COORDINATOR, event.territory))
    addresses = (
        "/pro/paris-19/rendez-vous",
        f"/pro/organisations/{event.host_id}/",
        "/pro/paris-19/ecoles",
        link(),
    )
    counts: dict[str, set[int]] = {address: set() for address in addresses}
    for many in (0, 1, 3, 20):
        for number in range(many):
            one = a_saturday(host=event.host, starts_at=event.starts_at + timedelta(days=7 * number + 7))
            coming.say(one, "ne_vient_pas", "", actor="account:1", now=time.now())
        db_session.commit()
        for address in addresses:
            samira.get(address)
            with statements() as said:
                samira.get(address)
            counts[address].add(len(said))
    assert {address: len(found) for address, found in counts.items()} == dict.fromkeys(addresses, 1)
