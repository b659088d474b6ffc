"""A few made-up families: seats taken here and there, one full event with a waiting list, one where a place
that came free is offered, one cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from eventsapp.agenda import entry_changes, scheduling
from eventsapp.agenda.entry_rules import EntryForm
from eventsapp.agenda.models import ActivityKind, Event, RegistrationMode
from eventsapp.people import contacts
from eventsapp.people.models import Means
from eventsapp.registrations import booking, enrolments, reached
from eventsapp.registrations.enrolments import Answers
from eventsapp.registrations.models import CHILD_BRACKETS, AgeBracket, Registration
from eventsapp.registrations.party import Member, PartyAnswers
from eventsapp.registrations.people_answers import TICKED_NEEDS, PeopleAnswers
from eventsapp.registrations.reached import Reached
from eventsapp.seeds.luck import luck

NEXT_EVENTS = 8
"""How many of the next counted events have families already: enough to see places left vary, few
enough for the letters (one a family) to be read."""

TRAIL_FAMILIES = 12
WAITING_FAMILIES = 2
ANSWER_HOURS = 24
HELD_UP, NEXT_IN_LINE = (2, 3), [(1, 1), (1, 0)]
"""Adults and children of those who wait where a place is offered: too many, then who is asked, then one."""
WHY_CANCELLED = "L’association ne peut pas venir ce jour-là."


def plant_families(events: Sequence[Event], first_names: Sequence[str], *, now: datetime) -> None:
    """Registers families at coming events, in the order of their dates."""
    coming = [
        event
        for event in sorted(events, key=lambda event: (event.starts_at, event.id))
        if event.starts_at > now + timedelta(days=1)
        and event.registration is RegistrationMode.COUNTED
        and not event.is_restricted
        and not event.for_professionals
    ]
    trail = [event for event in coming if event.activity.kind is ActivityKind.TRAIL]
    others = [event for event in coming if event.activity.kind is not ActivityKind.TRAIL]
    register = _Register(first_names, now)
    if others:
        _fill(others[0], register)
    if len(others) > 1:
        _offer(others[1], register, now)
    for number, event in enumerate(others[2:NEXT_EVENTS]):
        for _ in range(number % 4 + 1):
            register.family(event)
    for event in trail:
        for _ in range(TRAIL_FAMILIES):
            register.family(event)


def cancel_one(events: Sequence[Event], *, now: datetime) -> Event | None:
    """Cancels a public event without registration of the weeks to come, if there is one."""
    for event in sorted(events, key=lambda event: (event.starts_at, event.id)):
        open_to_all = not event.is_restricted and event.registration is RegistrationMode.NONE
        if open_to_all and event.starts_at > now + timedelta(days=10):
            scheduling.cancel(event, reason=WHY_CANCELLED, actor="seeds", now=now)
            return event
    return None


def _fill(event: Event, register: _Register) -> None:
    """Takes every seat, then lets two families wait."""
    while event.seats_left:
        register.family(event, at_most=event.seats_left)
    for _ in range(WAITING_FAMILIES):
        register.family(event)


def _offer(event: Event, register: _Register, now: datetime) -> None:
    """Takes every seat but for a yes within a day; two come free, a large family is passed over, who comes
    after it is asked, and another waits."""
    rules = replace(event.entry, answer_hours=ANSWER_HOURS)
    entry_changes.change(event, rules, actor="seeds", now=now)
    leaving = register.party(event, 1, 1)
    while event.seats_left:
        adults = min(event.seats_left, 2)
        register.party(event, adults, min(event.seats_left - adults, 3))
    for adults, children in (HELD_UP, *NEXT_IN_LINE):
        register.party(event, adults, children)
    booking.cancel(leaving, actor="seeds", now=now)


class _Register:
    """Registers one family after another, each by its form, as they would themselves."""

    def __init__(self, first_names: Sequence[str], now: datetime) -> None:
        self._names = luck("names").sample(first_names, len(first_names))
        self._now = now
        self._count = 0

    def family(self, event: Event, *, at_most: int = 6) -> None:
        """One more family, of `at_most` people, at this event."""
        chance = luck("family", self._count)
        adults = min(at_most, chance.choice((1, 1, 2)))
        self.party(event, adults, min(at_most - adults, chance.randint(0, 3)))

    def party(self, event: Event, adults: int, with_them: int) -> Registration:
        """One more family of so many adults and children, of different ages."""
        chance = luck("party", self._count)
        first_name = self._names[self._count % len(self._names)]
        self._count += 1
        children = chance.sample(CHILD_BRACKETS[1:4], with_them)
        known = Reached(
            first_name=first_name,
            email=None if self._count % 6 == 0 else f"famille{self._count}@example.org",
            # 06 39 98 00 00 … 99 99: numbers kept for fiction (Arcep, plan de numérotation).
            phone=contacts.phone(f"06 39 98 {self._count // 100:02d} {self._count % 100:02d}"),
            means=Means.CALL if self._count % 12 == 0 else None,
        )
        answers: Answers
        if event.entry.form is EntryForm.FULL:
            answers = self._group(known, adults, children)
        else:
            answers = PartyAnswers(
                **reached.parts_of(known), adults=adults, children=dict.fromkeys(children, 1)
            )
        token = enrolments.open_(event, answers, self._now)
        language = chance.choice(("fr", "fr", "fr", "en"))
        return booking.confirm(token, event.id, language=language, now=self._now).registration

    def _group(self, known: Reached, adults: int, children: Sequence[AgeBracket]) -> PeopleAnswers:
        """The same family, person by person; one in three needs something that day."""
        chance = luck("group", self._count)
        answers = PeopleAnswers.begun(known, None)
        for bracket in [AgeBracket.FROM_26] * adults + list(children):
            name = known.first_name if not answers.people else chance.choice(self._names)
            needs = {chance.choice(TICKED_NEEDS)} if chance.random() < 1 / 3 else set()
            member = Member(bracket=bracket, first_name=name, needs=frozenset(needs))
            answers = answers.with_person(answers.next_number, member)
        return answers
