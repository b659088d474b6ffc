"""A person as a letter's reader: what they left, and how they wish to be told."""

from __future__ import annotations

from eventsapp.mailroom import means
from eventsapp.mailroom.models import Channel
from eventsapp.mailroom.outbox import Reader
from eventsapp.people.models import Person


def reader_of(person: Person, *, asked_for_it: bool = False) -> Reader:
    """To whom a letter for `person` goes.

    `asked_for_it`: a code or a new link that they ask for themselves reaches even who wants no messages.
    """
    return Reader(
        name=person.first_name,
        language=person.language,
        email=person.email,
        phone=person.phone_e164,
        wish=Channel(person.means.value) if person.means else None,
        phone_is_shared=person.phone_is_shared,
        mail_fails=person.mail_failed_at is not None,
        wants_nothing=person.wants_no_messages and not asked_for_it,
    )


def first_means(person: Person, *, urgent: bool = False) -> Channel | None:
    """How they are told first; None for who wants no messages."""
    return next(iter(reader_of(person).means(urgent=urgent)), None)


def code_means(person: Person) -> Channel | None:
    """How a code that they ask for reaches them, and them alone: a mailbox, or a mobile that nobody else
    reads; None where we have neither. Who wishes calls types a code all the same."""
    wish = reader_of(person).wish
    ways = means.in_order(
        email=person.email,
        phone=None if person.phone_is_shared else person.phone_e164,
        wish=None if wish is Channel.CALL else wish,
    )
    return next((one for one in ways if one is not Channel.CALL), None)
