"""The journal: who did what, in words; Samira reads hers, Paul does not, and no family is named."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import begin_writing
from eventsapp.directory.models import Contact
from eventsapp.hosting import coming
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account
from eventsapp.places.models import VenueKind
from eventsapp.web.coordination import journal
from eventsapp.web.coordination.journal_wording import WORDS
from tests import factories, saturdays
from tests.house.sources import ROOT
from tests.pages import Page, PageClient
from tests.registrations import stories
from tests.web.conftest import SignIn

PAGE = "/pro/paris-19/journal"
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    found = factories.an_event("=SOMME(A1:A9) en famille")
    db_session.commit()
    return found


@pytest.fixture
def samira(event: Event, db_session: scoped_session[Session]) -> Account:
    account = saturdays.a_coordinator(factories.a_territory())
    db_session.commit()
    stories.register(event, stories.answers("Awa"))
    begin_writing()
    scheduling.cancel(event, reason="Panne d’eau", actor=f"account:{account.id}", now=clock.now())
    db_session.commit()
    return account


def rows(page: Page) -> list[tuple[str, str]]:
    found = []
    for line in page.main.one("ul", class_="sum").all("li"):
        who, when = line.one("strong").text, line.one("small").text
        found.append((who, line.text.removeprefix(who).removesuffix(when).strip()))
    return found


def test_samira_reads_who_did_what(samira: Account, event: Event, sign_in: SignIn) -> None:
    found = rows(sign_in(samira).get(PAGE).page)
    assert found[0] == ("Samira", "a annulé un rendez-vous : =SOMME(A1:A9) en famille")
    assert ("Une famille", "s’est inscrite : =SOMME(A1:A9) en famille") in found
    assert ("L’exploitant du service", "a donné une fonction : Samira, Coordination") in found
    assert ("L’installation", "a annoncé un rendez-vous : =SOMME(A1:A9) en famille") in found


def test_it_is_filtered_by_thing_person_and_month(samira: Account, sign_in: SignIn) -> None:
    desk = sign_in(samira)
    assert [who for who, _ in rows(desk.get(f"{PAGE}?qui=account:{samira.id}").page)] == ["Samira"]
    assert {what for _, what in rows(desk.get(f"{PAGE}?quoi=registration").page)} == {
        "s’est inscrite : =SOMME(A1:A9) en famille"
    }
    assert len(rows(desk.get(f"{PAGE}?mois=2026-11").page)) == len(rows(desk.get(PAGE).page))
    for nothing in ("mois=2026-10", "quoi=nonsense", "qui=account:999"):
        page = desk.get(f"{PAGE}?{nothing}").page
        assert "Rien à montrer." in page.main.text
        assert page.link("Tous les filtres") == PAGE
    for odd in ("mois=2026-13", "mois=x", "page=x", "page=99999", "page=-1"):
        assert desk.get(f"{PAGE}?{odd}").status_code == 200


def test_it_is_taken_away_and_no_spreadsheet_computes_it(
    samira: Account, event: Event, sign_in: SignIn
) -> None:
    answer = sign_in(samira).get(f"{PAGE}.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="journal-paris-19-2026-11-22.csv"'
    said = answer.get_data().decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(said), delimiter=";"))
    assert table[0] == ["jour", "heure", "qui", "quoi", "chose", "numéro", "nom"]
    assert table[1][2:] == [
        "Samira",
        "a annulé un rendez-vous",
        "Rendez-vous",
        str(event.id),
        "'=SOMME(A1:A9) en famille",
    ]
    assert "Awa" not in said


def test_the_file_says_where_it_ends(
    samira: Account, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sign_in(samira)
    assert "dernières lignes" not in desk.get(PAGE).page.main.text
    monkeypatch.setattr(journal, "MOST_EXPORTED", 2)
    assert "Les 2 dernières lignes. Choisissez un mois pour les autres." in desk.get(PAGE).page.main.text
    lines = desk.get(f"{PAGE}.csv").get_data().decode("utf-8-sig").splitlines()
    assert (len(lines), "a annulé un rendez-vous" in lines[1]) == (3, True)


def test_paul_of_the_10e_reads_nothing_of_it(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    paul = sign_in(saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul"))
    for path in ("journal", "journal.csv"):
        said = paul.get(f"/pro/paris-10/{path}").get_data(as_text=True)
        said = said.replace("Aucune famille n’y est nommée", "")
        assert [leak for leak in ("SOMME", "famille", "Samira") if leak in said] == []
        assert paul.get(f"/pro/paris-19/{path}").status_code == 403


def test_what_an_organisation_does_is_read_where_it_may_act(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """Espace 19 acts in the 19e and the 10e: both read who joins its team; after the agreement ends, its page
    is no business of Samira's any more, and no line leads there."""
    espace = factories.an_association("Espace 19")
    for number in (19, 10):
        approvals.approve(espace, factories.a_territory(number), actor="cli", now=clock.now())
    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=clock.now())
    grants.give(nadia, Role.OWNER, espace, by=f"account:{nadia.id}", now=clock.now())
    paul = saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul")
    db_session.commit()
    joined = ("Nadia", "a donné une fonction : Nadia, Responsable, Espace 19")
    for account, slug in ((samira, "paris-19"), (paul, "paris-10")):
        page = sign_in(account).get(f"/pro/{slug}/journal").page
        assert joined in rows(page)
        assert page.link("Nadia, Responsable, Espace 19") == f"/pro/organisations/{espace.id}/"
        assert sign_in(account).get(f"/pro/organisations/{espace.id}/").status_code == 200
    db_session.rollback()
    approvals.end(espace, factories.a_territory(), actor="cli", now=clock.now())
    accounts.close_account(nadia, actor="cli", now=clock.now())
    db_session.commit()
    page = sign_in(samira).get(PAGE).page
    assert ("Une personne partie", "a donné une fonction : Responsable, Espace 19") in rows(page)
    assert [link for link in page.main.all("a") if "/pro/organisations/" in link["href"]] == []


def test_who_has_no_account_is_called_what_they_are(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session], statements: Statements
) -> None:
    """Of a Saturday of Espace 19 its own mailbox says that it comes, then whom one reaches there, at the
    school or at the library; of a contact who is forgotten, only that it was one."""
    espace = factories.an_association("Espace 19", email="bonjour@espace19.example")
    library = factories.a_school("Bibliothèque", kind=VenueKind.LIBRARY)
    of_espace = Contact(organisation=espace, name="Nadia", email="n@example.org", created_at=clock.now())
    db_session.add(of_espace)
    db_session.flush()
    contacts = [of_espace, factories.a_contact(), factories.a_contact(library)]
    actors = [f"organisation:{espace.id}", *(f"contact:{one.id}" for one in contacts), "contact:999"]
    school, desk, asked = factories.a_school(), sign_in(samira), []
    for first_day in (date(2026, 12, 5), date(2027, 1, 9)):
        for number, actor in enumerate(actors):
            day = first_day + timedelta(days=7 * number)
            coming.say(
                saturdays.a_saturday(school, day, host=espace), "vient", "", actor=actor, now=clock.now()
            )
        db_session.commit()
        with statements() as said:
            page = desk.get(f"{PAGE}?quoi=host_answer").page
        asked.append(len(said))
    assert len(set(asked)) == 1
    called = [
        "Espace 19",
        "Le contact d’une structure",
        "Le contact d’une école",
        "Le contact d’un lieu",
        "Un contact",
    ]
    assert [who for who, _ in rows(page)] == 2 * called[::-1]
    offered = [one.text for one in page.main.one("select", id="qui").all("option")]
    assert offered == ["Tout le monde", *sorted([*called, "L’exploitant du service", "Samira"])]
    [only] = {who for who, _ in rows(desk.get(f"{PAGE}?qui=organisation:{espace.id}").page)}
    assert only == "Espace 19"
    table = desk.get(f"{PAGE}.csv?quoi=host_answer").get_data().decode("utf-8-sig").splitlines()
    assert [line["qui"] for line in csv.DictReader(table, delimiter=";")] == 2 * called[::-1]


def test_a_page_of_many_lines_asks_as_much_as_one_of_few(
    samira: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
    statements: Statements,
) -> None:
    desk = sign_in(samira)
    asked = []
    for number in range(2):
        with statements() as said:
            page = desk.get(PAGE).page
        asked.append(len(said))
        for place in range(60 * (1 - number)):
            factories.an_event(f"Atelier {place}")
        db_session.commit()
    # One statement a kind of thing: events and a function at first; events alone fill the page later.
    assert asked == [9, 8]
    assert "Page 1 sur 2" in page.main.text
    assert len(rows(page)) == 50
    older = rows(desk.get(f"{PAGE}?page=2").page)
    assert len(older) == 60 + 4 - 50


def test_every_verb_of_the_program_has_its_words() -> None:
    """Each literal verb that a territory's journal may hold; accounts' own lines are nobody else's."""
    own = {"signed in", "signed out", "signed out elsewhere", "opened", "closed", "chose a password"}
    own |= {"removed the password", "set up codes", "turned codes off", "renewed recovery codes"}
    own |= {"used a recovery code", "added a passkey", "removed a passkey"}
    worded = {verb for _, verb in WORDS}
    assert literal_verbs(ROOT / "eventsapp") - worded - own == set()


def literal_verbs(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(call, "func", None)
            if isinstance(call, ast.Call) and getattr(name, "attr", getattr(name, "id", "")) in {
                "note",
                "_note",
            }:
                texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
                found |= {text for text in texts if text not in {"worker", "visitor"}}
    return found


@pytest.mark.databases("sqlite")
def test_an_empty_journal_says_so(sign_in: SignIn, client: PageClient) -> None:
    nour = sign_in(saturdays.a_coordinator(factories.a_territory(10), email="n@example.org", name="Nour"))
    page = nour.get("/pro/paris-10/journal?quoi=event").page
    assert "Rien à montrer." in page.main.text
