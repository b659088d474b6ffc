"""An archived year is read, and nothing in it changes any more."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from eventsapp import clock
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.programme import years
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.programme.years import YearIsClosed, YearIsNotOver
from tests import factories, saturdays

pytestmark = pytest.mark.usefixtures("db_session")

SAMIRA = "account:1"
LAST_YEAR, THIS_YEAR = SchoolYear(2025), SchoolYear(2026)


def test_samira_archives_the_year_that_is_over() -> None:
    nineteenth, tenth = factories.a_territory(), factories.a_territory(10)
    years.close(nineteenth, LAST_YEAR, actor=SAMIRA, now=clock.now())
    assert (years.closed_in(nineteenth.id), years.closed_in(tenth.id)) == (["2025-2026"], [])
    for day in (date(2025, 9, 1), date(2026, 8, 31)):
        with pytest.raises(YearIsClosed):
            years.require_open(nineteenth.id, date(2026, 9, 1), day)
    years.require_open(nineteenth.id, date(2025, 8, 31), date(2026, 9, 1))
    years.require_open(tenth.id, date(2026, 3, 1))
    line = db.session.scalars(select(JournalLine)).one()
    assert (line.verb, line.territory_id, line.details) == ("closed", nineteenth.id, {"year": "2025-2026"})


def test_the_present_year_is_not_over_and_none_is_archived_twice() -> None:
    nineteenth = factories.a_territory()
    with pytest.raises(YearIsNotOver):
        years.close(nineteenth, THIS_YEAR, actor=SAMIRA, now=clock.now())
    years.close(nineteenth, LAST_YEAR, actor=SAMIRA, now=clock.now())
    with pytest.raises(YearIsClosed):
        years.close(nineteenth, LAST_YEAR, actor=SAMIRA, now=clock.now())


def test_an_archive_is_opened_again_for_a_figure_that_was_wrong() -> None:
    nineteenth = factories.a_territory()
    assert not years.reopen(nineteenth, LAST_YEAR, actor=SAMIRA, now=clock.now())
    years.close(nineteenth, LAST_YEAR, actor=SAMIRA, now=clock.now())
    assert years.reopen(nineteenth, LAST_YEAR, actor=SAMIRA, now=clock.now())
    years.require_open(nineteenth.id, date(2026, 3, 1))


def test_nothing_is_typed_into_an_archived_year() -> None:
    """A Saturday that was forgotten can be added as long as its year is open."""
    curial, forgotten = factories.a_school(), date(2026, 3, 7)
    assert saturdays.a_saturday(curial, forgotten).id
    years.close(curial.territory, LAST_YEAR, actor=SAMIRA, now=clock.now())
    with pytest.raises(YearIsClosed):
        saturdays.a_saturday(curial, date(2026, 3, 14))
    assert saturdays.a_saturday(curial, date(2026, 12, 5)).id
