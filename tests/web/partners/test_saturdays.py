"""Espace 19 says when it can come to schools, and about what; the planner reads it the next time."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda.models import Event, Topic
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people import approvals
from eventsapp.people.models import Account, Organisation
from eventsapp.planning import gathering, listings, offers
from eventsapp.planning.models import OfferedTopic, SaturdayOffer
from eventsapp.programme.school_calendar import SchoolYear
from tests import factories, saturdays
from tests.pages import Form, PageClient
from tests.races import pressed_at_once
from tests.web.conftest import SignIn, Statements

YEAR = SchoolYear(2026)
FREE = [f"{month}-{day:02d}" for month, days in saturdays.OPEN_SATURDAYS.items() for day in days]
"""The Saturdays with school after Sunday 22 November 2026."""


@pytest.fixture
def espace(event: Event, db_session: scoped_session[Session]) -> Organisation:
    assert event.host is not None
    for name in ("les écrans", "le sommeil"):
        saturdays.a_topic(name)
    db_session.commit()
    db_session.rollback()
    return event.host


def address(organisation: Organisation) -> str:
    number = organisation.id
    db.session.rollback()
    return f"/pro/organisations/{number}/samedis/paris-19"


def form_of(desk: PageClient, organisation: Organisation, year: str = "") -> Form:
    page = desk.get(address(organisation) + (f"?annee={year}" if year else "")).page
    return page.form(button="Enregistrer")


def topic(name: str) -> str:
    return str(db.session.scalars(select(Topic.id).where(Topic.name == name)).one())


def offered() -> tuple[SaturdayOffer, set[str]]:
    db.session.rollback()
    row = db.session.scalars(select(SaturdayOffer)).one()
    names = select(Topic.name).join(OfferedTopic, OfferedTopic.topic_id == Topic.id)
    return row, set(db.session.scalars(names.where(OfferedTopic.offer_id == row.id)))


def test_moussa_says_when_they_can_come_and_about_what(
    espace: Organisation, moussa: Account, samira: Account, sign_in: SignIn
) -> None:
    desk = sign_in(moussa)
    form = form_of(desk, espace)
    assert [box["value"] for box in form.element.all("input", name="days")] == FREE
    screens = topic("les écrans")
    typed = {"topics": [screens], "new_topic": "Le jeu", "per_month": 2, "per_year": 8, "crews": 1}
    answer = desk.submit(form, typed | {"reach": "1000", "days": ["2026-11-28", "2027-01-09"]})
    assert answer.status_code == 303
    row, topics = offered()
    assert topics == {"les écrans", "Le jeu"}
    assert (row.per_month, row.per_year, row.crews, row.reach_metres) == (2, 8, 1, 1000)
    assert row.away == [day for day in FREE if day not in {"2026-11-28", "2027-01-09"}]
    again = form_of(desk, espace)
    assert (again.values["days"], again["reach"]) == (["2026-11-28", "2027-01-09"], "1000")
    said = sign_in(samira).get("/pro/paris-19/journal").page.main.text
    assert "a proposé des samedis à l’école" in said
    assert "a proposé un sujet" in said
    lines = db.session.scalars(
        select(JournalLine).where(JournalLine.thing == "saturday_offer").order_by(JournalLine.id)
    ).all()
    assert [line.details for line in lines] == [{"organisation": espace.id, "topics": 2, "days": 2}]


@pytest.mark.databases("sqlite")
def test_the_planner_reads_it_the_next_time_and_no_draft_changes(
    espace: Organisation, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    factories.an_action("Samedis Matins à l’école")
    saturdays.an_offer("Le Café des parents", "les limites")
    draft = saturdays.a_draft()
    db_session.commit()
    before = listings.lines_of(draft)
    desk = sign_in(nadia)
    form = form_of(desk, espace)
    sleep = topic("le sommeil")
    assert desk.submit(form, {"topics": [sleep], "days": ["2027-06-05"]}).status_code == 303
    db_session.rollback()
    assert listings.lines_of(draft) == before
    found = gathering.gather(factories.a_territory(), YEAR, first_day=date(2026, 11, 23)).problem
    [ours] = [one for one in found.associations if one.id == espace.id]
    assert (ours.available, ours.topics) == (frozenset({date(2027, 6, 5)}), (int(sleep),))


def test_days_of_another_year_stay_as_they_were(
    espace: Organisation, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    screens = topic("les écrans")
    desk.submit(form_of(desk, espace), {"topics": [screens], "days": FREE[1:]})
    later = form_of(desk, espace, "2027-2028")
    boxes = [box["value"] for box in later.element.all("input", name="days")]
    assert boxes == [day.isoformat() for day in offers.free_saturdays(SchoolYear(2027), date(2026, 11, 22))]
    assert desk.submit(later, {"days": boxes[2:]}).status_code == 303
    assert offered()[0].away == [FREE[0], *boxes[:2]]
    assert form_of(desk, espace).values["days"] == FREE[1:]


@pytest.mark.parametrize(
    ("typed", "mistakes"),
    [
        ({"topics": None}, {"topics": "Choisissez au moins un sujet, ou écrivez-en un."}),
        ({"per_month": "6"}, {"per_month": "Écrivez un nombre entre 1 et 5."}),
        ({"per_year": "x"}, {"per_year": "Écrivez un nombre entre 1 et 60."}),
        ({"crews": "0"}, {"crews": "Écrivez un nombre entre 1 et 10."}),
        ({"reach": "12"}, {"reach": "Choisissez une distance."}),
        ({"new_topic": "é" * 121}, {"new_topic": "Écrivez 120 signes au plus."}),
        ({"new_topic": "https://x.example/"}, {"new_topic": "Écrivez un nom."}),
    ],
)
@pytest.mark.databases("sqlite")
def test_why_not_is_said_beside_the_field(
    espace: Organisation,
    nadia: Account,
    sign_in: SignIn,
    typed: dict[str, str | None],
    mistakes: dict[str, str],
) -> None:
    desk = sign_in(nadia)
    form = form_of(desk, espace)
    answer = desk.submit(form, {"topics": [topic("les écrans")], "days": FREE[:2]} | typed)
    assert answer.status_code == 422
    found = {name: said.rpartition("Erreur : ")[2] for name, said in answer.page.mistakes.items()}
    assert found == mistakes
    assert answer.page.form(button="Enregistrer").values["days"] == FREE[:2]
    assert db.session.scalars(select(SaturdayOffer)).all() == []


@pytest.mark.databases("sqlite")
def test_whoever_never_comes_needs_no_topic(espace: Organisation, nadia: Account, sign_in: SignIn) -> None:
    desk = sign_in(nadia)
    assert desk.submit(form_of(desk, espace)).status_code == 303
    assert (offered()[0].away, offered()[1]) == (FREE, set())


@pytest.mark.databases("sqlite")
def test_a_topic_that_is_known_is_not_made_twice(
    espace: Organisation, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    desk.submit(form_of(desk, espace), {"new_topic": "Les écrans", "days": FREE[:1]})
    assert offered()[1] == {"les écrans"}


def test_a_stale_form_writes_over_nothing(
    espace: Organisation, nadia: Account, moussa: Account, sign_in: SignIn
) -> None:
    hers, his = sign_in(nadia), sign_in(moussa)
    form, screens = form_of(hers, espace), topic("les écrans")
    assert his.submit(form_of(his, espace), {"topics": [screens], "days": FREE}).status_code == 303
    answer = hers.submit(form, {"topics": [screens], "days": FREE[:1]})
    assert answer.status_code == 409
    assert answer.page.form(button="Enregistrer").values["days"] == FREE
    assert offered()[0].away == []


def test_two_first_offers_at_once_are_one(
    espace: Organisation,
    nadia: Account,
    moussa: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
) -> None:
    pressed = []
    for account, days in ((nadia, FREE[:1]), (moussa, FREE[:2])):
        client = sign_in(account)
        form = form_of(client, espace)
        form["topics"], form["days"] = [topic("les écrans")], days
        pressed.append((client, form))
    db_session.remove()
    assert sorted(pressed_at_once(*pressed)) == [303, 409]
    assert len(offered()[0].away) in {len(FREE) - 1, len(FREE) - 2}


@pytest.mark.databases("sqlite")
def test_it_speaks_where_it_may_act(
    espace: Organisation,
    nadia: Account,
    samira: Account,
    paul: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
) -> None:
    home = f"/pro/organisations/{espace.id}/samedis"
    there = home + "/paris-10"
    tenth, organisation = factories.a_territory(10), db_session.get_one(Organisation, espace.id)
    db_session.commit()
    hers = sign_in(nadia)
    assert hers.get(home).headers["Location"] == home + "/paris-19"
    assert hers.get(there).status_code == 403
    approvals.approve(organisation, tenth, actor="cli", now=hours.now())
    db_session.commit()
    assert hers.get(there).status_code == 200
    page = hers.get(home).page
    assert [link["href"] for link in page.main.all("a")][1:] == [there, home + "/paris-19"]
    assert sign_in(paul).get(there).status_code == 200
    assert sign_in(paul).get(home + "/paris-19").status_code == 403
    assert sign_in(samira).get(there).status_code == 403


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("number", [0, 1, 3, 200])
def test_the_page_costs_the_same_whatever_the_topics(
    espace: Organisation,
    nadia: Account,
    sign_in: SignIn,
    statements: Statements,
    db_session: scoped_session[Session],
    number: int,
) -> None:
    for count in range(number):
        saturdays.a_topic(f"sujet {count}")
    db_session.commit()
    desk = sign_in(nadia)
    where = address(espace)
    desk.get(where)
    with statements() as said:
        page = desk.get(where).page
    assert len(page.all("input", name="topics")) == number + 2
    assert len(said) == 8, "\n".join(said)
