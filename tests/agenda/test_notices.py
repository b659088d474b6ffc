"""What was announced in error can be undone for five minutes, alone or with what one gesture changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventsapp import clock
from eventsapp.agenda import listings, notices, scheduling, telling
from eventsapp.agenda.listeners import Change, Listeners
from eventsapp.agenda.models import Event
from eventsapp.agenda.notice_models import BatchedChange, ChangeBatch, Notice
from eventsapp.agenda.openings import VenueClosed
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.places import closures
from tests import factories
from tests.factories import SATURDAY
from tests.races import at_once
from tests.registrations.stories import told

pytestmark = pytest.mark.usefixtures("db_session")

SAMIRA, NADIA = "account:1", "account:2"
AN_HOUR, A_MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Ear:
    """Remembers of which event it was told, and what people had been told before."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bool]] = []

    def event_changed(self, change: Change, now: object) -> None:
        self.heard.append((change.event.title, change.before == change.event.terms))

    def places_opened(self, event: Event, now: object) -> None:
        self.heard.append((f"{event.title} takes place", True))


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear, listeners = Ear(), Listeners()
    listeners.bind(ear)
    monkeypatch.setattr(telling, "listeners", listeners)
    return ear


def later(event: Event, by: timedelta = AN_HOUR, **more: object) -> None:
    scheduling.reschedule(
        event,
        starts_at=event.starts_at + by,
        ends_at=event.ends_at + by,
        **{"actor": SAMIRA, "now": clock.now(), **more},  # type: ignore[arg-type]  # one story in many lines
    )


def notice() -> Notice | None:
    return db.session.scalars(select(Notice)).one_or_none()


def verbs() -> list[str]:
    lines = select(JournalLine.verb).where(JournalLine.actor != "seeds").order_by(JournalLine.id)
    return list(db.session.scalars(lines))


def test_a_change_waits_five_minutes_and_the_next_one_makes_them_begin_again(ear: Ear) -> None:
    event, noon = factories.an_event("Les écrans"), clock.now()
    later(event)
    later(event, now=noon + 3 * A_MINUTE, actor=NADIA)

    waits = notice()
    assert waits is not None
    assert (waits.starts_at, waits.opened_at, waits.changed_at) == (SATURDAY, noon, noon + 3 * A_MINUTE)
    assert (waits.due_at, waits.actor) == (noon + 8 * A_MINUTE, NADIA)
    assert told(noon + 8 * A_MINUTE - timedelta(seconds=1)) == 0
    assert told(noon + 8 * A_MINUTE) == 1
    assert ear.heard == [("Les écrans", False)]
    assert (notice(), told()) == (None, 0)


@pytest.mark.parametrize(
    ("starts", "by"),
    [(timedelta(hours=47), AN_HOUR), (timedelta(days=6), -timedelta(days=5)), (AN_HOUR, timedelta(days=9))],
    ids=["it is near", "it comes near", "it was near"],
)
def test_within_two_days_of_the_old_or_new_hour_people_are_told_at_once(
    ear: Ear, starts: timedelta, by: timedelta
) -> None:
    event = factories.an_event("Les écrans", starts_at=clock.now() + starts)
    later(event, by)
    assert (ear.heard, notice()) == ([("Les écrans", False)], None)


def test_at_two_days_exactly_there_is_time(ear: Ear) -> None:
    later(factories.an_event("Les écrans", starts_at=clock.now() + timedelta(hours=48)))
    assert (ear.heard, notice() is None) == ([], False)


def test_a_house_without_a_window_tells_at_once(app: Flask, ear: Ear) -> None:
    app.config["UNDO_MINUTES"] = 0
    later(factories.an_event("Les écrans"))
    assert (ear.heard, notice()) == ([("Les écrans", False)], None)


def test_what_waits_and_comes_near_by_another_change_is_told_with_it(ear: Ear) -> None:
    event = factories.an_event("Les écrans")
    later(event)
    later(event, -timedelta(days=5))
    assert (ear.heard, notice()) == ([("Les écrans", False)], None)


def test_undone_it_is_as_it_was_its_sequence_rises_and_what_people_know_holds(ear: Ear) -> None:
    event = factories.an_event("Les écrans", room="Préau", door="Portail vert", access="Tram T3b")
    other = factories.a_school("École Archereau")
    later(event, venue=other, room="Salle 2")
    assert (event.venue, event.room, event.door, event.access) == (other, "Salle 2", "", "")
    scheduling.cancel(event, reason="Grève", actor=SAMIRA, now=clock.now())

    notices.undo(event, actor=NADIA, now=clock.now())

    assert (event.starts_at, event.venue.name, event.is_cancelled) == (SATURDAY, "École Curial", False)
    assert (event.room, event.door, event.access) == ("Préau", "Portail vert", "Tram T3b")
    assert (event.cancelled_at, event.cancel_reason, event.sequence) == (None, "", 3)
    assert "STATUS:CONFIRMED" in event.fragment
    assert "20261128T093000" in event.fragment
    assert ear.heard == [("Les écrans takes place", True), ("Les écrans", True)]
    assert (notice(), told(), verbs()) == (None, 0, ["rescheduled", "cancelled", "undone"])


def test_an_undone_restoration_is_a_cancellation_with_its_reason(ear: Ear) -> None:
    event = factories.an_event("Les écrans")
    noon = clock.now()
    scheduling.cancel(event, reason="Grève", actor=SAMIRA, now=noon)
    told()
    scheduling.restore(event, actor=SAMIRA, now=noon + 20 * A_MINUTE)
    notices.undo(event, actor=SAMIRA, now=noon + 21 * A_MINUTE)
    assert (event.is_cancelled, event.cancelled_at, event.cancel_reason) == (True, noon, "Grève")


def test_what_was_told_cannot_be_undone(ear: Ear) -> None:
    event = factories.an_event("Les écrans")
    with pytest.raises(notices.ToldAlready):
        notices.undo(event, actor=SAMIRA, now=clock.now())
    later(event)
    told()
    with pytest.raises(notices.ToldAlready):
        notices.undo(event, actor=SAMIRA, now=clock.now())
    assert event.starts_at == SATURDAY + AN_HOUR


def test_another_room_is_told_only_when_the_day_is_near_and_undone_either_way(ear: Ear) -> None:
    soon = factories.an_event("Les écrans", starts_at=clock.now() + AN_HOUR, room="Préau")
    far = factories.an_event("Le sommeil", room="Préau")
    for event in (soon, far):
        assert scheduling.reschedule(event, room="Salle 2", actor=SAMIRA, now=clock.now())
    assert ear.heard == [("Les écrans", True)]
    assert (soon.sequence, far.sequence) == (1, 0)
    notices.undo(far, actor=SAMIRA, now=clock.now())
    assert (soon.room, far.room) == ("Salle 2", "Préau")
    assert verbs() == ["room_changed", "room_changed", "undone"]


def three(batch: ChangeBatch) -> list[Event]:
    """Three Saturdays of which one gesture cancels all."""
    events = [
        factories.an_event(f"Samedi {week}", starts_at=SATURDAY + week * timedelta(7)) for week in range(3)
    ]
    for event in events:
        scheduling.cancel(event, reason="Travaux", actor=SAMIRA, now=clock.now(), batch=batch)
    return events


def test_one_gesture_is_undone_as_one_and_leaves_nothing(ear: Ear) -> None:
    batch = notices.begin("venue_closed", SAMIRA, clock.now(), territory=factories.a_territory())
    events = three(batch)
    assert notices.is_undoable(batch)

    assert notices.undo_batch(batch, actor=SAMIRA, now=clock.now()) == events

    assert [event.is_cancelled for event in events] == [False] * 3
    assert (notice(), told()) == (None, 0)
    assert db.session.scalar(select(func.count(BatchedChange.id))) == 0
    assert not notices.is_undoable(batch)
    with pytest.raises(notices.BatchUndoneAlready):
        notices.undo_batch(batch, actor=SAMIRA, now=clock.now())


def test_what_was_moved_before_the_gesture_stays_moved_and_is_told(ear: Ear) -> None:
    event = factories.an_event("Les écrans")
    later(event)
    batch = notices.begin("venue_closed", SAMIRA, clock.now())
    scheduling.cancel(event, actor=SAMIRA, now=clock.now(), batch=batch)
    notices.undo_batch(batch, actor=SAMIRA, now=clock.now())
    assert (event.is_cancelled, event.starts_at) == (False, SATURDAY + AN_HOUR)
    waits = notice()
    assert waits is not None
    assert (waits.starts_at, waits.batch) == (SATURDAY, None)
    assert told() == 1
    assert ear.heard[-1] == ("Les écrans", False)


def test_a_gesture_of_which_one_is_told_or_changed_since_is_not_undone_at_all(ear: Ear) -> None:
    batch = notices.begin("venue_closed", SAMIRA, clock.now())
    first, second, third = three(batch)
    scheduling.restore(second, actor=NADIA, now=clock.now())
    with pytest.raises(notices.OneChangedSince, match=r"Samedi 1\s», le 05/12/2026"):
        notices.undo_batch(batch, actor=SAMIRA, now=clock.now())
    assert telling.tell(first.id, clock.now() + 10 * A_MINUTE)
    with pytest.raises(notices.OneToldAlready, match=r"Samedi 0\s», le 28/11/2026"):
        notices.undo_batch(batch, actor=SAMIRA, now=clock.now())
    assert [event.is_cancelled for event in (first, second, third)] == [True, False, True]
    assert not notices.is_undoable(batch)


def test_what_was_put_back_alone_is_no_longer_of_the_gesture(ear: Ear) -> None:
    batch = notices.begin("venue_closed", SAMIRA, clock.now())
    first, second, third = three(batch)
    notices.undo(second, actor=NADIA, now=clock.now())
    assert notices.undo_batch(batch, actor=SAMIRA, now=clock.now()) == [first, third]


def test_nothing_goes_back_into_a_place_that_was_closed_meanwhile(ear: Ear) -> None:
    alone, batched = factories.an_event("Seul"), factories.an_event("Avec d’autres")
    scheduling.cancel(alone, actor=SAMIRA, now=clock.now())
    batch = notices.begin("moved", SAMIRA, clock.now())
    later(batched, timedelta(days=7), batch=batch)
    span = (SATURDAY - AN_HOUR, SATURDAY + AN_HOUR)
    closure = closures.close(alone.venue, *span, "Dégât des eaux", actor=NADIA, now=clock.now())
    with pytest.raises(VenueClosed):
        notices.undo(alone, actor=SAMIRA, now=clock.now())
    with pytest.raises(VenueClosed):
        notices.undo_batch(batch, actor=SAMIRA, now=clock.now())
    assert (alone.is_cancelled, batched.starts_at) == (True, SATURDAY + timedelta(days=7))
    closures.lift(closure, actor=NADIA, now=clock.now())
    notices.undo(alone, actor=SAMIRA, now=clock.now())
    notices.undo_batch(batch, actor=SAMIRA, now=clock.now())
    assert (alone.is_cancelled, batched.starts_at) == (False, SATURDAY)


def test_gestures_are_forgotten_three_months_later_those_that_wait_are_not(ear: Ear) -> None:
    batch = notices.begin("venue_closed", SAMIRA, clock.now())
    three(batch)
    much_later = clock.now() + timedelta(days=91)
    assert notices.forget_old(much_later) == 0
    told()
    assert (notices.forget_old(clock.now() + timedelta(days=89)), notices.forget_old(much_later)) == (0, 1)


@pytest.mark.databases("postgresql")  # SQLite has one writer
@pytest.mark.parametrize("turn", range(3))
def test_undone_while_a_worker_tells_either_everybody_is_told_or_nobody(
    app: Flask, ear: Ear, turn: int
) -> None:
    event = factories.an_event("Les écrans")
    later(event)
    code, number, due = event.code, event.id, clock.now() + 10 * A_MINUTE
    db.session.commit()

    def undo() -> str:
        try:
            notices.undo(listings.by_code(code), actor=SAMIRA, now=clock.now())
        except notices.ToldAlready:
            return "too late"
        return "undone"

    outcome, was_told = at_once(app, undo, lambda: telling.tell(number, due))
    db.session.rollback()
    undone = outcome == "undone"
    assert (outcome, was_told) in {("undone", False), ("too late", True)}
    assert ear.heard == [("Les écrans", undone)]
    assert listings.by_code(code).starts_at == (SATURDAY if undone else SATURDAY + AN_HOUR)


@pytest.mark.databases("postgresql")
def test_two_workers_tell_once(app: Flask, ear: Ear) -> None:
    event = factories.an_event("Les écrans")
    later(event)
    number, due = event.id, clock.now() + 10 * A_MINUTE
    db.session.commit()
    came = at_once(app, *[lambda: telling.tell(number, due)] * 3)
    assert sorted(map(bool, came)) == [False, False, True]
    assert ear.heard == [("Les écrans", False)]
