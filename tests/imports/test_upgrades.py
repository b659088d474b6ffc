"""What was read before each session said its texts by their number: no word of it is lost, up or down."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from eventsapp.clock import local, now
from eventsapp.imports import sources
from eventsapp.imports.models import ImportSource
from eventsapp.imports.rows import Reading, Refused, Row
from eventsapp.people.models import Account
from tests import factories
from tests.house.sources import ROOT
from tests.imports.conftest import Sends
from tests.imports.exports import an_event, openagenda, timing
from tests.imports.upgrades import SESSIONS_WHOLE, SOURCES, kept_readings, whole

MIGRATION: Any = ScriptDirectory(str(ROOT / "migrations")).get_revision("bae318d86298").module

WORDS = st.sampled_from(["", "Café", "Couture", "È\ud83e", "\x00"]) | st.text(max_size=5)
HOURS = st.integers(0, 1_000_000).map(
    lambda minutes: local(date(2026, 11, 22), 12) + timedelta(minutes=minutes)
)
ROWS = st.builds(
    Row,
    number=st.integers(1, 2_000),
    key=WORDS,
    parent=WORDS,
    title=WORDS,
    summary=WORDS,
    description=WORDS,
    starts_at=HOURS,
    ends_at=HOURS,
    place=WORDS,
    address=WORDS,
    url=WORDS,
    is_cancelled=st.booleans(),
    is_shortened=st.booleans(),
)
REFUSED = st.builds(Refused, st.integers(1, 2_000), WORDS, WORDS, st.dictionaries(WORDS, WORDS, max_size=2))
READINGS = st.builds(
    Reading, st.integers(0, 2_000), st.lists(ROWS).map(tuple), st.lists(REFUSED, max_size=3).map(tuple)
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(READINGS)
def test_every_reading_is_written_as_it_is_read_today_and_back(reading: Reading) -> None:
    assert MIGRATION._shared(whole(reading)) == reading.to_dict()
    assert MIGRATION._whole(reading.to_dict()) == whole(reading)


@pytest.mark.parametrize("is_new", [False, True])
def test_the_upgrade_writes_anew_what_is_whole_and_nothing_else(
    is_new: bool, source: ImportSource, sends: Sends, fatou: Account, db_session: scoped_session[Session]
) -> None:
    """Beside her OpenAgenda Fatou follows an agenda that was never read. A database that was brought up from
    sources of the day holds readings of today's form already."""
    answers = sources.Answers(name="Le reste", url="", action=factories.an_action(), venue=None)
    sources.add(source.organisation, answers, by=fatou, now=now())
    lines = [timing(f"2026-12-{day:02}", "10:00", "12:00") for day in (5, 12)]
    sends(openagenda(an_event(timings=lines), an_event(2, ""), an_event(3, "Couture")))
    kept = kept_readings()
    read, unread = sorted(kept, key=lambda number: kept[number] is None)
    former = whole(Reading.from_dict(kept[read]))
    flask_migrate.downgrade(revision=SESSIONS_WHOLE)
    assert kept_readings() == {read: former, unread: None}
    if is_new:
        db_session.execute(sa.update(SOURCES).where(SOURCES.c.id == read).values(reading=kept[read]))
        db_session.commit()
        db_session.remove()
    flask_migrate.upgrade()
    assert kept_readings() == kept
