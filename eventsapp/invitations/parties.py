"""Who stands behind an invitation: whoever answers it from a calendar answers as that.

Of a guest this room knows the mailbox only: `registrations.listings.at_mailbox` gives the parties.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Activity, Event
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.invitations.models import Capacity, Invitation
from eventsapp.people.models import Account


@dataclass(frozen=True)
class Host:
    """Who answers for the host or the place of an event, as journals name them."""

    capacity: Capacity
    actor: str
    """« account:3 », « contact:7 », or « organisation:4 » for the mailbox of the organisation itself."""
    name: str


def by_token(token: str) -> Invitation | None:
    """The invitation that a reply address names (RULES I1), with its event; None for a token that is
    nobody's. One statement."""
    return db.session.scalars(
        select(Invitation)
        .where(Invitation.token == token.lower())
        .options(
            joinedload(Invitation.event).joinedload(Event.venue),
            joinedload(Invitation.event).joinedload(Event.activity).joinedload(Activity.action),
        )
    ).first()


def host_of(invitation: Invitation) -> Host | None:
    """Who was invited as host or place; None for a guest, and for who answers for neither any more, having
    left or moved to another mailbox. Two statements at most."""
    event, capacity = invitation.event, invitation.invited_as
    if capacity is Capacity.GUEST:
        return None
    of_office: ColumnElement[bool]
    if capacity is Capacity.PLACE:
        of_office = Contact.venue_id == event.venue_id
    else:
        of_office = Contact.organisation_id == event.host_id
    here = (of_office, Contact.ended_at.is_(None), func.lower(Contact.email) == invitation.address)
    contact = db.session.scalars(select(Contact).where(*here).order_by(Contact.id)).first()
    if contact is not None:
        return Host(capacity, f"contact:{contact.id}", contact.name)
    open_account = (Account.email == invitation.address, Account.closed_at.is_(None))
    account = db.session.scalars(select(Account).where(*open_account)).first()
    if account is not None:
        return Host(capacity, f"account:{account.id}", account.name)
    host = event.host
    if capacity is Capacity.HOST and host and (host.email or "").lower() == invitation.address:
        return Host(capacity, f"organisation:{host.id}", host.name)
    return None
