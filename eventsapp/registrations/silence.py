"""How a household wants to be told from now on; what was still to be told obeys at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.mailroom import escalation, outbox
from eventsapp.people import preferences
from eventsapp.people.models import Household
from eventsapp.people.preferences import Wishes
from eventsapp.registrations import calendars, offers, writing
from eventsapp.registrations.models import Registration


def keep(household: Household, wishes: Wishes, *, now: datetime) -> None:
    """As `people.preferences.keep`. With silence goes what was still to leave, and nobody calls; once others
    read their phone, nothing that was written for them alone is texted to it. Raises MeansMissing."""
    was_shared, was_silent = household.contact.phone_is_shared, household.contact.wants_no_messages
    preferences.keep(household, wishes, now=now)
    becomes_shared = household.contact.phone_is_shared and not was_shared
    if was_silent and not wishes.wants_no_messages:
        calendars.catch_up(household, now=now)
    if not (wishes.wants_no_messages or becomes_shared):
        return
    theirs = db.session.scalars(select(Registration).where(Registration.household_id == household.id))
    about = [writing.about(one) for one in theirs]
    if becomes_shared:
        escalation.avoid_shared_phone([f"household:{household.id}", *about], now=now)
    if wishes.wants_no_messages:
        outbox.withdraw(about, now=now)
        _doubt_calendar(household)
        offers.seat_the_silent(household, now)


def _doubt_calendar(household: Household) -> None:
    """What was to be said to their calendar may not have left: it is said anew once they want messages."""
    if household.contact.email:
        theirs = select(Registration.event_id).where(Registration.household_id == household.id)
        promises.doubt(household.contact.email, db.session.scalars(theirs.distinct()).all())
