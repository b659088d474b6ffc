"""The one page of questions: may this account do that? Whoever opens a door asks here, and so do links
that outlive the moment they were given: invitations, a helper's day.

A role is held by a grant of one's own, or by standing in for somebody on these days. Every question
takes the Paris day on which it is asked; a closed account may nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, or_, select
from sqlalchemy.orm import defer, joinedload

from eventsapp.access.listings import owned_among
from eventsapp.access.models import Grant, Role, StandIn, Where, columns_of_place
from eventsapp.agenda.models import Event
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.people.models import Account, Organisation, OrganisationApproval
from eventsapp.places.models import Territory, Venue
from eventsapp.registrations.models import Registration


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


def may_register_others(account: Account, territory: Territory, *, on: date) -> bool:
    """May this account register somebody, with their agreement, at any event of this territory, and refer
    them? Its coordinators may, and whoever works for an organisation that is (still) approved there."""
    return may_steer(account, territory, on=on) or bool(organisations_of(account, territory, on=on))


def may_open_slip(account: Account, registration: Registration, *, on: date) -> bool:
    """May this account see the slip of this registration, and cancel it on their demand?

    Whoever runs the event may; whoever registered them, until the day of the event is over.
    """
    event = registration.event
    if may_run_event(account, event, on=on):
        return True
    hers = registration.helped_by == account.actor and day_of(event.ends_at) >= on
    return hers and may_register_others(account, event.territory, on=on)


def organisations_of(account: Account, territory: Territory, *, on: date) -> Sequence[Organisation]:
    """The organisations approved in a territory for which this account works, by name; one statement."""
    works_for = select(Grant.organisation_id).where(
        is_held_by(account.id, on), Grant.role.in_((Role.OWNER, Role.MEMBER))
    )
    return db.session.scalars(
        select(Organisation)
        .join(OrganisationApproval, OrganisationApproval.organisation_id == Organisation.id)
        .where(OrganisationApproval.territory_id == territory.id, Organisation.id.in_(works_for))
        .order_by(Organisation.name, Organisation.id)
    ).all()


def territories_to_register_in(account: Account, *, on: date) -> Sequence[Territory]:
    """Where this account `may_register_others`, by number; one statement."""
    held = select(Grant).where(is_held_by(account.id, on)).subquery()
    steered = select(held.c.territory_id).where(held.c.role == Role.COORDINATOR)
    approved = (
        select(OrganisationApproval.territory_id)
        .join(held, held.c.organisation_id == OrganisationApproval.organisation_id)
        .where(held.c.role.in_((Role.OWNER, Role.MEMBER)))
    )
    return db.session.scalars(
        select(Territory)
        .where(or_(Territory.id.in_(steered), Territory.id.in_(approved)))
        .options(defer(Territory.drawing))
        .order_by(Territory.number)
    ).all()


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
    found = select(Grant.id).where(is_held_by(account.id, on), Grant.role.in_(strong)).limit(1)
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
        .where(is_held_by(account.id, on))
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
    steered = select(Grant.territory_id).where(is_held_by(account.id, on), Grant.role == Role.COORDINATOR)
    return db.session.scalars(
        select(Territory).where(Territory.id.in_(steered)).order_by(Territory.number)
    ).all()


def is_held_by(
    account: int | SQLColumnExpression[int | None], on: date, *, in_person: bool = False
) -> ColumnElement[bool]:
    """The condition, of a row of Grant, that this account (its number, or a column of the statement around)
    holds it that day.

    What stands inside is correlated by name: SQLAlchemy looks one statement up only, and a column of
    the second would bring its whole table in, of which any row would do.
    """
    stood_in_for = (
        exists()
        .where(
            StandIn.grant_id == Grant.id,
            StandIn.account_id == account,
            or_(StandIn.ended_at.is_(None), StandIn.ended_at >= local(on + timedelta(days=1), 0)),
            StandIn.first_day <= on,
            StandIn.last_day >= on,
        )
        .correlate_except(StandIn)
    )
    is_open = exists().where(Account.id == account, Account.closed_at.is_(None)).correlate_except(Account)
    own = Grant.account_id == account
    return and_(Grant.ended_at.is_(None), is_open, own if in_person else or_(own, stood_in_for))


def _holds(
    account: Account, roles: tuple[Role, ...], where: Where, on: date, *, in_person: bool = False
) -> bool:
    found = (
        select(Grant.id)
        .where(is_held_by(account.id, on, in_person=in_person), Grant.role.in_(roles))
        .filter_by(**columns_of_place(where))
        .limit(1)
    )
    return db.session.scalar(found) is not None


def _steers_where_approved(account: Account, organisation: Organisation, on: date) -> bool:
    approved = select(OrganisationApproval.territory_id).where(
        OrganisationApproval.organisation_id == organisation.id
    )
    found = select(Grant.id).where(
        is_held_by(account.id, on), Grant.role == Role.COORDINATOR, Grant.territory_id.in_(approved)
    )
    return db.session.scalar(found.limit(1)) is not None
