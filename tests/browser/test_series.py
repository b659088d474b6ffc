"""A series in a real browser: tried, given back, changed; on a phone and on a wide screen, no rule broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import series
from eventsapp.agenda.rules import Avoid, Ordinal, Rule, Weekday, WhenClosed
from eventsapp.people import accounts
from tests import factories, saturdays
from tests.browsers import Visit, fits

Axe = Callable[[Page], None]


@pytest.fixture
def link(db_session: scoped_session[Session]) -> str:
    """Samira's link to her desk, where breakfasts are announced but for what she changed since."""
    rule = Rule(
        weekday=Weekday.TUESDAY,
        first=date(2026, 10, 1),
        last=date(2027, 6, 30),
        ordinals=(Ordinal.SECOND,),
        avoid=frozenset(Avoid),
        when_closed=WhenClosed.NEXT,
    )
    activity = factories.an_activity(
        "Petits déjeuners",
        rule=rule.to_dict(),
        venue=factories.a_school(),
        usual_start=time(8, 30),
        usual_minutes=90,
    )
    series.announce_missing(activity, actor="account:1", now=clock.now())
    series.drop_date(activity, date(2026, 12, 8), actor="account:1", now=clock.now())
    series.add_date(activity, date(2026, 12, 17), actor="account:1", now=clock.now())
    token = accounts.new_link(saturdays.a_coordinator(factories.a_territory()), now=clock.now())
    db_session.commit()
    db_session.rollback()
    return f"/connexion/{token}"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (320, True)])
def test_a_series_breaks_no_rule(visit: Visit, axe: Axe, link: str, width: int, dark: bool) -> None:
    page = visit(link, width=width, dark=dark)
    page.get_by_role("button", name="Entrer").click()

    def judge() -> None:
        axe(page)
        assert fits(page), page.url

    page.goto("/pro/paris-19/series")
    judge()
    page.get_by_role("link", name="Petits déjeuners").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Petits déjeuners")
    judge()

    page.get_by_label("Quel jour ?").select_option("jeudi")
    page.get_by_label("3e", exact=True).check()
    page.get_by_role("button", name="Voir les dates").click()
    expect(page.get_by_role("button", name="Enregistrer cette règle")).to_be_visible()
    judge()

    page.get_by_label("Tous les combien ?").fill("0")
    page.get_by_role("button", name="Voir les dates").click()
    expect(page.get_by_role("alert")).to_be_focused()
    judge()
