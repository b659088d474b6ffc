"""Who comes: the answers of the full form, a page a person, read and checked.

They are kept after each page, so they may still be incomplete; `require_complete` says when they are not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from eventsapp.languages import SPOKEN
from eventsapp.people import contacts
from eventsapp.people.contacts import FirstNameMissing
from eventsapp.refusals import NotFound, Refusal, msgid
from eventsapp.registrations import reached
from eventsapp.registrations.models import CHILD_BRACKETS, AgeBracket, Need
from eventsapp.registrations.party import LARGEST_PARTY, AnswersRefused, Member, PartyTooLarge
from eventsapp.registrations.reached import Reached, Typed, asked

BRACKETS = tuple(bracket for bracket in AgeBracket if bracket is not AgeBracket.ADULT)
"""What the full form offers: no « 18+ »."""
TICKED_NEEDS = (Need.WHEELCHAIR, Need.PUSHCHAIR, Need.SLOW_WALK, Need.NO_MEAT)
"""The needs of a box; an interpreter is asked for by a language."""


class PersonsNameMissing(Refusal):
    """Somebody of the group without a first name, or an address in place of it."""

    sentence = msgid("Écrivez le prénom.")


class BracketMissing(Refusal):
    """No age bracket of the form."""

    sentence = msgid("Choisissez l’âge.")


class NeedUnknown(Refusal):
    """Nothing that the form offers."""

    sentence = msgid("Choisissez parmi les cases proposées.")


class LanguageUnknown(Refusal):
    """No language that the form offers."""

    sentence = msgid("Choisissez une langue de la liste.")


class QuartierUnknown(Refusal):
    """No quartier of this territory."""

    sentence = msgid("Choisissez un quartier de la liste.")


class NobodyListed(Refusal):
    """Nobody stands in the group."""

    sentence = msgid("Ajoutez au moins une personne.")


class AdultNotListed(Refusal):
    """Children come with an adult."""

    sentence = msgid("Un adulte accompagne les enfants. Ajoutez cette personne.")


@dataclass(frozen=True, kw_only=True)
class PeopleAnswers(Reached):
    """What the full form tells so far: one adult to reach, their quartier if they say so, and each person."""

    quartier_id: int | None = None
    people: Mapping[int, Member]
    """By a number of their own, never used twice, so that a page of one never becomes another's."""
    drawn: int = 0
    """Numbers given so far."""

    @classmethod
    def begun(cls, known: Reached, quartier_id: int | None) -> PeopleAnswers:
        """The first page is filled in, nobody stands in the group yet."""
        return cls(**reached.parts_of(known), quartier_id=quartier_id, people={})

    @property
    def members(self) -> list[Member]:
        """In the order they were added."""
        return list(self.people.values())

    @property
    def brackets(self) -> list[AgeBracket]:
        """One a person."""
        return [member.bracket for member in self.people.values()]

    @property
    def seats(self) -> int:
        """How many seats they need."""
        return len(self.people)

    @property
    def next_number(self) -> int:
        """The number of whoever is added next."""
        return self.drawn + 1

    def told_again(self, known: Reached, quartier_id: int | None) -> PeopleAnswers:
        """The first page was filled in again; the group stays."""
        return replace(self, **reached.parts_of(known), quartier_id=quartier_id)

    def with_person(self, number: int, member: Member) -> PeopleAnswers:
        """One more, or the same person otherwise: sent twice it is done once.

        Raises NotFound for a number that was taken out or never given, PartyTooLarge.
        """
        if number not in self.people:
            if number != self.next_number:
                raise NotFound()
            if self.seats >= LARGEST_PARTY:
                raise PartyTooLarge(seats=self.seats + 1, most=LARGEST_PARTY)
        return replace(self, people={**self.people, number: member}, drawn=max(self.drawn, number))

    def keeping(self, numbers: Collection[int]) -> PeopleAnswers:
        """Only these of them."""
        return replace(self, people={one: who for one, who in self.people.items() if one in numbers})

    def require_complete(self) -> None:
        """Raises NobodyListed or AdultNotListed."""
        if not self.people:
            raise NobodyListed(field="more")
        if all(bracket in CHILD_BRACKETS for bracket in self.brackets):
            raise AdultNotListed(field="more")

    def to_json(self) -> dict[str, Any]:
        """As kept in an Enrolment."""
        return reached.to_json(self) | {
            "quartier": self.quartier_id,
            "people": [[number, _to_json(member)] for number, member in self.people.items()],
            "drawn": self.drawn,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PeopleAnswers:
        """The answers kept by `to_json`."""
        return cls(
            **reached.parts_of(reached.from_json(kept)),
            quartier_id=kept["quartier"],
            people={number: _from_json(member) for number, member in kept["people"]},
            drawn=kept["drawn"],
        )


def read_about(typed: Typed, quartiers: Collection[int]) -> tuple[Reached, int | None]:
    """The first page: first_name, phone, email, means, quartier (one of `quartiers`, or none).

    Raises AnswersRefused.
    """
    known, refusals = reached.read(typed)
    quartier = (typed.get("quartier") or "").strip()
    by_name = {str(number): number for number in quartiers}
    if quartier and quartier not in by_name:
        refusals.append(QuartierUnknown(field="quartier"))
    if known is None or refusals:
        raise AnswersRefused(refusals)
    return known, by_name.get(quartier)


@dataclass(frozen=True)
class Wanted:
    """What one person needs that day; `interpreter` as of a Member."""

    needs: frozenset[Need]
    interpreter: str


def read_person(typed: Typed, needs: Collection[str]) -> Member:
    """The page of one person: first_name, bracket, interpreter, and `needs`, the boxes ticked.

    Raises AnswersRefused.
    """
    refusals: list[Refusal] = []
    name = asked(_name, typed, "first_name", refusals)
    bracket = asked(_bracket, typed, "bracket", refusals)
    wanted = _wanted(typed, needs, refusals)
    if name is None or bracket is None or wanted is None:
        raise AnswersRefused(refusals)
    return Member(bracket=bracket, first_name=name, needs=wanted.needs, interpreter=wanted.interpreter)


def read_needs(typed: Typed, needs: Collection[str]) -> Wanted:
    """The same of interpreter and `needs` alone. Raises AnswersRefused."""
    refusals: list[Refusal] = []
    wanted = _wanted(typed, needs, refusals)
    if wanted is None:
        raise AnswersRefused(refusals)
    return wanted


def _wanted(typed: Typed, ticked: Collection[str], refusals: list[Refusal]) -> Wanted | None:
    wanted = asked(lambda _typed, field: _needs(ticked, field), typed, "needs", refusals)
    language = asked(_language, typed, "interpreter", refusals)
    if wanted is None or language is None:
        return None
    return Wanted(wanted | {Need.INTERPRETER} if language else wanted, language)


def _name(typed: str, *, field: str) -> str:
    try:
        return contacts.first_name(typed, field=field)
    except FirstNameMissing as error:
        raise PersonsNameMissing(field=field) from error


def _bracket(typed: str, *, field: str) -> AgeBracket:
    for bracket in BRACKETS:
        if bracket.value == typed:
            return bracket
    raise BracketMissing(field=field)


def _needs(ticked: Collection[str], field: str) -> frozenset[Need]:
    offered = {need.value: need for need in TICKED_NEEDS}
    if not set(ticked) <= offered.keys():
        raise NeedUnknown(field=field)
    return frozenset(offered[one] for one in ticked)


def _language(typed: str, *, field: str) -> str:
    if typed and typed not in SPOKEN:
        raise LanguageUnknown(field=field)
    return typed


def _to_json(member: Member) -> dict[str, Any]:
    return {
        "bracket": member.bracket.value,
        "first_name": member.first_name,
        "needs": sorted(need.value for need in member.needs),
        "interpreter": member.interpreter,
    }


def _from_json(kept: Mapping[str, Any]) -> Member:
    return Member(
        bracket=AgeBracket(kept["bracket"]),
        first_name=kept["first_name"],
        needs=frozenset(Need(need) for need in kept["needs"]),
        interpreter=kept["interpreter"],
    )
