"""What an organisation says of itself: its name, its kind, how it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventsapp.database import db
from eventsapp.people import approvals, contacts
from eventsapp.people.models import Organisation, OrganisationKind
from eventsapp.refusals import Refusal, msgid

LONGEST_NAME = 120


class OrganisationKindMissing(Refusal):
    """None of the kinds of organisations."""

    sentence = msgid("Choisissez une sorte de structure.")


@dataclass(frozen=True)
class Details:
    """What was typed about an organisation."""

    name: str = ""
    kind: str = ""
    email: str = ""
    phone: str = ""


def change(organisation: Organisation, typed: Details, *, actor: str, now: datetime) -> None:
    """Puts an organisation right; its slug stays, since other sites show its agenda at that address.

    Raises NameMissing, TooLong, Unwritable, OrganisationKindMissing, EmailUnreadable, PhoneUnreadable.
    """
    db.session.refresh(organisation, with_for_update=True)
    name = contacts.name_of(typed.name, field="name", longest=LONGEST_NAME)
    if typed.kind not in set(OrganisationKind):
        raise OrganisationKindMissing(field="kind")
    email, phone = contacts.email(typed.email), contacts.phone(typed.phone)
    organisation.name, organisation.kind = name, OrganisationKind(typed.kind)
    organisation.email, organisation.phone = email, phone.typed if phone else None
    approvals.note(actor, "changed", organisation, organisation, now=now)
