"""The letter of a week: to each reader once, at its hour, whatever crashes and however many work at it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from email.utils import parseaddr

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.clock import local
from eventsapp.database import begin_writing, db
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.newsletter import issuing
from eventsapp.newsletter.models import Subscription
from tests import factories
from tests.newsletter.readers import (
    MONDAY,
    MONDAY_MORNING,
    a_reader,
    a_turn,
    deliver,
    every_turn,
    link_of,
    text_of,
    weekly,
)
from tests.races import at_once
from tests.registrations.stories import a_transaction
from tests.servers import PostOffice
from tests.web.conftest import Statements

WEDNESDAY = local(date(2026, 12, 2), 14)


@pytest.fixture
def workshop(app: Flask, db_session: scoped_session[Session]) -> None:
    """Something to tell: a workshop on Wednesday 2 December."""
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    factories.an_event("Atelier cuisine en famille", starts_at=WEDNESDAY)
    db_session.commit()


def issued() -> list[tuple[str, date]]:
    db.session.rollback()
    return [(one.email, one.issued_on) for one in db.session.scalars(select(Subscription))]


@pytest.mark.usefixtures("workshop")
def test_it_arrives_with_the_headers_that_stop_it(smtp: PostOffice) -> None:
    awa = a_reader("awa@example.org")
    smtp.letters.clear()
    every_turn()
    [came] = [one for one in smtp.to("awa@example.org") if one.message["List-Id"]]
    message, stop = came.message, f"{link_of(awa)}/arret"
    assert message["List-Unsubscribe"] == f"<{stop}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"].startswith("<paris-19.lundi.")
    assert (message["Auto-Submitted"], message["Precedence"]) == ("auto-generated", None)
    assert parseaddr(message["From"])[0] == "L’agenda du 19e"
    assert stop in came.part("text/plain")
    assert stop in came.part("text/html")
    assert message["Subject"] == "1 rendez-vous cette semaine dans le 19e"


@pytest.mark.usefixtures("workshop")
def test_once_delivered_no_link_of_it_is_kept(smtp: PostOffice) -> None:
    token = link_of(a_reader()).rpartition("/")[2]
    a_turn()
    [waiting] = weekly()
    assert token not in waiting.text + waiting.html + waiting.headers
    deliver()
    [sent] = weekly()
    assert sent.status is LetterStatus.SENT
    assert token not in sent.text + sent.html + sent.headers
    assert set(json.loads(sent.headers)) == {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}


@pytest.mark.usefixtures("workshop")
def test_without_https_no_program_is_told_that_one_click_is_enough(app: Flask, smtp: PostOffice) -> None:
    app.config["PUBLIC_URL"] = "http://agenda.example.org"
    a_reader()
    every_turn()
    message = smtp.letters[-1].message
    assert message["List-Unsubscribe"].startswith("<http://agenda.example.org/lettre/")
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.usefixtures("workshop")
@pytest.mark.parametrize(
    ("hour", "leaves"),
    [
        (local(date(2026, 11, 29), 12), False),  # Sunday
        (local(MONDAY, 6, 59), False),
        (local(MONDAY, 7), True),
        (local(MONDAY, 19, 59), True),
        (local(MONDAY, 20), False),
        (local(date(2026, 12, 1), 6, 59), False),
        (local(date(2026, 12, 1), 7), True),  # the worker was down on Monday
        (local(date(2026, 12, 2), 7), False),
    ],
)
def test_it_leaves_on_monday_between_seven_and_eight_in_the_evening_or_on_tuesday(
    hour: datetime, leaves: bool
) -> None:
    a_reader()
    a_turn(hour)
    assert len(weekly()) == leaves


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("monday", [date(2026, 10, 26), date(2027, 3, 29)])
def test_on_the_monday_after_the_clocks_change_it_is_seven_in_paris(monday: date) -> None:
    """Summer time ends and begins on a Sunday: at six in UTC it is seven in winter, at five in summer."""
    seven = local(monday, 7)
    assert seven.hour == (6 if monday.month == 10 else 5)
    assert issuing.week_now(seven) == monday
    assert issuing.week_now(seven - timedelta(minutes=1)) is None


@pytest.mark.parametrize("monday", [date(2026, 10, 26), date(2027, 3, 22)])
def test_the_week_whose_sunday_is_an_hour_shorter_or_longer_has_seven_days(
    db_session: scoped_session[Session], clock: time_machine.Traveller, monday: date
) -> None:
    clock.move_to(local(monday, 7))
    for ahead in (0, 6, 7):
        factories.an_event(
            f"Jour {ahead}", starts_at=local(monday + timedelta(days=ahead), 23, 30), hours=0.4
        )
    a_reader()
    a_turn(hours.now())
    [letter] = weekly()
    week, later = text_of(letter).split("À noter aussi")
    assert [f"Jour {ahead}" in week for ahead in (0, 6, 7)] == [True, True, False]
    assert "Jour 7" in later


@pytest.mark.usefixtures("workshop")
def test_however_often_a_worker_looks_it_is_written_once_a_week(clock: time_machine.Traveller) -> None:
    a_reader()
    for hour in (7, 7, 8, 19):
        every_turn(local(MONDAY, hour))
    assert len(weekly()) == 1
    factories.an_event("Le mercredi d’après", starts_at=WEDNESDAY + timedelta(days=7))
    every_turn(MONDAY_MORNING + timedelta(days=7))
    assert [one.posted_at for one in weekly()] == [MONDAY_MORNING, MONDAY_MORNING + timedelta(days=7)]


@pytest.mark.usefixtures("workshop")
def test_who_confirms_on_monday_is_served_that_day_and_who_does_on_friday_the_next_monday(
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(local(date(2026, 11, 27), 9))
    a_reader("friday@example.org")
    assert weekly() == []
    assert issuing.next_issue(hours.now()) == MONDAY
    every_turn()
    clock.move_to(local(MONDAY, 11))
    a_reader("monday@example.org")
    assert issuing.next_issue(hours.now()) is None
    every_turn(hours.now())
    assert [one.address for one in weekly()] == ["friday@example.org", "monday@example.org"]
    assert issuing.next_issue(hours.now(), issued_on=MONDAY) == date(2026, 12, 7)


@pytest.mark.usefixtures("workshop")
def test_two_workers_at_the_same_monday_serve_each_reader_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "AT_ONCE", 4)
    for number in range(12):
        a_reader(f"reader{number}@example.org")
    [territory] = issuing.due(MONDAY_MORNING)
    db.session.commit()

    def work() -> int:
        return issuing.write_some(territory, MONDAY_MORNING)

    served = [came for came in at_once(app, work, work, work) if isinstance(came, int)]
    assert len(served) == 3
    every_turn()
    assert Counter(one.address for one in weekly()) == {f"reader{n}@example.org": 1 for n in range(12)}


@pytest.mark.usefixtures("workshop")
@pytest.mark.databases("sqlite")
def test_killed_at_any_statement_a_batch_is_served_whole_or_not_at_all(
    app: Flask, monkeypatch: pytest.MonkeyPatch, statements: Statements
) -> None:
    """What a worker killed before its commit leaves behind is what a transaction rolled back leaves."""
    for number in range(3):
        a_reader(f"reader{number}@example.org")
    [territory] = issuing.due(MONDAY_MORNING)
    db.session.rollback()
    begin_writing()
    assert issuing.write_some(territory, MONDAY_MORNING) == 3
    db.session.flush()
    db.session.rollback()
    assert weekly() == []
    assert {monday for _, monday in issued()} == {date(2026, 11, 9)}
    every_turn()
    every_turn()
    assert len(weekly()) == 3


@pytest.mark.usefixtures("workshop")
def test_a_batch_costs_the_same_whoever_reads_and_whatever_there_is(
    db_session: scoped_session[Session], statements: Statements, clock: time_machine.Traveller
) -> None:
    costs = []
    area = factories.a_territory().id
    for readers, events in ((1, 0), (8, 12)):
        for number in range(readers):
            a_reader(f"reader{readers}{number}@example.org", themes=["parentalite"] if number % 2 else [])
        for number in range(events):
            starts_at = WEDNESDAY + timedelta(hours=number)
            factories.an_event(f"Atelier {number}", starts_at=starts_at, activity=factories.an_activity())
        db_session.commit()
        begin_writing()
        with statements() as said:
            assert issuing.write_some(area, MONDAY_MORNING) == readers
            db.session.commit()
        # SQLite takes one letter at a time, PostgreSQL all of them in one statement.
        costs.append(sum(not one.startswith("INSERT INTO letter") for one in said))
        deliver()
    assert costs == [6, 6], "\n".join(said)


@pytest.mark.usefixtures("workshop")
def test_the_next_batch_waits_until_this_one_has_left(
    smtp: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who registers meanwhile waits behind one batch, not behind all readers."""
    monkeypatch.setattr(issuing, "AT_ONCE", 2)
    for number in range(3):
        a_reader(f"reader{number}@example.org")
    deliver(hours.now())
    a_turn()
    with smtp.closed():
        deliver()
        assert (a_turn(), len(weekly())) == ("", 2)
    smtp.answer = "450 come back later"
    deliver(MONDAY_MORNING + timedelta(minutes=2))
    # Put off by a server of theirs, they hold up nobody.
    a_turn(MONDAY_MORNING + timedelta(minutes=2))
    assert len(weekly()) == 3


@pytest.mark.usefixtures("workshop")
def test_it_is_not_sent_when_half_of_the_week_is_over(smtp: PostOffice) -> None:
    a_reader()
    a_turn()
    deliver(local(date(2026, 12, 3), 0))
    assert [one.status for one in weekly()] == [LetterStatus.STALE]
    assert [(one.text, one.headers) for one in weekly()] == [("", "")]


@pytest.mark.usefixtures("db_session")
def test_who_has_nothing_to_read_gets_no_letter() -> None:
    a_reader()
    a_turn()
    assert weekly() == []
    assert issued() == [("awa@example.org", MONDAY)]
    assert a_turn() == ""


@pytest.mark.usefixtures("workshop")
def test_no_desk_lists_it() -> None:
    a_reader()
    a_turn()
    with a_transaction():
        assert {one.territory_id for one in db.session.scalars(select(Letter))} == {None}
