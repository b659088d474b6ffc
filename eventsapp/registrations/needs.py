"""What people need that day, for the desk of the event alone, until the day is over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext
from sqlalchemy import delete, func, select

from eventsapp import languages
from eventsapp.agenda.models import Event
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.registrations.models import (
    Need,
    Participant,
    ParticipantNeed,
    Registration,
    RegistrationStatus,
)


@dataclass(frozen=True)
class Asked:
    """So many people need that; `language`: of an interpreter, its code."""

    need: Need
    language: str
    people: int


def at(event: Event, *, now: datetime) -> dict[int, list[Asked]]:
    """What each registration of an event asks that is not cancelled, by its number; one statement, or none
    from the day after: the job may be late, the page is not."""
    if now >= local(day_of(event.ends_at) + timedelta(days=1), 0):
        return {}
    rows = db.session.execute(
        select(
            Participant.registration_id,
            ParticipantNeed.need,
            ParticipantNeed.language,
            func.count(ParticipantNeed.id),
        )
        .join(Participant, Participant.id == ParticipantNeed.participant_id)
        .join(Participant.registration)
        .where(Registration.event_id == event.id, Registration.status != RegistrationStatus.CANCELLED)
        .group_by(Participant.registration_id, ParticipantNeed.need, ParticipantNeed.language)
    )
    found: dict[int, list[Asked]] = defaultdict(list)
    for registration, need, language, people in rows:
        found[registration].append(Asked(need, language, int(people)))
    return {number: _sorted(asked) for number, asked in found.items()}


def of_registration(registration: Registration) -> dict[int, list[ParticipantNeed]]:
    """What each of its participants needs, by their numbers, in the order of the form; one statement."""
    rows = db.session.scalars(
        select(ParticipantNeed)
        .join(Participant, Participant.id == ParticipantNeed.participant_id)
        .where(Participant.registration_id == registration.id)
    ).all()
    order = list(Need)
    found: dict[int, list[ParticipantNeed]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: order.index(one.need)):
        found[row.participant_id].append(row)
    return dict(found)


def rows_of(needs: Iterable[Need], interpreter: str) -> list[ParticipantNeed]:
    """The rows of one participant; `interpreter`: the language, where Need.INTERPRETER is among them."""
    return [
        ParticipantNeed(need=need, language=interpreter if need is Need.INTERPRETER else "")
        for need in sorted(needs)
    ]


def replace(participant: Participant, needs: Iterable[Need], interpreter: str) -> None:
    """From now on they need this and nothing else. The caller has locked their event."""
    db.session.execute(delete(ParticipantNeed).where(ParticipantNeed.participant_id == participant.id))
    for row in rows_of(needs, interpreter):
        row.participant_id = participant.id
        db.session.add(row)


def summed(asked: Mapping[int, Sequence[Asked]], registrations: Iterable[int]) -> list[Asked]:
    """What these registrations ask together."""
    sums: Counter[tuple[Need, str]] = Counter()
    for number in registrations:
        for one in asked.get(number, ()):
            sums[one.need, one.language] += one.people
    return _sorted([Asked(need, language, people) for (need, language), people in sums.items()])


def said(asked: Sequence[Asked]) -> str:
    """« 1 fauteuil, interprète : bambara »."""
    return ", ".join(_words(one) for one in asked)


def _words(one: Asked) -> str:
    if one.need is Need.WHEELCHAIR:
        return ngettext("%(num)d fauteuil", "%(num)d fauteuils", one.people)
    if one.need is Need.PUSHCHAIR:
        return ngettext("%(num)d poussette", "%(num)d poussettes", one.people)
    if one.need is Need.SLOW_WALK:
        return ngettext("%(num)d marche lentement", "%(num)d marchent lentement", one.people)
    if one.need is Need.NO_MEAT:
        return ngettext("%(num)d repas sans viande", "%(num)d repas sans viande", one.people)
    return gettext("interprète : %(language)s", language=languages.names([one.language]))


def _sorted(asked: Iterable[Asked]) -> list[Asked]:
    order = list(Need)
    return sorted(asked, key=lambda one: (order.index(one.need), one.language))
