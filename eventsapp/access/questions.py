"""The one page of questions: may this account do that? Pages, machines and jobs ask here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from eventsapp.access.models import Grant, Role
from eventsapp.database import db
from eventsapp.people.models import Account
from eventsapp.places.models import Territory


def may_steer(account: Account, territory: Territory) -> bool:
    """May this account plan, accept and announce in this territory, and read its letters and calls?"""
    held = select(Grant.id).where(
        Grant.account_id == account.id,
        Grant.role == Role.COORDINATOR,
        Grant.territory_id == territory.id,
    )
    return account.closed_at is None and db.session.scalar(held) is not None


def territories_of(account: Account) -> Sequence[Territory]:
    """The territories that this account coordinates, by number; one statement."""
    return db.session.scalars(
        select(Territory)
        .join(Grant, Grant.territory_id == Territory.id)
        .where(Grant.account_id == account.id, Grant.role == Role.COORDINATOR)
        .order_by(Territory.number)
    ).all()


def grant(account: Account, role: Role, territory: Territory, *, by: str, now: datetime) -> Grant:
    """Gives a function to an account; `by` is the actor who does. The caller has asked who may."""
    given = Grant(account=account, role=role, territory=territory, granted_by=by, granted_at=now)
    db.session.add(given)
    return given
