"""A professional registers: one person, and the organisation they come for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eventsapp.people import contacts
from eventsapp.people.professionals import LONGEST_ORGANISATION
from eventsapp.refusals import Refusal, msgid
from eventsapp.registrations import reached
from eventsapp.registrations.models import AgeBracket
from eventsapp.registrations.party import AnswersRefused, Member
from eventsapp.registrations.reached import Reached, Typed, asked


class WorkEmailMissing(Refusal):
    """The invitation and the link to cancel travel by mail."""

    sentence = msgid("Écrivez votre adresse e-mail : l’invitation y arrive.")


class OrganisationMissing(Refusal):
    """Nobody comes to a meeting of professionals for nobody."""

    sentence = msgid("Écrivez le nom de votre structure.")


@dataclass(frozen=True, kw_only=True)
class ProfessionalAnswers(Reached):
    """One person of an organisation; its name as typed."""

    organisation: str
    seats: int = 1

    @property
    def members(self) -> list[Member]:
        """Themselves."""
        return [Member(bracket=AgeBracket.ADULT)]

    @property
    def brackets(self) -> list[AgeBracket]:
        """An adult."""
        return [AgeBracket.ADULT]

    def to_json(self) -> dict[str, Any]:
        """As kept in an Enrolment."""
        return reached.to_json(self) | {"organisation": self.organisation}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ProfessionalAnswers:
        """The answers kept by `to_json`."""
        return cls(**reached.parts_of(reached.from_json(kept)), organisation=kept["organisation"])


def read(typed: Typed) -> ProfessionalAnswers:
    """The answers typed into first_name, organisation, email, phone, means. Raises AnswersRefused."""
    known, refusals = reached.read(typed)
    if not (typed.get("email") or "").strip():
        # « a number or an address » is not enough here.
        refusals = [one for one in refusals if not isinstance(one, contacts.ContactMissing)]
        refusals.append(WorkEmailMissing(field="email"))
    organisation = asked(_organisation, typed, "organisation", refusals)
    if known is None or organisation is None or refusals:
        raise AnswersRefused(refusals)
    return ProfessionalAnswers(**reached.parts_of(known), organisation=organisation)


def _organisation(typed: str, *, field: str) -> str:
    try:
        return contacts.name_of(typed, field=field, longest=LONGEST_ORGANISATION)
    except contacts.NameMissing as error:
        raise OrganisationMissing(field=field) from error
