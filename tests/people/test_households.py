"""A household is known by its private link, and by nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.people import households
from eventsapp.people.households import LinkUnknown
from eventsapp.people.models import Household, PrivateLink


def open_household(first_name: str, email: str = "partage@example.org") -> Household:
    return households.open_new(first_name=first_name, email=email, phone=None, language="fr", now=clock.now())


def test_an_address_typed_twice_opens_two_households(db_session: scoped_session[Session]) -> None:
    awa, binta = open_household("Awa"), open_household("Binta")
    db_session.commit()
    assert awa.id != binta.id
    assert [person.contact.first_name for person in db_session.scalars(select(Household))] == ["Awa", "Binta"]


def test_each_link_opens_its_household_until_it_is_revoked(db_session: scoped_session[Session]) -> None:
    awa, binta = open_household("Awa"), open_household("Binta")
    of_awa, of_binta, again = (households.new_link(one, now=clock.now()) for one in (awa, binta, awa))
    db_session.commit()
    assert households.by_link(of_awa) is awa
    assert households.by_link(of_binta) is binta
    assert households.by_link(again) is awa

    link = db.session.scalars(select(PrivateLink).where(PrivateLink.fingerprint == fingerprint(of_awa))).one()
    link.revoked_at = clock.now()
    db_session.commit()
    with pytest.raises(LinkUnknown):
        households.by_link(of_awa)
    assert households.by_link(again) is awa


def test_the_database_does_not_hold_the_token(db_session: scoped_session[Session]) -> None:
    token = households.new_link(open_household("Awa"), now=clock.now())
    db_session.commit()
    [row] = db_session.execute(select(PrivateLink.__table__)).mappings()
    assert token not in str(dict(row))
    assert len(token) >= 43
    for wrong in ("", token[:-1], token + "A", fingerprint(token), "../../etc"):
        with pytest.raises(LinkUnknown):
            households.by_link(wrong)
