"""How a household wants to be told from now on; what was still to be told obeys at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventsapp.database import db
from eventsapp.mailroom import escalation, outbox
from eventsapp.people import preferences
from eventsapp.people.models import Household
from eventsapp.people.preferences import Wishes
from eventsapp.registrations import offers, writing
from eventsapp.registrations.models import Registration


def keep(household: Household, wishes: Wishes, *, now: datetime) -> None:
    """As `people.preferences.keep`. With silence goes what was still to leave, and nobody calls; once others
    read their phone, nothing that was written for them alone is texted to it. Raises MeansMissing."""
    was_shared = household.contact.phone_is_shared
    preferences.keep(household, wishes, now=now)
    becomes_shared = household.contact.phone_is_shared and not was_shared
    if not (wishes.wants_no_messages or becomes_shared):
        return
    theirs = db.session.scalars(select(Registration).where(Registration.household_id == household.id))
    about = [writing.about(one) for one in theirs]
    if becomes_shared:
        escalation.avoid_shared_phone([f"household:{household.id}", *about], now=now)
    if wishes.wants_no_messages:
        outbox.withdraw(about, now=now)
        offers.seat_the_silent(household, now)
