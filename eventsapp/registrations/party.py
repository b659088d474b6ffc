"""Who comes: the answers of the short form, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eventsapp.people import contacts
from eventsapp.people.contacts import Phone
from eventsapp.refusals import Refusal, msgid
from eventsapp.registrations.models import CHILD_BRACKETS, AgeBracket, Need

LARGEST_PARTY = 20
"""People registered at once: beyond, it is a group, and a person at the help number arranges it."""


class CountUnreadable(Refusal):
    """Not a whole number that we can take."""

    sentence = msgid("Écrivez un nombre entre 0 et %(most)s.")


class NobodyComes(Refusal):
    """A party of nobody."""

    sentence = msgid("Dites combien d’adultes viennent.")


class AdultMissing(Refusal):
    """Children come with an adult."""

    sentence = msgid("Un adulte accompagne les enfants. Comptez-le ici.")


class PartyTooLarge(Refusal):
    """More people than one form takes."""

    sentence = msgid(
        "Vous êtes %(seats)s. Ici, on inscrit %(most)s personnes au plus. Pour un groupe, appelez-nous."
    )


class AnswersRefused(Refusal):
    """Some answers cannot be taken; `refusals` says which and why, in the order of the form."""

    sentence = msgid("Relisez vos réponses.")

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__()
        self.refusals = refusals


@dataclass(frozen=True, kw_only=True)
class Member:
    """One person of a party: an age bracket, and where it was asked a first name and needs of that day."""

    bracket: AgeBracket
    first_name: str = ""
    needs: frozenset[Need] = frozenset()
    interpreter: str = ""
    """Code of the language to interpret into; with Need.INTERPRETER only."""


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How many come, by age bracket."""

    adults: int = 1
    children: Mapping[AgeBracket, int] = field(default_factory=dict)

    @property
    def seats(self) -> int:
        """How many seats they need: a baby on a lap counts too, for the rooms are small."""
        return self.adults + sum(self.children.values())

    @property
    def members(self) -> list[Member]:
        """One member a person, adults first."""
        return [Member(bracket=bracket) for bracket in self.brackets]

    @property
    def brackets(self) -> list[AgeBracket]:
        """One bracket a person, adults first."""
        return [AgeBracket.ADULT] * self.adults + [
            bracket for bracket in CHILD_BRACKETS for _ in range(self.children.get(bracket, 0))
        ]


@dataclass(frozen=True, kw_only=True)
class PartyAnswers(Numbers):
    """What the short form tells: one adult to reach, and how many come."""

    first_name: str
    email: str | None = None
    phone: Phone | None = None

    def to_json(self) -> dict[str, Any]:
        """As kept in an Enrolment."""
        return {
            "first_name": self.first_name,
            "email": self.email,
            "phone": [self.phone.typed, self.phone.e164] if self.phone else None,
            "adults": self.adults,
            "children": {bracket.value: number for bracket, number in self.children.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PartyAnswers:
        """The answers kept by `to_json`."""
        return cls(
            first_name=kept["first_name"],
            email=kept["email"],
            phone=Phone(*kept["phone"]) if kept["phone"] else None,
            adults=kept["adults"],
            children={AgeBracket(bracket): number for bracket, number in kept["children"].items()},
        )


def child_field(bracket: AgeBracket) -> str:
    """The name of the form field that counts the children of a bracket: « children_3_5 »."""
    return f"children_{bracket.value.replace('-', '_')}"


def read(typed: Mapping[str, str | None]) -> PartyAnswers:
    """The answers typed into the fields first_name, phone, email, adults and children_….

    Raises AnswersRefused with every reason at once, so that nobody corrects one by one.
    """
    name, phone, email, refusals = _reached(typed)
    try:
        numbers = read_numbers(typed)
    except AnswersRefused as refused:
        raise AnswersRefused([*refusals, *refused.refusals]) from refused
    if refusals:
        raise AnswersRefused(refusals)
    return PartyAnswers(
        first_name=name or "",
        email=email,
        phone=phone,
        adults=numbers.adults,
        children=numbers.children,
    )


def read_numbers(typed: Mapping[str, str | None]) -> Numbers:
    """The same of the fields adults and children_… alone. Raises AnswersRefused."""
    refusals: list[Refusal] = []
    counts = {
        bracket: _asked(_count, typed, child_field(bracket), refusals) or 0 for bracket in CHILD_BRACKETS
    }
    adults = _asked(_count, typed, "adults", refusals)
    numbers = Numbers(adults=adults or 0, children={bracket: n for bracket, n in counts.items() if n})
    if not refusals and numbers.seats > LARGEST_PARTY:
        refusals.append(PartyTooLarge(field="adults", seats=numbers.seats, most=LARGEST_PARTY))
    else:
        refusals += _head_refusals(adults, counts)
    if refusals:
        raise AnswersRefused(refusals)
    return numbers


def _reached(
    typed: Mapping[str, str | None],
) -> tuple[str | None, Phone | None, str | None, list[Refusal]]:
    """The adult, how to reach them, and what cannot be taken of it."""
    refusals: list[Refusal] = []
    name = _asked(contacts.first_name, typed, "first_name", refusals)
    phone = _asked(contacts.phone, typed, "phone", refusals)
    email = _asked(contacts.email, typed, "email", refusals)
    if not (typed.get("phone") or "").strip() and not (typed.get("email") or "").strip():
        refusals.append(contacts.ContactMissing(field="phone"))
    return name, phone, email, refusals


def _asked(reader: Any, typed: Mapping[str, str | None], name: str, refusals: list[Refusal]) -> Any:
    try:
        return reader(typed.get(name) or "", field=name)
    except Refusal as refusal:
        refusals.append(refusal)
        return None


def _head_refusals(adults: int | None, children: Mapping[AgeBracket, int | None]) -> list[Refusal]:
    if adults != 0:
        return []
    return [AdultMissing(field="adults") if any(children.values()) else NobodyComes(field="adults")]


def _count(typed: str, *, field: str) -> int:
    """A whole number from 0 to the largest party; nothing typed is 0."""
    text = typed.strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= LARGEST_PARTY):
        raise CountUnreadable(field=field, most=LARGEST_PARTY)
    return int(text)
