"""An organisation joins a territory: its request is settled, and somebody of it is invited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select

from eventsapp.access import grants, letters, listings, offers
from eventsapp.access.listings import an_owner_of, waiting_offer_of
from eventsapp.access.models import Grant, GrantOffer, Role
from eventsapp.access.offers import Sender
from eventsapp.database import db
from eventsapp.people import approvals, contacts, partner_requests
from eventsapp.people.models import (
    Account,
    Organisation,
    OrganisationApproval,
    PartnerRequest,
    RequestStatus,
)
from eventsapp.people.partner_requests import LONGEST_REASON, ReasonMissing, RequestIsSettled
from eventsapp.places.models import Territory
from eventsapp.refusals import Refusal, msgid

ASKED_AGAIN_AFTER = timedelta(days=60)
"""How long an organisation that nobody answers for is left in peace between two invitations."""


ANOTHER = "autre"
"""The choice of an organisation that is none of those we know."""


class WhichMissing(Refusal):
    """We know an organisation of that name: nobody may slip in under it unnoticed."""

    sentence = msgid("Dites si c’est une structure que nous connaissons.")


@dataclass(frozen=True)
class Candidate:
    """An organisation that a request may mean: where it acts, and whether somebody answers for it."""

    organisation: Organisation
    territories: list[Territory]
    has_owner: bool


@dataclass(frozen=True)
class Joined:
    """An organisation that may act; its owners were told, or else somebody was invited to answer for it.

    Neither: the coordinator has still to invite somebody.
    """

    organisation: Organisation
    owners_told: bool = False
    offer: GrantOffer | None = None


def candidates(request: PartnerRequest) -> list[Candidate]:
    """The organisations known by the name of a request, however it is written; three statements."""
    known = partner_requests.look_alikes(request)
    where = listings.territories_of_all(known)
    owned = listings.owned_among(known)
    return [Candidate(one, where.get(one.id, []), one.id in owned) for one in known]


def meant(request: PartnerRequest, choice: str) -> Organisation | None:
    """The organisation that was chosen, by its number, among those of that name; None: a new one.

    Raises RequestIsSettled, WhichMissing.
    """
    if request.status is not RequestStatus.WAITING:
        raise RequestIsSettled()
    known = partner_requests.look_alikes(request)
    if not known or choice == ANOTHER:
        return None
    chosen = next((one for one in known if str(one.id) == choice), None)
    if chosen is None:
        raise WhichMissing(field="organisation")
    return chosen


def address_to_invite(organisation: Organisation, request: PartnerRequest) -> str:
    """Who is to answer for an organisation without an owner: its own address, before one that was typed."""
    return organisation.email or request.email


def approve(request: PartnerRequest, known: Organisation | None, *, by: Account, now: datetime) -> Joined:
    """Yes: the organisation (`known` already, or new) may act there, and somebody answers for it.

    Anybody may ask in the name of an organisation that exists: what was typed opens nothing in it. Where
    somebody answers for it, they are told, and invite whom they know; where nobody does, its own address is
    invited. Only a new one is its contact's. Raises RequestIsSettled, TooManyOffers. The caller has asked
    who may.
    """
    sender = Sender.of(by)
    organisation = known or partner_requests.open_organisation(request)
    partner_requests.settle(
        request, RequestStatus.APPROVED, organisation=organisation, actor=sender.actor, now=now
    )
    approvals.approve(organisation, request.territory, actor=sender.actor, now=now)
    owners = grants.holders(Role.OWNER, organisation)
    if owners:
        letters.approved(request, owners, now=now)
        return Joined(organisation, owners_told=True)
    address = address_to_invite(organisation, request)
    if address == by.email:  # they asked for it themselves: somebody else is still to be invited
        organisation.owner_asked_at = now
        return Joined(organisation)
    if address != request.email:
        letters.approved(request, (), now=now)
    language = request.language
    offer = offers.send(Role.OWNER, organisation, address, by=sender, language=language, now=now)
    return Joined(organisation, offer=offer)


def refuse(request: PartnerRequest, reason: str, *, by: Account, now: datetime) -> None:
    """No, and why: the letter says it. Raises ReasonMissing, TooLong, RequestIsSettled."""
    said = contacts.text(reason, field="reason", longest=LONGEST_REASON)
    if not said:
        raise ReasonMissing(field="reason")
    actor = Sender.of(by).actor
    partner_requests.settle(request, RequestStatus.REFUSED, reason=said, actor=actor, now=now)
    letters.refused(request, now=now)


def invite_orphans(now: datetime) -> int | None:
    """Invites the general address of organisations that act somewhere and that nobody answers for: whoever
    did is gone, or has never said yes.

    Once in ASKED_AGAIN_AFTER; how many, or None when there were none. Those without an address wait
    for a coordinator, whose page of partners names them.
    """
    once_owned = exists().where(Grant.organisation_id == Organisation.id, Grant.role == Role.OWNER)
    acts = exists().where(OrganisationApproval.organisation_id == Organisation.id)
    asked_at = Organisation.owner_asked_at
    orphans = db.session.scalars(
        select(Organisation)
        .where(
            Organisation.email.is_not(None),
            acts,
            or_(asked_at.is_(None) & once_owned, asked_at <= now - ASKED_AGAIN_AFTER),
            ~an_owner_of(Organisation.id),
            ~waiting_offer_of(Organisation.id, now),
        )
        .order_by(Organisation.id)
        .limit(50)
    ).all()
    for orphan in orphans:
        offers.send(Role.OWNER, orphan, orphan.email or "", by=Sender(None, "worker"), now=now)
    return len(orphans) or None
