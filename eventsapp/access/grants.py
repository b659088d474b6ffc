"""The life of a grant: given, ended, held by whom; and somebody who leaves altogether."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.access.models import Grant, GrantOffer, Role, StandIn, Where, columns_of
from eventsapp.database import db, rows_changed
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Venue
from eventsapp.refusals import Conflict, msgid

LAST_ONE_STAYS = (Role.ADMINISTRATOR, Role.COORDINATOR)
"""Roles whose last holder hands over before leaving: nobody else could name a successor."""


class LastOne(Conflict):
    """The last holder of a role that must be held."""

    sentence = msgid("C’est la dernière personne qui tient cette fonction. Transmettez-la d’abord.")


class GrantHasEnded(Conflict):
    """Somebody ended it meanwhile."""

    sentence = msgid("Cette fonction est déjà terminée.")


def give(account: Account, role: Role, where: Where, *, by: str, now: datetime) -> Grant:
    """Gives a role somewhere to an account, or gives back the grant it has already.

    The caller has asked who may. Raises ValueError when role and place do not fit.
    """
    columns = columns_of(role, where)
    known = db.session.scalars(
        select(Grant).where(Grant.account_id == account.id, Grant.ended_at.is_(None)).filter_by(**columns)
    ).first()
    if known is not None:
        return known
    grant = Grant(account=account, granted_by=by, granted_at=now, **columns)
    db.session.add(grant)
    db.session.flush()
    note(by, "granted", grant, now=now, account=account.id)
    return grant


def end(grant: Grant, *, by: str, now: datetime) -> None:
    """Ends a grant, and whoever stands in for it. Raises LastOne, GrantHasEnded.

    The caller has asked who may.
    """
    lock_holders(grant)
    if grant.role in LAST_ONE_STAYS and _others(grant) == 0:
        raise LastOne()
    end_whatever_remains(grant, by=by, now=now)


def end_whatever_remains(grant: Grant, *, by: str, now: datetime) -> None:
    """Ends a grant though it may be the last: somebody holds it after this, or it is orphaned.

    Raises GrantHasEnded.
    """
    running = update(Grant).where(Grant.id == grant.id, Grant.ended_at.is_(None))
    if not rows_changed(running.values(ended_at=now, ended_by=by)):
        raise GrantHasEnded()
    rows_changed(
        update(StandIn).where(StandIn.grant_id == grant.id, StandIn.ended_at.is_(None)).values(ended_at=now)
    )
    rows_changed(
        update(GrantOffer)
        .where(GrantOffer.grant_id == grant.id, *GrantOffer.unanswered())
        .values(withdrawn_at=now)
    )
    db.session.refresh(grant)
    note(by, "ended", grant, now=now, account=grant.account_id)


def leave(account: Account, *, by: str, now: datetime) -> int:
    """Somebody leaves: every grant ends, what they stood in for too, invitations to them and of theirs are
    taken back, and the account is closed.

    How many grants ended. An operator may do it to the last coordinator: the desk shows the gap.
    """
    mine = select(Grant).where(Grant.account_id == account.id, Grant.ended_at.is_(None))
    ended = db.session.scalars(mine).all()
    for grant in ended:
        end_whatever_remains(grant, by=by, now=now)
    standing_in = update(StandIn).where(StandIn.account_id == account.id, StandIn.ended_at.is_(None))
    rows_changed(standing_in.values(ended_at=now))
    to_or_of = or_(GrantOffer.email == account.email, GrantOffer.offered_by == account.actor)
    invited = update(GrantOffer).where(to_or_of, *GrantOffer.unanswered())
    rows_changed(invited.values(withdrawn_at=now))
    accounts.close_account(account, actor=by, now=now)
    return len(ended)


def end_stand_in(stand_in: StandIn, *, by: str, now: datetime) -> None:
    """Whoever was absent is back, or was never away: the stand-in ends now, if it has not."""
    running = update(StandIn).where(StandIn.id == stand_in.id, StandIn.ended_at.is_(None))
    if rows_changed(running.values(ended_at=now)):
        db.session.refresh(stand_in)
        note(by, "no more stood in for", stand_in.grant, now=now, account=stand_in.account_id)


def holders(role: Role, where: Where) -> Sequence[Grant]:
    """The running grants of a role somewhere, the oldest first, with their accounts; one statement."""
    return db.session.scalars(
        select(Grant)
        .where(Grant.ended_at.is_(None))
        .filter_by(**columns_of(role, where))
        .options(joinedload(Grant.account))
        .order_by(Grant.granted_at, Grant.id)
    ).all()


def stand_ins(grants: Sequence[Grant], *, since: date) -> dict[int, list[StandIn]]:
    """Who stands in, now or later, for these grants, by grant; one statement."""
    found = db.session.scalars(
        select(StandIn)
        .where(
            StandIn.grant_id.in_([grant.id for grant in grants]),
            StandIn.ended_at.is_(None),
            StandIn.last_day >= since,
        )
        .options(joinedload(StandIn.account))
        .order_by(StandIn.first_day, StandIn.id)
    ).all()
    return {grant.id: [one for one in found if one.grant_id == grant.id] for grant in grants}


def note(by: str, verb: str, thing: Grant | GrantOffer, *, now: datetime, **details: int) -> None:
    """A line about a grant or an offer, in the journal of its territory; of an organisation: of each
    territory where it may act."""
    where = thing.where
    if isinstance(where, Organisation):
        approvals.note(by, verb, thing, where, now=now, role=thing.role, **details)
        return
    territory_id = where.territory_id if isinstance(where, Venue) else where.id if where else None
    journal.note(by, verb, thing, now=now, territory_id=territory_id, role=thing.role, **details)


def lock_holders(grant: Grant) -> None:
    """Of two last holders who leave at once, the second sees that the first has left."""
    db.session.execute(
        select(Grant.id)
        .where(Grant.ended_at.is_(None))
        .filter_by(**columns_of(grant.role, grant.where))
        .order_by(Grant.id)
        .with_for_update()
    )


def _others(grant: Grant) -> int:
    found = select(func.count(Grant.id)).where(Grant.ended_at.is_(None), Grant.id != grant.id)
    return db.session.scalar(found.filter_by(**columns_of(grant.role, grant.where))) or 0
