"""Private feeds as calendar programs read them (RULES F13, F14, F16, P6, P10, P11): mine, nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from icalendar import Calendar
from icalendar.cal.event import Event as Entry
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.feeds import private_links
from eventsapp.feeds.private_links import Owner, Wishes
from eventsapp.feeds.private_models import FeedKind, FeedLink
from eventsapp.people.models import Household
from eventsapp.registrations import booking, forgetting, seats
from eventsapp.registrations.models import AgeBracket, Registration, WayIn
from eventsapp.registrations.party import Member
from tests import factories
from tests.pages import PageClient
from tests.registrations.stories import a_transaction, answers, cancel, register, told
from tests.web.conftest import Statements

WORKSHOP, WALK = "Atelier cuisine en famille", "Balade du canal"


@pytest.fixture
def workshop(db_session: scoped_session[Session]) -> Event:
    """Samedi 28 novembre 2026, four places."""
    event = factories.an_event(WORKSHOP, capacity=4)
    db_session.commit()
    return event


def comes(event: Event, name: str, adults: int = 2, **contact: str | None) -> Registration:
    return register(event, answers(name, adults, **contact)).registration


def household(name: str) -> Household:
    db.session.rollback()
    rows = db.session.scalars(select(Registration)).all()
    found = next(row.household for row in rows if row.contact.first_name == name)
    assert found is not None
    return found


def feed_of(name: str, **wishes: bool) -> str:
    """The path of a new private feed of somebody's."""
    owner = Owner(kind=FeedKind.HOUSEHOLD, number=household(name).id)
    with a_transaction():
        token = private_links.make(owner, Wishes(**wishes), actor="household:1", now=hours.now())  # type: ignore[arg-type]  # flags
    return private_links.path_of(token)


def entries(client: PageClient, path: str) -> list[Entry]:
    answer = client.get(path)
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.data)
    assert isinstance(calendar, Calendar)
    return list(calendar.events)


def titles(client: PageClient, path: str) -> list[tuple[str, str]]:
    return [(str(one["SUMMARY"]), str(one["STATUS"])) for one in entries(client, path)]


def move(event: Event, starts_at: datetime) -> None:
    with a_transaction():
        ends_at = starts_at + timedelta(hours=2)
        scheduling.reschedule(event, starts_at=starts_at, ends_at=ends_at, actor="cli", now=hours.now())


def test_what_a_calendar_program_gets(client: PageClient, workshop: Event) -> None:
    comes(workshop, "Awa")
    path = feed_of("Awa")
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["ETag"].startswith('W/"')
    absent = {"Set-Cookie", "Content-Disposition", "Content-Encoding", "Location", "Content-Language"}
    assert absent & set(answer.headers.keys()) == set()
    assert client.get(path).data == answer.data
    assert client.head(path).headers["ETag"] == answer.headers["ETag"]
    assert client.post(path).status_code == 405


def test_a_registration_is_the_entry_that_every_other_calendar_holds(
    client: PageClient, workshop: Event
) -> None:
    comes(workshop, "Awa")
    mine, town = entries(client, feed_of("Awa")), entries(client, "/agendas/paris-19.ics")
    assert [one.to_ical() for one in mine] == [one.to_ical() for one in town]


def test_nothing_of_anybody_is_in_it(client: PageClient, workshop: Event) -> None:
    comes(workshop, "Awa", adults=1)
    comes(workshop, "Binta", adults=1)
    text = client.get(feed_of("Awa", reminds=True)).get_data(as_text=True).replace("\r\n ", "")
    for word in ("Awa", "Binta", "example.org", "ATTENDEE", "ORGANIZER", "METHOD", "SOURCE", "adulte"):
        assert word not in text


def test_a_token_opens_its_own_feed_and_no_other(client: PageClient, workshop: Event) -> None:
    walk = factories.an_event(WALK, capacity=4)
    db.session.commit()
    comes(workshop, "Awa")
    comes(walk, "Binta")
    awa, binta = feed_of("Awa"), feed_of("Binta")
    assert titles(client, awa) == [(WORKSHOP, "CONFIRMED")]
    assert titles(client, binta) == [(WALK, "CONFIRMED")]
    for wrong in (awa[:-6] + "x.ics", "/agendas/prives/.ics", "/agendas/prives/paris-19.ics", awa.lower()):
        assert client.get(wrong).status_code == 404
    fingerprint = db.session.scalars(select(FeedLink.fingerprint)).first()
    assert client.get(f"/agendas/prives/{fingerprint}.ics").status_code == 404


def test_who_waits_has_nothing_in_their_calendar_until_a_place_is_theirs(
    client: PageClient, workshop: Event
) -> None:
    awa = comes(workshop, "Awa", adults=4)
    comes(workshop, "Binta", adults=2)
    binta = feed_of("Binta")
    assert titles(client, binta) == []
    cancel(awa)
    assert titles(client, binta) == [(WORKSHOP, "CONFIRMED")]


def test_what_i_gave_up_is_shown_cancelled_until_its_day_has_passed(
    client: PageClient, workshop: Event, clock: time_machine.Traveller
) -> None:
    awa = comes(workshop, "Awa")
    path = feed_of("Awa")
    [before] = entries(client, path)
    clock.shift(timedelta(hours=1))
    cancel(awa)
    [after] = entries(client, path)
    assert (str(after["SUMMARY"]), str(after["STATUS"])) == (f"Annulé pour vous : {WORKSHOP}", "CANCELLED")
    assert (after["UID"], after["DTSTART"].dt) == (before["UID"], before["DTSTART"].dt)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt
    clock.move_to(workshop.starts_at + timedelta(days=1))
    assert entries(client, path) == []


def test_who_comes_back_is_believed_by_a_calendar_that_knew_them_gone(
    client: PageClient, workshop: Event, clock: time_machine.Traveller
) -> None:
    path = None
    seen = []
    home = None
    for _ in range(2):
        registration = comes(workshop, "Awa") if home is None else again(workshop, home)
        home = home or household("Awa")
        path = path or feed_of("Awa")
        seen += entries(client, path)
        clock.shift(timedelta(hours=1))
        cancel(registration)
        seen += entries(client, path)
        clock.shift(timedelta(hours=1))
    assert [str(one["STATUS"]) for one in seen] == ["CONFIRMED", "CANCELLED"] * 2
    assert [int(one["SEQUENCE"]) for one in seen] == [0, 1, 2, 3]
    assert len({str(one["UID"]) for one in seen}) == 1
    stamps = [one["DTSTAMP"].dt for one in seen]
    assert stamps == sorted(set(stamps))


def again(event: Event, home: Household) -> Registration:
    """The same family registers once more, from its own page."""
    with a_transaction():
        locked = seats.locked(event.id)
        mine = db.session.get_one(Household, home.id)
        members = [Member(bracket=AgeBracket.ADULT)]
        return booking.enter(locked, mine, members, way=WayIn.OWN_PAGE, now=hours.now())


def test_a_cancelled_event_stays_until_its_day_has_passed(
    client: PageClient, workshop: Event, clock: time_machine.Traveller
) -> None:
    comes(workshop, "Awa")
    path = feed_of("Awa")
    with a_transaction():
        scheduling.cancel(workshop, reason="Fuite d’eau", actor="cli", now=hours.now())
    assert titles(client, path) == [(f"Annulé : {WORKSHOP}", "CANCELLED")]
    clock.move_to(workshop.starts_at + timedelta(days=1))
    assert titles(client, path) == []


def test_a_discreet_event_says_neither_what_nor_with_whom(client: PageClient, workshop: Event) -> None:
    action = factories.an_action("Répit des aidants", is_sensitive=True)
    respite = factories.an_event("Café des aidants", activity=factories.an_activity("Café", action=action))
    db.session.commit()
    comes(respite, "Awa")
    path = feed_of("Awa", reminds=True)
    assert titles(client, path) == [("Rendez-vous", "CONFIRMED")]
    assert "aidants" not in client.get(path).get_data(as_text=True).replace("\r\n ", "")


def test_a_reminder_rings_for_who_asked_for_one(client: PageClient, workshop: Event) -> None:
    awa = comes(workshop, "Awa")
    plain, ringing = feed_of("Awa"), feed_of("Awa", reminds=True)
    assert [len(one.alarms.times) for one in entries(client, plain)] == [0]
    [entry] = entries(client, ringing)
    [alarm] = entry.walk("VALARM")
    assert (str(alarm["ACTION"]), alarm["TRIGGER"].dt) == ("DISPLAY", -timedelta(days=1))
    assert str(alarm["DESCRIPTION"]) == "Rappel : vous avez un rendez-vous demain."
    assert str(alarm["UID"]) == f"{workshop.uid}-veille"
    cancel(awa)
    [gone] = entries(client, ringing)
    assert gone.walk("VALARM") == []


def test_what_was_sent_to_my_mailbox_is_left_out_for_who_wants_it_once(
    client: PageClient, workshop: Event
) -> None:
    walk = factories.an_event(WALK, starts_at=factories.SATURDAY + timedelta(hours=3))
    db.session.commit()
    awa = comes(workshop, "Awa")  # an invitation left
    home = household("Awa")
    again(walk, home)  # no letter about it
    both, once = feed_of("Awa"), feed_of("Awa", leaves_out_invited=True)
    assert titles(client, both) == [(WORKSHOP, "CONFIRMED"), (WALK, "CONFIRMED")]
    assert titles(client, once) == [(WALK, "CONFIRMED")]
    cancel(awa)  # a CANCEL left: it is said in the mailbox, too
    assert titles(client, once) == [(WALK, "CONFIRMED")]


def test_who_has_this_version_is_answered_after_one_statement(
    client: PageClient, workshop: Event, statements: Statements
) -> None:
    comes(workshop, "Awa")
    path = feed_of("Awa")
    first = client.get(path)
    with statements() as sent:
        kept = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (kept.status_code, kept.data, len(sent)) == (304, b"", 1)
    assert kept.headers["Cache-Control"] == "private, no-cache"
    with statements() as sent:
        client.get(path)
    assert len(sent) == 2


@pytest.mark.parametrize("what", ["moved", "another", "given up", "midnight"])
def test_whatever_changes_gives_another_version(
    client: PageClient, workshop: Event, clock: time_machine.Traveller, what: str
) -> None:
    awa = comes(workshop, "Awa", adults=1)
    path = feed_of("Awa")
    first = client.get(path)
    clock.shift(timedelta(minutes=1))
    if what == "moved":
        later = workshop.starts_at + timedelta(hours=1)
        move(workshop, later)
    elif what == "another":
        again(workshop, household("Awa"))
    elif what == "given up":
        cancel(awa)
    else:
        clock.shift(timedelta(days=1))
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.last_modified is not None
    assert first.last_modified is not None
    assert changed.last_modified > first.last_modified
    assert changed.last_modified <= hours.now()


def test_what_leaves_no_date_behind_moves_the_date_all_the_same(
    client: PageClient, workshop: Event, clock: time_machine.Traveller
) -> None:
    """Awa gave up long ago and that line is forgotten; a calendar that compares dates alone drops it too."""
    cancel(comes(workshop, "Awa"))
    path = feed_of("Awa")
    clock.shift(timedelta(minutes=1))
    first = client.get(path)
    clock.shift(timedelta(minutes=1))
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    settled = client.get(path)
    assert (
        client.get(path, headers={"If-Modified-Since": settled.headers["Last-Modified"]}).status_code == 304
    )
    with a_transaction():
        forgetting.delete_all(forgetting.of_household(household("Awa")))
    changed = client.get(path, headers=since)
    assert (changed.status_code, b"BEGIN:VEVENT" in first.data, b"BEGIN:VEVENT" in changed.data) == (
        200,
        True,
        False,
    )
    clock.shift(timedelta(minutes=1))
    last = client.get(path)
    assert last.headers["ETag"] == changed.headers["ETag"] != first.headers["ETag"]
    assert last.last_modified is not None
    assert settled.last_modified is not None
    assert last.last_modified > settled.last_modified
    assert client.get(path, headers={"If-Modified-Since": last.headers["Last-Modified"]}).status_code == 304


def test_its_owner_sees_on_which_day_it_was_last_read(
    client: PageClient, workshop: Event, clock: time_machine.Traveller
) -> None:
    comes(workshop, "Awa")
    path = feed_of("Awa")
    days = []
    for _ in range(2):
        client.get(path)
        db.session.rollback()
        days.append(db.session.scalars(select(FeedLink.last_read_on)).one())
        clock.shift(timedelta(days=1))
    assert days[1] == days[0] + timedelta(days=1)


def test_a_move_reaches_every_calendar_with_the_same_number(client: PageClient, workshop: Event) -> None:
    comes(workshop, "Awa")
    path = feed_of("Awa")
    later = workshop.starts_at + timedelta(hours=1)
    move(workshop, later)
    told()
    [entry] = entries(client, path)
    assert (entry["DTSTART"].dt, int(entry["SEQUENCE"])) == (later, 1)
