"""What an organisation offers to the school Saturdays of a territory: topics, how often, which days.

A draft takes what stands when it is worked out: changing an offer changes no draft that is there, nor one
that is being computed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select

from eventsapp import journal
from eventsapp.agenda.models import Topic
from eventsapp.clock import day_of
from eventsapp.codes import fingerprint, slug_from
from eventsapp.database import AsTyped, db
from eventsapp.people import contacts
from eventsapp.people.contacts import NameMissing
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory
from eventsapp.planning import owed_months
from eventsapp.planning.models import OfferedTopic, SaturdayOffer
from eventsapp.planning.owed_months import SchoolYearIsOver
from eventsapp.programme.school_calendar import SchoolYear, zone_c
from eventsapp.refusals import Conflict, Refusal, msgid

LONGEST_TOPIC = 120
MOST_TOPICS = 300
"""Topics that a form offers: a page of check boxes stays readable."""
BOUNDS = {"per_month": (1, 5), "per_year": (1, 60), "crews": (1, 10)}
"""What each number may be: a month has five Saturdays, a school year some thirty-three with school."""
REACHES = (500, 1000, 2000, 3000)
"""Metres from its home, as the form offers them; None: anywhere in the territory."""


class TopicMissing(Refusal):
    """Somebody comes, and has nothing to speak about."""

    sentence = msgid("Choisissez au moins un sujet, ou écrivez-en un.")


class NumberOutOfBounds(Refusal):
    """Not a whole number that makes sense there."""

    sentence = msgid("Écrivez un nombre entre %(least)s et %(most)s.")


class ReachUnknown(Refusal):
    """None of the distances offered."""

    sentence = msgid("Choisissez une distance.")


class OfferChanged(Conflict):
    """A colleague changed it after the page was opened."""

    sentence = msgid("Cette proposition a changé entre-temps. Relisez-la, puis recommencez.")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a form asks for: `days` are those on which they can come, among the free ones of `year`."""

    topics: Collection[int]
    new_topic: str
    per_month: str
    per_year: str
    crews: str
    reach_metres: int | None
    year: SchoolYear
    days: Collection[date]


@dataclass(frozen=True)
class Offer:
    """An offer as it stands: its row (None: nothing is offered yet) and the numbers of its topics."""

    row: SaturdayOffer | None
    topics: frozenset[int]

    @property
    def mark(self) -> str:
        """What a page shows of it, in sixteen signs."""
        if self.row is None:
            return fingerprint("")[:16]
        row = self.row
        said = [
            sorted(self.topics),
            row.per_month,
            row.per_year,
            row.crews,
            row.reach_metres,
            sorted(row.away),
        ]
        return fingerprint(repr(said))[:16]


def of(organisation: Organisation, territory: Territory, *, locked: bool = False) -> Offer:
    """What an organisation offers in a territory; two statements, or one when it offers nothing yet."""
    query = select(SaturdayOffer).where(
        SaturdayOffer.organisation_id == organisation.id, SaturdayOffer.territory_id == territory.id
    )
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(query).first()
    if row is None:
        return Offer(None, frozenset())
    chosen = select(OfferedTopic.topic_id).where(OfferedTopic.offer_id == row.id)
    return Offer(row, frozenset(db.session.scalars(chosen)))


def topics() -> Sequence[Topic]:
    """Everything one may speak about, by name; one statement."""
    return db.session.scalars(select(Topic).order_by(AsTyped(Topic.name), Topic.id).limit(MOST_TOPICS)).all()


def years(today: date) -> list[SchoolYear]:
    """The school years that still have a free Saturday, this one and the next, as far as they are known."""
    calendar = zone_c()
    known = [year for year in calendar.school_years if year.last >= today][:2]
    return [year for year in known if free_saturdays(year, today)]


def free_saturdays(year: SchoolYear, today: date) -> list[date]:
    """The Saturdays after `today` on which schools can open their doors, until 30 June."""
    try:
        periods = owed_months.periods_of(year, max(today, year.first))
    except SchoolYearIsOver:
        return []
    return [day for period in periods for day in period.dates if day > today]


def propose(
    organisation: Organisation, territory: Territory, wanted: Wanted, *, seen: str, actor: str, now: datetime
) -> SaturdayOffer:
    """Writes the offer down, in place of what stood there; days of other years stay as they were.

    The caller has asked who may, and that the organisation may act there. Raises NumberOutOfBounds,
    ReachUnknown, TopicMissing, OfferChanged, and what `contacts.name_of` raises for a new topic.
    """
    offer = of(organisation, territory, locked=True)
    if offer.mark != seen:
        raise OfferChanged()
    numbers = {field: _number(getattr(wanted, field), field) for field in BOUNDS}
    kept = offer.row.reach_metres if offer.row else None
    if wanted.reach_metres not in {None, kept, *REACHES}:
        raise ReachUnknown(field="reach")
    chosen = _topics(wanted, territory, actor, now)
    shown = set(free_saturdays(wanted.year, day_of(now)))
    away = {day for day in (offer.row.away if offer.row else []) if date.fromisoformat(day) not in shown}
    away |= {day.isoformat() for day in shown - set(wanted.days)}
    if not chosen and shown & set(wanted.days):
        raise TopicMissing(field="topics")
    row = offer.row or SaturdayOffer(organisation_id=organisation.id, territory_id=territory.id)
    row.per_month, row.per_year, row.crews = numbers["per_month"], numbers["per_year"], numbers["crews"]
    row.reach_metres, row.away = wanted.reach_metres, sorted(away)
    db.session.add(row)
    db.session.flush()
    _keep_topics(row, offer.topics, chosen)
    journal.note(
        actor,
        "changed" if offer.row else "offered",
        row,
        now=now,
        territory_id=territory.id,
        organisation=organisation.id,
        topics=len(chosen),
        days=len(shown & set(wanted.days)),
    )
    return row


def _topics(wanted: Wanted, territory: Territory, actor: str, now: datetime) -> set[int]:
    """The numbers of the topics chosen that exist, and of the one that was written."""
    chosen = set(db.session.scalars(select(Topic.id).where(Topic.id.in_(wanted.topics))))
    if not wanted.new_topic.strip():
        return chosen
    name = contacts.name_of(wanted.new_topic, field="new_topic", longest=LONGEST_TOPIC)
    slug = slug_from(name)
    if slug == "x":  # nothing that an address could say
        raise NameMissing(field="new_topic")
    topic = db.session.scalars(select(Topic).where(Topic.slug == slug)).first()
    if topic is None:
        topic = Topic(slug=slug, name=name)
        db.session.add(topic)
        db.session.flush()
        journal.note(actor, "proposed", topic, now=now, territory_id=territory.id)
    return {*chosen, topic.id}


def _keep_topics(row: SaturdayOffer, known: Collection[int], chosen: set[int]) -> None:
    gone = set(known) - chosen
    if gone:
        db.session.execute(
            delete(OfferedTopic).where(OfferedTopic.offer_id == row.id, OfferedTopic.topic_id.in_(gone))
        )
    db.session.add_all(OfferedTopic(offer_id=row.id, topic_id=topic) for topic in sorted(chosen - set(known)))


def _number(typed: str, field: str) -> int:
    least, most = BOUNDS[field]
    text = typed.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and least <= int(text) <= most):
        raise NumberOutOfBounds(field=field, least=least, most=most)
    return int(text)
