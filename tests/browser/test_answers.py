"""« Réponses reçues » in a real browser: who, what, which event, what to do; no rule broken on a phone, on a
wide screen and in the dark, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.answers.listings import Shelf
from eventsapp.people import accounts
from tests import factories, saturdays
from tests.answers.mails import answer, mail, reply
from tests.answers.stories import invited, reads
from tests.answers.test_other_mails import report
from tests.browsers import Visit, fits
from tests.registrations.stories import answers, register

Axe = Callable[[Page], None]
LIST = "/pro/paris-19/reponses"


@pytest.fixture
def link(db_session: scoped_session[Session]) -> str:
    """Samira's way in; mails of every kind have come meanwhile."""
    samira = saturdays.a_coordinator(factories.a_territory())
    event = factories.an_event("Jardin partagé", host=factories.an_association("Espace Curial"))
    names = ("Binta", "Awa", "Moussa", "Fatoumata", "Elif", "Ibrahim")
    for name in names:
        register(event, answers(name, adults=2))
    binta, awa, moussa, fatoumata, elif_, ibrahim = (invited(f"{name.lower()}@example.org") for name in names)
    later = ("DTSTART:20261128T140000Z", "DTEND:20261128T160000Z", "COMMENT:Après la sieste de la petite ?")
    for octets in (
        mail(binta, text="Bonjour,\n\nPuis-je venir avec ma mère ? Elle ne parle pas français.\n\nBinta\n"),
        mail(awa, reply(awa, "TENTATIVE", method="COUNTER", lines=later), method="COUNTER"),
        mail(moussa, b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", text=" "),
        report(fatoumata.address),
        mail(elif_, reply(elif_, "ACCEPTED", lines=("COMMENT:Nous serons un peu en retard",))),
        answer(ibrahim, attendee="cousin@example.net", sender="cousin@example.net"),
        answer(ibrahim),
    ):
        reads(octets)
    token = accounts.new_link(samira, now=clock.now())
    db_session.commit()
    db_session.rollback()
    return f"/connexion/{token}"


@pytest.mark.parametrize(
    ("width", "javascript", "dark"),
    [(390, True, False), (390, False, True), (1280, True, True), (320, True, False)],
)
def test_no_page_breaks_a_rule(
    visit: Visit, axe: Axe, link: str, width: int, javascript: bool, dark: bool
) -> None:
    page = visit(link, width=width, javascript=javascript, dark=dark)
    page.get_by_role("button", name="Entrer").click()
    for address in (
        *(f"{LIST}?etat={shelf.value}" for shelf in Shelf),
        *(f"/pro/reponses/{number}" for number in range(1, 8)),
    ):
        page.goto(address)
        axe(page)
        assert fits(page), address


def test_a_tired_coordinator_reads_who_what_and_what_to_do(visit: Visit, link: str) -> None:
    page = visit(link)
    page.get_by_role("button", name="Entrer").click()
    page.goto(LIST)
    expect(page.locator(".mails strong")).to_have_text(
        ["Ibrahim : quelqu’un d’autre a répondu", "Elif dit oui", "Binta vous écrit"]
    )
    expect(page.locator(".mails q")).to_contain_text(["Nous serons un peu en retard", "Puis-je venir"])
    page.get_by_role("link", name="Autres dates proposées (1)").click()
    page.get_by_role("link", name="Awa propose une autre date").click()
    page.get_by_label("Un mot pour expliquer, si vous voulez").fill("La salle est prise.")
    page.get_by_role("button", name="Refuser").click()
    expect(page.locator(".note--ok")).to_contain_text("La personne reçoit un « non »")
    page.goto(f"{LIST}?etat=faites")
    page.get_by_role("link", name="Un e-mail à Fatoumata est revenu").click()
    page.get_by_role("link", name="Voir l’inscription de Fatoumata").click()
    page.get_by_role("button", name="Cette adresse est juste").click()
    expect(page.locator(".note--ok")).to_contain_text("nous écrivons de nouveau à cette adresse")
