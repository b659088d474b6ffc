"""A household has its data erased (GDPR art. 17): at once, in one transaction."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from eventsapp.agenda import revisions
from eventsapp.database import db
from eventsapp.indicators import families
from eventsapp.invitations import forgetting as invitations
from eventsapp.mailroom import forgetting as letters
from eventsapp.mailroom import listings as posted
from eventsapp.people.models import Household
from eventsapp.registrations import booking, forgetting, listings, writing
from eventsapp.registrations.models import Registration, RegistrationStatus
from eventsapp.retention import register
from eventsapp.retention.forgetting import forget, forget_households
from eventsapp.retention.models import DataKind, DeletionRule


def erase(household: Household, *, now: datetime) -> None:
    """Cancels what lies ahead, whose seats go to those who wait; keeps figures; deletes all the rest.

    A date that stands in their calendar is taken out of it by a last letter, which is emptied once it has
    left (`forgetting.forget_last_letters`); nothing else is sent: it would have no address any more. Its row
    and its events are locked first, each in one order, so that two erasures wait for each other and never in
    a ring.
    """
    actor = f"household:{household.id}"
    db.session.execute(select(Household.id).where(Household.id == household.id).with_for_update())
    revisions.lock_all(select(Registration.event_id).where(Registration.household_id == household.id))
    for one in ahead(household, now):
        booking.cancel(one, actor=actor, now=now)
    db.session.flush()
    mine = sorted(forgetting.of_household(household), key=lambda one: one.event_id)
    over = [one.event for one in mine if one.status is RegistrationStatus.CONFIRMED]
    families.unlink(household, over, now)
    letters.keep_last([writing.about(one) for one in mine], now=now)
    lines: list[tuple[int, int | None, Counter[DataKind]]] = []
    for registration in mine:
        event, email = registration.event, registration.contact.email
        # Of the address before, too, where they replaced it meanwhile.
        mailboxes = posted.mailboxes_of(writing.about(registration)) | ({email.lower()} if email else set())
        theirs_alone = [one for one in mailboxes if not listings.is_seated_elsewhere(registration, one)]
        invitations.outlive(event, theirs_alone, now)
        gone = forget(event, [registration], actor=actor, now=now)
        gone[DataKind.INVITATIONS] += invitations.forget(event.id, theirs_alone)
        lines.append((event.territory_id, event.activity_id, gone))
    home = lines[0][0] if lines else _territory_of(household)
    gone = forget_households([household.id], now=now)
    if home is not None:
        lines.append((home, None, gone))
    # Last, since a line locks its territory: whoever locks an event has it before.
    for territory_id, activity_id, rows in lines:
        register.note(territory_id, rows, rule=DeletionRule.ASKED, activity_id=activity_id, now=now)
    db.session.expire_all()


def _territory_of(household: Household) -> int | None:
    """Whose register says that a household without registrations is gone; None: nothing tells."""
    quartier = household.quartier
    return forgetting.territory_of_series(household) or (quartier.territory_id if quartier else None)


def ahead(household: Household, now: datetime) -> list[Registration]:
    """What would be cancelled, event by event; two statements."""
    found = [one for one in forgetting.of_household(household) if one.is_active and one.event.ends_at > now]
    return sorted(found, key=lambda one: one.event_id)
