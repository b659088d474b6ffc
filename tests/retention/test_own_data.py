"""What is tied to a family in any table is deleted with it, and given to it when it asks."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Household
from eventsapp.registrations import standing
from eventsapp.registrations.models import AgeBracket
from eventsapp.registrations.party import Member
from eventsapp.retention import own_data
from tests import factories
from tests.registrations.stories import a_transaction, cancel
from tests.retention.families import AWA, BINTA, a_family, arrives, comes, two_workshops
from tests.web.conftest import Statements

PERSONAL = ("person", "household", "professional", "registration", "participant", "letter")

TIES = {
    ("household", "contact_id", "person"): "people.forgetting",
    ("professional", "person_id", "person"): "people.forgetting",
    ("private_link", "household_id", "household"): "people.forgetting",
    ("registration", "household_id", "household"): "registrations.forgetting",
    ("registration", "professional_id", "professional"): "registrations.forgetting",
    ("participant", "registration_id", "registration"): "registrations.forgetting",
    ("participant_need", "participant_id", "participant"): "registrations.forgetting",
    ("enrolment", "registration_id", "registration"): "registrations.forgetting",
    ("attendance_mark", "registration_id", "registration"): "attendance.forgetting",
    ("call_attempt", "letter_id", "letter"): "mailroom.forgetting",
    # With the row they hang on (CASCADE).
    ("photo_consent", "participant_id", "participant"): "registrations.forgetting",
    ("standing_sign_up", "household_id", "household"): "people.forgetting",
    ("standing_sign_up", "professional_id", "professional"): "people.forgetting",
    ("feed_link", "household_id", "household"): "feeds.private_links",
    ("feed_link", "professional_id", "professional"): "feeds.private_links",
    ("household_browser", "household_id", "household"): "people.forgetting",
    ("household_code", "household_id", "household"): "people.forgetting",
    ("private_link", "professional_id", "professional"): "people.forgetting",
    ("letter", "moved_from_id", "letter"): "mailroom.forgetting",
    # It says that somebody of a relay worker's was registered, and no more who (SET NULL).
    ("referral", "registration_id", "registration"): "registrations.forgetting",
}
"""Every foreign key that leads to somebody, and who deletes or empties its row. Whoever adds one adds it
here, to that module, and to `own_data.held` where it says something of the family."""


@pytest.mark.databases("sqlite")
def test_every_table_tied_to_a_family_is_forgotten_with_it(app: Flask) -> None:
    with app.app_context():
        found = {
            (table.name, key.parent.name, key.column.table.name)
            for table in db.metadata.sorted_tables
            for key in table.foreign_keys
            if key.column.table.name in PERSONAL
        }
    assert found == set(TIES)


@pytest.fixture
def awa(db_session: scoped_session[Session], clock: time_machine.Traveller) -> Household:
    """She came on Saturday, and comes again; Binta came too."""
    awa, (first, second) = a_family(AWA), two_workshops()
    there = [comes(first, AWA, awa), comes(first, BINTA, a_family(BINTA))]
    comes(second, AWA, awa)
    clock.move_to(first.starts_at)
    arrives(first, *there)
    clock.shift(timedelta(hours=5))
    return awa


def test_she_reads_all_that_is_hers_and_nothing_of_binta(awa: Household) -> None:
    held = own_data.held(awa, now=hours.now())
    text = json.dumps(held, ensure_ascii=False)
    for mine in ("Zawadie", "zawadie@marqueur.example", "06 39 98 77 11", "Zoumana", "interprete", "bm"):
        assert mine in text
    for other in ("Zbintou", "zbintou", "98 77 22", "Zaliou"):
        assert other not in text
    assert [len(one["attendance"]) for one in held["registrations"]] == [1, 0]
    assert [one["invitation"]["address"] for one in held["registrations"]] == [AWA[1], AWA[1]]
    assert [letter["kind"] for letter in held["letters"]] == ["registrations/confirmed"] * 2
    assert held["household"]["first_name"] == "Zawadie"
    assert len(held["private_links"]) == 2
    assert [line["verb"] for line in held["journal"]] == []


def test_a_series_whose_action_turned_sensitive_is_not_named(awa: Household) -> None:
    with a_transaction():
        event = db.session.scalars(select(Event)).first()
        assert event is not None
        family, people = db.session.get_one(Household, awa.id), [Member(bracket=AgeBracket.ADULT)]
        standing.sign_up(event.activity, family, people, actor="household:1", now=hours.now())
    named = event.activity.title
    assert [one["activity"] for one in own_data.held(awa, now=hours.now())["every_date_of"]] == [named]
    event.activity.action.is_sensitive = True
    db.session.commit()
    assert [one["activity"] for one in own_data.held(awa, now=hours.now())["every_date_of"]] == [""]


def test_the_copy_opens_nothing(awa: Household) -> None:
    text = json.dumps(own_data.held(awa, now=hours.now()), ensure_ascii=False)
    assert "/m/…" in text
    assert "/m/" not in text.replace("/m/…", "")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("number", [0, 1, 3])
def test_it_costs_the_same_whatever_she_did(
    db_session: scoped_session[Session], statements: Statements, number: int
) -> None:
    family = a_family(AWA)
    for count in range(number):
        event = factories.an_event(f"Atelier {count}", capacity=4)
        db_session.commit()
        comes(event, AWA, family)
    db.session.rollback()
    family = db.session.get_one(Household, family.id)
    assert family.contact.first_name == "Zawadie"
    with statements() as said:
        held = own_data.held(family, now=hours.now())
    assert len(held["registrations"]) == number
    assert len(said) == (13 if number else 11), "\n".join(said)


@pytest.mark.usefixtures("db_session")
def test_whoever_typed_somebody_elses_address_learns_nothing_of_them(clock: time_machine.Traveller) -> None:
    """Awa comes to the first workshop and not to the second. Xavier registers at both with her address, and
    cancels: what we hold on him is the same of both."""
    first, second = two_workshops()
    comes(first, AWA, a_family(AWA))
    xavier = a_family(("Xavier", AWA[1], None, "Zoe"))
    made = [comes(event, ("Xavier", AWA[1], None, "Zoe"), xavier) for event in (first, second)]
    clock.shift(timedelta(hours=1))
    for one in made:
        cancel(one)
    held = own_data.held(db.session.get_one(Household, xavier.id), now=hours.now())
    said = json.dumps(held["letters"], ensure_ascii=False).replace("\u00a0", " ")
    assert "Annulation notée" in said
    days, codes = ("28 novembre", "5 décembre"), (first.code, second.code)
    for words in (days, codes):
        for word in words:
            said = said.replace(word, "…")
    letters = json.loads(said)
    assert [one["kind"] for one in letters] == ["registrations/confirmed"] * 2 + [
        "registrations/withdrawn"
    ] * 2
    assert letters[0::2] == letters[1::2]
    at_first, at_second = (one["invitation"] for one in held["registrations"])
    assert at_first == at_second
