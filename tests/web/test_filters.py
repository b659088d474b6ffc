"""What templates say of days, numbers and places."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import languages
from eventsapp.web import filters
from tests import factories

pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("le 19e", "le 19<sup>e</sup>"),
        ("le 1er et le 2e", "le 1<sup>er</sup> et le 2<sup>e</sup>"),
        ("19ème élève 2026", "19ème élève 2026"),
        ("<b>19e</b>", "&lt;b&gt;19<sup>e</sup>&lt;/b&gt;"),
    ],
)
def test_ordinals_are_raised_and_nothing_else_is_believed(text: str, shown: str) -> None:
    assert filters.ordinal(text) == shown


def test_french_signs_keep_their_words() -> None:
    assert (
        filters.no_breaks("« Quoi ? » : oui ; non !")
        == "«\u00a0Quoi\u00a0?\u00a0»\u00a0: oui\u00a0; non\u00a0!"
    )


@pytest.mark.parametrize(
    ("month", "before", "after"),
    [
        (date(2026, 11, 22), "2026-10", "2026-12"),
        (date(2027, 1, 31), "2026-12", "2027-02"),
        (date(2026, 12, 1), "2026-11", "2027-01"),
    ],
)
def test_months_around(month: date, before: str, after: str) -> None:
    assert (filters.previous_month(month), filters.next_month(month)) == (before, after)
    assert filters.month_of(filters.month_value(month)) == month.replace(day=1)


def test_a_day_of_this_year_needs_no_year(app: Flask) -> None:
    with app.test_request_context():
        assert filters.near_day(date(2026, 12, 31)).replace("\u00a0", " ") == "jeudi 31 décembre"
        assert filters.near_day(date(2027, 1, 1)).replace("\u00a0", " ") == "vendredi 1er janvier 2027"


def test_languages_are_named_in_the_readers_own(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert languages.names(["ar", "bm", "zh"]) == "Arabic, Bambara and Chinese"
    with app.test_request_context():
        assert languages.names(["ta", "xx-unknown"]) == "tamoul et xx-unknown"


def test_a_feed_opens_the_calendar_program() -> None:
    assert filters.webcal("https://agenda.example/a.ics") == "webcal://agenda.example/a.ics"


def test_what_a_resident_may_expect(
    db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    counted, free = factories.an_event("Comptée", capacity=2), factories.an_event("Libre", capacity=None)
    assert (filters.seats_state(counted), filters.seats_state(free)) == ("places", "free")
    counted.seats_taken = 2
    assert filters.seats_state(counted) == "waiting"
    clock.move_to(counted.starts_at)
    assert (filters.seats_state(counted), filters.seats_state(free)) == ("closed", "free")
    clock.shift(timedelta(hours=2))
    assert (filters.seats_state(counted), filters.seats_state(free)) == ("past", "past")
