"""Who says « aucun message » hears nothing, what was still to leave included; nobody else is cut off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.database import db
from eventsapp.languages import DEFAULT
from eventsapp.mailroom import calls, escalation
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.people.models import Household
from eventsapp.people.preferences import Wishes
from eventsapp.registrations import silence
from eventsapp.registrations.models import RegistrationStatus
from tests import factories
from tests.registrations.stories import a_transaction, answers, cancel, letters, register
from tests.texting import a_gateway

pytestmark = pytest.mark.usefixtures("db_session")


def wishes_silence(household: Household | None) -> None:
    assert household is not None
    said = Wishes(language=DEFAULT, means=None, phone_is_shared=False, wants_no_messages=True)
    with a_transaction():
        silence.keep(household, said, now=clock.now())


def test_a_call_that_was_still_to_be_made_is_not_made(db_session: scoped_session[Session]) -> None:
    event = factories.an_event(capacity=12)
    awa = register(event, answers("Awa", email=None, number="01 99 00 11 22")).registration
    register(event, answers("Binta", email=None, number="01 99 00 33 44"))
    assert [one.first.reader_name for one in calls.to_make(event.territory_id, now=clock.now())] == [
        "Awa",
        "Binta",
    ]
    wishes_silence(awa.household)
    assert [one.first.reader_name for one in calls.to_make(event.territory_id, now=clock.now())] == ["Binta"]


def test_nor_the_one_in_place_of_a_mail_that_came_back(db_session: scoped_session[Session]) -> None:
    event = factories.an_event(capacity=12)
    awa = register(event, answers("Awa", email="awa@example.org", number="01 99 00 11 22")).registration
    with a_transaction():
        letter = db.session.scalars(select(Letter)).one()
        letter.status, letter.phone = LetterStatus.FAILED, "+33199001122"
    assert len(calls.to_make(event.territory_id, now=clock.now())) == 1
    wishes_silence(awa.household)
    assert calls.to_make(event.territory_id, now=clock.now()) == []


def test_a_mail_that_comes_back_afterwards_becomes_no_call(db_session: scoped_session[Session]) -> None:
    event = factories.an_event(capacity=12)
    awa = register(event, answers("Awa", email="awa@example.org", number="01 99 00 11 22")).registration
    with a_transaction():
        letter = db.session.scalars(select(Letter)).one()
        letter.status, letter.finished_at = LetterStatus.SENT, clock.now()
    wishes_silence(awa.household)
    with a_transaction():
        escalation.bounced(db.session.scalars(select(Letter)).one(), "5.1.1", now=clock.now())
    assert [one.status for one in letters()] == [LetterStatus.FAILED]
    assert calls.to_make(event.territory_id, now=clock.now()) == []


def test_what_was_written_for_her_alone_is_not_texted_to_a_phone_that_others_now_read(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    with a_gateway(app):
        event = factories.an_event(capacity=12)
        awa = register(event, answers("Awa", email="awa@example.org", number="06 39 98 00 11")).registration
        binta = register(event, answers("Binta", email=None, number="06 39 98 00 22")).registration
        mine = Wishes(language=DEFAULT, means=None, phone_is_shared=True, wants_no_messages=False)
        for one in (awa, binta):
            with a_transaction():
                silence.keep(db.session.get_one(Household, one.household_id), mine, now=clock.now())
        with a_transaction():
            mail = letters("awa@example.org")[0]
            mail.status = LetterStatus.SENT
            escalation.bounced(mail, "5.1.1", now=clock.now())
        assert [(one.reader_name, one.channel, one.status, one.phone_is_shared) for one in letters()] == [
            ("Awa", Channel.MAIL, LetterStatus.FAILED, True),
            ("Binta", Channel.SMS, LetterStatus.FAILED, True),
            ("Binta", Channel.CALL, LetterStatus.WAITING, True),
            ("Awa", Channel.CALL, LetterStatus.WAITING, True),
        ]


def test_a_place_held_for_her_yes_is_hers_and_one_she_knows_of_still_waits_for_it() -> None:
    """Nobody will ask her any more, so no delay could run; of a place she was told of, it runs on."""
    event = factories.an_event(capacity=2, entry=EntryRules(answer_hours=24))
    other = factories.an_event("Couture", capacity=2, entry=EntryRules(answer_hours=24))
    parties = []
    for one in (event, other):
        first = register(one, answers("Binta", adults=2)).registration
        parties.append(register(one, answers("Awa", adults=2)).registration)
        cancel(first)
    untold, told = parties
    with a_transaction():
        told.answer_by = clock.now() + timedelta(hours=24)
    for party in parties:
        assert party.status is RegistrationStatus.OFFERED
        wishes_silence(party.household)
    assert (untold.status, untold.offered_at, untold.event.seats_taken) == (
        RegistrationStatus.CONFIRMED,
        None,
        2,
    )
    assert told.status is RegistrationStatus.OFFERED
    assert LetterStatus.WAITING not in {
        one.status for one in letters() if one.kind == "registrations/offered"
    }
