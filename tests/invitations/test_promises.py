"""What a mailbox was told of an event, message after message (docs/calendar-rules.md section 7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.invitations.models import Capacity, Invitation, Method, PartStat
from eventsapp.invitations.promises import Promise
from tests import factories

HOUR = timedelta(hours=1)
WHO: dict[str, Any] = {
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


def request(event: Event, **more: Any) -> Promise:
    return promises.request(event, **WHO | more, now=clock.now())


def cancel(event: Event, **more: Any) -> Promise | None:
    return promises.cancel(event, **WHO | more, now=clock.now())


def an_hour_later(event: Event) -> None:
    later = {"starts_at": event.starts_at + HOUR, "ends_at": event.ends_at + HOUR}
    scheduling.reschedule(event, **later, actor="account:1", now=clock.now())


def read(promise: Promise | None) -> icalendar.Event:
    assert promise is not None
    [event] = icalendar.Calendar.from_ical(promise.calendar).walk("VEVENT")
    return event


def test_the_first_request_bears_the_events_own_sequence(event: Event) -> None:
    told = read(request(event))
    assert (told["UID"], told["SEQUENCE"], told["DTSTAMP"].dt) == (event.uid, 0, clock.now())
    assert told["ATTENDEE"] == "mailto:Jeanne.Dupre@example.org"
    assert told["URL"].endswith(f"/e/{event.code}-{event.slug}")
    an_hour_later(event)
    assert read(request(event, address="awa@example.org"))["SEQUENCE"] == 1


def test_organizer_is_ours_stays_the_same_and_differs_for_each_mailbox(event: Event) -> None:
    first, again, cancelled = request(event), request(event), cancel(event)
    assert cancelled is not None
    assert {first.organizer.address, again.organizer.address, cancelled.organizer.address} == {
        first.organizer.address
    }
    other = request(event, address="awa@example.org")
    assert other.organizer.address != first.organizer.address
    local, domain = first.organizer.address.split("@")
    assert (local.split("+")[0], len(local.split("+")[1]), domain) == ("agenda", 16, "agenda.example.org")


def test_a_whole_life_sequence_and_dtstamp_only_rise(event: Event) -> None:
    told = [request(event), request(event)]  # another family of the same mailbox: nothing changed
    an_hour_later(event)
    told += [request(event), cancel(event), request(event), cancel(event)]  # registered again, and no more
    lines = [read(promise) for promise in told]
    assert [promise.method for promise in told if promise] == ["REQUEST"] * 3 + [
        "CANCEL",
        "REQUEST",
        "CANCEL",
    ]
    assert [line["SEQUENCE"] for line in lines] == [0, 0, 2, 3, 4, 5]
    stamps = [line["DTSTAMP"].dt for line in lines]
    assert stamps == [clock.now() + timedelta(seconds=number) for number in range(6)]
    assert {line["UID"] for line in lines} == {event.uid}
    assert [str(line["STATUS"]) for line in lines] == ["CONFIRMED"] * 3 + [
        "CANCELLED",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert {line["DTSTART"].dt for line in lines[2:]} == {event.starts_at.astimezone(clock.PARIS)}
    [row] = db.session.scalars(select(Invitation))
    assert (row.address, row.method, row.sequence) == ("jeanne.dupre@example.org", Method.CANCEL, 5)


def test_another_title_alone_is_a_minor_update_that_keeps_the_answer(event: Event) -> None:
    """RULES Q2: the same SEQUENCE, a later DTSTAMP; another hour asks again."""
    request(event)
    [row] = db.session.scalars(select(Invitation))
    row.partstat = PartStat.ACCEPTED
    assert promises.is_current(event, WHO["address"], language="fr")
    scheduling.reword(event, title="Atelier tricot", actor="account:1", now=clock.now())
    assert not promises.is_current(event, WHO["address"], language="fr")
    minor = read(request(event))
    assert (minor["SEQUENCE"], minor["SUMMARY"], minor["DTSTAMP"].dt) == (
        0,
        "Atelier tricot",
        clock.now() + timedelta(seconds=1),
    )
    assert minor["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert promises.is_current(event, WHO["address"], language="fr")
    an_hour_later(event)
    moved = read(request(event))
    assert (moved["SEQUENCE"], moved["ATTENDEE"].params["PARTSTAT"]) == (2, "NEEDS-ACTION")


def test_what_never_left_is_said_anew_and_believed(event: Event) -> None:
    request(event)
    promises.doubt(WHO["address"], [event.id])
    assert not promises.is_current(event, WHO["address"], language="fr")
    assert read(request(event))["SEQUENCE"] == 1


def test_an_alarm_is_for_who_asks_and_rings_the_day_before(event: Event) -> None:
    """RULES P10, RFC 9074; never in a CANCEL (RFC 5546 3.2.5), nor when that day is over."""
    assert [part.name for part in read(request(event)).walk()] == ["VEVENT"]
    first, again = read(request(event, rings=True)), read(request(event, rings=True))
    [alarm], [same] = first.walk("VALARM"), again.walk("VALARM")
    assert alarm.to_ical().decode().replace("\r\n ", "").splitlines() == [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{event.title}",
        "TRIGGER:-P1D",
        f"UID:{event.uid}-veille",
        "END:VALARM",
    ]
    assert same.to_ical() == alarm.to_ical()
    assert read(cancel(event)).walk("VALARM") == []
    late = promises.request(event, **WHO, rings=True, now=event.starts_at - timedelta(hours=20))
    assert read(late).walk("VALARM") == []


def test_who_keeps_the_place_and_registered_too_keeps_the_date_while_either_holds(event: Event) -> None:
    request(event, invited_as=Capacity.PLACE)
    [row] = db.session.scalars(select(Invitation))
    request(event)
    assert row.invited_as is Capacity.PLACE
    assert cancel(event) is None  # she gives up her seats; she opens the door all the same
    assert row.method is Method.REQUEST
    assert read(cancel(event, invited_as=Capacity.PLACE))["SEQUENCE"] == 1
    request(event)
    assert row.invited_as is Capacity.GUEST
    request(event, invited_as=Capacity.HOST)
    scheduling.cancel(event, reason="", actor="account:1", now=clock.now())
    assert cancel(event) is not None  # of what does not take place, one word is enough


def test_the_event_may_be_ahead_of_the_mailbox(event: Event) -> None:
    request(event)
    an_hour_later(event)
    event.sequence = 7
    assert read(request(event))["SEQUENCE"] == 8
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
