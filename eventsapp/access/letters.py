"""What people are told about roles: one is offered, one was ended, a request was refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale, gettext

from eventsapp.access import wording
from eventsapp.access.models import Grant, GrantOffer
from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.people.models import PartnerRequest
from eventsapp.settings import setting


def offered(offer: GrantOffer, token: str, *, offerer: str, now: datetime) -> None:
    """A role is offered; `offerer` is who does, by name, empty for the service itself."""
    with _spoken(offer.language):
        title = wording.title(offer.role, offer.where)
    context = {
        "title": title,
        "offerer": offerer,
        "link": link_address(token),
        "first_day": offer.first_day,
        "last_day": offer.last_day,
        "instead_of": offer.grant.account.name if offer.grant else "",
        "expires_at": offer.expires_at,
    }
    reader = Reader(name="", language=offer.language, email=offer.email)
    _post("offered", reader, context, now=now, until=offer.expires_at, territory_id=offer.territory_id)


def ended(grant: Grant, *, by: str, now: datetime) -> None:
    """A role of yours was ended by somebody else, who is named."""
    account = grant.account
    with _spoken(account.language):
        title = wording.title(grant.role, grant.where)
    reader = Reader(name=account.name, language=account.language, email=account.email)
    _post("ended", reader, {"name": account.name, "title": title, "by": by}, now=now)


def approved(request: PartnerRequest, owners: Sequence[Grant], *, now: datetime) -> None:
    """A known organisation may act in one more territory: its owners are told who asked, and whoever asked
    and is none of them that it is theirs to invite. Without owners, its own address was invited."""
    told: dict[str, Any] = {
        "organisation": request.organisation_name,
        "territory": request.territory.ordinal,
        "contact": request.contact_name,
        "address": request.email,
    }
    for account in [grant.account for grant in owners]:
        reader = Reader(name=account.name, language=account.language, email=account.email)
        _post("asked_for", reader, told | {"name": account.name}, now=now)
    if request.email in {grant.account.email for grant in owners}:
        return
    asker = Reader(name=request.contact_name, language=request.language, email=request.email)
    told |= {"name": request.contact_name, "is_owned": bool(owners)}
    _post("known", asker, told, now=now, territory_id=request.territory_id)


def refused(request: PartnerRequest, *, now: datetime) -> None:
    """An organisation does not become a partner here, and why."""
    reader = Reader(name=request.contact_name, language=request.language, email=request.email)
    context = {
        "name": request.contact_name,
        "organisation": request.organisation_name,
        "territory": request.territory.ordinal,
        "reason": request.reason,
    }
    _post("refused", reader, context, now=now, territory_id=request.territory_id)


def link_address(token: str) -> str:
    """The public address at which an offer is answered."""
    return f"{setting('PUBLIC_URL')}/invitation/{token}"


def _post(
    letter: str,
    reader: Reader,
    context: dict[str, Any],
    *,
    now: datetime,
    until: datetime | None = None,
    territory_id: int | None = None,
) -> None:
    with _spoken(reader.language):
        sender = gettext("L’agenda des quartiers")
    outbox.post(
        OutgoingLetter(
            kind=f"access/{letter}",
            reader=reader,
            sender=Sender(name=sender, address=setting("MAIL_DEFAULT_SENDER")),
            context=context,
            territory_id=territory_id,
            holds_private_link="link" in context,
            useless_after=until or now + timedelta(days=30),
        ),
        now=now,
    )


def _spoken(language: str) -> Any:
    return force_locale((known(language) or DEFAULT).locale)
