"""What registrations came to, moved into figures in the transaction that deletes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from eventsapp.database import db
from eventsapp.indicators import families
from eventsapp.indicators.models import ForgottenPeople
from eventsapp.registrations.models import CHILD_BRACKETS, AgeBracket, Registration, RegistrationStatus


def move(event_id: int, registrations: Sequence[Registration]) -> None:
    """Adds these registrations of an event, about to be deleted, to its figures. The event is locked."""
    figures = families.figures_of(event_id)
    people: Counter[AgeBracket] = Counter()
    for one in registrations:
        if one.status is RegistrationStatus.CANCELLED:
            figures.cancelled += 1
        elif one.status is RegistrationStatus.CONFIRMED:
            brackets = [participant.bracket for participant in one.participants]
            people.update(brackets)
            figures.parties += 1
            figures.people += one.seats
            figures.families += one.household_id is not None
            figures.parents += parents_among(brackets) if one.household_id is not None else 0
        else:
            figures.waiting += one.seats
    _add(event_id, people)


def parents_among(brackets: Sequence[AgeBracket]) -> int:
    """The adults of a party, where it has a child: whose parent they are nobody is asked."""
    children = sum(bracket in CHILD_BRACKETS for bracket in brackets)
    return len(brackets) - children if children else 0


def _add(event_id: int, people: Counter[AgeBracket]) -> None:
    present = {
        row.bracket: row
        for row in db.session.scalars(select(ForgottenPeople).where(ForgottenPeople.event_id == event_id))
    }
    for bracket, many in people.items():
        if bracket in present:
            present[bracket].people += many
        else:
            db.session.add(ForgottenPeople(event_id=event_id, bracket=bracket, people=many))
    db.session.flush()
