"""From a proposal to the agenda: one activity, and an event for each of its dates still to come.

What continues an earlier proposal adds its dates to the activity of that one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Accessibility, Activity, ActivityKind, Event
from eventsapp.agenda.rule_json import rule_from_dict
from eventsapp.agenda.rules import Rule
from eventsapp.agenda.scheduling import Announcement
from eventsapp.clock import local
from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.proposals.answers import Session, SessionIsPast, occurrences
from eventsapp.proposals.models import Proposal, ProposalStatus
from eventsapp.proposals.steps import move, note

LONGEST_SLUG = 110


def publish(proposal: Proposal, *, actor: str, now: datetime) -> list[Event]:
    """Announces a proposal: all of its dates to come or none. The caller has locked it.

    Dates that have passed while it waited are left out. Raises SessionIsPast where none remains,
    ProposalIsSettled, CalendarNotCovered.
    """
    left = [one for one in sessions_of(proposal) if one.starts_at > now]
    if not left:
        raise SessionIsPast()
    activity = _joined(proposal) or _activity(proposal)
    db.session.add(activity)
    db.session.flush()
    events = scheduling.announce_all(
        [_announcement(proposal, activity, session) for session in left], actor=actor, now=now
    )
    # Not before: an activity without its row would be a published proposal without one (its CHECK).
    proposal.activity, proposal.settled_at, proposal.reason = activity, now, ""
    proposal.first_event_id = events[0].id
    move(proposal, ProposalStatus.PUBLISHED)
    db.session.flush()
    note(actor, "published", proposal, now=now)
    return events


def series_of(proposal: Proposal) -> Activity | None:
    """The activity that its dates join: what one of the same series has become, under the same action; one
    statement."""
    first = proposal.continues_id or proposal.id
    return db.session.scalars(
        select(Activity)
        .join(Proposal, Proposal.activity_id == Activity.id)
        .where(
            or_(Proposal.id == first, Proposal.continues_id == first),
            Proposal.id != proposal.id,
            Activity.action_id == proposal.action_id,
        )
        .order_by(Proposal.settled_at, Proposal.id)
        .limit(1)
    ).first()


def rule_of(proposal: Proposal) -> Rule | None:
    """When it recurs; None: once."""
    return rule_from_dict(proposal.rule) if proposal.rule else None


def sessions_of(proposal: Proposal) -> list[Session]:
    """Every session that a proposal makes, those that have passed too, in their order: its own list, or what
    its rule gives outside of holidays. Raises CalendarNotCovered."""
    if proposal.sessions:
        return sorted(Session(*map(datetime.fromisoformat, pair)) for pair in proposal.sessions)
    days = sorted(one.day for one in occurrences(rule_of(proposal), proposal.day) if one.day is not None)
    starts = [local(day, proposal.start.hour, proposal.start.minute) for day in days]
    return [Session(start, start + timedelta(minutes=proposal.minutes)) for start in starts]


def _joined(proposal: Proposal) -> Activity | None:
    """`series_of`, locked: two of one series that are published at once become one activity, and the dates of
    each are announced in one go."""
    first = proposal.continues_id or proposal.id
    db.session.execute(select(Proposal.id).where(Proposal.id == first).with_for_update())
    activity = series_of(proposal)
    if activity is not None:
        db.session.execute(select(Activity.id).where(Activity.id == activity.id).with_for_update())
    return activity


def _activity(proposal: Proposal) -> Activity:
    return Activity(
        action=proposal.action,
        territory_id=proposal.territory_id,
        slug=_unlike_others(proposal),
        kind=ActivityKind.WORKSHOP,
        title=proposal.title,
        summary=proposal.summary,
        rule=proposal.rule,
        venue=proposal.venue,
        usual_start=proposal.start,
        usual_minutes=proposal.minutes,
        usual_audience=proposal.audience,
        usual_registration=proposal.registration,
        usual_capacity=proposal.capacity,
        is_demonstration=proposal.organisation.is_demonstration,
    )


def _announcement(proposal: Proposal, activity: Activity, session: Session) -> Announcement:
    return Announcement(
        activity=activity,
        venue=proposal.venue,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        audience=proposal.audience,
        title=proposal.title,
        summary=proposal.summary,
        description=proposal.description,
        host=proposal.organisation,
        topic=proposal.topic,
        registration=proposal.registration,
        capacity=proposal.capacity,
        spoken_languages=proposal.spoken_languages,
        accessibility=[Accessibility(one) for one in proposal.accessibility],
        picture=proposal.picture,
        picture_alternative=proposal.picture_alternative,
    )


def _unlike_others(proposal: Proposal) -> str:
    """The end of an address that no other activity of the territory has."""
    slug = slug_from(proposal.title, longest=LONGEST_SLUG)
    taken = set(
        db.session.scalars(
            select(Activity.slug).where(
                Activity.territory_id == proposal.territory_id, Activity.slug.startswith(slug)
            )
        )
    )
    unlike, number = slug, 2
    while unlike in taken:
        unlike, number = f"{slug}-{number}", number + 1
    return unlike
