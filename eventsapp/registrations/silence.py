"""How a household wants to be told from now on; who wants to hear nothing hears nothing at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventsapp.database import db
from eventsapp.mailroom import outbox
from eventsapp.people import preferences
from eventsapp.people.models import Household
from eventsapp.people.preferences import Wishes
from eventsapp.registrations import writing
from eventsapp.registrations.models import Registration


def keep(household: Household, wishes: Wishes, *, now: datetime) -> None:
    """As `people.preferences.keep`; with silence goes what was still to leave, and nobody calls.
    Raises MeansMissing."""
    preferences.keep(household, wishes, now=now)
    if wishes.wants_no_messages:
        theirs = db.session.scalars(select(Registration).where(Registration.household_id == household.id))
        outbox.withdraw([writing.about(one) for one in theirs], now=now)
