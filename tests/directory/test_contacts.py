"""Contacts: whom to reach, confirmed each school year, ended, forgotten; each territory has its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.directory import contacts, listings
from eventsapp.directory.contacts import AlreadyThere, Answers, HasEnded
from eventsapp.directory.listings import Filters, Need, Whose
from eventsapp.directory.models import Contact
from eventsapp.journal import JournalLine
from eventsapp.people import approvals
from eventsapp.people.contacts import ContactMissing
from eventsapp.people.models import OrganisationKind
from eventsapp.places.models import VenueKind
from eventsapp.refusals import NotFound, Refusal
from tests import factories

Db = scoped_session[Session]

ROY = Answers("Madame Roy", "directrice", "roy@ecole.example", "01 99 00 00 01", "le matin")


def added(answers: Answers = ROY, *, place: contacts.Place | None = None, number: int = 19) -> Contact:
    where = place or factories.a_school()
    return contacts.add(
        where, answers, territory=factories.a_territory(number), actor="account:1", now=hours.now()
    )


def named(filters: Filters | None = None, *, number: int = 19, on: date | None = None) -> list[str]:
    area, wanted = factories.a_territory(number), filters or Filters()
    found = listings.contacts(area, wanted, on=on or hours.today(), limit=50)
    return [one.name for one in found]


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (date(2026, 8, 31), date(2025, 9, 1)),
        (date(2026, 9, 1), date(2026, 9, 1)),
        (date(2027, 1, 1), date(2026, 9, 1)),
    ],
)
def test_a_school_year_starts_on_the_first_of_september(day: date, start: date) -> None:
    assert listings.school_year_start(day) == start


def test_a_contact_is_to_be_confirmed_from_the_first_of_september_in_paris(db_session: Db) -> None:
    territory = factories.a_territory()
    roy = added()
    roy.verified_at = datetime(2026, 8, 31, 21, 59, 59, tzinfo=UTC)  # 23:59:59 in Paris
    db_session.flush()
    in_august, in_september = date(2026, 8, 31), date(2026, 9, 1)
    assert listings.is_verified(roy, on=in_august)
    assert listings.to_verify(territory, on=in_august) == 0
    assert not listings.is_verified(roy, on=in_september)
    assert listings.to_verify(territory, on=in_september) == 1
    contacts.verify(roy, territory=territory, actor="account:1", now=local(date(2026, 9, 1), 0))
    db_session.flush()
    assert listings.to_verify(territory, on=date(2027, 8, 31)) == 0


def test_those_to_confirm_come_first_in_september_and_october(db_session: Db) -> None:
    for name, verified in (("Awa", local(date(2026, 9, 2), 9)), ("Zoé", None)):
        added(Answers(name, phone="0199000001")).verified_at = verified
    db_session.flush()
    assert named(on=date(2026, 10, 31)) == ["Zoé", "Awa"]
    assert named(on=date(2026, 11, 1)) == ["Awa", "Zoé"]


def test_each_territory_sees_its_places_and_the_organisations_that_may_act_there(db_session: Db) -> None:
    both, here = (
        factories.an_association("Espace 19"),
        factories.an_association("Curieux", kind=OrganisationKind.COMPANY),
    )
    tenth = factories.a_territory(10)
    for one, numbers in ((both, (19, 10)), (here, (19,))):
        for number in numbers:
            approvals.approve(one, factories.a_territory(number), actor="cli", now=hours.now())
    added()
    added(Answers("Nadia", phone="0199000002"), place=both)
    added(Answers("Omar", phone="0199000003"), place=here)
    added(
        Answers("La gardienne", email="g@parc.example"),
        place=factories.a_school("Le parc", kind=VenueKind.PARK),
    )
    weil = added(
        Answers("Weil", phone="0199000004"),
        place=factories.a_school("École Récollets", territory=tenth),
        number=10,
    )
    db_session.flush()
    assert named() == ["Omar", "Madame Roy", "Nadia", "La gardienne"]
    assert named(number=10) == ["Weil", "Nadia"]
    with pytest.raises(NotFound):
        listings.contact_by_id(weil.id, factories.a_territory())
    assert named(Filters(whose=Whose.SCHOOLS)) == ["Madame Roy"]
    assert named(Filters(whose=Whose.VENUES)) == ["La gardienne"]
    assert named(Filters(whose=Whose.ASSOCIATIONS)) == ["Nadia"]
    assert named(Filters(whose=Whose.ORGANISATIONS)) == ["Omar"]
    assert named(Filters(need=Need.WITHOUT_MAIL)) == ["Omar", "Nadia"]
    assert named(Filters(words="ecole CUR")) == ["Madame Roy"]
    assert named(Filters(words="%")) == []
    approvals.end(both, factories.a_territory(), actor="cli", now=hours.now())
    assert named() == ["Omar", "Madame Roy", "La gardienne"]


def test_a_contact_is_added_changed_confirmed_and_ended_and_the_journal_names_nobody(db_session: Db) -> None:
    territory, now = factories.a_territory(), hours.now()
    roy = added()
    assert (roy.phone, roy.phone_e164, roy.verified_at) == ("01 99 00 00 01", "+33199000001", now)
    contacts.change(
        roy, Answers("Madame Roy", phone="0199000002"), territory=territory, actor="account:1", now=now
    )
    contacts.verify(roy, territory=territory, actor="account:1", now=now)
    contacts.end(roy, territory=territory, actor="account:1", now=now)
    db_session.flush()
    assert named() == []
    with pytest.raises(HasEnded):
        contacts.verify(roy, territory=territory, actor="account:1", now=now)
    lines = db_session.scalars(
        select(JournalLine).where(JournalLine.thing == "contact").order_by(JournalLine.id)
    )
    assert [(line.verb, line.details) for line in lines] == [
        ("added", {}),
        ("changed", {}),
        ("verified", {}),
        ("ended", {}),
    ]
    added()  # another person of that name may come


@pytest.mark.parametrize(
    ("answers", "refused", "field"),
    [
        (Answers("madame ROY", phone="0199000001"), AlreadyThere, "name"),
        (Answers("Weil"), ContactMissing, "email"),
        (Answers("", phone="0199000001"), Refusal, "name"),
        (Answers("Weil", email="x"), Refusal, "email"),
        (Answers("Weil", phone="x"), Refusal, "phone"),
        (Answers("Weil", "f" * 81, phone="0199000001"), Refusal, "function"),
        (Answers("Weil", phone="0199000001", hours="h" * 121), Refusal, "hours"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    db_session: Db, answers: Answers, refused: type[Refusal], field: str
) -> None:
    added()
    with pytest.raises(refused) as said:
        added(answers)
    assert said.value.field == field


def test_it_is_forgotten_a_month_after_its_end_or_unconfirmed_for_three_years(
    db_session: Db,
) -> None:
    now = hours.now()
    kinds = {
        "ended long ago": (now, now - timedelta(days=30, seconds=1)),
        "ended": (now, now - timedelta(days=30)),
        "unconfirmed": (now - timedelta(days=1095, seconds=1), None),
        "confirmed": (now - timedelta(days=1095), None),
    }
    for name, (verified, ended) in kinds.items():
        contact = added(Answers(name, phone="0199000001"))
        contact.verified_at, contact.ended_at = verified, ended
    never = added(Answers("never", phone="0199000001"))
    never.verified_at, never.created_at = None, now - timedelta(days=1096)
    db_session.flush()
    assert contacts.forget_old(now) == 1
    assert set(db.session.scalars(select(Contact.name))) == {"ended", "confirmed", "unconfirmed", "never"}
    assert named() == ["confirmed"]
    assert contacts.forget_old(now + timedelta(days=30, seconds=1)) == 3
