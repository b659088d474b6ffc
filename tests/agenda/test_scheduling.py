"""An event is announced, moved, reworded, cancelled, restored; who listens hears what they should."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventsapp import clock
from eventsapp.agenda import listings, scheduling, telling
from eventsapp.agenda.listeners import Change, Listeners
from eventsapp.agenda.models import Audience, Event, EventStatus, RegistrationMode
from eventsapp.agenda.scheduling import Announcement
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.places.models import Territory
from eventsapp.programme import years
from eventsapp.programme.school_calendar import year_of
from tests import factories
from tests.factories import SATURDAY
from tests.registrations.stories import told

pytestmark = pytest.mark.usefixtures("db_session")

AN_HOUR = timedelta(hours=1)


class Ear:
    """Remembers what it was told, in order."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def event_changed(self, change: Change, now: object) -> None:
        event, before = change.event, change.before
        moved = (event.starts_at, event.venue_id) != (before.starts_at, before.venue_id)
        said = "cancelled" if event.is_cancelled else "restored" if before.is_cancelled else "told again"
        self.heard.append(("rescheduled" if moved and not event.is_cancelled else said, event.title))

    def places_opened(self, event: Event, now: object) -> None:
        self.heard.append(("takes place", event.title))


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear, listeners = Ear(), Listeners()
    listeners.bind(ear)
    listeners.bind(ear)
    monkeypatch.setattr(telling, "listeners", listeners)
    return ear


def revision() -> int:
    return db.session.scalars(select(Territory.revision)).one()


def test_samira_announces_a_saturday_and_feeds_know_it_at_once() -> None:
    event = factories.an_event("Les écrans à la maison", capacity=None)

    assert (event.status, event.sequence, event.seats_taken) == (EventStatus.SCHEDULED, 0, 0)
    assert (event.title, event.registration) == ("Les écrans à la maison", RegistrationMode.NONE)
    assert f"UID:{event.uid}" in event.fragment
    assert "DTSTART;TZID=Europe/Paris:20261128T093000" in event.fragment
    assert revision() == 1
    verbs = db.session.execute(
        select(JournalLine.actor, JournalLine.verb, JournalLine.thing_id).order_by(JournalLine.id)
    ).all()
    assert [tuple(line) for line in verbs] == [("seeds", "announced", event.id)]


def test_a_whole_year_makes_one_revision_and_codes_that_nobody_shares() -> None:
    activity, school = factories.an_activity(), factories.a_school()
    weeks = [
        Announcement(
            activity=activity,
            venue=school,
            starts_at=SATURDAY + timedelta(weeks=week),
            ends_at=SATURDAY + timedelta(weeks=week, hours=2),
            audience=Audience.FAMILIES,
        )
        for week in range(30)
    ]

    events = scheduling.announce_all(weeks, actor="seeds", now=clock.now())

    assert [event.starts_at for event in events] == [week.starts_at for week in weeks]
    assert len({event.code for event in events}) == 30
    assert len({event.uid for event in events}) == 30
    assert revision() == 1


def test_one_date_that_is_refused_refuses_them_all() -> None:
    activity, school = factories.an_activity(), factories.a_school()
    elsewhere = factories.a_school("École Parmentier", territory=factories.a_territory(10))
    good = Announcement(
        activity=activity,
        venue=school,
        starts_at=SATURDAY,
        ends_at=SATURDAY + AN_HOUR,
        audience=Audience.EVERYONE,
    )
    wrong_place = Announcement(
        activity=activity,
        venue=elsewhere,
        starts_at=SATURDAY,
        ends_at=SATURDAY + AN_HOUR,
        audience=Audience.EVERYONE,
    )

    with pytest.raises(scheduling.VenueElsewhere):
        scheduling.announce_all([good, wrong_place], actor="seeds", now=clock.now())

    assert db.session.scalar(select(func.count(Event.id))) == 0


@pytest.mark.parametrize(
    ("hours", "capacity", "refusal"),
    [(0, None, scheduling.EndsBeforeStart), (-1, None, scheduling.EndsBeforeStart)],
)
def test_an_event_lasts(hours: int, capacity: int | None, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        factories.an_event(hours=hours, capacity=capacity)


def test_counted_places_need_a_number() -> None:
    announcement = Announcement(
        activity=factories.an_activity(),
        venue=factories.a_school(),
        starts_at=SATURDAY,
        ends_at=SATURDAY + AN_HOUR,
        audience=Audience.EVERYONE,
        registration=RegistrationMode.COUNTED,
    )
    with pytest.raises(scheduling.CapacityMissing):
        scheduling.announce(announcement, actor="seeds", now=clock.now())


def test_what_a_sensitive_action_announces_is_never_public() -> None:
    action = factories.an_action("Répit parental", is_sensitive=True)
    activity = factories.an_activity("Répit du mercredi", action=action)

    event = factories.an_event("Répit du mercredi", activity=activity)

    assert event.is_restricted
    assert "Répit" not in event.fragment
    assert "SUMMARY:Rendez-vous" in event.fragment


def test_moving_an_hour_raises_the_sequence_and_tells_once(ear: Ear) -> None:
    event = factories.an_event("Les écrans", capacity=None)
    later = event.starts_at + AN_HOUR

    moved = scheduling.reschedule(
        event, starts_at=later, ends_at=event.ends_at + AN_HOUR, actor="account:1", now=clock.now()
    )

    assert moved
    assert (event.starts_at, event.sequence, revision()) == (later, 1, 2)
    assert "20261128T103000" in event.fragment
    assert ear.heard == []
    assert told() == 1
    assert ear.heard == [("rescheduled", "Les écrans")]


def test_moving_nowhere_tells_nobody(ear: Ear) -> None:
    event = factories.an_event("Les écrans", capacity=None)

    assert not scheduling.reschedule(event, starts_at=event.starts_at, actor="account:1", now=clock.now())

    assert (told(), event.sequence, revision(), ear.heard) == (0, 0, 1, [])


def test_a_typo_shows_in_feeds_and_tells_nobody(ear: Ear) -> None:
    event = factories.an_event("Les écran", capacity=None)

    assert scheduling.reword(event, title="Les écrans", actor="account:1", now=clock.now())

    assert "SUMMARY:Les écrans\r\n" in event.fragment
    assert (told(), event.sequence, revision(), ear.heard) == (0, 0, 2, [])


def test_of_an_archived_year_not_a_word_changes(ear: Ear) -> None:
    event = factories.an_event("Les écran", capacity=None)
    territory, after = event.territory, clock.local(date(2027, 9, 1), 12)
    assert scheduling.reword(event, title="Les écrans", actor="account:1", now=after)
    years.close(territory, year_of(date(2026, 11, 28)), actor="account:1", now=after)
    with pytest.raises(years.YearIsClosed):
        scheduling.reword(event, title="Rien", actor="account:1", now=after)


def test_cancelled_then_restored(ear: Ear) -> None:
    event = factories.an_event("Les écrans", capacity=None)

    scheduling.cancel(event, reason="L’intervenante est malade.", actor="account:1", now=clock.now())
    assert (event.status, event.sequence, event.cancelled_at) == (
        EventStatus.CANCELLED,
        1,
        clock.now(),
    )
    assert "STATUS:CANCELLED" in event.fragment
    assert "SUMMARY:Annulé : Les écrans" in event.fragment
    told()

    scheduling.restore(event, actor="account:1", now=clock.now())
    assert (event.status, event.sequence, event.cancelled_at) == (EventStatus.SCHEDULED, 2, None)
    assert "STATUS:CONFIRMED" in event.fragment
    told()
    assert ear.heard == [
        ("cancelled", "Les écrans"),
        ("takes place", "Les écrans"),
        ("restored", "Les écrans"),
    ]


def test_what_is_over_or_cancelled_no_longer_moves(ear: Ear) -> None:
    event = factories.an_event("Les écrans", capacity=None)
    after = event.ends_at
    with pytest.raises(scheduling.EventIsPast):
        scheduling.cancel(event, actor="account:1", now=after)
    with pytest.raises(scheduling.EventIsNotCancelled):
        scheduling.restore(event, actor="account:1", now=clock.now())
    scheduling.cancel(event, actor="account:1", now=clock.now())
    with pytest.raises(scheduling.EventIsCancelled):
        scheduling.cancel(event, actor="account:1", now=clock.now())
    with pytest.raises(scheduling.EventIsCancelled):
        scheduling.reschedule(event, starts_at=event.starts_at + AN_HOUR, actor="account:1", now=clock.now())
    with pytest.raises(scheduling.EventIsPast):
        scheduling.restore(event, actor="account:1", now=after)
    assert (event.status, event.sequence) == (EventStatus.CANCELLED, 1)
    told()
    assert ear.heard == [("cancelled", "Les écrans")]


@pytest.mark.databases("postgresql")  # on SQLite nobody reads while another writes
def test_two_people_cancel_what_both_saw_and_one_is_told_that_it_is_done(app: Flask, ear: Ear) -> None:
    code = factories.an_event("Les écrans à la maison").code
    db.session.commit()
    together = Barrier(2)

    def cancel(actor: str) -> str:
        with app.app_context():
            event = listings.by_code(code)
            together.wait(timeout=10)
            try:
                scheduling.cancel(event, actor=actor, now=clock.now())
                db.session.commit()
            except scheduling.EventIsCancelled:
                return "too late"
            return "cancelled"

    with ThreadPoolExecutor(2) as hands:
        assert sorted(hands.map(cancel, ["account:1", "account:2"])) == ["cancelled", "too late"]
    assert told() == 1
    assert ear.heard == [("cancelled", "Les écrans à la maison")]
    assert listings.by_code(code).sequence == 1
