"""The calendars of a household follow it: to another mailbox, and out of a silence.

Everything else that calendars are told goes with the letter that says it (`registrations.letters`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.agenda import revisions
from eventsapp.agenda.models import Activity, Event
from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.people import preferences
from eventsapp.people.models import Household
from eventsapp.programme.models import Action
from eventsapp.registrations import letters, listings, standing_dates, writing
from eventsapp.registrations.models import Registration, RegistrationStatus


def replace_address(household: Household, typed: str, *, territory_id: int | None, now: datetime) -> None:
    """As `people.preferences.replace_address`; the dates to come leave the calendar of the former mailbox and
    enter that of the new one: a CANCEL there, a REQUEST here, each in its own thread. Raises CodeWrong."""
    former = household.contact.email
    preferences.replace_address(household, typed, territory_id=territory_id, now=now)
    seated = [one for one in _to_come(household, now) if _comes(one)]
    later = standing_dates.invited_later(seated)
    for one in seated:
        stood_there = bool(former) and promises.holds_date(one.event, former or "")
        if former:
            letters.left_mailbox(one, former, now=now)
        if stood_there or one.id not in later:
            letters.calendar_again(one, now=now)


def follow(event: Event, parties: Sequence[Registration], now: datetime) -> None:
    """Some had their mailbox replaced while the event stood as cancelled, which was taken back before anybody
    heard of it: the date leaves the former one now, and enters theirs, where no other letter takes it there.
    Two statements at most, and some for each mailbox that was replaced.

    A former mailbox may be another party's: there the date stays, and enters theirs all the same.
    """
    held = promises.holding(event)
    without = [one for one in parties if _comes(one) and _has_it_in_no(held, one)] if held else []
    invited = writing.mailboxes_invited_of(without)
    for one in without:
        former = [mailbox for mailbox in invited[one.id] if mailbox in held]
        for mailbox in former:
            letters.left_mailbox(one, mailbox, now=now)
        if former and one.told == event.terms:
            letters.calendar_again(one, now=now)


def _has_it_in_no(held: set[str], one: Registration) -> bool:
    """They have a mailbox, but its calendar was not told to come: most of them are told by other means."""
    address = (one.contact.email or "").lower()
    return bool(address) and address not in held and not one.contact.wants_no_messages


def catch_up(household: Household, *, now: datetime) -> None:
    """They want messages again: what their calendar shows of the dates to come is put right, by a letter for
    each that was moved, called off or given up meanwhile."""
    email = household.contact.email
    if not email:
        return
    theirs = _to_come(household, now)
    later = standing_dates.invited_later(theirs)
    for one in theirs:
        for former in writing.mailboxes_invited(one):
            if former != email.lower():  # replaced meanwhile
                letters.left_mailbox(one, former, now=now)
        stands_there = promises.may_hold_date(one.event, email)
        is_current = promises.is_current(one.event, email, language=household.contact.language)
        if _comes(one) and not is_current and (stands_there or one.id not in later):
            letters.calendar_again(one, now=now)
        elif stands_there and not _comes(one):
            _take_out(one, email, now)


def _take_out(registration: Registration, email: str, now: datetime) -> None:
    if registration.event.is_cancelled:
        letters.called_off(registration, with_calendar=True, now=now)
    elif not listings.is_seated_elsewhere(registration, email):
        letters.withdrawn(registration, was_seated=True, now=now)


def _comes(one: Registration) -> bool:
    return one.status is RegistrationStatus.CONFIRMED and not one.event.is_cancelled


def _to_come(household: Household, now: datetime) -> Sequence[Registration]:
    """Theirs at what is not over, whatever became of them; their events are locked, always in one order."""
    theirs = select(Registration.event_id).where(Registration.household_id == household.id)
    revisions.lock_all(select(Event.id).where(Event.id.in_(theirs), Event.ends_at > now))
    return db.session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(Registration.household_id == household.id, Event.ends_at > now)
        .options(
            joinedload(Registration.household).joinedload(Household.contact),
            joinedload(Registration.event).joinedload(Event.venue),
            joinedload(Registration.event)
            .joinedload(Event.activity)
            .joinedload(Activity.action)
            .joinedload(Action.axis),
        )
        .order_by(Registration.event_id, Registration.id)
        .execution_options(populate_existing=True)
    ).all()
