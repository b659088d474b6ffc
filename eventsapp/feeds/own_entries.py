"""What a family or a professional is registered to, as entries of their own feed.

A confirmed registration is the event's own stored fragment. Whoever cancelled one sees it cancelled until
its date has passed (RULES P6): calendars that only merge would keep it else. Who waits, or has still to say
yes, has nothing in their calendar yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager, joinedload, undefer

from eventsapp.agenda.entries import cancelled_prefix, entry_of
from eventsapp.agenda.models import Activity, Event
from eventsapp.database import db
from eventsapp.feeds import private_wording
from eventsapp.feeds.window import Window
from eventsapp.ical.calendar import fragment
from eventsapp.ical.entry import Status
from eventsapp.programme.models import Action
from eventsapp.registrations.models import Registration, RegistrationStatus

IN_CALENDARS = (RegistrationStatus.CONFIRMED, RegistrationStatus.CANCELLED)


def of_party(column: str, number: int, *, window: Window, not_invited: ColumnElement[bool]) -> list[str]:
    """One VEVENT an event, in the order of feeds; one statement."""
    rows = db.session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(
            getattr(Registration, column) == number,
            Registration.status.in_(IN_CALENDARS),
            *window.holds(),
            not_invited,
        )
        .options(
            contains_eager(Registration.event).options(
                undefer(Event.fragment),
                joinedload(Event.venue),
                joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
            )
        )
        .order_by(Event.starts_at, Event.uid, Registration.id)
    ).all()
    entries = (_entry(list(one), window) for _, one in groupby(rows, key=lambda row: row.event_id))
    return [entry for entry in entries if entry]


def _entry(registrations: Sequence[Registration], window: Window) -> str:
    """The VEVENT of one event for one party, "" for what they gave up and is over.

    SEQUENCE rises each time they cancel and each time they come back, as that of their invitations does
    (RULES Q2, Q9): a calendar that knows the entry believes the later one.
    """
    event = registrations[0].event
    given_up = sum(one.status is RegistrationStatus.CANCELLED for one in registrations)
    comes = given_up < len(registrations)
    if comes and not given_up:
        return event.fragment
    if not comes and event.ends_at < window.opened_at:
        return ""
    entry = entry_of(event)
    told = replace(
        entry,
        status=entry.status if comes else Status.CANCELLED,
        sequence=entry.sequence + 2 * given_up - (not comes),
        changed_at=max(entry.changed_at, *(one.changed_at for one in registrations)),
    )
    prefix = cancelled_prefix() if event.is_cancelled else private_wording.given_up_prefix()
    return fragment(told, cancelled_prefix=prefix)
