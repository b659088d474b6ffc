"""The line of means: hours and euros as people type them, kept once, and changed with a journal line."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.attendance import listings, means
from eventsapp.attendance.means import EurosUnreadable, HoursUnreadable, Means, SpeakersUnreadable
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people.contacts import TooLong
from tests import factories
from tests.registrations.stories import a_transaction

PLAIN = Means(2, "Planning familial", 150, None, 8550, "Caf de Paris")


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("", None),
        ("0", 0),
        ("3", 180),
        ("2,5", 150),
        ("2.25", 135),
        ("2 h 30", 150),
        ("2h", 120),
        ("2000", 120_000),
    ],
)
def test_hours(typed: str, minutes: int | None) -> None:
    assert means.minutes(typed, field="paid") == minutes


@pytest.mark.parametrize("typed", ["2001", "-1", "deux", "2h61", "2:30", "1,234", "٢"])
def test_what_is_no_hours(typed: str) -> None:
    with pytest.raises(HoursUnreadable):
        means.minutes(typed, field="paid")


@pytest.mark.parametrize(
    ("typed", "cents"), [("", None), ("0", 0), ("120", 12_000), ("85,5", 8550), ("1 200,05 €", 120_005)]
)
def test_euros(typed: str, cents: int | None) -> None:
    assert means.cents(typed, field="cost") == cents


@pytest.mark.parametrize("typed", ["-1", "1000001", "cent", "1,234", "=1+1", "$5"])
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(EurosUnreadable):
        means.cents(typed, field="cost")


def test_speakers_and_names() -> None:
    assert [means.speakers(typed, field="speakers") for typed in ("", "0", "200")] == [None, 0, 200]
    for typed in ("201", "-1", "x"):
        with pytest.raises(SpeakersUnreadable):
            means.speakers(typed, field="speakers")
    with pytest.raises(TooLong):
        means.organisation("é" * 121, field="funder")


def test_a_line_is_kept_once_and_journaled_when_it_changes(db_session: scoped_session[Session]) -> None:
    event = factories.an_event()
    db_session.commit()

    def tell(told: Means) -> bool:
        with a_transaction():
            return means.keep(event, told, actor="account:1", now=clock.now())

    assert [tell(PLAIN), tell(PLAIN), tell(Means(None, "", None, None, None, ""))] == [True, False, True]
    line = listings.means_of(event)
    assert line is not None
    assert (line.speakers, line.cost_cents, line.funder) == (None, None, "")
    told = select(func.count(JournalLine.id)).where(JournalLine.verb == "told means")
    assert db.session.scalar(told) == 2
