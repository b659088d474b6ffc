"""A role offered by mail is answered: who reads the mailbox says yes, and holds it from then on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from eventsapp.access import day_links, grants, letters, questions
from eventsapp.access.models import Grant, GrantOffer, Role, StandIn
from eventsapp.access.offers import with_place
from eventsapp.clock import day_of
from eventsapp.codes import fingerprint
from eventsapp.database import db, rows_changed
from eventsapp.people import accounts, contacts
from eventsapp.people.accounts import AccountExists
from eventsapp.people.models import Account, Organisation
from eventsapp.refusals import Refusal, msgid


class OfferDoesNotWork(Refusal):
    """Unknown, answered, taken back, too old, or its sender may not any more: nobody's business which."""

    sentence = msgid("Cette invitation a déjà servi, ou elle est trop ancienne. Demandez-en une nouvelle.")
    status = 410


def behind(token: str, *, now: datetime) -> GrantOffer:
    """The offer of a link, with its place; it stays unanswered. Raises OfferDoesNotWork."""
    offer = _waiting(token, now)
    if not _still_stands(offer, now):
        raise OfferDoesNotWork()
    return offer


def accept(token: str, name: str, *, language: str, now: datetime) -> tuple[Account, bool]:
    """Says yes: whoever reads the mailbox holds the role, with an account opened now if there is none.

    Gives the account, and whether it is new. Of two answers at once one counts. Raises
    OfferDoesNotWork, and NameMissing, TooLong or Unwritable where a new account needs its name.
    """
    offer = _waiting(token, now)
    _lock_place(offer)
    if not _still_stands(offer, now):
        raise OfferDoesNotWork()
    taken = (
        update(GrantOffer).where(GrantOffer.id == offer.id, *GrantOffer.waits(now)).values(accepted_at=now)
    )
    if not rows_changed(taken):
        raise OfferDoesNotWork()
    account, is_new = _account_of(offer, name, language=language, now=now)
    actor = account.actor
    if offer.grant is not None and offer.first_day is not None and offer.last_day is not None:
        db.session.add(
            StandIn(
                grant=offer.grant,
                account=account,
                first_day=offer.first_day,
                last_day=offer.last_day,
                noted_at=now,
                noted_by=offer.offered_by,
            )
        )
        grants.note(actor, "stands in", offer.grant, now=now, account=account.id)
    else:
        grants.give(account, offer.role, offer.where, by=offer.offered_by, now=now)
        if offer.grant is not None and offer.grant.account_id != account.id:
            grants.end_whatever_remains(offer.grant, by=offer.offered_by, now=now)
            _tell_former(offer.grant, offer.offered_by, now=now)
            _take_over(offer.grant.account, account, now=now)
    grants.note(actor, "accepted", offer, now=now)
    return account, is_new


def _waiting(token: str, now: datetime) -> GrantOffer:
    offer = db.session.scalars(
        select(GrantOffer)
        .where(GrantOffer.fingerprint == fingerprint(token), *GrantOffer.waits(now))
        .options(*with_place(), joinedload(GrantOffer.grant).joinedload(Grant.account))
    ).first()
    if offer is None:
        raise OfferDoesNotWork()
    return offer


def _account_of(offer: GrantOffer, name: str, *, language: str, now: datetime) -> tuple[Account, bool]:
    """The account of the mailbox, and whether it is opened now."""
    account = accounts.at_address(offer.email)
    if account is not None:
        return account, False
    known_as = contacts.name_of(name, field="name", longest=accounts.LONGEST_NAME)
    try:
        return accounts.open_account(
            offer.email, known_as, language=language, actor=offer.offered_by, now=now
        ), True
    except AccountExists:  # opened this very moment, by another invitation to the same mailbox
        return _account_of(offer, name, language=language, now=now)


def _still_stands(offer: GrantOffer, now: datetime) -> bool:
    """Whether its sender may still offer it: whoever was sent away leaves no doors open."""
    if offer.grant is not None and offer.grant.ended_at is not None:
        return False
    account = accounts.behind_actor(offer.offered_by)
    if account is None:  # the service itself: it invites where nobody answers
        is_orphan = offer.organisation is None or not questions.has_owner(offer.organisation)
        return is_orphan or offer.role is not Role.OWNER
    if offer.grant is not None:
        return questions.may_pass_on(account, offer.grant, on=day_of(now))
    # Whoever stood in that day did so by right, though the replacement is over now; whoever was sent
    # away holds nothing on any day.
    return questions.may_offer(account, offer.role, offer.where, on=day_of(offer.offered_at))


def _tell_former(grant: Grant, by: str, *, now: datetime) -> None:
    """A colleague has handed your role over: you are told, as when they end it."""
    account = accounts.behind_actor(by)
    if account is not None and account.id != grant.account_id:
        letters.ended(grant, by=account.name, now=now)


def _lock_place(offer: GrantOffer) -> None:
    """Of two who take a role over, or who would both be the first owner, the second sees the first."""
    if offer.grant is not None:
        grants.lock_holders(offer.grant)
        db.session.refresh(offer.grant)
    elif offer.organisation is not None:
        place = select(Organisation.id).where(Organisation.id == offer.organisation_id)
        db.session.execute(place.with_for_update(key_share=True))


def _take_over(former: Account, successor: Account, *, now: datetime) -> None:
    """What the former gave and may not give any more is the successor's now, where they may: invitations
    without an answer and helpers' links go along with the queue."""
    actor, today = successor.actor, day_of(now)
    sent = select(GrantOffer).where(
        GrantOffer.offered_by == former.actor, GrantOffer.grant_id.is_(None), *GrantOffer.waits(now)
    )
    for offer in db.session.scalars(sent):
        if not _still_stands(offer, now) and questions.may_offer(
            successor, offer.role, offer.where, on=today
        ):
            offer.offered_by, offer.offered_at = actor, now
    day_links.take_over(former, successor, now=now)
