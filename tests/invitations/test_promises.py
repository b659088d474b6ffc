"""What a mailbox was told of an event, message after message (docs/calendar-rules.md section 7)."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.invitations.models import Invitation, Method
from eventsapp.invitations.promises import Promise
from tests import factories

WHO = {
    "address": "Jeanne.Dupre@example.org",
    "name": "Jeanne",
    "organizer_name": "L’agenda du 19e",
    "language": "fr",
}


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event()
    db_session.commit()
    return event


def request(event: Event, *, changed: bool = False) -> Promise:
    return promises.request(event, **WHO, changed=changed, now=clock.now())


def cancel(event: Event) -> Promise | None:
    return promises.cancel(event, **WHO, now=clock.now())


def read(promise: Promise | None) -> icalendar.Event:
    assert promise is not None
    [event] = icalendar.Calendar.from_ical(promise.calendar).walk("VEVENT")
    return event


def test_the_first_request_bears_the_events_own_sequence(event: Event) -> None:
    told = read(request(event))
    assert (told["UID"], told["SEQUENCE"], told["DTSTAMP"].dt) == (event.uid, 0, clock.now())
    assert told["ATTENDEE"] == "mailto:Jeanne.Dupre@example.org"
    assert told["URL"].endswith(f"/e/{event.code}-{event.slug}")
    scheduling.reschedule(
        event,
        starts_at=event.starts_at + timedelta(hours=1),
        ends_at=event.ends_at + timedelta(hours=1),
        actor="account:1",
        now=clock.now(),
    )
    other = promises.request(event, **WHO | {"address": "awa@example.org"}, changed=False, now=clock.now())
    assert read(other)["SEQUENCE"] == 1


def test_organizer_is_ours_stays_the_same_and_differs_for_each_mailbox(event: Event) -> None:
    first, again, cancelled = request(event), request(event, changed=True), cancel(event)
    assert cancelled is not None
    assert {first.organizer.address, again.organizer.address, cancelled.organizer.address} == {
        first.organizer.address
    }
    other = promises.request(event, **WHO | {"address": "awa@example.org"}, changed=False, now=clock.now())
    assert other.organizer.address != first.organizer.address
    local, domain = first.organizer.address.split("@")
    assert (local.split("+")[0], len(local.split("+")[1]), domain) == ("agenda", 16, "agenda.example.org")


def test_a_whole_life_sequence_and_dtstamp_only_rise(event: Event) -> None:
    told = [
        request(event),
        request(event),  # another family of the same mailbox: nothing changed
        request(event, changed=True),
        cancel(event),
        request(event),  # registered again
        cancel(event),
    ]
    lines = [read(promise) for promise in told]
    assert [promise.method for promise in told if promise] == ["REQUEST"] * 3 + [
        "CANCEL",
        "REQUEST",
        "CANCEL",
    ]
    assert [line["SEQUENCE"] for line in lines] == [0, 0, 1, 2, 3, 4]
    stamps = [line["DTSTAMP"].dt for line in lines]
    assert stamps == [clock.now() + timedelta(seconds=number) for number in range(6)]
    assert {line["UID"] for line in lines} == {event.uid}
    assert [str(line["STATUS"]) for line in lines] == ["CONFIRMED"] * 3 + [
        "CANCELLED",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert {line["DTSTART"].dt for line in lines} == {event.starts_at.astimezone(clock.PARIS)}
    [row] = db.session.scalars(select(Invitation))
    assert (row.address, row.method, row.sequence) == ("jeanne.dupre@example.org", Method.CANCEL, 4)


def test_the_event_may_be_ahead_of_the_mailbox(event: Event) -> None:
    request(event)
    event.sequence = 7
    assert read(request(event, changed=True))["SEQUENCE"] == 8
    assert read(cancel(event))["SEQUENCE"] == 9


def test_what_stands_in_no_calendar_is_not_cancelled(event: Event) -> None:
    assert cancel(event) is None
    request(event)
    assert cancel(event) is not None
    assert cancel(event) is None
    assert len(db.session.scalars(select(Invitation)).all()) == 1


def test_a_cancelled_event_is_never_requested(event: Event) -> None:
    scheduling.cancel(event, reason="", actor="account:1", now=clock.now())
    with pytest.raises(ValueError, match="CANCEL"):
        request(event)


def test_a_sensitive_action_says_neither_what_nor_with_whom(db_session: scoped_session[Session]) -> None:
    action = factories.an_action("Répit parental", is_sensitive=True)
    activity = factories.an_activity("Répit : pause des mères à l’hôtel", action=action)
    place = factories.a_school("Maison des familles hébergées", address="12 rue de Flandre")
    event = factories.an_event("Répit : pause des mères à l’hôtel", activity=activity, venue=place)
    octets = request(event).calendar.decode().replace("\r\n ", "")
    assert "SUMMARY:Rendez-vous\r\n" in octets
    assert "LOCATION:12 rue de Flandre\\, 75019 Paris\r\n" in octets
    for leak in ("répit", "repit", "mères", "meres", "hôtel", "hotel", "hébergées", "CATEGORIES"):
        assert leak.lower() not in octets.lower()
