"""Who comes: the answers of the short form, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eventsapp.refusals import Refusal, msgid
from eventsapp.registrations import reached
from eventsapp.registrations.models import CHILD_BRACKETS, AgeBracket, Need
from eventsapp.registrations.reached import Reached, Typed, asked

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
class PartyAnswers(Reached, Numbers):
    """What the short form tells: one adult to reach, and how many come."""

    def to_json(self) -> dict[str, Any]:
        """As kept in an Enrolment."""
        return reached.to_json(self) | {
            "adults": self.adults,
            "children": {bracket.value: number for bracket, number in self.children.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PartyAnswers:
        """The answers kept by `to_json`."""
        return cls(
            **reached.parts_of(reached.from_json(kept)),
            adults=kept["adults"],
            children={AgeBracket(bracket): number for bracket, number in kept["children"].items()},
        )


def child_field(bracket: AgeBracket) -> str:
    """The name of the form field that counts the children of a bracket: « children_3_5 »."""
    return f"children_{bracket.value.replace('-', '_')}"


def read(typed: Typed) -> PartyAnswers:
    """The answers typed into the fields first_name, phone, email, means, adults and children_….

    Raises AnswersRefused with every reason at once, so that nobody corrects one by one.
    """
    known, refusals = reached.read(typed)
    try:
        numbers = read_numbers(typed)
    except AnswersRefused as refused:
        raise AnswersRefused([*refusals, *refused.refusals]) from refused
    if known is None:
        raise AnswersRefused(refusals)
    return PartyAnswers(**reached.parts_of(known), adults=numbers.adults, children=numbers.children)


def read_numbers(typed: Typed) -> Numbers:
    """The same of the fields adults and children_… alone. Raises AnswersRefused."""
    refusals: list[Refusal] = []
    counts = {
        bracket: asked(_count, typed, child_field(bracket), refusals) or 0 for bracket in CHILD_BRACKETS
    }
    adults = asked(_count, typed, "adults", refusals)
    numbers = Numbers(adults=adults or 0, children={bracket: n for bracket, n in counts.items() if n})
    if not refusals and numbers.seats > LARGEST_PARTY:
        refusals.append(PartyTooLarge(field="adults", seats=numbers.seats, most=LARGEST_PARTY))
    else:
        refusals += _head_refusals(adults, counts)
    if refusals:
        raise AnswersRefused(refusals)
    return numbers


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
