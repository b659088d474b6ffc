"""Whom a letter to an organisation or a place reaches."""

from __future__ import annotations

import pytest

from eventsapp import clock
from eventsapp.access import grants, readers
from eventsapp.access.models import Role
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.people import accounts
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Venue
from tests import factories

pytestmark = pytest.mark.usefixtures("db_session")


def an_account(name: str, role: Role, where: Organisation | Venue) -> Account:
    account = accounts.open_account(f"{name.lower()}@example.org", name, actor="cli", now=clock.now())
    grants.give(account, role, where, by="cli", now=clock.now())
    db.session.flush()
    return account


def a_contact(name: str, **values: object) -> None:
    db.session.add(Contact(**{"name": name, "phone": "1", "created_at": clock.now()} | values))
    db.session.flush()


def of(organisation: Organisation) -> list[str]:
    return [one.name for one in readers.of_organisations([organisation]).get(organisation.id, [])]


def test_owners_come_before_contacts_and_contacts_before_the_organisation_itself() -> None:
    espace = factories.an_association("Espace 19")
    assert of(espace) == []
    espace.phone = "demander à Nadia"  # nobody can dial that
    assert of(espace) == []
    espace.email = "contact@espace.example"
    assert of(espace) == ["Espace 19"]
    a_contact("Peut-être", organisation_id=espace.id)
    a_contact("Sûre", organisation_id=espace.id, verified_at=clock.now())
    a_contact("Partie", organisation_id=espace.id, ended_at=clock.now())
    assert of(espace) == ["Sûre", "Peut-être"]
    nadia = an_account("Nadia", Role.OWNER, espace)
    an_account("Moussa", Role.MEMBER, espace)
    assert of(espace) == ["Nadia"]
    nadia.closed_at = clock.now()
    assert of(espace) == ["Sûre", "Peut-être"]


def test_a_place_is_reached_by_all_its_contacts_signed_in_or_not() -> None:
    curial, manin = factories.a_school(), factories.a_school("École Manin")
    an_account("Roy", Role.SCHOOL_CONTACT, curial)
    a_contact("Gardien", venue_id=curial.id)
    a_contact("Ailleurs", venue_id=manin.id)
    found = readers.of_places([curial.id])
    assert {number: [one.name for one in people] for number, people in found.items()} == {
        curial.id: ["Roy", "Gardien"]
    }
    assert readers.of_places([]) == {}
