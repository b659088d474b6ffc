"""Whom to reach at each school, and what some answered about their next dates: made-up, and said so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.hosting import answers, authorisations, gate
from eventsapp.hosting.answers import Said
from eventsapp.hosting.models import AccessStatus, Answer
from eventsapp.people import contacts
from eventsapp.places.models import Venue
from eventsapp.seeds.luck import luck

FUNCTIONS = ("directrice", "directeur", "gardienne", "gardien", "responsable éducatif ville")
HOURS = ("le matin avant 8 h 30", "entre 11 h 30 et 13 h 30", "après 16 h 30", "")
ROOMS = ("préau", "salle polyvalente", "bibliothèque de l’école", "réfectoire", "")
NEEDS = ("un vidéoprojecteur et 20 chaises", "des tables en îlots", "une salle sans écho", "")
AHEAD = timedelta(weeks=6)
"""How far ahead schools have answered."""
WITHOUT_MAIL = 5
"""One contact in so many has a telephone only, and is called."""


def plant_contacts(schools: Sequence[Venue], first_names: Sequence[str], *, now: datetime) -> list[Contact]:
    """One contact a school, by name; numbers kept for fiction (Arcep), and example.org (RFC 2606)."""
    names = luck("contacts").sample(first_names, len(first_names))
    planted = []
    for number, school in enumerate(schools):
        chance = luck("contact", school.slug)
        phone = contacts.phone(f"06 39 98 9{number // 100} {number % 100:02d}")
        planted.append(
            Contact(
                venue=school,
                name=f"{names[number % len(names)]} (exemple)",
                function=chance.choice(FUNCTIONS),
                email=None if number % WITHOUT_MAIL == WITHOUT_MAIL - 1 else f"{school.slug}@example.org",
                phone=phone.typed if phone else None,
                phone_e164=phone.e164 if phone else None,
                hours=chance.choice(HOURS),
                verified_at=now if chance.random() < 2 / 3 else None,
                created_at=now,
            )
        )
    db.session.add_all(planted)
    db.session.flush()
    return planted


def plant_answers(
    mornings: Sequence[Event], people: Sequence[Contact], first_names: Sequence[str], *, now: datetime
) -> None:
    """Half of the mornings of the next weeks are answered, a few refused; some are authorised, with names at
    the gate."""
    contact_at = {contact.venue_id: contact for contact in people}
    near = [
        event
        for event in sorted(mornings, key=lambda event: (event.starts_at, event.id))
        if now < event.starts_at < now + AHEAD and not event.is_cancelled
    ]
    for number, event in enumerate(near):
        chance, contact = luck("answer", number), contact_at.get(event.venue_id)
        if contact is None or chance.random() < 1 / 2:
            continue
        given = chance.choice((Answer.YES,) * 8 + (Answer.NO, Answer.OTHER_DATE))
        wished = "le samedi suivant, ou le premier samedi après les vacances"
        said = Said(
            given.value,
            wished=wished if given is Answer.OTHER_DATE else "",
            words="La salle est prise par le conseil d’école." if given is Answer.NO else "",
            room=chance.choice(ROOMS) if given is Answer.YES else "",
        )
        if contact.email:
            answers.give(event, said, actor=f"contact:{contact.id}", now=now)
        else:
            answers.note_call(event, said, contact.name, actor="seeds", now=now)
        if given is Answer.YES:
            _welcome(event, number, first_names, now)


def _welcome(event: Event, number: int, first_names: Sequence[str], now: datetime) -> None:
    chance = luck("gate", number)
    status = chance.choice((None, AccessStatus.ASKED, AccessStatus.GRANTED, AccessStatus.GRANTED))
    if status is not None:
        authorisations.set_status(event, status.value, "", actor="seeds", now=now)
    arrives, leaves = gate.usual_hours(event)
    for name in chance.sample(first_names, chance.choice((0, 1, 2))):
        visitor = gate.Visitor(
            name=f"{name} (exemple)",
            organisation=event.host.name if event.host else "",
            arrives=arrives,
            leaves=leaves,
            needs=chance.choice(NEEDS),
        )
        gate.add(event, visitor, actor="seeds", now=now)
