"""What a household is told about its own page: a code, or that we reach it otherwise from now on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale, gettext

from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.people import household_codes
from eventsapp.people.models import Household
from eventsapp.settings import setting

HEARD_WITHIN = timedelta(days=7)
"""How long it is of use to hear that somebody else may have changed how we reach them."""


def code(household: Household, digits: str, *, email: str = "", phone: str = "", now: datetime) -> None:
    """Six digits to type, by mail or by a text; sealed until delivered, for whoever reads the database must
    not read them."""
    context = {
        "code": household_codes.written(digits),
        "minutes": int(household_codes.LASTS.total_seconds() // 60),
    }
    letter = _post(
        "people/household_code",
        household,
        context,
        email=email,
        phone=phone,
        sealed=True,
        useless_after=now + household_codes.LASTS,
        now=now,
    )
    letter.phone = None  # a text that does not arrive is nothing to be told by a colleague on the phone


def address_replaced(household: Household, former: str, *, now: datetime) -> None:
    """To the address before: it is not written to any more. Whoever did not do it calls us."""
    _post("people/address_replaced", household, {}, email=former, useless_after=now + HEARD_WITHIN, now=now)


def address_given(household: Household, *, territory_id: int | None, now: datetime) -> None:
    """To the phone of somebody who had no mailbox with us: there is one now."""
    phone = household.contact.phone_e164 or ""
    _told_otherwise(household, "address", phone=phone, territory_id=territory_id, now=now)


def number_given(household: Household, *, now: datetime) -> None:
    """To the mailbox of somebody of whom we had no number: there is one now."""
    email = household.contact.email or ""
    _told_otherwise(household, "number", email=email, territory_id=None, now=now)


def number_replaced(household: Household, former: str, *, territory_id: int | None, now: datetime) -> None:
    """To the phone before, by a text; else to the mailbox, else a colleague calls."""
    email = household.contact.email or ""
    _told_otherwise(household, "replaced", email=email, phone=former, territory_id=territory_id, now=now)


def _told_otherwise(
    household: Household,
    change: str,
    *,
    email: str = "",
    phone: str = "",
    territory_id: int | None,
    now: datetime,
) -> None:
    """Also who wants no messages hears it: whoever takes a page over would ask for silence first."""
    _post(
        "people/reached_otherwise",
        household,
        {"change": change},
        email=email,
        phone=phone,
        territory_id=territory_id,
        useless_after=now + HEARD_WITHIN,
        now=now,
    )


def _post(
    kind: str,
    household: Household,
    context: dict[str, Any],
    *,
    email: str = "",
    phone: str = "",
    territory_id: int | None = None,
    sealed: bool = False,
    useless_after: datetime,
    now: datetime,
) -> Letter:
    contact = household.contact
    with force_locale((known(contact.language) or DEFAULT).locale):
        sender = gettext("L’agenda des quartiers")
    letter = outbox.post(
        OutgoingLetter(
            kind=kind,
            reader=Reader(
                name=contact.first_name,
                language=contact.language,
                email=email or None,
                phone=phone or None,
                wish=Channel.SMS if phone else None,
                phone_is_shared=contact.phone_is_shared,
            ),
            sender=Sender(name=sender, address=setting("MAIL_DEFAULT_SENDER")),
            context={"name": contact.first_name, "first_name": contact.first_name, "agenda_name": sender}
            | context,
            thread=outbox.thread_of(kind, household.id),
            territory_id=territory_id,
            about=f"household:{household.id}",
            holds_private_link=sealed,
            useless_after=useless_after,
        ),
        now=now,
    )
    if letter is None:
        raise ValueError("only who wants nothing gets nothing")
    return letter
