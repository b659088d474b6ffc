"""A party that has its places changes: who waits is not passed without end, and fewer may always come."""

from __future__ import annotations

import pytest

from eventsapp import clock
from eventsapp.agenda import entry_changes
from eventsapp.agenda.entry_rules import EntryRules, QueueOrder
from eventsapp.registrations import changing
from eventsapp.registrations.admission import TooFewAdults
from eventsapp.registrations.capacity import MOST_OVERTAKINGS
from eventsapp.registrations.changing import NotEnoughSeats
from eventsapp.registrations.models import AgeBracket, Registration, RegistrationStatus
from eventsapp.registrations.party import Numbers
from tests import factories
from tests.registrations.stories import a_transaction, answers, register

pytestmark = pytest.mark.usefixtures("db_session")


def become(party: Registration, adults: int, children: int = 0) -> None:
    """So many of them come, as they say on their own page."""
    numbers = Numbers(adults=adults, children={AgeBracket.FROM_6: children})
    with a_transaction():
        changing.to_numbers(
            party, numbers, seen=changing.mark_of(party), actor="household:1", now=clock.now()
        )


def test_who_grows_again_and_again_passes_a_large_family_three_times_and_no_more() -> None:
    event = factories.an_event(capacity=10)
    binta = register(event, answers("Binta")).registration
    register(event, answers("Clara", adults=4))
    awa = register(event, answers("Awa", adults=6)).registration
    for adults in range(2, 2 + MOST_OVERTAKINGS):
        become(binta, adults)
    with pytest.raises(NotEnoughSeats):
        become(binta, 2 + MOST_OVERTAKINGS)
    assert (binta.seats, awa.overtaken) == (1 + MOST_OVERTAKINGS, MOST_OVERTAKINGS)
    become(binta, 1)
    assert awa.status is RegistrationStatus.WAITING  # 5 places are free, and kept for 6


@pytest.mark.parametrize("order", QueueOrder)
def test_a_child_in_the_place_of_an_adult_takes_no_place_that_a_family_waits_for(order: QueueOrder) -> None:
    event = factories.an_event(capacity=10, entry=EntryRules(most_children=2, order=order))
    binta = register(event, answers("Binta", adults=2)).registration
    clara = register(event, answers("Clara", adults=1, children=2)).registration
    awa = register(event, answers("Awa", adults=1, children=2)).registration
    with a_transaction():
        awa.overtaken = MOST_OVERTAKINGS
    become(clara, adults=1, children=1)
    with pytest.raises(NotEnoughSeats):
        become(binta, adults=1, children=1)
    become(clara, adults=2)  # adults there are enough
    assert awa.status is RegistrationStatus.CONFIRMED


def test_fewer_children_may_come_although_the_rules_are_stricter_since() -> None:
    event = factories.an_event(capacity=10)
    awa = register(event, answers("Awa", adults=2, children=5)).registration
    with a_transaction():
        entry_changes.change(event, EntryRules(children_per_adult=2), actor="cli", now=clock.now())
    become(awa, adults=2, children=4)
    become(awa, adults=2, children=3)
    assert (awa.seats, event.seats_taken, event.children_taken) == (5, 5, 3)
    with pytest.raises(TooFewAdults):
        become(awa, adults=1, children=3)
    with pytest.raises(TooFewAdults):
        become(awa, adults=2, children=5)
