"""What forms say when somebody fills them in for somebody else: « son prénom », not « votre prénom »."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext
from flask_wtf import FlaskForm

from eventsapp.database import db
from eventsapp.people.contacts import FirstNameMissing
from eventsapp.refusals import Refusal, msgid
from eventsapp.registrations.party import PartyTooLarge
from eventsapp.registrations.professional_answers import OrganisationMissing, WorkEmailMissing


class NameOfThePerson(Refusal):
    """Nobody to call for; said to who types it for somebody else."""

    sentence = msgid("Écrivez son prénom.")


class GroupTooLarge(Refusal):
    """More people than one registration takes."""

    sentence = msgid("Ce groupe compte %(seats)s personnes. Une inscription en prend %(most)s au plus.")


class EmailOfThePerson(Refusal):
    """A professional is invited by mail; said to who types it for them."""

    sentence = msgid("Écrivez son adresse e-mail : l’invitation y arrive.")


class OrganisationOfThePerson(Refusal):
    """For whom they come; said likewise."""

    sentence = msgid("Écrivez le nom de sa structure.")


_INSTEAD: dict[type[Refusal], type[Refusal]] = {
    FirstNameMissing: NameOfThePerson,
    PartyTooLarge: GroupTooLarge,
    WorkEmailMissing: EmailOfThePerson,
    OrganisationMissing: OrganisationOfThePerson,
}
"""What is said in its place to who types for somebody else."""


def of_somebody_else(refusal: Refusal) -> Refusal:
    """The same, said to who types it in for them."""
    instead = _INSTEAD.get(type(refusal))
    return refusal if instead is None else instead(field=refusal.field, **refusal.parameters)


def give_back(answered: FlaskForm, refusals: Sequence[Refusal]) -> None:
    """Each reason beside its field, said to who fills it in for somebody else."""
    db.session.rollback()
    for refusal in refusals:
        said = of_somebody_else(refusal)
        field = answered[said.field or "adults"]
        field.errors = [*field.errors, gettext(said.sentence, **said.parameters)]


def told(name: str, waits: bool) -> str:
    """What came of it, for whoever has the person before them."""
    if waits:
        return gettext("C’est complet : %(name)s est sur la liste d’attente. Dites-le-lui.", name=name)
    return gettext("%(name)s a sa place.", name=name)
