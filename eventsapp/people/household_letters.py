"""What a household's mailbox is told about its own page: a code, or that its address was replaced."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale, gettext

from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.people import household_codes
from eventsapp.people.models import Household
from eventsapp.settings import setting


def code(household: Household, email: str, digits: str, *, now: datetime) -> None:
    """Six digits to type; sealed until delivered, for whoever reads the database must not read them."""
    _post(
        "people/household_code",
        household,
        email,
        {
            "code": household_codes.written(digits),
            "minutes": int(household_codes.LASTS.total_seconds() // 60),
        },
        sealed=True,
        useless_after=now + household_codes.LASTS,
        now=now,
    )


def address_replaced(household: Household, former: str, *, now: datetime) -> None:
    """To the address before: it is not written to any more. Whoever did not do it calls us."""
    _post(
        "people/address_replaced",
        household,
        former,
        {},
        sealed=False,
        useless_after=now + timedelta(days=7),
        now=now,
    )


def _post(
    kind: str,
    household: Household,
    email: str,
    context: dict[str, Any],
    *,
    sealed: bool,
    useless_after: datetime,
    now: datetime,
) -> None:
    contact = household.contact
    with force_locale((known(contact.language) or DEFAULT).locale):
        sender = gettext("L’agenda des quartiers")
    outbox.post(
        OutgoingLetter(
            kind=kind,
            reader=Reader(name=contact.first_name, language=contact.language, email=email),
            sender=Sender(name=sender, address=setting("MAIL_DEFAULT_SENDER")),
            context={"name": contact.first_name} | context,
            thread=outbox.thread_of(kind, household.id),
            about=f"household:{household.id}",
            holds_private_link=sealed,
            useless_after=useless_after,
        ),
        now=now,
    )
