"""The page of one's private feeds: an address shown once, another, none; the right behind each."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants, questions
from eventsapp.access.models import Grant, Role, StandIn
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.directory import contacts
from eventsapp.feeds import private_links
from eventsapp.feeds.private_models import FeedLink
from eventsapp.hosting import links
from eventsapp.jobs import timetable
from eventsapp.jobs.door import Turn, never
from eventsapp.journal import JournalLine
from eventsapp.people import accounts
from eventsapp.people.models import Account, Household, OrganisationApproval
from eventsapp.retention import erasing, own_data
from tests import factories, saturdays
from tests.pages import PageClient
from tests.registrations.stories import a_transaction, answers, register
from tests.web.conftest import SignIn
from tests.web.residents.homes import confirm

MAKE = "Faire le calendrier"
ADDRESS = re.compile(r"(https?://[^/]+)(/agendas/prives/[\w-]{43}\.ics)")


def made_in(client: PageClient, page: str, **filled: str) -> str:
    """Makes a private feed on a page; its path."""
    answer = client.submit(client.get(page).page.form(button=MAKE), filled)
    assert (answer.status_code, answer.location) == (303, page)
    found = ADDRESS.search(client.get(page).get_data(as_text=True))
    assert found is not None
    return found[2]


def titles(client: PageClient, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.findall(r"^SUMMARY:(.+?)\r$", answer.get_data(as_text=True), re.MULTILINE)


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine", capacity=12)
    db_session.commit()
    return event


@pytest.fixture
def home(client: PageClient, event: Event) -> str:
    """Awa's own page, in the browser where she registered."""
    return confirm(client, register(event, answers("Awa")))


def test_awa_makes_one_renews_it_and_removes_it(client: PageClient, home: str) -> None:
    page = client.get(home).page.link("Mes rendez-vous dans mon calendrier")
    assert page == f"{home}/calendrier"
    assert "Vous n’avez pas encore de calendrier." in client.get(page).page.main.text
    first = made_in(client, page, label="mon téléphone")
    again = client.get(page)
    assert ADDRESS.search(again.get_data(as_text=True)) is None  # it was shown once
    assert "mon téléphone adresse faite le dimanche 22 novembre, pas encore lue" in again.page.main.text
    assert titles(client, first) == ["Atelier cuisine"]
    assert "lu aujourd’hui" in client.get(page).page.main.text
    client.submit(client.get(page).page.form(button="Nouvelle adresse"))
    shown = ADDRESS.search(client.get(page).get_data(as_text=True))
    assert shown is not None
    assert client.get(first).status_code == 404
    assert titles(client, shown[2]) == ["Atelier cuisine"]
    removal = client.get(page).page.form(button="Supprimer")
    assert [client.submit(removal).location, client.submit(removal).location] == [page, page]
    assert client.get(shown[2]).status_code == 404


def test_the_link_alone_makes_none(app: Flask, home: str) -> None:
    stranger = app.test_client()
    assert isinstance(stranger, PageClient)
    assert stranger.get(f"{home}/calendrier").location == f"{home}/confirmation"
    assert db.session.scalars(select(FeedLink)).all() == []


def test_one_family_neither_sees_nor_removes_that_of_another(
    app: Flask, client: PageClient, event: Event, home: str
) -> None:
    hers = made_in(client, f"{home}/calendrier", label="téléphone d’Awa")
    other = app.test_client()
    assert isinstance(other, PageClient)
    binta = confirm(other, register(event, answers("Binta")))
    made_in(other, f"{binta}/calendrier")
    page = other.get(f"{binta}/calendrier").page
    assert "Awa" not in page.main.text
    number = db.session.scalars(select(FeedLink.id).order_by(FeedLink.id)).first()
    form = page.form(button="Supprimer")
    form.action = f"{binta}/calendrier/{number}/suppression"
    other.submit(form)
    form.action = f"{binta}/calendrier/{number}/nouvelle-adresse"
    assert other.submit(form).status_code == 404
    assert client.get(hers).status_code == 200


def test_there_are_as_many_as_devices_and_a_name_is_short(client: PageClient, home: str) -> None:
    page = f"{home}/calendrier"
    long = client.submit(client.get(page).page.form(button=MAKE), {"label": "a" * 41})
    assert (long.status_code, "Écrivez 40 signes au plus." in long.page.main.text) == (422, True)
    form = client.get(page).page.form(button=MAKE)
    for _ in range(private_links.MOST):
        assert client.submit(form).status_code == 303
    assert "Vous avez déjà 6 calendriers privés." in client.submit(form).page.main.text
    assert MAKE not in client.get(page).page.main.text


def test_once_erased_its_calendar_is_empty_for_five_weeks_then_unknown(
    client: PageClient, home: str, clock: time_machine.Traveller
) -> None:
    path = made_in(client, f"{home}/calendrier", label="mon téléphone")
    tag = client.get(path).headers["ETag"]
    with a_transaction():
        erasing.erase(db.session.scalars(select(Household)).one(), now=hours.now())
    db.session.rollback()
    left = db.session.scalars(select(FeedLink)).one()
    assert (left.household_id, left.label) == (None, "")
    assert titles(client, path) == []
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200
    clock.shift(timedelta(days=34))
    nightly()
    assert titles(client, path) == []
    clock.shift(timedelta(days=2))
    nightly()
    assert client.get(path).status_code == 404


def test_what_no_calendar_reads_any_more_is_forgotten(
    client: PageClient, home: str, clock: time_machine.Traveller
) -> None:
    read, unread = (made_in(client, f"{home}/calendrier") for _ in range(2))
    clock.shift(timedelta(days=300))
    client.get(read)
    clock.shift(timedelta(days=102))
    nightly()
    assert [client.get(path).status_code for path in (read, unread)] == [200, 404]


def nightly() -> None:
    """The night's job."""
    db.session.rollback()
    [job] = [one for one in timetable.TIMETABLE if one.name == "private feeds"]
    job.run(Turn(hours.now(), "house:1", never))
    db.session.commit()


def test_it_is_among_what_we_hold_on_her_and_opens_nothing_there(client: PageClient, home: str) -> None:
    made_in(client, f"{home}/calendrier", label="mon téléphone", reminds="y")
    awa = db.session.scalars(select(Household)).one()
    assert own_data.held(awa, now=hours.now())["calendars"] == [
        {
            "label": "mon téléphone",
            "reminds": True,
            "without_invited": False,
            "made_at": hours.now().isoformat(),
            "last_read_on": None,
        }
    ]


def test_a_coordinator_sees_all_that_is_announced_and_nothing_discreet_by_its_name(
    client: PageClient, event: Event, samira: Account, sign_in: SignIn
) -> None:
    factories.an_event("Réunion de rentrée", is_restricted=True, starts_at=event.starts_at + timedelta(1))
    action = factories.an_action("Répit", is_sensitive=True)
    factories.an_event(
        "Café des aidants",
        activity=factories.an_activity("Répit", action=action),
        starts_at=event.starts_at + timedelta(days=2),
    )
    tenth = factories.an_action("Balades", territory=factories.a_territory(10))
    factories.an_event("Ailleurs", activity=factories.an_activity("Ailleurs", action=tenth))
    db.session.commit()
    path = made_in(sign_in(samira), "/pro/paris-19/calendrier", label="le bureau")
    assert titles(client, path) == ["Atelier cuisine", "Réunion de rentrée", "Rendez-vous"]
    with a_transaction():
        saturdays.a_coordinator(factories.a_territory(), email="rachid@example.org", name="Rachid")
        held = db.session.scalars(select(Grant).where(Grant.account_id == samira.id)).one()
        grants.end(held, by="cli", now=hours.now())
    assert client.get(path).status_code == 404
    lines = db.session.scalars(select(JournalLine).where(JournalLine.thing == "feed_link")).all()
    assert [(one.actor, one.verb, one.territory_id) for one in lines] == [
        (samira.actor, "made", event.territory_id)
    ]


def test_whoever_stands_in_reads_it_on_these_days_only(
    client: PageClient, event: Event, samira: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    ines = accounts.open_account("ines@example.org", "Inès", actor="cli", now=hours.now())
    today = hours.today()
    db.session.add(
        StandIn(
            grant=db.session.scalars(select(Grant).where(Grant.account_id == samira.id)).one(),
            account=ines,
            first_day=today,
            last_day=today + timedelta(days=1),
            noted_at=hours.now(),
            noted_by="cli",
        )
    )
    db.session.commit()
    browsers = [sign_in(ines), sign_in(samira)]
    paths = [made_in(one, "/pro/paris-19/calendrier") for one in browsers]
    assert [titles(client, path) for path in paths] == [["Atelier cuisine"]] * 2
    clock.shift(timedelta(days=2))
    assert [client.get(path).status_code for path in paths] == [404, 200]


def test_an_organisation_s_people_read_what_it_holds_until_they_leave(
    client: PageClient, event: Event, sign_in: SignIn
) -> None:
    espace, other = factories.an_association("Espace 19"), factories.an_association("Un autre")
    factories.an_event("Jardin", host=espace, starts_at=event.starts_at + timedelta(1), is_restricted=True)
    factories.an_event("Chorale", host=other)
    moussa = accounts.open_account("moussa@example.org", "Moussa", actor="cli", now=hours.now())
    held = grants.give(moussa, Role.MEMBER, espace, by="cli", now=hours.now())
    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    grants.give(nadia, Role.OWNER, espace, by="cli", now=hours.now())
    db.session.commit()
    hers, browser = sign_in(nadia), sign_in(moussa)
    path = made_in(browser, f"/pro/organisations/{espace.id}/calendrier")
    stays = made_in(hers, f"/pro/organisations/{espace.id}/calendrier")
    assert browser.get(f"/pro/organisations/{other.id}/calendrier").status_code == 403
    assert titles(client, path) == ["Jardin"]
    with a_transaction():
        grants.end(db.session.get_one(Grant, held.id), by="cli", now=hours.now())
    assert [client.get(one).status_code for one in (path, stays)] == [404, 200]


@pytest.mark.parametrize("how", ["her links are revoked", "she leaves"])
def test_a_school_s_contact_reads_its_dates_until_her_right_ends(
    client: PageClient, event: Event, how: str
) -> None:
    contact = factories.a_contact(event.venue)
    elsewhere = factories.a_school("École Tanger")
    factories.an_event("Ailleurs", venue=elsewhere)
    token = links.make(contact, actor="cli", now=hours.now())
    db.session.commit()
    path = made_in(client, client.get(f"/ecole/{token}").page.link("Ces dates dans mon calendrier"))
    assert titles(client, path) == ["Atelier cuisine"]
    with a_transaction():
        if how == "she leaves":
            contacts.end(contact, territory=factories.a_territory(), actor="cli", now=hours.now())
        else:
            links.revoke_all(contact, actor="cli", now=hours.now())
    assert client.get(path).status_code == 404


def test_what_all_may_follow_of_a_school_or_an_organisation_is_a_click_from_its_desk(
    event: Event, samira: Account, sign_in: SignIn
) -> None:
    """Composed beforehand: that school alone, that organisation alone."""
    espace = factories.an_association("Espace 19")
    here = event.territory_id
    db.session.add(OrganisationApproval(organisation=espace, territory_id=here, approved_at=hours.now()))
    factories.an_event("Chorale", host=espace, venue=factories.a_school("École Tanger"))
    db.session.commit()
    desk = sign_in(samira)
    found = []
    for path in (f"/pro/ecoles/{event.venue_id}", f"/pro/organisations/{espace.id}/"):
        [link] = [
            a["href"] for a in desk.get(path).page.all("a") if a.has("href") and "votre-choix" in a["href"]
        ]
        found.append(link)
        assert desk.get(link.partition("#")[0]).status_code == 200
    assert found == [
        f"/paris-19/recevoir?lieu={event.venue.slug}#votre-choix",
        f"/paris-19/recevoir?structure={espace.slug}#votre-choix",
    ]


def test_the_conditions_of_feeds_and_the_questions_of_desks_give_the_same_answers(
    client: PageClient, event: Event, samira: Account, sign_in: SignIn
) -> None:
    """Who may see the desk of a school reads its feed: its contact's account, and those who coordinate."""
    school, elsewhere = event.venue, factories.a_school("École Tanger")
    roy = accounts.open_account("roy@example.org", "Madame Roy", actor="cli", now=hours.now())
    grants.give(roy, Role.SCHOOL_CONTACT, school, by="cli", now=hours.now())
    db.session.commit()
    hers, coordination = sign_in(roy), sign_in(samira)
    paths = [made_in(one, f"/pro/ecoles/{school.id}/calendrier") for one in (hers, coordination)]
    assert [titles(client, path) for path in paths] == [["Atelier cuisine"]] * 2
    assert hers.get(f"/pro/ecoles/{elsewhere.id}/calendrier").status_code == 403
    with a_transaction():
        accounts.close_account(db.session.get_one(Account, samira.id), actor="cli", now=hours.now())
    assert not questions.may_see_school(samira, school, on=hours.today())
    assert [client.get(path).status_code for path in paths] == [200, 404]


def test_two_who_coordinate_have_each_their_own(samira: Account, event: Event, sign_in: SignIn) -> None:
    rachid = saturdays.a_coordinator(factories.a_territory(), email="rachid@example.org", name="Rachid")
    db.session.commit()
    hers, his = sign_in(samira), sign_in(rachid)
    made_in(hers, "/pro/paris-19/calendrier", label="chez Samira")
    assert "Samira" not in his.get("/pro/paris-19/calendrier").page.main.text
