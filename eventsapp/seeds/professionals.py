"""A few made-up professionals: registered to the next breakfast of each territory, one of them to all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle

from eventsapp.agenda.models import ActivityKind, Event
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory
from eventsapp.registrations import booking, enrolments, standing
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from eventsapp.seeds.luck import luck

AT_THE_NEXT = 3
"""Registered to the next breakfast of a territory, each for an association of their own."""


def plant_professionals(
    events: Sequence[Event],
    hosts: dict[Territory, list[Organisation]],
    first_names: Sequence[str],
    *,
    now: datetime,
) -> None:
    """Registers some at the next breakfast of each territory; the first of all comes to every date.

    `hosts`: the associations approved in each territory.
    """
    names = cycle(luck("professionals").sample(first_names, len(first_names)))
    is_first = True
    for territory, approved in hosts.items():
        coming = [
            event
            for event in sorted(events, key=lambda event: (event.starts_at, event.id))
            if event.territory is territory
            and event.activity.kind is ActivityKind.BREAKFAST
            and event.starts_at > now + timedelta(days=1)
        ]
        for organisation in approved[:AT_THE_NEXT] if coming else ():
            _register(coming[0], names, organisation, to_all=is_first, now=now)
            is_first = False


def _register(
    event: Event, names: Iterator[str], organisation: Organisation, *, to_all: bool, now: datetime
) -> None:
    answers = ProfessionalAnswers(
        first_name=next(names),
        email=f"equipe-{organisation.slug}@example.org",
        organisation=organisation.name,
    )
    token = enrolments.open_(event, answers, now)
    registration = booking.confirm(token, event.id, language="fr", now=now).registration
    party = registration.professional
    if to_all and party is not None:
        actor = booking.actor_of(registration)
        standing.sign_up(event.activity, party, answers.members, actor=actor, now=now)
