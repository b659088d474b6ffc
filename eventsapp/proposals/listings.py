"""Queries about proposals, and what their form offers; each in a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from eventsapp.agenda.models import Activity, Event, EventStatus, Topic
from eventsapp.database import db
from eventsapp.people.models import Organisation, OrganisationApproval
from eventsapp.places.models import Territory, Venue
from eventsapp.programme.models import Action, Axis
from eventsapp.proposals.answers import Session
from eventsapp.proposals.models import OPEN, Proposal, ProposalStatus
from eventsapp.refusals import NotFound

MOST_SETTLED = 10
"""Answers that a desk still shows."""

MOST_USUAL = 5
"""Places that a form shows before all the others."""

_SHOWN = (
    joinedload(Proposal.organisation),
    joinedload(Proposal.territory).defer(Territory.drawing),
    joinedload(Proposal.action).joinedload(Action.axis),
    joinedload(Proposal.venue),
    joinedload(Proposal.topic),
    joinedload(Proposal.asked_by),
    joinedload(Proposal.picture),
)


def of_territory(territory: Territory) -> Sequence[Proposal]:
    """The proposals that are not settled, the oldest first; one statement."""
    return db.session.scalars(
        select(Proposal)
        .where(Proposal.territory_id == territory.id, Proposal.status.in_(OPEN))
        .options(*_SHOWN)
        .order_by(Proposal.submitted_at, Proposal.id)
    ).all()


def how_many_wait(territory: Territory) -> int:
    """How many wait for a coordinator; one statement."""
    found = select(func.count(Proposal.id)).where(
        Proposal.territory_id == territory.id, Proposal.status == ProposalStatus.WAITING
    )
    return db.session.scalar(found) or 0


def of_organisation(organisation: Organisation) -> Sequence[Proposal]:
    """What an organisation waits for or shall change, this first; one statement."""
    found = db.session.scalars(
        select(Proposal)
        .where(Proposal.organisation_id == organisation.id, Proposal.status.in_(OPEN))
        .options(*_SHOWN)
        .order_by(Proposal.submitted_at, Proposal.id)
    ).all()
    return sorted(found, key=lambda one: one.status is not ProposalStatus.CHANGES_ASKED)


def refused_to(organisation: Organisation) -> Sequence[Proposal]:
    """The last refusals, the latest first; one statement."""
    return db.session.scalars(
        select(Proposal)
        .where(Proposal.organisation_id == organisation.id, Proposal.status == ProposalStatus.REFUSED)
        .options(*_SHOWN)
        .order_by(Proposal.settled_at.desc(), Proposal.id.desc())
        .limit(MOST_SETTLED)
    ).all()


def by_id(number: int, owner: Organisation | Territory) -> Proposal:
    """One proposal of an organisation or of a territory, with all that its page shows; one statement.

    Raises NotFound for another's, too.
    """
    column = Proposal.territory_id if isinstance(owner, Territory) else Proposal.organisation_id
    found = db.session.scalars(
        select(Proposal).where(Proposal.id == number, column == owner.id).options(*_SHOWN)
    ).first()
    if found is None:
        raise NotFound()
    return found


def clashes(proposal: Proposal, sessions: Sequence[Session]) -> list[Event]:
    """What else is held in that place at those hours; one statement, or none without sessions. A large place
    has room for several: it is for a coordinator to see."""
    if not sessions:
        return []
    held = db.session.scalars(
        select(Event)
        .where(
            Event.venue_id == proposal.venue_id,
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at < max(one.ends_at for one in sessions),
            Event.ends_at > min(one.starts_at for one in sessions),
        )
        .options(joinedload(Event.activity).joinedload(Activity.action), joinedload(Event.host))
        .order_by(Event.starts_at, Event.id)
    )
    return [
        event
        for event in held
        if any(event.starts_at < one.ends_at and event.ends_at > one.starts_at for one in sessions)
    ]


def first_event_of(proposal: Proposal) -> Event | None:
    """The first date that a proposal has become; one statement."""
    return db.session.scalars(
        select(Event)
        .where(Event.activity_id == proposal.activity_id, Event.id >= (proposal.first_event_id or 0))
        .options(joinedload(Event.activity).joinedload(Activity.action))
        .order_by(Event.starts_at, Event.id)
        .limit(1)
    ).first()


def approvals_of(organisation: Organisation) -> Sequence[tuple[Territory, bool]]:
    """Where an organisation may act, by number, and whether it is trusted there; one statement."""
    rows = db.session.execute(
        select(Territory, OrganisationApproval.is_trusted)
        .join(OrganisationApproval, OrganisationApproval.territory_id == Territory.id)
        .where(OrganisationApproval.organisation_id == organisation.id)
        .options(defer(Territory.drawing))
        .order_by(Territory.number)
    )
    return [(row[0], row[1]) for row in rows]


def actions(territories: Sequence[Territory]) -> Sequence[Action]:
    """The actions of these territories, in the order of their projects; one statement."""
    return db.session.scalars(
        select(Action)
        .join(Action.axis)
        .where(Action.territory_id.in_([one.id for one in territories]))
        .options(joinedload(Action.territory).defer(Territory.drawing))
        .order_by(Action.territory_id, Axis.position, Action.position, Action.id)
    ).all()


def venues(territories: Sequence[Territory]) -> Sequence[Venue]:
    """The places of these territories that are in use, by name; one statement."""
    return db.session.scalars(
        select(Venue)
        .where(Venue.territory_id.in_([one.id for one in territories]), Venue.ended_at.is_(None))
        .order_by(Venue.name, Venue.id)
    ).all()


def topics() -> Sequence[Topic]:
    """What may be talked about, by name; one statement."""
    return db.session.scalars(select(Topic).order_by(Topic.name, Topic.id)).all()


def last_event_of(organisation: Organisation) -> Event | None:
    """What an organisation announced last: what a form proposes again; one statement."""
    return db.session.scalars(
        select(Event)
        .where(Event.host_id == organisation.id)
        .options(joinedload(Event.activity))
        .order_by(Event.created_at.desc(), Event.starts_at.desc(), Event.id.desc())
        .limit(1)
    ).first()


def usual_venues(organisation: Organisation) -> list[int]:
    """The numbers of the places where an organisation held something last, latest first; one statement."""
    latest = func.max(Event.starts_at)
    rows = db.session.execute(
        select(Event.venue_id, latest)
        .where(Event.host_id == organisation.id)
        .group_by(Event.venue_id)
        .order_by(latest.desc(), Event.venue_id)
        .limit(MOST_USUAL)
    )
    return [row[0] for row in rows]


def event_of(organisation: Organisation, code: str) -> Event:
    """An event that an organisation hosts, to be held once more; one statement. Raises NotFound."""
    event = db.session.scalars(
        select(Event)
        .where(Event.code == code, Event.host_id == organisation.id)
        .options(joinedload(Event.activity), joinedload(Event.picture))
    ).first()
    if event is None:
        raise NotFound()
    return event
