"""How somebody is reached: names, mail addresses and phone numbers as people type them.

No network is asked: a domain that exists today proves little, and a name server that is away
must not keep anybody from registering.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from eventsapp.refusals import Refusal, msgid
from eventsapp.typed import line

LONGEST_NAME = 60
LONGEST_ADDRESS = 254
"""RFC 5321 4.5.3.1.3: a path of 256 octets, its two brackets taken off."""
LONGEST_NUMBER = 32
LONGEST_DIALLED = 16
"""ITU-T E.164 section 6: fifteen digits, and the +."""

# Our letters greet by the name that was typed, at whatever address was typed: nobody shall have us
# carry a link to strangers. « Awa/Moussa » and « J.-B. » stay names.
_LINK = re.compile(r"://|@|\bwww\.|\w\.\w{2,}/", re.IGNORECASE)


class FirstNameMissing(Refusal):
    """Nobody to greet, or an address in place of a name."""

    sentence = msgid("Écrivez votre prénom.")


class FirstNameTooLong(Refusal):
    """Longer than any first name we know of."""

    sentence = msgid("Écrivez un prénom de %(most)s signes au plus.")


class NameMissing(Refusal):
    """Nobody to greet, or an address in place of a name."""

    sentence = msgid("Écrivez un nom.")


class TooLong(Refusal):
    """More than the table holds."""

    sentence = msgid("Écrivez %(most)s signes au plus.")


class EmailUnreadable(Refusal):
    """No mail address."""

    sentence = msgid("Écrivez une adresse e-mail comme prenom@exemple.fr.")


class PhoneUnreadable(Refusal):
    """No phone number that could be dialled from Paris."""

    sentence = msgid("Écrivez un numéro de téléphone comme 06 39 98 00 00.")


class ContactMissing(Refusal):
    """Neither a number nor an address."""

    sentence = msgid("Écrivez un numéro de téléphone ou une adresse e-mail.")


@dataclass(frozen=True)
class Phone:
    """A number as typed, to show, and as dialled (E.164)."""

    typed: str
    e164: str


def first_name(typed: str, *, field: str = "first_name") -> str:
    """The name on one line, without spaces around it, in composed letters (NFC).

    Any script, accents, emoji are names. Raises FirstNameMissing, FirstNameTooLong, Unwritable.
    """
    name = line(typed, field=field)
    if not name or _LINK.search(name):
        raise FirstNameMissing(field=field)
    if len(name) > LONGEST_NAME:
        raise FirstNameTooLong(field=field, most=LONGEST_NAME)
    return name


def name_of(typed: str, *, field: str, longest: int) -> str:
    """The name of a person or an organisation, as `first_name` reads it: no address, no link.

    Raises NameMissing, TooLong, Unwritable.
    """
    name = line(typed, field=field)
    if not name or _LINK.search(name):
        raise NameMissing(field=field)
    if len(name) > longest:
        raise TooLong(field=field, most=longest)
    return name


def text(typed: str, *, field: str, longest: int) -> str:
    """Some sentences, their line breaks kept; empty when nothing was typed. Raises TooLong, Unwritable."""
    lines = [line(one, field=field) for one in typed.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    said = "\n".join(lines).strip()
    if len(said) > longest:
        raise TooLong(field=field, most=longest)
    return said


def email(typed: str, *, field: str = "email") -> str | None:
    """The address, its domain in lower case and in ASCII; None when nothing was typed.

    Raises EmailUnreadable. The local part keeps its case: it belongs to its server (RFC 5321 2.4).
    """
    address = typed.strip()
    if not address:
        return None
    if len(address) > LONGEST_ADDRESS:
        raise EmailUnreadable(field=field)
    try:
        valid = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise EmailUnreadable(field=field) from error
    if valid.ascii_email is None or len(valid.ascii_email) > LONGEST_ADDRESS:
        raise EmailUnreadable(field=field)
    return valid.ascii_email


def phone(typed: str, *, field: str = "phone") -> Phone | None:
    """The number, French unless it says otherwise (+…, 00…); None when nothing was typed.

    Spaces, dots, hyphens and brackets are welcome; it is shown again as typed.
    Raises PhoneUnreadable.
    """
    number = " ".join(typed.split())
    if not number:
        return None
    if len(number) > LONGEST_NUMBER or not _is_dialled(number):
        raise PhoneUnreadable(field=field)
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException as error:
        raise PhoneUnreadable(field=field) from error
    # "Possible", not "valid": the lists of numbers in use lag behind, and 06 39 98 … (fictitious,
    # for demonstrations) is in none of them.
    if not phonenumbers.is_possible_number(parsed) or parsed.extension:
        raise PhoneUnreadable(field=field)
    dialled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if len(dialled) > LONGEST_DIALLED:  # phonenumbers holds longer ones possible in Germany
        raise PhoneUnreadable(field=field)
    return Phone(number, dialled)


def _is_dialled(number: str) -> bool:
    """Digits and what people put between them: phonenumbers would also read « 0800-TAXI » or « tel: »."""
    return all(c.isdigit() or c in "+ .-/()" for c in number)
