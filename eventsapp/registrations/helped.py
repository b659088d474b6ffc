"""What somebody tells their desk, or whoever registers them, of each person who comes: where the full form
asks for it (EntryForm.FULL) and they did not fill it in themselves.

They have their seats, or wait, before they are asked: nobody loses a place while they think.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from eventsapp import journal
from eventsapp.agenda.entry_rules import EntryForm
from eventsapp.database import db
from eventsapp.people import contacts
from eventsapp.people.contacts import FirstNameMissing
from eventsapp.places.models import Quartier
from eventsapp.refusals import Refusal
from eventsapp.registrations import changing, needs, people_answers, seats
from eventsapp.registrations.desk import AgreementMissing
from eventsapp.registrations.models import AgeBracket, Participant, Registration
from eventsapp.registrations.party import AnswersRefused, Member
from eventsapp.registrations.people_answers import BracketMissing, PersonsNameMissing
from eventsapp.registrations.reached import Typed

GROWN = (AgeBracket.ADULT, AgeBracket.FROM_18, AgeBracket.FROM_26, AgeBracket.FROM_60)
"""What an adult may be said to be; « 18+ » stays where nobody asks."""


def asks_for(registration: Registration) -> bool:
    """Whether its event asks each person of a family what they need."""
    return registration.household_id is not None and registration.event.entry.form is EntryForm.FULL


def takes_answers(registration: Registration, now: datetime) -> bool:
    """Whether there is somebody to prepare for: they come, and it is not over."""
    event = registration.event
    return registration.is_active and event.ends_at > now and not event.is_cancelled


def is_told(registration: Registration) -> bool:
    """Whether anything is known of its people but their numbers; one statement, or none."""
    named = any(one.first_name for one in registration.participants)
    return named or bool(needs.of_registration(registration))


def read(person: Participant, typed: Typed, ticked: Collection[str]) -> Member:
    """What is typed of one of them: first_name (or nothing), interpreter, and of an adult the bracket; a
    child's was counted, and quotas hang on it.

    Raises AnswersRefused.
    """
    refusals: list[Refusal] = []
    name, bracket = (typed.get("first_name") or "").strip(), person.bracket
    try:
        name = contacts.first_name(name, field="first_name") if name else ""
    except FirstNameMissing:  # an address in place of it
        refusals.append(PersonsNameMissing(field="first_name"))
    except Refusal as refusal:
        refusals.append(refusal)
    if person.bracket in GROWN:
        bracket = next((one for one in GROWN if one.value == typed.get("bracket")), None) or person.bracket
        if typed.get("bracket") not in GROWN:
            refusals.append(BracketMissing(field="bracket"))
    try:
        wanted = people_answers.read_needs(typed, ticked)
    except AnswersRefused as refused:
        raise AnswersRefused([*refusals, *refused.refusals]) from refused
    if refusals:
        raise AnswersRefused(refusals)
    return Member(bracket=bracket, first_name=name, needs=wanted.needs, interpreter=wanted.interpreter)


def tell(
    registration: Registration,
    people: Mapping[int, Member],
    *,
    quartier: Quartier | None,
    agrees: bool,
    seen: str,
    actor: str,
    now: datetime,
) -> bool:
    """Each of these participants, by their numbers, is called so and needs this; False when that is known
    already, so that a form sent twice is done once.

    The quartier is kept where the family has said none: nobody writes over what it said. Raises
    AgreementMissing, RegistrationChanged, RegistrationCancelled, RegistrationsClosed.
    """
    if not agrees:
        raise AgreementMissing(field="agrees")
    seats.locked(registration.event_id)
    db.session.refresh(registration, ["status", "seats", "participants"])
    household = registration.household
    if household is not None:
        db.session.refresh(household, ["quartier_id"])
    lives = quartier if household is not None and household.quartier_id is None else None
    if lives is None and people == _known(registration):
        return False
    event = changing.open_for_needs(registration, seen, now)
    for one in registration.participants:
        said = people[one.id]
        one.first_name, one.bracket = said.first_name, said.bracket
        needs.replace(one, said.needs, said.interpreter)
    if household is not None and lives is not None:
        household.quartier_id = lives.id
    registration.changed_at = now
    journal.note(
        actor,
        "people told",
        registration,
        now=now,
        territory_id=event.territory_id,
        seats=registration.seats,
        event=event.id,
        agreed=True,
    )
    return True


def _known(registration: Registration) -> dict[int, Member]:
    rows = needs.of_registration(registration)
    return {
        one.id: Member(
            bracket=one.bracket,
            first_name=one.first_name,
            needs=frozenset(row.need for row in rows.get(one.id, [])),
            interpreter="".join(row.language for row in rows.get(one.id, [])),
        )
        for one in registration.participants
    }
