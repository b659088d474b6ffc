"""On Monday Nadia types the paper sheet in: it states totals, and nothing is counted twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.attendance import listings, means, sheets
from eventsapp.attendance.models import AttendanceMark, Counter
from eventsapp.attendance.sheets import CountedMeanwhile, DidNotTakePlace, NotYet, NumberUnreadable, Stated
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.programme import years
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.programme.years import YearIsClosed
from tests import factories, saturdays
from tests.attendance.gestures import arrived, counted, keep, said
from tests.registrations.stories import a_transaction, answers, register

NOTHING = means.Means(
    **dict.fromkeys(means.Means.__dataclass_fields__, None)  # type: ignore[arg-type]  # nothing was told
)
MONDAY = factories.SATURDAY + timedelta(days=2)


@pytest.fixture
def workshop(db_session: scoped_session[Session], clock: time_machine.Traveller) -> Event:
    """A phone saw Binta come, and two adults more; then its battery died."""
    event = factories.an_event("Atelier cuisine")
    db_session.commit()
    for name in ("Binta", "Clara"):
        register(event, answers(name))
    clock.move_to(factories.SATURDAY + timedelta(hours=1))
    binta = listings.of_event(event).families[0].registration.code
    keep(event, arrived(binta), counted(Counter.ADULTS, 2))
    clock.move_to(MONDAY)
    return event


def stated(event: Event, nonce: str = "sheet-0001", **values: object) -> Stated:
    present = listings.of_event(event)
    codes = {family.registration.code for family in present.families if family.arrived_at}
    return Stated(
        **{"nonce": nonce, "revision": present.revision, "arrived": codes, "counts": present.counts} | values  # type: ignore[arg-type]  # each as it is
    )


def type_in(event: Event, sheet: Stated) -> int:
    with a_transaction():
        return sheets.keep(event, sheet, actor="account:1", now=hours.now())


def test_a_sheet_states_totals_and_the_difference_is_kept(workshop: Event) -> None:
    both = {family.registration.code for family in listings.of_event(workshop).families}
    counts = {Counter.ADULTS: 5, Counter.FROM_3: 4}
    sheet = stated(workshop, arrived=both, counts=counts)
    assert type_in(workshop, sheet) == 3
    assert said(listings.figures_of(workshop)) == {"3-5": 4, "adultes": 7, "familles": 2, "arrived": 2}
    steps = db.session.scalars(
        select(AttendanceMark.step).where(
            AttendanceMark.actor == "account:1", AttendanceMark.counter.is_not(None)
        )
    )
    assert sorted(steps) == [3, 4]
    assert type_in(workshop, sheet) == 0  # pressed twice
    assert said(listings.figures_of(workshop))["adultes"] == 7
    [line] = db.session.scalars(select(JournalLine).where(JournalLine.verb == "typed a sheet"))
    assert line.details == {"event": workshop.id, "marks": 3, "people": 11, "families": 2}


def test_a_sheet_may_say_that_fewer_came(workshop: Event) -> None:
    type_in(workshop, stated(workshop, arrived=set(), counts={Counter.ADULTS: 0}))
    assert said(listings.figures_of(workshop)) == {}


def test_whoever_has_not_seen_the_last_gesture_is_asked_to_look_again(
    workshop: Event, clock: time_machine.Traveller
) -> None:
    sheet = stated(workshop, counts={Counter.ADULTS: 9})
    keep(workshop, counted(Counter.ADULTS))
    with pytest.raises(CountedMeanwhile):
        type_in(workshop, sheet)
    assert said(listings.figures_of(workshop))["adultes"] == 4


def test_a_code_that_is_not_on_the_list_says_nothing(workshop: Event) -> None:
    assert type_in(workshop, stated(workshop, arrived={"zzzzzzz"}, counts={})) == 1  # Binta was not there
    assert listings.of_event(workshop).arrived == 0


def test_nobody_came_is_a_figure_too(
    db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    event = factories.an_event("Petit déjeuner", capacity=None)
    db_session.commit()
    clock.move_to(MONDAY)
    assert listings.figures_of(event) is None
    assert type_in(event, stated(event)) == 0
    figures = listings.figures_of(event)
    assert figures is not None
    assert figures.people == 0


def test_nothing_is_counted_before_the_day_nor_of_what_was_cancelled(
    db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    event = factories.an_event("Petit déjeuner", capacity=None)
    db_session.commit()
    with pytest.raises(NotYet):
        type_in(event, stated(event))
    with a_transaction():
        scheduling.cancel(event, actor="cli", now=hours.now())
    clock.move_to(MONDAY)
    with pytest.raises(DidNotTakePlace):
        type_in(event, stated(event))


@pytest.mark.parametrize("typed", ["-1", "2001", "trois", "1,5", "٣", "1" * 300])
def test_a_number_is_a_number(typed: str) -> None:
    with pytest.raises(NumberUnreadable):
        sheets.number(typed, field="adults")


def test_a_number_may_be_left_out() -> None:
    assert [sheets.number(typed, field="adults") for typed in ("", " 12 ", "1 200")] == [0, 12, 1200]


def test_nothing_is_typed_into_an_archived_year(db_session: scoped_session[Session]) -> None:
    """Neither a sheet nor a line of means: its figures were reported."""
    event = saturdays.a_saturday(factories.a_school(), date(2026, 3, 7))
    sheet, now = stated(event, counts={Counter.ADULTS: 3}), hours.now()
    years.close(event.territory, SchoolYear(2025), actor="account:1", now=now)
    with pytest.raises(YearIsClosed):
        sheets.keep(event, sheet, actor="account:1", now=now)
    with pytest.raises(YearIsClosed):
        means.keep(event, NOTHING, actor="account:1", now=now)
    years.reopen(event.territory, SchoolYear(2025), actor="account:1", now=now)
    sheets.keep(event, sheet, actor="account:1", now=now)
    found = listings.figures_of(event)
    assert found is not None
    assert found.people == 3
