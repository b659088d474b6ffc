"""How a change reaches each: by the means they chose, and by the quickest when it presses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.mailroom import calls, rounds
from eventsapp.mailroom.models import Channel, LetterStatus
from eventsapp.people.models import Means, Person
from eventsapp.registrations import answering, booking, offers
from eventsapp.registrations.models import Registration
from eventsapp.registrations.reach import Reach, reach
from tests import factories
from tests.factories import SATURDAY
from tests.registrations.stories import a_transaction, answers, cancel, kinds, letters, register, told
from tests.servers import PostOffice
from tests.texting import TextGateway, a_gateway

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FRIDAY = SATURDAY - timedelta(hours=20)
MOBILE, LANDLINE = "06 39 98 00 07", "01 99 00 20 20"


@pytest.fixture(autouse=True)
def session(db_session: scoped_session[Session]) -> scoped_session[Session]:
    return db_session


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return factories.an_event(capacity=20)


@pytest.fixture
def gateway(app: Flask) -> Iterator[TextGateway]:
    with a_gateway(app) as gateway:
        yield gateway


def comes(
    event: Event, name: str, *, mail: bool = True, number: str | None = None, **person: object
) -> Registration:
    email = f"{name.lower()}@example.org" if mail else None
    registration = register(event, answers(name, email=email, number=number)).registration
    for field, value in person.items():
        setattr(registration.contact, field, value)
    db.session.commit()
    return registration


def call_off(event: Event, now: datetime) -> None:
    with a_transaction():
        scheduling.cancel(event, reason="Grève", actor="account:1", now=now)


def heard(since: int) -> dict[str, list[str]]:
    """How each was told, in order: « courriel CANCEL », « sms »."""
    by: dict[str, list[str]] = {}
    for one in letters()[since:]:
        by.setdefault(one.reader_name, []).append(f"{one.channel.value} {one.method or ''}".strip())
    return by


def everybody(event: Event) -> int:
    comes(event, "Awa", number=MOBILE)
    comes(event, "Binta", number=LANDLINE)
    comes(event, "Chao")
    comes(event, "Dalia", mail=False, number=MOBILE)
    comes(event, "Elif", mail=False, number=LANDLINE)
    comes(event, "Fatou", number=MOBILE, means=Means.MAIL)
    comes(event, "Gilda", number=MOBILE, means=Means.CALL)
    comes(event, "Hana", number=MOBILE, means=Means.SMS)
    comes(event, "Ines", number=MOBILE, wants_no_messages=True)
    return len(letters())


def test_a_change_days_before_goes_by_the_means_of_each(event: Event, gateway: TextGateway) -> None:
    before = everybody(event)
    call_off(event, clock.now())
    told(clock.now() + HOUR)
    assert heard(before) == {
        "Awa": ["courriel CANCEL"],
        "Binta": ["courriel CANCEL"],
        "Chao": ["courriel CANCEL"],
        "Dalia": ["sms"],
        "Elif": ["appel"],
        "Fatou": ["courriel CANCEL"],
        # Both were invited by mail before they chose: the date leaves their calendar all the same.
        "Gilda": ["courriel CANCEL", "appel"],
        "Hana": ["courriel CANCEL", "sms"],
    }


def test_a_change_the_day_before_goes_the_quickest_way_that_they_accept(
    event: Event, gateway: TextGateway
) -> None:
    before = everybody(event)
    counted = reach(event, now=FRIDAY)
    call_off(event, FRIDAY)
    assert heard(before) == {
        "Awa": ["courriel CANCEL", "sms"],
        "Binta": ["courriel CANCEL", "appel"],
        "Chao": ["courriel CANCEL"],
        "Dalia": ["sms"],
        "Elif": ["appel"],
        "Fatou": ["courriel CANCEL"],
        "Gilda": ["courriel CANCEL", "appel"],
        "Hana": ["courriel CANCEL", "sms"],
    }
    assert counted == Reach(
        by_mail=2, texts=3, calls=3, with_mail=2, waiting=0, unwilling=1, languages=(("fr", 8),)
    )


def test_who_chose_before_the_first_letter_gets_no_invitation(event: Event, gateway: TextGateway) -> None:
    from eventsapp.registrations import booking
    from eventsapp.registrations.models import WayIn

    with a_transaction():
        booked = booking.book(
            event, answers("Awa", email="awa@example.org", number=MOBILE), language="fr",
            way=WayIn.ONLINE, now=clock.now(),
        )  # fmt: skip
        booked.registration.contact.means = Means.SMS
        booking.tell(booked, now=clock.now())
    assert heard(0) == {"Awa": ["sms"]}
    call_off(event, clock.now())
    told(clock.now() + HOUR)
    assert heard(0) == {"Awa": ["sms", "sms"]}


def test_a_text_does_not_wait_for_a_mail_server_that_is_away(
    event: Event, gateway: TextGateway, smtp: PostOffice
) -> None:
    comes(event, "Awa", number=MOBILE)
    with smtp.closed():
        call_off(event, FRIDAY)
        rounds.deliver_due(FRIDAY)
    assert gateway.to("+33639980007")[0].startswith("Ce rendez-vous est annulé. Ne venez pas.")
    assert smtp.letters == []


def test_a_text_that_is_refused_is_called_and_a_mail_beside_it_is_not(
    event: Event, gateway: TextGateway, smtp: PostOffice
) -> None:
    comes(event, "Awa", number=MOBILE)
    before = len(letters())
    call_off(event, FRIDAY)
    gateway.refuse(400, "invalid_parameter")
    smtp.answer = "550 no such user"
    rounds.deliver_due(FRIDAY)
    rounds.deliver_due(FRIDAY + HOUR)
    [call] = calls.to_make(event.territory_id, now=FRIDAY)
    assert [one.kind for one in call.letters] == ["registrations/called_off"]
    failed = [one for one in letters()[before:] if one.status is LetterStatus.FAILED]
    assert [one.channel for one in failed] == [Channel.MAIL, Channel.SMS]


def test_what_is_said_by_phone_is_no_longer_said_once_something_newer_is_known(
    event: Event, gateway: TextGateway
) -> None:
    comes(event, "Binta", number=LANDLINE)
    with a_transaction():
        scheduling.reschedule(
            event,
            starts_at=event.starts_at + 9 * DAY,
            ends_at=event.ends_at + 9 * DAY,
            actor="account:1",
            now=FRIDAY,
        )
    assert [one.kind for one in calls.to_make(event.territory_id, now=FRIDAY)[0].letters] == [
        "registrations/rescheduled"
    ]
    call_off(event, FRIDAY + HOUR)
    told(FRIDAY + 2 * HOUR)
    assert kinds("binta@example.org")[-1] == "called_off CANCEL"
    assert calls.to_make(event.territory_id, now=FRIDAY + 2 * HOUR) == []  # not « it has moved »


def test_who_cancels_and_is_reached_by_phone_alone_hears_it_by_text_or_not_at_all(
    event: Event, gateway: TextGateway
) -> None:
    dalia = register(event, answers("Dalia", number=MOBILE)).registration
    elif_ = register(event, answers("Elif", number=LANDLINE)).registration
    cancel(dalia)
    cancel(elif_)
    assert kinds() == ["confirmed", "confirmed", "withdrawn"]
    assert letters()[-1].channel is Channel.SMS


def test_a_family_that_wants_no_messages_keeps_no_calendar_from_another(
    event: Event, gateway: TextGateway
) -> None:
    """Two families, one mailbox: the first wants no messages, the second's calendar is put right."""
    register(event, answers("Awa", email="shared@example.org")).registration.contact.wants_no_messages = True
    register(event, answers("Binta", email="shared@example.org"))
    db.session.commit()
    call_off(event, clock.now())
    told(clock.now() + HOUR)
    assert [(one.reader_name, one.method) for one in letters()[2:]] == [("Binta", "CANCEL")]


def test_nobody_is_shown_to_anybody(event: Event, gateway: TextGateway) -> None:
    before = everybody(event)
    call_off(event, FRIDAY)
    names = {one.first_name for one in db.session.query(Person)}
    for one in letters()[before:]:
        others = names - {one.reader_name}
        assert [name for name in others if name in f"{one.subject} {one.text} {one.html}"] == []


def told_since(since: int) -> list[tuple[str, str, str | None]]:
    return [(one.kind.split("/")[1], one.address, one.method) for one in letters()[since:]]


def cancels(registration: Registration) -> None:
    with a_transaction():
        booking.cancel(db.session.get_one(Registration, registration.id), actor="cli", now=clock.now())


@pytest.mark.parametrize("means", [Means.CALL, Means.SMS])
def test_who_is_told_otherwise_since_the_invitation_has_the_date_taken_out_of_the_calendar(
    event: Event, gateway: TextGateway, means: Means
) -> None:
    """She cancels on her own page; nobody calls to say so, but her calendar must not wait for her."""
    awa = comes(event, "Awa", number=MOBILE)
    with a_transaction():
        db.session.get_one(Registration, awa.id).contact.means = means
    before = len(letters())
    cancels(awa)
    texts = [("withdrawn", "+33639980007", None)] if means is Means.SMS else []
    assert told_since(before) == [("withdrawn", "awa@example.org", "CANCEL"), *texts]


def test_the_cancel_goes_to_the_mailbox_that_was_invited(event: Event, gateway: TextGateway) -> None:
    awa, binta = comes(event, "Awa"), comes(event, "Binta")
    with a_transaction():
        for one in (awa, binta):
            db.session.get_one(Registration, one.id).contact.email = f"{one.id}@ailleurs.example"
    before = len(letters())
    cancels(awa)
    assert told_since(before) == [
        ("withdrawn", f"{awa.id}@ailleurs.example", None),
        ("withdrawn", "awa@example.org", "CANCEL"),
    ]
    before = len(letters())
    call_off(event, FRIDAY)
    assert told_since(before) == [
        ("called_off", f"{binta.id}@ailleurs.example", None),
        ("called_off", "binta@example.org", "CANCEL"),
    ]


def test_who_asked_for_silence_is_not_written_to_for_a_calendar(event: Event, gateway: TextGateway) -> None:
    awa = comes(event, "Awa", number=MOBILE)
    with a_transaction():
        db.session.get_one(Registration, awa.id).contact.wants_no_messages = True
    before = len(letters())
    cancels(awa)
    assert told_since(before) == []


def test_a_place_for_tomorrow_is_told_the_quickest_way(
    db_session: scoped_session[Session], gateway: TextGateway
) -> None:
    event = factories.an_event(capacity=2)
    leaving = [register(event, answers(name)).registration for name in ("Binta", "Clara")]
    for name in ("Awa", "Dalia"):
        comes(event, name, number=MOBILE)
    before = len(letters())
    for one, when in zip(leaving, (clock.now(), FRIDAY), strict=True):
        cancel(one, when)
    found = heard(before)
    assert found["Awa"] == ["courriel REQUEST"]
    assert found["Dalia"] == ["courriel REQUEST", "sms"]


def test_a_place_that_asks_for_a_yes_tomorrow_too_and_the_delay_runs_from_the_text(
    db_session: scoped_session[Session], gateway: TextGateway, smtp: PostOffice
) -> None:
    event = factories.an_event(capacity=1, entry=EntryRules(answer_hours=24))
    binta = register(event, answers("Binta")).registration
    awa = comes(event, "Awa", number=MOBILE)
    before = len(letters())
    morning = local(FRIDAY.date(), 9)
    cancel(binta, morning)
    assert heard(before)["Awa"] == ["courriel", "sms"]
    with a_transaction():
        text = letters()[-1]
        assert text.channel is Channel.SMS
        text.status, text.finished_at = LetterStatus.SENT, morning
    assert offers.due(morning) == [event.id]
    with a_transaction():
        assert offers.settle(event.id, morning) == 1
    assert awa.answer_by == answering.deadline(24, event.starts_at, morning)
