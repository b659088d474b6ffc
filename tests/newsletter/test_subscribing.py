"""Asked for by anybody, begun by its reader alone, stopped by one gesture."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.jobs import timetable
from eventsapp.mailroom import bounces, escalation
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.newsletter import links, listings, returned, subscribing
from eventsapp.newsletter.listings import Readers
from eventsapp.newsletter.models import Subscription, SubscriptionStatus
from eventsapp.newsletter.subscribing import Choices, NeverConfirmed, SubscriptionDoesNotWork
from tests import factories
from tests.newsletter.readers import (
    LINK,
    MONDAY,
    MONDAY_MORNING,
    a_quartier,
    a_reader,
    a_turn,
    ask,
    deliver,
    every_turn,
    link_of,
    text_of,
    turn,
    weekly,
)
from tests.registrations.stories import a_transaction
from tests.servers import PostOffice

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def workshop(app: Flask, db_session: scoped_session[Session]) -> None:
    """Something to tell in each of four weeks."""
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    for week in range(4):
        factories.an_event(f"Atelier {week}", starts_at=local(MONDAY, 18) + WEEK * week)
    db_session.commit()


def kinds() -> list[str]:
    db.session.rollback()
    return [one.kind.rpartition("/")[2] for one in db.session.scalars(select(Letter).order_by(Letter.id))]


def subscriptions() -> list[Subscription]:
    db.session.rollback()
    return list(db.session.scalars(select(Subscription).order_by(Subscription.id)))


def test_nothing_but_the_question_leaves_until_it_is_answered(smtp: PostOffice) -> None:
    ask("awa@example.org")
    deliver(hours.now())
    every_turn()
    assert [one.message["Subject"] for one in smtp.letters] == ["Recevoir la lettre du lundi ?"]
    assert smtp.letters[0].message["List-Unsubscribe"] is None
    with a_transaction():
        subscribing.confirm(
            subscribing.behind(link_of(subscriptions()[0]).rpartition("/")[2]), now=hours.now()
        )
    every_turn()
    assert len(smtp.letters) == 2


def test_the_question_holds_a_link_that_the_database_does_not() -> None:
    ask("awa@example.org")
    db.session.rollback()
    [letter] = db.session.scalars(select(Letter)).all()
    [link] = set(LINK.findall(text_of(letter)))
    token = link.rpartition("/")[2]
    assert subscribing.behind(token).email == "awa@example.org"
    stored = {
        column.name: getattr(subscriptions()[0], column.name) for column in Subscription.__table__.columns
    }
    assert token not in str(stored) + letter.text + letter.html


def test_who_types_a_known_address_changes_nothing_of_it_and_its_reader_is_told(
    clock: time_machine.Traveller,
) -> None:
    a_reader("awa@example.org", themes=["parentalite"])
    ask("AWA@example.org", language="en")
    [awa] = subscriptions()
    assert (awa.email, awa.themes, awa.language) == ("awa@example.org", ["parentalite"], "fr")
    assert kinds() == ["confirmation", "known"]
    assert {one.address for one in db.session.scalars(select(Letter))} == {"awa@example.org"}


def test_an_address_is_written_to_three_times_a_day(clock: time_machine.Traveller) -> None:
    for _ in range(5):
        ask("awa@example.org")
    assert kinds() == ["confirmation"] * 3
    clock.shift(timedelta(days=2))
    ask("awa@example.org")
    assert len(kinds()) == 4


def test_asked_again_before_it_is_confirmed_the_last_choices_count() -> None:
    a_quartier("danube", "Danube")
    ask("awa@example.org", themes=["parentalite", "sorcery"])
    ask("awa@example.org", quartiers=["danube", "elsewhere"], language="en")
    [awa] = subscriptions()
    assert (awa.themes, awa.quartiers, awa.language) == ([], ["danube"], "en")


def test_one_address_may_follow_two_territories(db_session: scoped_session[Session]) -> None:
    a_reader("awa@example.org")
    tenth = factories.a_territory(10)
    db_session.commit()
    with a_transaction():
        subscribing.ask(
            tenth, "awa@example.org", Choices((), (), "fr"), listings.offered(tenth), now=hours.now()
        )
    assert [(one.territory.number, one.status.value) for one in subscriptions()] == [
        (19, "active"),
        (10, "a_confirmer"),
    ]


def test_stopped_nothing_leaves_any_more_and_taken_back_it_does(smtp: PostOffice) -> None:
    awa = a_reader()
    a_turn()
    with a_transaction():
        subscribing.stop(awa, now=hours.now())
        subscribing.stop(awa, now=hours.now())
    assert [one.status for one in weekly()] == [LetterStatus.STALE]
    deliver()
    every_turn(MONDAY_MORNING + WEEK)
    assert len(weekly()) == 1
    with a_transaction():
        subscribing.resume(awa)
    every_turn(MONDAY_MORNING + WEEK)
    assert [one.status for one in weekly()] == [LetterStatus.STALE, LetterStatus.SENT]


def test_who_never_confirmed_has_nothing_to_take_back() -> None:
    ask("awa@example.org")
    [awa] = subscriptions()
    db.session.rollback()
    with a_transaction():
        subscribing.stop(awa, now=hours.now())
    with pytest.raises(NeverConfirmed), a_transaction():
        subscribing.resume(awa)


def test_the_link_of_the_oldest_letter_stops_as_well_as_the_latest(smtp: PostOffice) -> None:
    a_reader()
    for week in range(3):
        every_turn(MONDAY_MORNING + WEEK * week)
    headers = {one.message["List-Unsubscribe"] for one in smtp.letters if one.message["List-Id"]}
    assert (len(weekly()), len(headers)) == (3, 1)


def test_under_another_secret_new_letters_still_stop_and_old_links_lead_nowhere(
    app: Flask, smtp: PostOffice
) -> None:
    awa = a_reader()
    former = links.token_of(awa)
    db.session.rollback()
    app.config["SECRET_KEY"] = "another secret"
    every_turn()
    assert smtp.letters[-1].message["List-Unsubscribe"] == f"<{link_of(subscriptions()[0])}/arret>"
    with pytest.raises(SubscriptionDoesNotWork):
        subscribing.behind(former)


def test_one_day_the_unconfirmed_and_the_stopped_are_forgotten(clock: time_machine.Traveller) -> None:
    ask("unconfirmed@example.org")
    stopped, awa = a_reader("stopped@example.org"), a_reader("awa@example.org")
    with a_transaction():
        subscribing.stop(stopped, now=hours.now())
    for days, left in ((2, 3), (3, 2), (6, 2), (7, 1)):
        db.session.commit()
        timetable.forget_newsletters(turn(hours.now() + timedelta(days=days)))
        assert len(subscriptions()) == left, days
    assert [one.id for one in subscriptions()] == [awa.id]
    kept = {one.address for one in db.session.scalars(select(Letter))}
    assert kept == {"", "awa@example.org"}


def test_letters_of_weeks_gone_by_are_deleted_once_they_cannot_come_back(smtp: PostOffice) -> None:
    a_reader()
    every_turn()
    for days, left in ((7, 1), (8, 0)):
        db.session.commit()
        timetable.forget_newsletters(turn(MONDAY_MORNING + timedelta(days=days)))
        assert len(weekly()) == left
    assert kinds() == ["confirmation"]


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "550 5.2.1 mailbox closed", "550 user unknown"])
def test_a_mailbox_that_is_gone_ends_it_at_once(smtp: PostOffice, answer: str) -> None:
    a_reader()
    deliver(hours.now())
    a_turn()
    smtp.answer = answer
    deliver()
    [ended] = subscriptions()
    assert (ended.status, ended.returned) == (SubscriptionStatus.ENDED, bounces.gone(answer))
    assert listings.how_many(ended.territory) == Readers(active=0, returned=1)
    with a_transaction():
        subscribing.resume(ended)
    assert listings.how_many(subscriptions()[0].territory) == Readers(active=1, returned=0)


def test_so_does_a_letter_that_comes_back_days_later(smtp: PostOffice) -> None:
    a_reader()
    every_turn()
    [letter] = weekly()
    with a_transaction():
        escalation.bounced(letter, "5.1.10 smtp; 550 5.1.10 recipient not found", now=hours.now())
    assert [one.status for one in subscriptions()] == [SubscriptionStatus.ENDED]


@pytest.mark.parametrize("answer", ["550 5.7.1 you look like a spammer", "552 5.2.2 mailbox full", "550 no"])
def test_whatever_else_ends_it_after_three_weeks_in_a_row(smtp: PostOffice, answer: str) -> None:
    a_reader()
    deliver(hours.now())
    seen = []
    for week, comes in enumerate((False, True, False, False, False)):
        smtp.answer = "" if comes else answer
        hour = local((MONDAY_MORNING + WEEK * week).date(), 7)
        factories.an_event(f"Encore {week}", starts_at=hour + timedelta(hours=9))
        a_turn(hour)
        deliver(hour)
        seen.append(subscriptions()[0].status is SubscriptionStatus.ACTIVE)
    assert seen == [True, True, True, True, False]
    assert subscriptions()[0].returned == subscribing.SEVERAL


def test_a_question_that_comes_back_ends_nothing(smtp: PostOffice) -> None:
    ask("awa@example.org")
    smtp.answer = "550 5.1.1 no such user"
    deliver(hours.now())
    assert [one.status for one in subscriptions()] == [SubscriptionStatus.PENDING]


def test_a_letter_of_somebody_else_is_none_of_ours() -> None:
    awa = a_reader()
    other = Letter(kind="registrations/confirmed", about=f"registration:{awa.id}")
    returned.letter_returned(other, "550 5.1.1", hours.now())
    assert subscriptions()[0].status is SubscriptionStatus.ACTIVE
