"""The lists of the desks with nothing in them, one row, three, and more than a page: no rule broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import day_links, grants
from eventsapp.access.models import Role
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.mailroom.models import Channel
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Territory
from tests import factories, saturdays
from tests.browsers import Visit, fits
from tests.registrations import stories
from tests.web.town import a_letter, a_proposal, a_request

pytestmark = pytest.mark.databases("sqlite")

Axe = Callable[[Page], None]

SAMIRAS = (
    "/pro/paris-19/",
    "/pro/paris-19/rendez-vous",
    "/pro/paris-19/propositions",
    "/pro/paris-19/appels",
    "/pro/paris-19/courriers",
    "/pro/paris-19/ecoles",
    "/pro/paris-19/lieux",
    "/pro/paris-19/contacts",
    "/pro/paris-19/partenaires",
    "/pro/paris-19/annee-suivante",
    "/pro/organisations/{espace}/",
    "/pro/organisations/{espace}/bilan",
    "/pro/rendez-vous/{workshop}/inscriptions",
    "/pro/rendez-vous/{workshop}/presences",
    "/pro/rendez-vous/{workshop}/aides",
    "/pro/paris-19/lieux/{curial}/fermeture?du=2026-11-23&au=2027-08-31&raison=Travaux",
)


@pytest.mark.parametrize(
    ("rows", "width", "dark"), [(0, 320, False), (1, 1280, True), (3, 320, True), (51, 1280, False)]
)
def test_no_list_breaks_a_rule_however_long(
    rows: int, width: int, dark: bool, visit: Visit, axe: Axe, db_session: scoped_session[Session]
) -> None:
    territory = factories.a_territory()
    espace = factories.an_association("Espace 19")
    approvals.approve(espace, territory, actor="cli", now=clock.now())
    samira = saturdays.a_coordinator(territory)
    grants.give(samira, Role.MEMBER, espace, by="cli", now=clock.now())
    workshop = factories.an_event("Atelier cuisine", capacity=400)
    curial = factories.a_school()
    fill(rows, territory, espace, workshop, samira)
    names = {"espace": espace.id, "workshop": workshop.code, "curial": curial.id}
    link = accounts.new_link(samira, now=clock.now())
    db_session.commit()
    db_session.rollback()

    page = visit(f"/connexion/{link}", width=width, dark=dark)
    page.get_by_role("button", name="Entrer").click()
    for rule in SAMIRAS:
        answer = page.goto(rule.format(**names))
        assert answer
        assert (rule, answer.status) == (rule, 200)
        assert fits(page), rule
        axe(page)


def fill(rows: int, territory: Territory, espace: Organisation, workshop: Event, samira: Account) -> None:
    """So many of everything: sessions, proposals, calls, letters, requests, contacts, families, helpers."""
    now = clock.now()
    for number in range(rows):
        school = factories.a_school(f"École {number}")
        day = date(2026, 12, 5) + timedelta(days=7 * (number % 20))
        session = saturdays.a_saturday(school, day, host=espace)
        if number % 3 == 1:
            scheduling.cancel(session, reason="Travaux", actor="cli", now=now)
        a_proposal(espace, school, samira, title=f"Atelier {number}")
        a_request(territory, f"Association {number}")
        for channel in (Channel.CALL, Channel.MAIL):
            letter = a_letter(territory.id, channel)
            letter.reader_name, letter.message_id = f"Famille {number}", f"<{number}-{channel}@example.org>"
        contact = Contact(venue_id=school.id, name=f"Directrice {number}", phone="0639980001", created_at=now)
        contact.phone_e164 = "+33639980001"
        db.session.add(contact)
        stories.register(workshop, stories.answers(f"Awa{number}", children=number % 3))
        if number < day_links.MOST:
            day_links.make(workshop, f"Aide {number}", actor="cli", now=now)
