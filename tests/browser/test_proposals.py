"""By keyboard alone Moussa proposes a monthly series, Samira publishes it, and Awa sees it in the agenda."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.clock import local
from eventsapp.people import accounts, approvals
from tests import factories, saturdays
from tests.browser.keyboard import press_to, reach, write_in
from tests.browsers import Visit, fits

Axe = Callable[[Page], None]

ENGLISH = {
    "Entrer": "Enter",
    "Mon espace": "My space",
    "Membre de la structure : Espace 19": "Member of the organisation: Espace 19",
    "Coordination du 19e": "Coordination of the 19e",
    "Proposer un rendez-vous": "Propose an event",
    "Titre": "Title",
    "Plus de choix": "More choices",
    "Combien de fois ?": "How often?",
    "Chaque m": "Every m",
    "Voir d’abord les dates": "See the dates first",
    "7 dates": "7 dates",
    "Proposer": "Propose",
    "Attend une réponse": "Awaiting an answer",
    "rendez-vous à publier": "event to publish",
    "Propositions": "Proposals",
    "Publier": "Publish",
    "Rien n’attend votre réponse.": "Nothing awaits your answer.",
}
"""The words of the story, as an English visitor reads them."""


@pytest.fixture
def links(db_session: scoped_session[Session]) -> dict[str, str]:
    """Moussa's and Samira's ways in. Espace 19 held a workshop at Curial yesterday, from 14:00 to 16:00."""
    now, nineteenth = clock.now(), factories.a_territory()
    espace = factories.an_association("Espace 19")
    approvals.approve(espace, nineteenth, actor="cli", now=now)
    factories.an_event("Atelier cuisine", starts_at=local(date(2026, 11, 21), 14), host=espace)
    moussa = accounts.open_account("moussa@example.org", "Moussa", actor="cli", now=now)
    grants.give(moussa, Role.MEMBER, espace, by="cli", now=now)
    samira = saturdays.a_coordinator(nineteenth)
    found = {one.name: f"/connexion/{accounts.new_link(one, now=now)}" for one in (moussa, samira)}
    db_session.commit()
    db_session.rollback()
    return found


@pytest.mark.parametrize(("language", "width"), [("fr-FR", 390), ("en-GB", 1280)])
def test_by_keyboard_alone_a_series_is_proposed_published_and_seen(
    visit: Visit, axe: Axe, links: dict[str, str], language: str, width: int
) -> None:
    arrive = partial(visit, language=language, width=width)

    def say(french: str) -> str:
        return french if language == "fr-FR" else ENGLISH[french]

    def reads(page: Page, title: str) -> None:
        """Waited for after each step: a Tab too early would go through the page that is being left."""
        expect(page.get_by_role("heading", level=1)).to_have_text(title)

    def judge(page: Page) -> None:
        axe(page)
        assert fits(page), page.url

    moussa = arrive(links["Moussa"])
    press_to(moussa, say("Entrer"))
    reads(moussa, say("Mon espace"))
    press_to(moussa, say("Membre de la structure : Espace 19"), "link")
    reads(moussa, "Espace 19")
    press_to(moussa, say("Proposer un rendez-vous"), "link")
    reads(moussa, say("Proposer un rendez-vous"))
    judge(moussa)
    write_in(moussa, say("Titre"), "Atelier d’écriture")
    reach(moussa, moussa.locator("details.more > summary"), say("Plus de choix"))
    moussa.keyboard.press("Enter")
    reach(moussa, moussa.get_by_label(say("Combien de fois ?")), say("Combien de fois ?"))
    moussa.keyboard.type(say("Chaque m"))
    press_to(moussa, say("Voir d’abord les dates"))
    expect(moussa.get_by_role("heading", name=say("7 dates"))).to_be_visible()
    judge(moussa)
    press_to(moussa, say("Proposer"))
    reads(moussa, "Atelier d’écriture")
    expect(moussa.get_by_text(say("Attend une réponse"))).to_be_visible()
    judge(moussa)

    samira = arrive(links["Samira"])
    press_to(samira, say("Entrer"))
    reads(samira, say("Mon espace"))
    press_to(samira, say("Coordination du 19e"), "link")
    expect(samira).to_have_url(re.compile(r"/pro/paris-19/$"))
    press_to(samira, say("rendez-vous à publier"), "link")
    reads(samira, say("Propositions"))
    judge(samira)
    press_to(samira, "Atelier d’écriture", "link")
    reads(samira, "Atelier d’écriture")
    judge(samira)
    press_to(samira, say("Publier"))
    reads(samira, say("Propositions"))
    expect(samira.get_by_text(say("Rien n’attend votre réponse."))).to_be_visible()

    awa = arrive("/paris-19/")
    reach(awa, awa.get_by_role("link", name="Atelier d’écriture").first, "Atelier d’écriture")
    awa.keyboard.press("Enter")
    reads(awa, "Atelier d’écriture")
    judge(awa)
