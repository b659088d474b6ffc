"""An organisation joins a territory: its request is settled, and somebody of it is invited."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select

from eventsapp.access import letters, offers
from eventsapp.access.listings import an_owner_of, waiting_offer_of
from eventsapp.access.models import Grant, GrantOffer, Role
from eventsapp.access.offers import Sender
from eventsapp.database import db
from eventsapp.people import approvals, contacts, partner_requests
from eventsapp.people.models import Account, Organisation, PartnerRequest, RequestStatus
from eventsapp.people.partner_requests import LONGEST_REASON, ReasonMissing

ASKED_AGAIN_AFTER = timedelta(days=60)
"""How long an organisation that nobody answers for is left in peace between two invitations."""


def approve(
    request: PartnerRequest, known: Organisation | None, *, by: Account, now: datetime
) -> Organisation:
    """Yes: the organisation (`known` already, or new) may act there; its contact is invited to answer for it.

    Raises RequestIsSettled, TooManyOffers. The caller has asked who may.
    """
    sender = Sender.of(by)
    organisation = known or partner_requests.open_organisation(request)
    partner_requests.settle(
        request, RequestStatus.APPROVED, organisation=organisation, actor=sender.actor, now=now
    )
    approvals.approve(organisation, request.territory, actor=sender.actor, now=now)
    offers.send(Role.OWNER, organisation, request.email, by=sender, language=request.language, now=now)
    return organisation


def refuse(request: PartnerRequest, reason: str, *, by: Account, now: datetime) -> None:
    """No, and why: the letter says it. Raises ReasonMissing, TooLong, RequestIsSettled."""
    said = contacts.text(reason, field="reason", longest=LONGEST_REASON)
    if not said:
        raise ReasonMissing(field="reason")
    actor = Sender.of(by).actor
    partner_requests.settle(request, RequestStatus.REFUSED, reason=said, actor=actor, now=now)
    letters.refused(request, now=now)


def invite_orphans(now: datetime) -> int | None:
    """Invites the general address of organisations that somebody answered for and nobody does now.

    Once in ASKED_AGAIN_AFTER; how many, or None when there were none. Those without an address wait
    for a coordinator, whose page of partners names them.
    """
    once_owned = exists().where(Grant.organisation_id == Organisation.id, Grant.role == Role.OWNER)
    asked_lately = exists().where(
        GrantOffer.organisation_id == Organisation.id,
        GrantOffer.role == Role.OWNER,
        GrantOffer.offered_at > now - ASKED_AGAIN_AFTER,
    )
    orphans = db.session.scalars(
        select(Organisation)
        .where(
            Organisation.email.is_not(None),
            once_owned,
            ~an_owner_of(Organisation.id),
            ~waiting_offer_of(Organisation.id, now),
            ~asked_lately,
        )
        .order_by(Organisation.id)
        .limit(50)
    ).all()
    for orphan in orphans:
        offers.send(Role.OWNER, orphan, orphan.email or "", by=Sender(None, "worker"), now=now)
    return len(orphans) or None
