"""Awa was counted by a number or an address that she has replaced since: nothing leads there any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventsapp import clock as hours
from eventsapp.database import db
from eventsapp.indicators.models import CountedFamily
from eventsapp.people import households
from eventsapp.people.models import Household
from eventsapp.registrations.booking import Confirmed
from eventsapp.retention import erasing
from tests.pages import PageClient
from tests.registrations.stories import a_transaction
from tests.retention.families import AWA, BINTA, a_family, comes, nightly, two_workshops
from tests.web.residents.homes import code_for, confirm

pytestmark = pytest.mark.usefixtures("db_session")

NEW = {"phone": "01 99 00 22 22", "email": "awa@nouvelle.example"}


def replace(client: PageClient, path: str, what: str) -> None:
    """On her own page; a mailbox is proved by its code, a landline is noted."""
    page = client.get(path).page
    form = page.form(action=f"{path}/{'telephone' if what == 'phone' else 'adresse'}")
    assert client.submit(form, {what: NEW[what]}).status_code == 303
    if what == "email":
        proof = client.get(path).page.form(button="Changer mon adresse")
        assert client.submit(proof, {"code": code_for(NEW["email"])}).status_code == 303
    db.session.rollback()


@pytest.mark.parametrize("what", ["phone", "email"])
def test_what_she_was_counted_by_before_goes_at_once_and_later_leads_nowhere_either(
    client: PageClient, clock: time_machine.Traveller, what: str
) -> None:
    first, second = two_workshops()
    who = AWA if what == "phone" else (AWA[0], AWA[1], None, AWA[3])
    awa = a_family(who)
    registration = comes(first, who, awa)
    comes(first, BINTA, a_family(BINTA))
    comes(second, who, awa)
    clock.move_to(first.ends_at + timedelta(days=9))
    nightly()
    before = set(db.session.scalars(select(CountedFamily.digest)))
    assert len(before) == 2
    with a_transaction():
        link = households.new_link(db.session.get_one(Household, awa.id), now=hours.now())
    path = f"{confirm(client, Confirmed(registration, link))}/preferences"
    replace(client, path, what)
    digests = set(db.session.scalars(select(CountedFamily.digest)))
    assert (len(digests), len(digests & before)) == (2, 1), "Awa's is another, Binta's stays"
    clock.move_to(second.ends_at + timedelta(days=9))
    nightly()
    counted = set(db.session.scalars(select(CountedFamily.digest)))
    with a_transaction():
        erasing.erase(db.session.get_one(Household, awa.id), now=hours.now())
    after = set(db.session.scalars(select(CountedFamily.digest)))
    assert len(after) == len(counted)
    assert after & before == digests & before, "Binta's alone"


def test_whoever_changes_something_else_stays_the_family_that_was_counted(
    client: PageClient, clock: time_machine.Traveller
) -> None:
    first, _ = two_workshops()
    awa = a_family(AWA)
    registration = comes(first, AWA, awa)
    clock.move_to(first.ends_at + timedelta(days=9))
    nightly()
    before = db.session.scalars(select(CountedFamily.digest)).all()
    with a_transaction():
        link = households.new_link(db.session.get_one(Household, awa.id), now=hours.now())
    path = f"{confirm(client, Confirmed(registration, link))}/preferences"
    # She is counted by her number: another mailbox changes nothing of it.
    replace(client, path, "email")
    assert db.session.scalars(select(CountedFamily.digest)).all() == before
