"""« Nous venons », « Nous ne pouvons pas venir »: Espace 19 holds a Saturday at Curial, and says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import hosts, scheduling
from eventsapp.agenda.models import Event
from eventsapp.agenda.scheduling import EventIsCancelled, EventIsPast
from eventsapp.hosting import answers, coming, gate, listings
from eventsapp.hosting.answers import DateHasChanged, Said
from eventsapp.hosting.coming import ComingMissing, NobodyIsAsked
from eventsapp.hosting.models import Coming, HostAnswer, terms_of
from tests import factories, saturdays

YES, NO = Coming.YES.value, Coming.NO.value


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Saturday 5 December 2026 at Curial, held by Espace 19."""
    espace = factories.an_association("Espace 19")
    found = saturdays.a_saturday(factories.a_school(), date(2026, 12, 5), host=espace)
    db_session.commit()
    return found


def say(event: Event, typed: str, words: str = "", *, former: bool = False) -> bool:
    return coming.say(event, typed, words, former=former, actor="account:3", now=hours.now())


def stands(event: Event) -> Coming | None:
    """What its host said, where that counts; the page of the date and every list say the same."""
    row = coming.told_of([event]).get(event.id)
    assert listings.date_of(event).host_answer is row
    return row.coming if row and row.still_stands(event) else None


def refused(event: Event) -> list[int]:
    return [one.event.id for one in listings.refused_dates(event.territory, now=hours.now())]


def test_an_answer_counts_for_the_hour_and_place_it_was_given_for(event: Event) -> None:
    assert (stands(event), listings.date_of(event).asks_host) == (None, True)
    assert say(event, YES)
    assert not say(event, YES)  # said twice, it is one answer
    assert stands(event) is Coming.YES
    week = timedelta(days=7)
    moves: tuple[dict[str, object], ...] = (
        {"starts_at": event.starts_at + week, "ends_at": event.ends_at + week},
        {"venue": factories.a_school("École Manin")},
    )
    for move in moves:
        scheduling.reschedule(event, actor="account:1", now=hours.now(), **move)  # type: ignore[arg-type]  # as it takes
        assert stands(event) is None
        assert event.id in coming.told_of([event])  # « a répondu avant le changement »
        assert say(event, NO)
        assert (stands(event), refused(event)) == (Coming.NO, [event.id])
    scheduling.reschedule(event, room="préau", actor="account:1", now=hours.now())
    assert stands(event) is Coming.NO


def test_what_another_organisation_said_is_nobodys(event: Event) -> None:
    say(event, NO)
    assert refused(event) == [event.id]
    fourmis = factories.an_association("Les Fourmis")
    hosts.rehost(event, fourmis, None, actor="account:1", now=hours.now())
    assert (coming.told_of([event]), refused(event), listings.date_of(event).host_answer) == ({}, [], None)
    say(event, YES)
    assert stands(event) is Coming.YES


def test_an_answer_to_what_it_was_takes_away_none_that_stands(event: Event) -> None:
    assert say(event, NO, former=True)
    assert (stands(event), refused(event)) == (None, [])
    assert say(event, YES)
    assert not say(event, NO, former=True)
    assert stands(event) is Coming.YES


def test_a_date_that_both_refuse_is_in_the_queue_once(event: Event) -> None:
    say(event, NO, "Awa est malade")
    answers.give(event, Said("non"), actor="contact:1", now=hours.now())
    [one] = listings.refused_dates(event.territory, now=hours.now())
    assert one.answer is not None
    assert one.host_answer is not None
    assert (one.event, one.host_answer.words, one.day) == (event, "Awa est malade", date(2026, 12, 5))
    assert listings.how_many_refused(event.territory, now=hours.now()) == 1
    say(event, YES)
    [one] = listings.refused_dates(event.territory, now=hours.now())
    assert one.host_answer is None
    answers.give(event, Said("oui"), actor="contact:1", now=hours.now())
    assert refused(event) == []


def test_what_is_no_answer_or_comes_too_late_changes_nothing(
    event: Event, db_session: scoped_session[Session]
) -> None:
    shown = terms_of(event)
    with pytest.raises(ComingMissing):
        say(event, "peut-être")
    later = {"starts_at": event.starts_at + timedelta(hours=1), "ends_at": event.ends_at + timedelta(hours=1)}
    scheduling.reschedule(event, actor="account:1", now=hours.now(), **later)  # type: ignore[arg-type]  # as it takes
    with pytest.raises(DateHasChanged):
        coming.say(event, YES, "", shown=shown, actor="account:3", now=hours.now())
    with pytest.raises(EventIsPast):
        coming.say(event, YES, "", actor="account:3", now=event.ends_at)
    with pytest.raises(NobodyIsAsked):  # no school Saturday
        say(factories.an_event("Atelier"), YES)
    scheduling.cancel(event, actor="account:1", now=hours.now())
    with pytest.raises(EventIsCancelled):
        say(event, YES)
    assert db_session.scalar(select(func.count(HostAnswer.id))) == 0


def test_its_words_are_forgotten_the_day_after_and_its_yes_stays(
    event: Event, db_session: scoped_session[Session]
) -> None:
    say(event, YES, "Awa apporte les jeux")
    db_session.commit()
    gate.forget_past(event.ends_at)
    assert db_session.scalars(select(HostAnswer.words)).all() == ["Awa apporte les jeux"]
    gate.forget_past(event.ends_at + timedelta(days=1))
    assert db_session.execute(select(HostAnswer.words, HostAnswer.coming)).all() == [("", Coming.YES)]
