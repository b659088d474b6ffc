"""« Remplacer l’intervenant »: an organisation cannot come, somebody else does, or the day is another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Event, EventStatus, Topic
from eventsapp.clock import day_of
from eventsapp.database import db
from eventsapp.disruptions import doing, ranking, surroundings
from eventsapp.disruptions.changes import Change, as_announced, by_option
from eventsapp.disruptions.closing import Affected, ChoiceMissing, PreviewIsOld, TooMany
from eventsapp.disruptions.models import Disruption, Gesture
from eventsapp.disruptions.ranking import Offer, Option, OptionKind, Place
from eventsapp.people.models import Organisation, OrganisationApproval
from eventsapp.places.models import Territory, Venue
from eventsapp.planning.models import OfferedTopic, SaturdayOffer
from eventsapp.refusals import Refusal, msgid
from eventsapp.typed import line

LONGEST_REASON = 240


class ReasonTooLong(Refusal):
    """More than a letter shows. Parameters: `longest`."""

    sentence = msgid("Écrivez au plus %(longest)s signes.")


class AbsenceOutOfOrder(Refusal):
    """It ends before it begins."""

    sentence = msgid("Le dernier jour doit venir après le premier.")


@dataclass(frozen=True)
class Outlook:
    """What the absence of an organisation does."""

    affected: Sequence[Affected]
    venues: Mapping[int, Venue]
    hosts: Mapping[int, Organisation]
    topics: Mapping[int, Topic]

    @property
    def best(self) -> list[Change]:
        """What is ticked when nobody chose anything else."""
        return [self.change(one, one.proposal.best) for one in self.affected]

    def change(self, one: Affected, option: Option) -> Change:
        """What a proposal makes of a session."""
        if option.kind is not OptionKind.HOST or option.host is None:
            return by_option(one.event, option, self.venues)
        topic = self.topics[option.topic] if option.topic is not None else None
        return Change(one.event, as_announced(one.event), host=self.hosts[option.host], topic=topic)


def hosts_of(territory: Territory, *, now: datetime) -> Sequence[Organisation]:
    """Who holds something to come in a territory, by name; one statement."""
    holding = select(Event.host_id).where(
        Event.territory_id == territory.id, Event.ends_at > now, Event.status == EventStatus.SCHEDULED
    )
    return db.session.scalars(
        select(Organisation).where(Organisation.id.in_(holding)).order_by(Organisation.name, Organisation.id)
    ).all()


def outlook(
    host: Organisation, territory: Territory, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> Outlook:
    """What an absence does, saving nothing; nine statements, or one where nothing is announced.

    Raises AbsenceOutOfOrder, TooMany.
    """
    if ends_at <= starts_at:
        raise AbsenceOutOfOrder(field="last_day")
    events = surroundings.of_host(host.id, territory, starts_at, ends_at, now=now)
    if len(events) > doing.MOST:
        raise TooMany(field="last_day", most=doing.MOST)
    if not events:
        return Outlook((), {}, {}, {})
    offers, organisations, topics = _offers(territory)
    town, venues = surroundings.town_around(territory, events, hosts=organisations)
    gone = frozenset(_days(day_of(starts_at), day_of(ends_at - timedelta(seconds=1))))
    town.away[host.id] = town.away.get(host.id, frozenset()) | gone
    proposals = ranking.propose_hosts([surroundings.session_of(event) for event in events], offers, town)
    by_session = {proposal.session.id: proposal for proposal in proposals}
    affected = [Affected(event, by_session[event.id]) for event in events]
    return Outlook(affected, venues, organisations, topics)


def carry_out(
    host: Organisation,
    territory: Territory,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    chosen: Mapping[int, str],
    *,
    actor: str,
    now: datetime,
) -> Disruption:
    """Gives every session what was chosen: all or none. Raises PreviewIsOld, ChoiceMissing, NothingToDo,
    ReasonTooLong and what the agenda's verbs raise."""
    said = line(reason, field="reason")
    if len(said) > LONGEST_REASON:
        raise ReasonTooLong(field="reason", longest=LONGEST_REASON)
    found = outlook(host, territory, starts_at, ends_at, now=now)
    if {one.event.id for one in found.affected} != set(chosen):
        raise PreviewIsOld()
    if not found.affected:
        raise doing.NothingToDo(field="host")
    changes = [found.change(one, _option(one, chosen[one.event.id])) for one in found.affected]
    return doing.carry_out(Gesture.REPLACING, territory, changes, reason=said, actor=actor, now=now)


def _option(one: Affected, key: str) -> Option:
    if not key:
        raise ChoiceMissing(field=f"choix-{one.event.id}")
    option = one.proposal.option(key)
    if option is None:
        raise PreviewIsOld()
    return option


def _offers(territory: Territory) -> tuple[list[Offer], dict[int, Organisation], dict[int, Topic]]:
    """What approved organisations offer there; two statements."""
    approved = select(OrganisationApproval.organisation_id).where(
        OrganisationApproval.territory_id == territory.id
    )
    rows = db.session.scalars(
        select(SaturdayOffer)
        .where(SaturdayOffer.territory_id == territory.id, SaturdayOffer.organisation_id.in_(approved))
        .options(joinedload(SaturdayOffer.organisation))
        .order_by(SaturdayOffer.id)
    ).all()
    topics: dict[int, Topic] = {}
    spoken: dict[int, set[int]] = {}
    offered = select(OfferedTopic).where(OfferedTopic.offer_id.in_([row.id for row in rows]))
    for one in db.session.scalars(offered.options(joinedload(OfferedTopic.topic))):
        topics[one.topic_id] = one.topic
        spoken.setdefault(one.offer_id, set()).add(one.topic_id)
    offers = [
        Offer(
            row.organisation_id, frozenset(spoken.get(row.id, ())), _home(row.organisation), row.reach_metres
        )
        for row in rows
    ]
    return offers, {row.organisation_id: row.organisation for row in rows}, topics


def _home(organisation: Organisation) -> Place:
    if organisation.latitude is None or organisation.longitude is None:
        return Place(0, "home")
    return Place(0, "home", (organisation.latitude, organisation.longitude))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
