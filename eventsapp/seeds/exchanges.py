"""What passes between this agenda and others: one that an association imports, a reader of the Monday letter,
another hour that somebody's calendar proposes."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from eventsapp.agenda.models import Event, EventStatus
from eventsapp.clock import day_of, local
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.imports import reading, sources
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.invitations.models import Invitation
from eventsapp.newsletter import listings, subscribing
from eventsapp.newsletter.models import Subscription
from eventsapp.newsletter.subscribing import Choices
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Territory, Venue
from eventsapp.programme.models import Action

READER = "lectrice@example.org"


def plant(host: Organisation, by: Account, action: Action, venue: Venue, *, now: datetime) -> None:
    """All three, in the territory of that place."""
    plant_import(host, by, action, venue, now=now)
    plant_reader(venue.territory, now=now)
    plant_counter(venue.territory, now=now)


def plant_import(host: Organisation, by: Account, action: Action, venue: Venue, *, now: datetime) -> None:
    """An export of OpenAgenda that waits for a yes: a series, a place nobody knows, an hour that lacks."""
    where = {"name": venue.name, "address": venue.address, "postalCode": venue.postal_code}
    first = day_of(now) + timedelta(weeks=2)
    mornings = [first + timedelta(weeks=number) for number in range(8)]
    events = [
        _record(1, "Lire ensemble", [_timing(day, 10, 12) for day in mornings], where),
        _record(2, "Goûter des voisins", [_timing(first, 16, 18)], {"name": "La salle du fond"}),
        _record(3, "Sortie au parc", [_timing(first, 14, 14)], where),
    ]
    answers = sources.Answers(name="Notre OpenAgenda (exemple)", url="", action=action, venue=None)
    source = sources.add(host, answers, by=by, now=now)
    octets = json.dumps({"total": len(events), "events": events}).encode()
    sources.keep(source, reading.read(octets, now=now), now=now)


def plant_reader(territory: Territory, *, now: datetime) -> None:
    """Somebody who has said yes to the letter, for everything."""
    offer = listings.offered(territory)
    subscribing.ask(territory, READER, Choices((), (), "fr"), offer, now=now)
    found = select(Subscription).where(
        Subscription.territory_id == territory.id, Subscription.email_key == READER
    )
    subscribing.confirm(db.session.scalars(found).one(), now=now)


def plant_counter(territory: Territory, *, now: datetime) -> None:
    """Another hour, proposed for the next session that somebody was invited to; nothing where nobody was."""
    invitation = db.session.scalars(
        select(Invitation)
        .join(Event, Event.id == Invitation.event_id)
        .where(
            Event.territory_id == territory.id,
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at > now + timedelta(days=7),
        )
        .order_by(Event.starts_at, Event.id, Invitation.id)
        .limit(1)
    ).first()
    if invitation is None:
        return
    event = db.session.get_one(Event, invitation.event_id)
    db.session.add(
        IncomingMail(
            fingerprint=fingerprint(f"seeds {event.uid}"),
            kind=MailKind.COUNTER,
            state=MailState.TO_READ,
            invitation=invitation,
            event=event,
            territory_id=territory.id,
            proposed_at=event.starts_at + timedelta(hours=1),
            proposed_until=event.ends_at + timedelta(hours=1),
            received_at=now,
        )
    )
    db.session.flush()


def _record(uid: int, title: str, timings: list[dict[str, str]], where: dict[str, str]) -> dict[str, Any]:
    return {
        "uid": uid,
        "title": {"fr": title},
        "description": {"fr": "Un exemple, pour voir ce que devient un agenda importé."},
        "timings": timings,
        "location": where,
        "status": 1,
        "attendanceMode": 1,
    }


def _timing(day: date, begin: int, end: int) -> dict[str, str]:
    return {"begin": local(day, begin).isoformat(), "end": local(day, end).isoformat()}
