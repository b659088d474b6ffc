"""How an adult wants to be told things: language, means, a shared phone, silence. And a new mail address or
phone number, which counts once a code shows that it is theirs.

A number that takes no texts (a landline, or there is no gateway) cannot show anything: it is noted as one
typed at a registration is, and called.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from eventsapp import attempts, journal
from eventsapp.languages import Language
from eventsapp.mailroom.means import takes_texts
from eventsapp.people import contacts, household_codes, household_letters
from eventsapp.people.contacts import Phone
from eventsapp.people.household_models import CodePurpose
from eventsapp.people.models import Household, Means, Person, Professional
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


class NumberMissing(Refusal):
    """Nothing was typed."""

    sentence = msgid("Écrivez votre nouveau numéro.")


class SameNumber(Refusal):
    """The one that is known already."""

    sentence = msgid("C’est déjà votre numéro.")


class TooManyNumbers(Refusal):
    """Noted without any proof: more would make us call strangers."""

    sentence = msgid("Ce numéro a déjà changé plusieurs fois aujourd’hui. Appelez-nous.")


MOST_NUMBERS_A_DAY = 3
"""Numbers without proof that one household notes."""


@dataclass(frozen=True)
class Wishes:
    """What one page asks."""

    language: Language
    means: Means | None
    phone_is_shared: bool
    wants_no_messages: bool
    wants_alarm: bool = False


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
    person.wants_no_messages, person.wants_alarm = wishes.wants_no_messages, wishes.wants_alarm
    journal.note(f"household:{household.id}", "changed preferences", household, now=now)


def keep_alarm(professional: Professional, wants_alarm: bool, *, now: datetime) -> None:
    """Invitations make their calendar ring the day before, or no more: those that are sent from now on, for
    nobody is written to for that alone (RULES P10)."""
    if professional.person.wants_alarm != wants_alarm:
        professional.person.wants_alarm = wants_alarm
        actor = f"professional:{professional.id}"
        journal.note(actor, "changed preferences", professional, now=now)


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
    household_letters.code(household, digits, email=email, now=now)


def replace_address(household: Household, typed: str, *, territory_id: int | None, now: datetime) -> None:
    """The new address is proved by its code, and replaces the old one, which is told; the phone is, where
    there was none. A try was counted before (`household_codes.count_try`). `territory_id`: whose desk calls.

    Raises CodeWrong.
    """
    email = household_codes.take(household, CodePurpose.EMAIL, typed, now=now)
    former, household.contact.email = household.contact.email, email
    if former:
        household_letters.address_replaced(household, former, now=now)
    else:
        household_letters.address_given(household, territory_id=territory_id, now=now)
    journal.note(f"household:{household.id}", "replaced an address", household, now=now)


def ask_number(household: Household, typed: str, *, territory_id: int | None, now: datetime) -> bool:
    """Sends a code to a new number, by a text; the present one counts until it is typed. False: a number that
    takes no texts counts at once.

    Raises NumberMissing, PhoneUnreadable, SameNumber, TooManyCodes, TooManyNumbers.
    """
    phone = contacts.phone(typed)
    if phone is None:
        raise NumberMissing(field="phone")
    if phone.e164 == household.contact.phone_e164:
        raise SameNumber(field="phone")
    if takes_texts(phone.e164):
        digits = household_codes.draw(household, CodePurpose.PHONE, phone=phone.typed, now=now)
        household_letters.code(household, digits, phone=phone.e164, now=now)
        return True
    a_day = timedelta(days=1)
    if attempts.count("household_number", str(household.id), most=MOST_NUMBERS_A_DAY, within=a_day, now=now):
        raise TooManyNumbers(field="phone")
    _replace_number(household, phone, territory_id, now)
    return False


def replace_number(household: Household, typed: str, *, territory_id: int | None, now: datetime) -> None:
    """The new number is proved by its code, and replaces the old one, which is told. As `replace_address`."""
    proved = contacts.phone(household_codes.take(household, CodePurpose.PHONE, typed, now=now))
    if proved is None:
        raise ValueError("a code for a number proves a number (CHECK phone_is_proved)")
    _replace_number(household, proved, territory_id, now)


def _replace_number(household: Household, phone: Phone, territory_id: int | None, now: datetime) -> None:
    person = household.contact
    former = person.phone_e164
    person.phone, person.phone_e164 = phone.typed, phone.e164
    if former:
        household_letters.number_replaced(household, former, territory_id=territory_id, now=now)
    else:
        household_letters.number_given(household, now=now)
    journal.note(f"household:{household.id}", "replaced a number", household, now=now)
