"""Households and their private links.

A phone number or an address typed into a form never opens or merges a household: each form opens
a new one, and only its private link leads back to it.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, write_now
from eventsapp.people.contacts import Phone
from eventsapp.people.models import Household, Means, Person, PrivateLink
from eventsapp.refusals import NotFound, msgid
from eventsapp.settings import setting


class LinkUnknown(NotFound):
    """No such private link, or it was revoked; which of both is nobody's business."""

    sentence = msgid("Ce lien ne marche plus.")


def open_new(
    *,
    first_name: str,
    email: str | None,
    phone: Phone | None,
    means: Means | None = None,
    quartier_id: int | None = None,
    language: str,
    now: datetime,
) -> Household:
    """A new household, known through one adult who can be reached; written."""
    contact = Person(
        first_name=first_name,
        email=email,
        phone=phone.typed if phone else None,
        phone_e164=phone.e164 if phone else None,
        means=means,
        language=language,
        created_at=now,
    )
    write_now(contact)
    household = Household(contact_id=contact.id, quartier_id=quartier_id, created_at=now)
    write_now(household)
    set_committed_value(household, "contact", contact)
    return household


def new_link(household: Household, *, now: datetime) -> str:
    """A new private link of a household that is written: its token, to be shown once and never stored."""
    token = link_token()
    write_now(PrivateLink(household_id=household.id, fingerprint=fingerprint(token), created_at=now))
    return token


def by_link(token: str) -> Household:
    """The household of a private link, with its contact; one statement. Raises LinkUnknown."""
    link = db.session.scalars(_behind(), {"fingerprint_of": fingerprint(token)}).first()
    if link is None or link.household is None:  # a professional's opens another page
        raise LinkUnknown()
    return link.household


@lru_cache(maxsize=1)
def _behind() -> Select[PrivateLink]:
    return (
        select(PrivateLink)
        .where(PrivateLink.fingerprint == bindparam("fingerprint_of"), PrivateLink.revoked_at.is_(None))
        .options(joinedload(PrivateLink.household).joinedload(Household.contact))
    )


def link_address(token: str) -> str:
    """The public address of a private link, for screens and letters, never for calendars."""
    return f"{setting('PUBLIC_URL')}/m/{token}"
