"""Friday night, 22:00: the school floods, and Samira closes it; everybody is told once, or nobody."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.agenda.openings import VenueClosed
from eventsapp.clock import local
from eventsapp.disruptions import doing
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.people.models import Account
from eventsapp.places import closures
from eventsapp.places.models import Venue, VenueClosure
from tests import factories
from tests.databases import built_once, everything
from tests.disruptions import curial
from tests.pages import Element, Page, PageClient
from tests.registrations.stories import a_transaction, letters, told
from tests.web.conftest import SignIn, Statements

DATES = "?du=2026-12-07&au=2026-12-18&raison=Fuite+d’eau+dans+l’école."
CLOSE, TRY = "Fermer ce lieu et prévenir", "Voir ce que cela change"
LATER = timedelta(minutes=10)

HISTORY = {"change_batch", "disruption", "journal_line", "venue_closure"}
"""What remembers that something was done and undone."""


class Night:
    """Samira at her desk, and Curial, which floods."""

    def __init__(self, desk: PageClient, school_id: int) -> None:
        self.desk = desk
        self.address = f"/pro/paris-19/lieux/{school_id}/fermeture"

    def preview(self, dates: str = DATES) -> Page:
        return self.desk.get(self.address + dates).page

    def close(self, **choices: str) -> str:
        """Gives the address of what became of it."""
        page = self.preview()
        answer = self.desk.submit(page.form(button=CLOSE), choices)
        assert answer.status_code == 303
        return answer.headers["Location"]


@pytest.fixture
def night(samira: Account, sign_in: SignIn, db_session: scoped_session[Session]) -> Night:
    """Thirty sessions of twelve partners, and families who come to two of them."""

    def build() -> int:
        school, *_ = curial.schools()
        events = curial.sessions(school, curial.partners())
        curial.contacts_of(school)
        db_session.commit()
        curial.families(events)
        return school.id

    number = built_once("a night at Curial", build)
    return Night(sign_in(samira), number)


def figures(page: Page) -> dict[str, int]:
    """« Qui sera prévenu »: the words and their numbers."""
    counted = page.main.one("dl", class_="kpis")
    groups = [one for one in counted.children if isinstance(one, Element)]
    return {one.one("dt").text: int(one.one("dd").text) for one in groups}


def plain(text: str) -> str:
    """Without the spaces that keep signs and numbers on one line."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


def explained(page: Page) -> list[tuple[str, ...]]:
    """The table of each letter and call: to whom, how, in which language, about what."""
    table = next(one for one in page.main.all("table") if "À qui" in one.text)
    return [tuple(plain(cell.text) for cell in row.all("th", "td")) for row in table.all("tr")[1:]]


def what_became(page: Page) -> list[tuple[str, ...]]:
    table = page.main.all("table")[-1]
    return [tuple(plain(cell.text) for cell in row.all("th", "td")) for row in table.all("tr")[1:]]


def told_at_last(known: set[int]) -> list[Letter]:
    """A worker tells families, hosts and places once the window is over; the new letters."""
    told()
    with a_transaction():
        for number in doing.due(hours.now() + LATER):
            doing.tell(number, hours.now() + LATER)
    return [one for one in letters() if one.id not in known]


def but_for_versions(rows: dict[str, list[Any]], db_session: scoped_session[Session]) -> dict[str, list[Any]]:
    """The whole database without what only says that something was done: journal, history, and the
    numbers that rise with every change for feeds."""
    kept = {name: found for name, found in rows.items() if name not in HISTORY}
    metadata = VenueClosure.metadata
    for table, versions in {
        "event": {"sequence", "changed_at", "fragment"},
        "territory": {"revision", "revised_at"},
    }.items():
        names = [column.name for column in metadata.tables[table].columns]
        kept[table] = [
            tuple(value for name, value in zip(names, row, strict=True) if name not in versions)
            for row in kept[table]
        ]
    db_session.rollback()
    return kept


def test_thirty_sessions_of_twelve_partners_previewed_done_every_letter_and_call_explained(
    night: Night, db_session: scoped_session[Session]
) -> None:
    before = everything()
    page = night.preview()
    assert everything() == before  # a preview saves nothing

    assert "30 rendez-vous sont concernés." in page.main.text
    assert len(page.main.all("fieldset", class_="card")) == 30
    assert figures(page) == {
        "courriers": 15,
        "appels à passer": 4,
        "inscriptions": 5,
        "responsables de structures": 12,
        "contacts de lieux": 2,
    }
    first = "Atelier 1 lun. 7 déc., 9 h"
    second = "Atelier 2 lun. 7 déc., 14 h"
    assert explained(page) == [
        ("2 inscriptions", "2 courriers", "français", first),
        ("1 inscription", "1 appel", "français", first),
        ("1 inscription", "1 courrier", "anglais", second),
        ("1 inscription", "1 appel", "français", second),
        *(
            (f"Structure : Association {one}", "1 courrier", "français", "3 rendez-vous")
            for one in range(1, 7)
        ),
        *(
            (f"Structure : Association {one}", "1 courrier", "français", "2 rendez-vous")
            for one in range(7, 12)
        ),
        ("Structure : Association 12", "1 appel", "français", "2 rendez-vous"),
        ("Lieu : École Curial", "1 courrier", "français", "30 rendez-vous"),
        ("Lieu : École Curial", "1 appel", "français", "30 rendez-vous"),
    ]
    # Nobody is named.
    assert not {"Awa", "Binta", "Chen", "Dalia", "Nadia 1", "Roy"} & set(page.main.text.split())

    known = {one.id for one in letters()}
    result = night.desk.get(night.close()).page
    assert result.heading == "Lieu fermé : École Curial"
    assert "Les courriers partent à 12 h 05." in result.main.text.replace("\xa0", " ")
    assert (figures(result), explained(result)) == (figures(page), explained(page))
    assert len(what_became(result)) == 30
    assert {one.id for one in letters()} == known  # nobody is told yet

    new = told_at_last(known)
    by_means = Counter(one.channel for one in new)
    assert by_means == {Channel.MAIL: 15, Channel.CALL: 4}
    assert Counter(one.kind for one in new) == {
        "registrations/rescheduled": 5,
        "disruptions/changed": 14,
    }
    assert len({(one.address, one.thread) for one in new}) == len(new)  # nobody twice about one thing
    [roy] = [one for one in new if one.address == "roy@example.org"]
    assert "30 rendez-vous qui vous concernent changent." in roy.text
    assert "Pourquoi ? Fuite d’eau dans l’école." in roy.text.replace("\xa0", " ")
    assert "Atelier 6 " not in roy.text  # sensitive: its day only
    # Told once: nothing more is due.
    assert told_at_last({one.id for one in letters()}) == []
    assert "Tout annuler" not in night.desk.get(result.address).page.main.text


def test_undone_within_the_window_nothing_is_left(night: Night, db_session: scoped_session[Session]) -> None:
    before = everything()
    where = night.close(toutes="annuler")
    assert but_for_versions(everything(), db_session) != but_for_versions(before, db_session)

    page = night.desk.get(where).page
    answer = night.desk.submit(page.form(button="Tout annuler"))
    assert (answer.status_code, answer.headers["Location"]) == (303, where)
    page = night.desk.get(where).page
    assert "Tout est annulé : les rendez-vous sont comme avant" in page.text
    assert but_for_versions(everything(), db_session) == but_for_versions(before, db_session)
    assert told_at_last({one.id for one in letters()}) == []
    assert but_for_versions(everything(), db_session) == but_for_versions(before, db_session)
    # The place is open again, and once is enough.
    assert "Aucun" not in night.preview().heading
    assert page.main.all("form") == []


def test_once_people_know_it_is_too_late(
    night: Night, clock: time_machine.Traveller, db_session: scoped_session[Session]
) -> None:
    where = night.close()
    form = night.desk.get(where).page.form(button="Tout annuler")
    told_at_last(set())
    before = everything()
    clock.shift(LATER)
    assert night.desk.submit(form).status_code == 303
    assert "C’est trop tard" in night.desk.get(where).page.text
    assert but_for_versions(everything(), db_session) == but_for_versions(before, db_session)


def test_what_begins_tomorrow_is_told_at_once(
    night: Night, samira: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    clock.move_to(local(date(2026, 12, 6), 22))
    night.desk = sign_in(samira)
    known = {one.id for one in letters()}
    page = night.desk.get(night.close()).page
    assert "Tout annuler" not in page.main.text
    assert "Les courriers sont partis ou partent en ce moment." in page.main.text
    kinds = Counter(one.kind for one in letters() if one.id not in known)
    assert kinds == {"registrations/rescheduled": 5, "disruptions/changed": 14}


def test_each_session_gets_what_was_ticked_for_it(night: Night, db_session: scoped_session[Session]) -> None:
    page = night.preview()
    cards = page.main.all("fieldset", class_="card")
    names = [card.all("input")[0]["name"] for card in cards]
    offered = [[one["value"] for one in card.all("input")] for card in cards[:3]]
    assert [one[-1] for one in offered] == ["annuler"] * 3
    chosen = {names[0]: offered[0][1], names[1]: "annuler"}
    rows = what_became(night.desk.get(night.close(**chosen)).page)
    assert "École Tandou" in rows[0][2]
    assert rows[1][2] == "Annulé"
    assert {row[2].rpartition(", ")[2] for row in rows[2:]} == {"École Manin."}


def test_all_can_go_to_one_place(night: Night, db_session: scoped_session[Session]) -> None:
    tandou = db_session.scalars(select(Venue.id).where(Venue.name == "École Tandou")).one()
    rows = what_became(night.desk.get(night.close(toutes=f"lieu-{tandou}")).page)
    assert {row[2].rpartition(", ")[2] for row in rows} == {"École Tandou."}


def test_two_at_once_in_one_place_are_refused_beside_the_second(
    night: Night, db_session: scoped_session[Session]
) -> None:
    """A thirty-first session, at the hour of the first."""
    school = factories.a_school()
    other = factories.an_event("Goûter", venue=school, starts_at=local(date(2026, 12, 7), 10))
    db_session.commit()
    page = night.preview()
    name = f"choix-{other.id}"
    form = page.form(button=CLOSE)
    first = page.main.all("fieldset", class_="card")[0].all("input")[0]
    form.values[name] = [first["value"]]
    before = everything()
    answer = night.desk.submit(form)
    assert answer.status_code == 409  # it was not proposed: the page is older than the agenda
    form.values[first["name"]] = ["annuler"]
    form.values[name] = ["lieu-999"]
    assert night.desk.submit(form).status_code == 409
    assert everything() == before


def test_what_was_announced_meanwhile_is_shown_before_anything_is_done(
    night: Night, db_session: scoped_session[Session]
) -> None:
    form = night.preview().form(button=CLOSE)
    factories.an_event("Goûter", venue=factories.a_school(), starts_at=local(date(2026, 12, 9), 12))
    db_session.commit()
    before = everything()
    answer = night.desk.submit(form)
    assert answer.status_code == 409
    assert "31 rendez-vous sont concernés." in answer.page.main.text
    assert everything() == before


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?du=&au=2026-12-18&raison=x", "du"),
        ("?du=2026-12-07&au=demain&raison=x", "au"),
        ("?du=2026-12-07&au=2026-12-01&raison=x", "au"),
        ("?du=0001-01-01&au=2026-12-01&raison=x", "du"),
        ("?du=2026-12-07&au=9999-12-31&raison=x", "au"),
        ("?du=2026-11-01&au=2026-11-02&raison=x", "au"),
        ("?du=2026-12-07&au=2028-12-07&raison=x", "au"),
        ("?du=2026-12-07&au=2026-12-07&raison=+", "raison"),
        (f"?du=2026-12-07&au=2026-12-07&raison={'x' * 241}", "raison"),
    ],
)
@pytest.mark.databases("sqlite")
def test_a_closure_that_is_none_is_refused_beside_its_field(night: Night, query: str, field: str) -> None:
    answer = night.desk.get(night.address + query)
    assert (answer.status_code, list(answer.page.mistakes)) == (422, [field])


@pytest.fixture
def quiet(night: Night, db_session: scoped_session[Session]) -> Night:
    """A school where nothing is announced."""
    school = factories.a_school("École Manin")
    db_session.commit()
    return Night(night.desk, school.id)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"du": "0001-01-01"}, "du"),
        ({"au": "9999-12-31"}, "au"),
        ({"au": "2026-12-01"}, "au"),
        ({"raison": " "}, "raison"),
    ],
)
@pytest.mark.databases("sqlite")
def test_nor_when_it_is_sent(quiet: Night, answers: dict[str, str], field: str) -> None:
    answer = quiet.desk.submit(quiet.preview().form(button="Fermer ce lieu"), answers)
    assert (answer.status_code, list(answer.page.mistakes)) == (422, [field])


@pytest.mark.databases("sqlite")
def test_pressed_twice_it_is_closed_once(quiet: Night) -> None:
    form = quiet.preview().form(button="Fermer ce lieu")
    assert quiet.desk.submit(form).status_code == 303
    before = everything()
    answer = quiet.desk.submit(form)
    assert (answer.status_code, list(answer.page.mistakes)) == (409, ["du"])
    assert everything() == before


def test_a_closed_place_takes_nothing_new_until_it_is_open_again(
    night: Night, db_session: scoped_session[Session]
) -> None:
    where = night.close()
    page = night.desk.get(where).page
    again = night.desk.get(night.address + DATES)
    assert (again.status_code, list(again.page.mistakes)) == (409, ["du"])
    school = factories.a_school()
    event = factories.an_event("Ailleurs", venue=factories.a_school("École Manin"))
    at = local(date(2026, 12, 12), 10)
    with pytest.raises(VenueClosed, match="École Curial, lieu fermé le samedi 12 décembre"):
        factories.an_event("Goûter", venue=school, starts_at=at)
    with pytest.raises(VenueClosed):
        scheduling.reschedule(
            event,
            starts_at=at,
            ends_at=at + timedelta(hours=1),
            venue=school,
            actor="cli",
            now=hours.now(),
        )
    factories.an_event("Après", venue=school, starts_at=local(date(2026, 12, 19), 10))
    db_session.rollback()

    closure = night.desk.get(page.link("Ce lieu fermé")).page
    assert night.desk.submit(closure.form(button="Rouvrir ce lieu")).status_code == 303
    factories.an_event("Goûter", venue=factories.a_school(), starts_at=at)
    assert closures.during([factories.a_school().id], at, at + LATER) == []


def test_the_sign_on_the_door_says_where_and_names_nothing_sensitive(night: Night) -> None:
    page = night.desk.get(night.close()).page
    sign = night.desk.get(page.link("Affiche pour la porte")).page.main.one("article")
    said = sign.text.replace("\xa0", " ").replace("\u202f", " ")
    assert said.startswith("École Curial Fermé du lundi 7 décembre au vendredi 18 décembre 2026 Fuite")
    lines = [one.text.replace("\xa0", " ") for one in sign.all("li")]
    assert len(lines) == 6
    assert lines[0].startswith("lundi 7 décembre, 9 h Atelier 1 Même jour, même heure : École Manin")
    assert lines[5].startswith("mardi 8 décembre, 17 h Même jour, même heure : 51 rue Curial")
    assert "Et 24 autres rendez-vous : appelez-nous." in said


@pytest.mark.databases("sqlite")
def test_a_preview_asks_as_much_for_three_sessions_as_for_thirty(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session], statements: Statements
) -> None:
    school, *_ = curial.schools()
    db_session.commit()
    desk = sign_in(samira)

    def said(path: str) -> int:
        with statements() as collected:
            assert desk.get(path).status_code == 200
        return len(collected)

    number = school.id
    counts = []
    for hosts, sessions in ((0, 0), (1, 1), (3, 3), (12, 26)):
        db_session.rollback()
        curial.sessions(db_session.get_one(Venue, number), curial.more_partners(hosts), sessions)
        db_session.commit()
        counts.append(said(f"/pro/paris-19/lieux/{number}/fermeture{DATES}"))
    assert counts == [6, 16, 16, 16]
    night = Night(desk, number)
    where = night.close()
    assert said(where) == 13
    assert (
        said("/pro/paris-19/fermetures"),
        db_session.scalars(select(Event.id).order_by(Event.id)).all()[30:],
    ) == (5, [])
