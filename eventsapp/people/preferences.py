"""How an adult wants to be told things: language, means, a shared phone, silence. And a new mail address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventsapp import journal
from eventsapp.languages import Language
from eventsapp.people import contacts, household_codes, household_letters
from eventsapp.people.household_models import CodePurpose
from eventsapp.people.models import Household, Means, Person
from eventsapp.refusals import Refusal, msgid


class MeansMissing(Refusal):
    """A letter without a mailbox, a call without a number."""

    sentence = msgid("Nous n’avons pas ce qu’il faut pour vous joindre ainsi. Choisissez autrement.")


class AddressMissing(Refusal):
    """Nothing was typed."""

    sentence = msgid("Écrivez votre nouvelle adresse e-mail.")


class SameAddress(Refusal):
    """The one that is known already."""

    sentence = msgid("C’est déjà votre adresse.")


@dataclass(frozen=True)
class Wishes:
    """What one page asks."""

    language: Language
    means: Means | None
    phone_is_shared: bool
    wants_no_messages: bool


def possible_means(person: Person) -> list[Means]:
    """By which means they can be reached at all."""
    by_phone = [Means.SMS, Means.CALL] if person.phone_e164 else []
    return ([Means.MAIL] if person.email else []) + by_phone


def keep(household: Household, wishes: Wishes, *, now: datetime) -> None:
    """They want to be told so from now on. Raises MeansMissing."""
    person = household.contact
    if wishes.means is not None and wishes.means not in possible_means(person):
        raise MeansMissing(field="means")
    person.language, person.means = wishes.language.code, wishes.means
    person.phone_is_shared = wishes.phone_is_shared and person.phone_e164 is not None
    person.wants_no_messages = wishes.wants_no_messages
    journal.note(f"household:{household.id}", "changed preferences", household, now=now)


def ask_address(household: Household, typed: str, *, now: datetime) -> None:
    """Sends a code to a new mail address; the present one counts until it is typed.

    Raises AddressMissing, EmailUnreadable, SameAddress, TooManyCodes.
    """
    email = contacts.email(typed)
    if email is None:
        raise AddressMissing(field="email")
    if email == household.contact.email:
        raise SameAddress(field="email")
    digits = household_codes.draw(household, CodePurpose.EMAIL, email=email, now=now)
    household_letters.code(household, email, digits, now=now)


def replace_address(household: Household, typed: str, *, now: datetime) -> None:
    """The new address is proved by its code, and replaces the old one, which is told. A try was counted
    before (`household_codes.count_try`). Raises CodeWrong."""
    email = household_codes.take(household, CodePurpose.EMAIL, typed, now=now)
    former, household.contact.email = household.contact.email, email
    if former:
        household_letters.address_replaced(household, former, now=now)
    journal.note(f"household:{household.id}", "replaced an address", household, now=now)
