"""One gesture over several sessions: all or none, told once, remembered longer than the agenda remembers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import hosts, notices, scheduling
from eventsapp.agenda.models import Event
from eventsapp.agenda.notice_models import ChangeBatch
from eventsapp.agenda.openings import VenueClosed
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.disruptions import closing, doing, moving, replacing
from eventsapp.disruptions.closing import PreviewIsOld
from eventsapp.disruptions.models import Disruption, Gesture
from eventsapp.mailroom.models import Letter
from eventsapp.places import closures
from eventsapp.places.models import Venue
from eventsapp.refusals import Conflict
from tests import factories, saturdays
from tests.disruptions import curial
from tests.races import at_once
from tests.registrations.stories import a_transaction, told


@pytest.fixture
def events(db_session: scoped_session[Session]) -> list[Event]:
    """Three sessions at Curial, of three partners."""
    school, *_ = curial.schools()
    found = curial.sessions(school, curial.partners(3), 3)
    db_session.commit()
    return found


def move(events: list[Event], days: int = 7) -> Disruption:
    changes = moving.moved(events, days=days, hour=None, now=clock.now())
    return doing.carry_out(
        Gesture.MOVING, factories.a_territory(), changes, actor="account:1", now=clock.now()
    )


def test_one_that_cannot_be_moved_keeps_all_where_they_are(
    events: list[Event], db_session: scoped_session[Session]
) -> None:
    last = events[2].starts_at + timedelta(days=7)
    closures.close(events[2].venue, last, last + timedelta(hours=1), "Travaux", actor="cli", now=clock.now())
    db_session.commit()
    starts = [event.starts_at for event in events]
    with pytest.raises(VenueClosed), a_transaction():
        move(events)
    assert [event.starts_at for event in events] == starts
    assert db_session.scalar(select(func.count(Disruption.id))) == 0


@pytest.mark.databases("postgresql")  # SQLite has one writer
@pytest.mark.parametrize("turn", range(3))
def test_a_place_that_is_closed_while_something_is_announced_there(
    app: Flask, db_session: scoped_session[Session], turn: int
) -> None:
    """Whoever comes second sees what the first has done: nothing is announced in a closed place."""
    school = factories.a_school()
    factories.an_activity("Goûter")
    number, span = school.id, (local(curial.FIRST, 0), local(curial.LAST, 0))
    db_session.commit()

    def close() -> object:
        venue = db_session.get_one(Venue, number)
        closing.carry_out(
            venue, *span, "Travaux", {}, "", territory=venue.territory, actor="cli", now=clock.now()
        )
        return "closed"

    def announce() -> object:
        venue = db_session.get_one(Venue, number)
        event = factories.an_event("Goûter", venue=venue, starts_at=local(curial.FIRST, 10))
        return event.title

    came = at_once(app, close, announce)
    db_session.rollback()
    assert [type(one) for one in came] in ([str, VenueClosed], [PreviewIsOld, str]), came


@pytest.mark.databases("postgresql")
def test_two_who_close_a_place_at_once_close_it_once(app: Flask, db_session: scoped_session[Session]) -> None:
    number, span = factories.a_school().id, (local(curial.FIRST, 0), local(curial.LAST, 0))
    db_session.commit()

    def close() -> object:
        venue = db_session.get_one(Venue, number)
        return closures.close(venue, *span, "Travaux", actor="cli", now=clock.now()).reason

    came = at_once(app, *[close] * 3)
    assert sorted(type(one).__name__ for one in came) == ["ClosedAlready", "ClosedAlready", "str"]


def test_what_was_changed_again_since_is_not_undone(events: list[Event]) -> None:
    with a_transaction():
        done = move(events)
    assert doing.can_undo(done)
    with a_transaction():
        scheduling.cancel(events[0], actor="account:2", now=clock.now())
    assert not doing.can_undo(done)
    with pytest.raises(Conflict), a_transaction():
        doing.undo(done, actor="account:1", now=clock.now())
    assert done.undone_at is None


def test_hosts_and_places_hear_what_holds_when_the_window_is_over(
    events: list[Event], db_session: scoped_session[Session]
) -> None:
    """One of three was put back alone, one was called off after all: nobody hears that they moved."""
    back, off, moved_on = events
    with a_transaction():
        done = move(events)
    with a_transaction():
        notices.undo(back, actor="account:2", now=clock.now())
        scheduling.cancel(off, actor="account:2", now=clock.now())
    assert [change.event for change in doing.standing(done)] == [off, moved_on]
    with a_transaction():
        assert doing.tell(done.id, clock.now() + timedelta(minutes=10))
    letters = db_session.scalars(
        select(Letter).where(Letter.kind == "disruptions/changed").order_by(Letter.id)
    ).all()
    said = {letter.reader_name: letter.text for letter in letters}
    names = {event: f"- {event.title} (" for event in events}
    assert not any(names[back] in text for text in said.values()), said
    assert [("Annulé." in text) for text in said.values() if names[off] in text] == [True]
    assert [("Devient" in text) for text in said.values() if names[moved_on] in text] == [True]


@pytest.mark.databases("postgresql")  # SQLite has one writer
def test_whoever_tells_them_waits_for_who_answers_at_that_moment(events: list[Event]) -> None:
    """What they have answered, and their calendars have been told, is judged once the answer is kept."""
    with a_transaction():
        done = move(events)
    number, wanted = done.id, select(Event.id).where(Event.id == events[-1].id)
    db.session.rollback()
    with db.engine.connect() as elsewhere:
        elsewhere.execute(wanted.with_for_update(key_share=True))
        db.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            doing.tell(number, clock.now() + timedelta(minutes=10))
        db.session.rollback()
        elsewhere.rollback()
    with a_transaction():
        assert doing.tell(number, clock.now() + timedelta(minutes=10))


def test_it_is_still_shown_when_the_agenda_has_forgotten_its_batch(
    events: list[Event], db_session: scoped_session[Session]
) -> None:
    with a_transaction():
        done = move(events)
    told()
    with a_transaction():
        assert doing.tell(done.id, clock.now() + timedelta(minutes=10))
    with a_transaction():
        notices.forget_old(clock.now() + notices.KEPT + timedelta(days=1))
    assert db_session.scalar(select(func.count(ChangeBatch.id))) == 0
    db_session.refresh(done)
    assert (done.batch_id, len(doing.changes_of(done)), doing.can_undo(done)) == (None, 3, False)


def test_a_host_who_was_replaced_by_somebody_else_since_is_not_put_back(
    db_session: scoped_session[Session],
) -> None:
    school, *_ = saturdays.a_town()
    espace, other = factories.an_association("La Lanterne"), factories.an_association("Autre")
    event = saturdays.a_saturday(
        school, curial.FIRST + timedelta(days=5), host=espace, topic=saturdays.a_topic("les écrans")
    )
    db_session.commit()
    span = (local(curial.FIRST, 0), local(curial.LAST, 0))
    territory = factories.a_territory()
    key = replacing.outlook(espace, territory, *span, now=clock.now()).affected[0].proposal.best.key
    with a_transaction():
        done = replacing.carry_out(
            espace, territory, *span, "Grippe", {event.id: key}, actor="account:1", now=clock.now()
        )
    assert event.host is not espace
    with a_transaction():
        hosts.rehost(event, other, event.topic, actor="account:2", now=clock.now())
    with pytest.raises(Conflict), a_transaction():
        doing.undo(done, actor="account:1", now=clock.now())
    assert event.host is other
