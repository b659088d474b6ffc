"""Everything we hold on one household, for itself (GDPR art. 15 and 20); a constant number of statements.

`tests/retention/test_own_data.py` compares this page, and what forgetting deletes, with the tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from eventsapp.agenda.entries import where_of
from eventsapp.agenda.models import Activity, Event
from eventsapp.attendance.models import AttendanceMark
from eventsapp.database import db
from eventsapp.feeds.private_models import FeedLink
from eventsapp.invitations.models import Invitation, Method, PartStat
from eventsapp.journal import JournalLine
from eventsapp.mailroom.models import Letter
from eventsapp.people.household_models import HouseholdBrowser
from eventsapp.people.models import Household, Person, PrivateLink, Professional
from eventsapp.registrations import writing
from eventsapp.registrations.models import Participant, Registration
from eventsapp.registrations.photo_models import PhotoConsent
from eventsapp.registrations.standing_models import StandingSignUp
from eventsapp.retention import own_letters
from eventsapp.retention.own_letters import Held, at

FORMAT = "eventsapp-own-data-1"
"""Rises when a key changes its meaning or goes."""


def held(household: Household, *, now: datetime) -> Held:
    """What we hold, as values that JSON can say: instants in ISO 8601, ages as brackets.

    Private links stand as their dates only: what is stored of one opens nothing.
    """
    registrations = _registrations(household)
    about = [f"household:{household.id}", *(writing.about(one) for one in registrations)]
    contact, quartier = household.contact, household.quartier
    letters = own_letters.posted(about)
    arrivals, invitations = _arrivals(registrations), _invitations(registrations, letters)
    return {
        "format": FORMAT,
        "drawn_at": at(now),
        "household": {
            "first_name": contact.first_name,
            "email": contact.email,
            "phone": contact.phone,
            "language": contact.language,
            "means": contact.means.value if contact.means else None,
            "phone_is_shared": contact.phone_is_shared,
            "mail_failed_at": at(contact.mail_failed_at),
            "wants_no_messages": contact.wants_no_messages,
            "wants_alarm": contact.wants_alarm,
            "quartier": quartier.name if quartier else None,
            "known_since": at(household.created_at),
        },
        "registrations": [
            _registration(one, arrivals.get(one.id, []), invitations.get(one.id)) for one in registrations
        ],
        "every_date_of": _standing(household),
        "photo_consents": _consents(registrations),
        "browsers": _browsers(household),
        "letters": own_letters.said(letters),
        "mails_received": own_letters.received(about),
        "private_links": [
            {"created_at": at(created), "revoked_at": at(revoked)}
            for created, revoked in db.session.execute(
                select(PrivateLink.created_at, PrivateLink.revoked_at)
                .where(PrivateLink.household_id == household.id)
                .order_by(PrivateLink.id)
            )
        ],
        "calendars": _calendars(household),
        "journal": _journal(household, registrations),
    }


def _registrations(household: Household) -> Sequence[Registration]:
    return db.session.scalars(
        select(Registration)
        .where(Registration.household_id == household.id)
        .join(Registration.event)
        .options(
            joinedload(Registration.event).joinedload(Event.venue),
            joinedload(Registration.event).joinedload(Event.activity).joinedload(Activity.action),
            selectinload(Registration.participants).selectinload(Participant.needs),
        )
        .order_by(Event.starts_at, Registration.id)
    ).all()


def _registration(one: Registration, marks: list[AttendanceMark], invitation: Held | None) -> Held:
    event = one.event
    neutral = event.activity.action.is_sensitive  # a phone lies on a table, and a file in a folder
    return {
        "code": one.code,
        "event": "" if neutral else event.title,
        "starts_at": at(event.starts_at),
        "ends_at": at(event.ends_at),
        "place": where_of(event.venue, neutral=neutral)["place"],
        "status": one.status.value,
        "leaves_at": at(one.leaves_at),
        "people": [
            {
                "first_name": person.first_name,
                "age": person.bracket.value,
                "needs": [need.need.value for need in person.needs],
                "interpreter": next((need.language for need in person.needs if need.language), None),
            }
            for person in one.participants
        ],
        "way": one.way.value,
        "with_help_agreed_at": at(one.agreed_at),
        "registered_at": at(one.created_at),
        "changed_at": at(one.changed_at),
        "waiting_list": {
            "since": at(one.waiting_since),
            "overtaken": one.overtaken,
            "offered_at": at(one.offered_at),
            "answer_by": at(one.answer_by),
            "offers_unanswered": one.lapses,
        },
        "last_told": {
            "starts_at": at(one.told.starts_at),
            "ends_at": at(one.told.ends_at),
            "cancelled": one.told.is_cancelled,
        },
        "attendance": [{"mark": mark.kind.value, "at": at(mark.made_at)} for mark in marks],
        "invitation": invitation,
    }


def _arrivals(registrations: Sequence[Registration]) -> dict[int, list[AttendanceMark]]:
    found: dict[int, list[AttendanceMark]] = defaultdict(list)
    rows = db.session.scalars(
        select(AttendanceMark)
        .where(AttendanceMark.registration_id.in_([one.id for one in registrations]))
        .order_by(AttendanceMark.made_at, AttendanceMark.id)
    )
    for mark in rows:
        found[mark.registration_id or 0].append(mark)
    return found


def _invitations(registrations: Sequence[Registration], letters: Sequence[Letter]) -> dict[int, Held]:
    """What a calendar was told of each registration, by its id.

    Anybody may type anybody's address: of the mailbox's own row, which others at the same event share,
    nothing is said but the answer, and only where nobody else registered there with that address.
    """
    by_about = {writing.about(one): one for one in registrations}
    # Whether a CANCEL left hangs on others of that mailbox.
    asking = [one for one in letters if one.method == Method.REQUEST and one.about in by_about]
    sent = {by_about[one.about].id: one for one in asking}
    other = aliased(Registration)
    shared = (
        select(other.id)
        .outerjoin(Household, Household.id == other.household_id)
        .outerjoin(Professional, Professional.id == other.professional_id)
        .join(Person, Person.id == func.coalesce(Household.contact_id, Professional.person_id))
        .where(
            other.event_id == Invitation.event_id,
            other.id.not_in([one.id for one in registrations]),
            func.lower(Person.email) == Invitation.address,
        )
    )
    rows = db.session.scalars(
        select(Invitation).where(
            Invitation.event_id.in_([one.event_id for one in registrations]),
            Invitation.address.in_({one.address.lower() for one in sent.values()}),
            Invitation.partstat != PartStat.NEEDS_ACTION,
            ~shared.exists(),
        )
    )
    answers = {(row.event_id, row.address): row for row in rows}
    return {
        one.id: {
            "address": sent[one.id].address,
            "name": sent[one.id].reader_name,
            **_answer(answers.get((one.event_id, sent[one.id].address.lower()))),
            "last_sent_at": at(sent[one.id].posted_at),
        }
        for one in registrations
        if one.id in sent
    }


def _answer(row: Invitation | None) -> Held:
    return {
        "answer": row.partstat.value if row else None,
        "answered_at": at(row.answered_at) if row else None,
        "comment": row.answer_comment if row else "",
    }


def _standing(household: Household) -> list[Held]:
    rows = db.session.scalars(
        select(StandingSignUp)
        .where(StandingSignUp.household_id == household.id)
        .options(
            joinedload(StandingSignUp.activity).joinedload(Activity.action),
            selectinload(StandingSignUp.members),
        )
        .order_by(StandingSignUp.id)
    )
    return [
        {
            "activity": "" if one.activity.action.is_sensitive else one.activity.title,
            "status": one.status.value,
            "people": [
                {"first_name": person.first_name, "age": person.bracket.value} for person in one.members
            ],
            "since": at(one.created_at),
            "paused_at": at(one.paused_at),
            "ended_at": at(one.ended_at),
        }
        for one in rows
    ]


def _consents(registrations: Sequence[Registration]) -> list[Held]:
    names = {person.id: person.first_name for one in registrations for person in one.participants}
    rows = db.session.scalars(
        select(PhotoConsent).where(PhotoConsent.participant_id.in_(names)).order_by(PhotoConsent.id)
    )
    return [
        {
            "first_name": names[one.participant_id],
            "use": one.use.value,
            "given_at": at(one.given_at),
            "until": at(one.until),
            "withdrawn_at": at(one.withdrawn_at),
        }
        for one in rows
    ]


def _browsers(household: Household) -> list[Held]:
    rows = db.session.scalars(
        select(HouseholdBrowser)
        .where(HouseholdBrowser.household_id == household.id)
        .order_by(HouseholdBrowser.id)
    )
    return [
        {"browser": one.browser, "confirmed_at": at(one.confirmed_at), "ends_at": at(one.ends_at)}
        for one in rows
    ]


def _calendars(household: Household) -> list[Held]:
    """Its private feeds; what is stored of their addresses opens nothing."""
    rows = db.session.scalars(
        select(FeedLink).where(FeedLink.household_id == household.id).order_by(FeedLink.id)
    )
    return [
        {
            "label": one.label,
            "reminds": one.reminds,
            "without_invited": one.leaves_out_invited,
            "made_at": at(one.made_at),
            "last_read_on": one.last_read_on.isoformat() if one.last_read_on else None,
        }
        for one in rows
    ]


def _journal(household: Household, registrations: Sequence[Registration]) -> list[Held]:
    rows = db.session.scalars(
        select(JournalLine)
        .where(
            or_(
                JournalLine.actor == f"household:{household.id}",
                (JournalLine.thing == "registration")
                & JournalLine.thing_id.in_([one.id for one in registrations]),
            )
        )
        .order_by(JournalLine.id)
    )
    return [
        {
            "at": at(line.at),
            "by": "household" if line.actor.startswith("household:") else line.actor.partition(":")[0],
            "verb": line.verb,
            "thing": line.thing,
        }
        for line in rows
    ]
