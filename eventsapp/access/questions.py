"""The one page of questions: may this account do that? Whoever opens a door asks here, and so do links
that outlive the moment they were given: invitations, a helper's day.

A role is held by a grant of one's own, or by standing in for somebody on these days. Every question
takes the Paris day on which it is asked; a closed account may nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.access.listings import owned_among
from eventsapp.access.models import Grant, Role, StandIn, Where, columns_of_place
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.people.models import Account, Organisation, OrganisationApproval
from eventsapp.places.models import Territory, Venue


def may_administer(account: Account, *, on: date) -> bool:
    """May this account name coordinators and administrators?"""
    return _holds(account, (Role.ADMINISTRATOR,), None, on)


def may_steer(account: Account, territory: Territory, *, on: date) -> bool:
    """May this account plan, accept and announce in this territory, and read its letters and calls?"""
    return _holds(account, (Role.COORDINATOR,), territory, on)


def may_act_for(account: Account, organisation: Organisation, *, on: date) -> bool:
    """May this account work on the sessions of this organisation?"""
    return _holds(account, (Role.OWNER, Role.MEMBER), organisation, on)


def may_own(account: Account, organisation: Organisation, *, on: date) -> bool:
    """May this account answer for this organisation: its team, its picture, where it is embedded?"""
    return _holds(account, (Role.OWNER,), organisation, on)


def may_take_picture_down(account: Account, organisation: Organisation, *, on: date) -> bool:
    """May this account take down the picture of this organisation? Its owners, and its coordinators: who is
    in a photo and does not want to be asks whom they can reach."""
    return may_own(account, organisation, on=on) or _steers_where_approved(account, organisation, on)


def may_describe(account: Account, organisation: Organisation, *, on: date) -> bool:
    """May this account say how this organisation is called and reached? Its owners; where it has none, the
    coordinators of a territory where it acts."""
    if may_own(account, organisation, on=on):
        return True
    return not has_owner(organisation) and _steers_where_approved(account, organisation, on)


def may_see_team(account: Account, organisation: Organisation, *, on: date) -> bool:
    """May this account see who is in the team of this organisation? Its people, and its coordinators."""
    return may_act_for(account, organisation, on=on) or _steers_where_approved(account, organisation, on)


def may_see_school(account: Account, venue: Venue, *, on: date) -> bool:
    """May this account see the dates of this school, and answer for them?"""
    return _holds(account, (Role.SCHOOL_CONTACT,), venue, on) or may_steer(account, venue.territory, on=on)


def may_run_event(account: Account, event: Event, *, on: date) -> bool:
    """May this account move or cancel this event, and name its helpers?

    Its territory's coordinators may, and the team of its host where that is (still) approved.
    """
    if may_steer(account, event.territory, on=on):
        return True
    return (
        event.host is not None
        and is_approved(event.host, event.territory)
        and may_act_for(account, event.host, on=on)
    )


may_cancel_event = may_run_event


def may_offer(account: Account, role: Role, where: Where, *, on: date) -> bool:
    """May this account offer this role there by mail, and take it back?

    Whoever only stands in may offer what is below, never what they stand in for: else three days
    of replacement would make one a coordinator for good. An organisation acts in other territories too, so
    its team is its owners' business; where there is none, a coordinator invites one.
    """
    if isinstance(where, Venue):
        return may_steer(account, where.territory, on=on)
    if isinstance(where, Organisation):
        if owns_in_person(account, where, on=on):
            return True
        if role is Role.MEMBER:
            return may_own(account, where, on=on)
        return not has_owner(where) and _steers_where_approved(account, where, on)
    if _holds(account, (Role.ADMINISTRATOR,), None, on, in_person=True):
        return True
    return where is not None and _holds(account, (Role.COORDINATOR,), where, on, in_person=True)


def may_pass_on(account: Account, grant: Grant, *, on: date) -> bool:
    """May this account hand this grant over, have it stood in for, or end it?

    Its holder may, and whoever may offer it; but the people of an organisation are its owners' business,
    not that of each territory where it acts.
    """
    if grant.ended_at is not None or account.closed_at is not None:
        return False
    if grant.account_id == account.id:
        return True
    if isinstance(grant.where, Organisation):
        return owns_in_person(account, grant.where, on=on)
    return may_offer(account, grant.role, grant.where, on=on)


def owns_in_person(account: Account, organisation: Organisation, *, on: date) -> bool:
    """Does this account answer for this organisation itself, and not only stand in?"""
    return _holds(account, (Role.OWNER,), organisation, on, in_person=True)


def has_owner(organisation: Organisation) -> bool:
    """Does anybody answer for this organisation?"""
    return bool(owned_among([organisation]))


def must_have_second_factor(account: Account, *, on: date) -> bool:
    """Does this account hold a role that SECOND_FACTOR_REQUIRED speaks of?"""
    strong = (Role.ADMINISTRATOR, Role.COORDINATOR)
    found = select(Grant.id).where(_is_held_by(account, on), Grant.role.in_(strong)).limit(1)
    return db.session.scalar(found) is not None


def is_approved(organisation: Organisation, territory: Territory) -> bool:
    """May this organisation act in this territory?"""
    found = select(OrganisationApproval.id).where(
        OrganisationApproval.organisation_id == organisation.id,
        OrganisationApproval.territory_id == territory.id,
    )
    return db.session.scalar(found) is not None


def grants_of(account: Account, *, on: date) -> Sequence[Grant]:
    """What an account holds that day, its own and stood in for, with where; one statement."""
    return db.session.scalars(
        select(Grant)
        .where(_is_held_by(account, on))
        .options(
            joinedload(Grant.account),
            joinedload(Grant.territory).defer(Territory.drawing),
            joinedload(Grant.organisation),
            joinedload(Grant.venue),
        )
        .order_by(Grant.role, Grant.id)
    ).all()


def territories_of(account: Account, *, on: date) -> Sequence[Territory]:
    """The territories that this account coordinates, by number; one statement."""
    steered = select(Grant.territory_id).where(_is_held_by(account, on), Grant.role == Role.COORDINATOR)
    return db.session.scalars(
        select(Territory).where(Territory.id.in_(steered)).order_by(Territory.number)
    ).all()


def _is_held_by(account: Account, on: date, *, in_person: bool = False) -> ColumnElement[bool]:
    stood_in_for = exists().where(
        StandIn.grant_id == Grant.id,
        StandIn.account_id == account.id,
        or_(StandIn.ended_at.is_(None), StandIn.ended_at >= local(on + timedelta(days=1), 0)),
        StandIn.first_day <= on,
        StandIn.last_day >= on,
    )
    is_open = exists().where(Account.id == account.id, Account.closed_at.is_(None))
    own = Grant.account_id == account.id
    return and_(Grant.ended_at.is_(None), is_open, own if in_person else or_(own, stood_in_for))


def _holds(
    account: Account, roles: tuple[Role, ...], where: Where, on: date, *, in_person: bool = False
) -> bool:
    found = (
        select(Grant.id)
        .where(_is_held_by(account, on, in_person=in_person), Grant.role.in_(roles))
        .filter_by(**columns_of_place(where))
        .limit(1)
    )
    return db.session.scalar(found) is not None


def _steers_where_approved(account: Account, organisation: Organisation, on: date) -> bool:
    approved = select(OrganisationApproval.territory_id).where(
        OrganisationApproval.organisation_id == organisation.id
    )
    found = select(Grant.id).where(
        _is_held_by(account, on), Grant.role == Role.COORDINATOR, Grant.territory_id.in_(approved)
    )
    return db.session.scalar(found.limit(1)) is not None
