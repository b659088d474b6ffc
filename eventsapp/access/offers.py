"""Roles offered by mail: sent, answered by a button, sent again, taken back.

A link is stored as a fingerprint, opened by GET, used up by POST, and works two weeks: people are
on holiday. It proves who reads the mailbox, so it may open an account there, once; an account that
exists already is not entered by it, since a sign-in link lives half an hour for good reason.
Nobody learns from an offer who has an account: sending one says the same either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from eventsapp.access import grants, letters, questions
from eventsapp.access.models import Grant, GrantOffer, Role, StandIn, Where, columns_of, columns_of_place
from eventsapp.clock import day_of, local
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed
from eventsapp.languages import DEFAULT
from eventsapp.people import accounts, contacts
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Territory
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid

LASTS = timedelta(days=14)
KEPT = timedelta(days=30)
"""How long an offer that was answered, taken back or has run out is kept: then its address goes."""

MOST_OFFERS, WITHIN = 40, timedelta(days=1)
"""How many one account sends in that time: a stolen desk is no mailing house."""

LONGEST_ABSENCE = timedelta(days=180)
FURTHEST = timedelta(days=366)
"""How far ahead an absence begins."""


class OfferDoesNotWork(Refusal):
    """Unknown, answered, taken back, too old, or its sender may not any more: nobody's business which."""

    sentence = msgid("Cette invitation a déjà servi, ou elle est trop ancienne. Demandez-en une nouvelle.")
    status = 410


class OfferIsSettled(Conflict):
    """Answered or taken back meanwhile."""

    sentence = msgid("Cette invitation est déjà réglée.")


class TooManyOffers(Refusal):
    """More in a day than any team has people."""

    sentence = msgid("Vous avez envoyé beaucoup d’invitations aujourd’hui. Continuez demain.")
    status = 429


class DaysInDisorder(Refusal):
    """An absence that ends before it begins, is over, never ends, or is years ahead."""

    sentence = msgid(
        "Donnez un premier jour d’ici un an, puis un dernier jour à venir, six mois plus tard au plus."
    )


class ToOneself(Refusal):
    """Passing a role to its own holder."""

    sentence = msgid("C’est l’adresse de la personne qui tient déjà cette fonction. Écrivez-en une autre.")


class ToYourself(Refusal):
    """Nobody takes a role by inviting themselves."""

    sentence = msgid("C’est votre adresse. Écrivez celle d’une autre personne.")


@dataclass(frozen=True)
class Sender:
    """Who offers: an account, or the service itself (an operator, a job)."""

    account: Account | None
    actor: str

    @classmethod
    def of(cls, account: Account) -> Sender:
        """An account that offers."""
        return cls(account, f"account:{account.id}")


def send(
    role: Role, where: Where, email: str, *, by: Sender, language: str = DEFAULT.code, now: datetime
) -> GrantOffer:
    """Offers a role somewhere; an offer of the same that waits already is sent anew.

    The caller has asked who may. Raises EmailMissing, EmailUnreadable, ToYourself, TooManyOffers.
    """
    if by.account is not None and accounts.address(email) == by.account.email:
        raise ToYourself(field="email")
    offer = _send(columns_of(role, where), email, by=by, language=language, now=now)
    if isinstance(where, Organisation) and role is Role.OWNER:
        where.owner_asked_at = now
    return offer


def pass_on(
    grant: Grant, email: str, *, by: Sender, days: tuple[date, date] | None = None, now: datetime
) -> GrantOffer:
    """Offers to take a grant over, for good or on these Paris days, both included.

    The caller has asked who may. Raises GrantHasEnded, ToOneself, DaysInDisorder, and what `send` does.
    """
    if grant.ended_at is not None:
        raise grants.GrantHasEnded()
    if days is not None:
        first, last = days
        today = day_of(now)
        if last < first or last < today or last - first > LONGEST_ABSENCE or first - today > FURTHEST:
            raise DaysInDisorder(field="last_day")
    address = accounts.address(email)
    if address == grant.account.email:
        raise ToOneself(field="email")
    columns = columns_of(grant.role, grant.where)
    language = grant.account.language
    return _send(columns, address, by=by, language=language, now=now, grant=grant, days=days)


def _send(
    columns: dict[str, object],
    email: str,
    *,
    by: Sender,
    language: str,
    now: datetime,
    grant: Grant | None = None,
    days: tuple[date, date] | None = None,
) -> GrantOffer:
    address = accounts.address(email)
    if by.account is not None and _sent_lately(by.actor, now) >= MOST_OFFERS:
        raise TooManyOffers()
    same = (
        select(GrantOffer.id)
        .filter_by(**columns)
        .where(
            GrantOffer.email == address,
            GrantOffer.grant_id == (grant.id if grant else None),
            (GrantOffer.first_day == days[0]) if days else GrantOffer.first_day.is_(None),
            *_waits(now),
        )
    )
    rows_changed(update(GrantOffer).where(GrantOffer.id.in_(same)).values(withdrawn_at=now))
    token = link_token()
    offer = GrantOffer(
        email=address,
        fingerprint=fingerprint(token),
        grant=grant,
        first_day=days[0] if days else None,
        last_day=days[1] if days else None,
        offered_at=now,
        offered_by=by.actor,
        language=language,
        expires_at=min(now + LASTS, _end_of(days[1])) if days else now + LASTS,
        **columns,
    )
    db.session.add(offer)
    db.session.flush()
    letters.offered(offer, token, offerer=by.account.name if by.account else "", now=now)
    grants.note(by.actor, "offered", offer, now=now)
    return offer


def send_again(offer: GrantOffer, *, by: Sender, now: datetime) -> GrantOffer:
    """A new link for the same offer; the one before works no more. Raises OfferIsSettled, TooManyOffers."""
    if offer.accepted_at is not None or offer.withdrawn_at is not None:
        raise OfferIsSettled()
    withdraw(offer, by=by.actor, now=now)
    days = (offer.first_day, offer.last_day) if offer.first_day and offer.last_day else None
    columns = columns_of(offer.role, offer.where)
    return _send(columns, offer.email, by=by, language=offer.language, now=now, grant=offer.grant, days=days)


def withdraw(offer: GrantOffer, *, by: str, now: datetime) -> None:
    """Takes an offer back. Raises OfferIsSettled. The caller has asked who may."""
    waits = update(GrantOffer).where(
        GrantOffer.id == offer.id, GrantOffer.accepted_at.is_(None), GrantOffer.withdrawn_at.is_(None)
    )
    if not rows_changed(waits.values(withdrawn_at=now)):
        raise OfferIsSettled()
    db.session.refresh(offer)
    grants.note(by, "withdrawn", offer, now=now)


def behind(token: str, *, now: datetime) -> GrantOffer:
    """The offer of a link, with its place; it stays unanswered. Raises OfferDoesNotWork."""
    offer = db.session.scalars(
        select(GrantOffer)
        .where(GrantOffer.fingerprint == fingerprint(token), *_waits(now))
        .options(*_with_place(), joinedload(GrantOffer.grant).joinedload(Grant.account))
    ).first()
    if offer is None or not _still_stands(offer, now):
        raise OfferDoesNotWork()
    return offer


def accept(token: str, name: str, *, language: str, now: datetime) -> tuple[Account, bool]:
    """Says yes: whoever reads the mailbox holds the role, with an account opened now if there is none.

    Gives the account, and whether it is new. Of two answers at once one counts. Raises
    OfferDoesNotWork, and NameMissing, TooLong or Unwritable where a new account needs its name.
    """
    offer = behind(token, now=now)
    if offer.grant is not None:
        grants.lock_holders(offer.grant)
    taken = update(GrantOffer).where(GrantOffer.id == offer.id, *_waits(now)).values(accepted_at=now)
    if not rows_changed(taken):
        raise OfferDoesNotWork()
    account = accounts.at_address(offer.email)
    is_new = account is None
    if account is None:
        known_as = contacts.name_of(name, field="name", longest=accounts.LONGEST_NAME)
        account = accounts.open_account(
            offer.email, known_as, language=language, actor=offer.offered_by, now=now
        )
    actor = f"account:{account.id}"
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
    grants.note(actor, "accepted", offer, now=now)
    return account, is_new


def waiting(where: Where, *, now: datetime) -> Sequence[GrantOffer]:
    """The offers of a place that wait for an answer, the oldest first; one statement."""
    return db.session.scalars(
        select(GrantOffer)
        .where(*_waits(now))
        .filter_by(**columns_of_place(where))
        .options(*_with_place(), joinedload(GrantOffer.grant).joinedload(Grant.account))
        .order_by(GrantOffer.offered_at, GrantOffer.id)
    ).all()


def by_id(number: int) -> GrantOffer:
    """One offer, with its place. Raises NotFound. The caller asks who may see it."""
    offer = db.session.get(GrantOffer, number, options=_with_place())
    if offer is None:
        raise NotFound()
    return offer


def forget_settled(now: datetime) -> int | None:
    """Deletes offers settled a month ago, and their addresses; how many, or None when there were none."""
    over = or_(
        GrantOffer.accepted_at <= now - KEPT,
        GrantOffer.withdrawn_at <= now - KEPT,
        GrantOffer.expires_at <= now - KEPT,
    )
    return rows_changed(delete(GrantOffer).where(over)) or None


def _still_stands(offer: GrantOffer, now: datetime) -> bool:
    """Whether its sender may still offer it: whoever was sent away leaves no doors open."""
    if offer.grant is not None and offer.grant.ended_at is not None:
        return False
    kind, _, number = offer.offered_by.partition(":")
    if kind != "account":
        return True
    account = db.session.get(Account, int(number))
    if account is None:
        return False
    if offer.grant is not None:
        return questions.may_pass_on(account, offer.grant, on=day_of(now))
    # Whoever stood in that day did so by right, though the replacement is over now; whoever was sent
    # away holds nothing on any day.
    return questions.may_offer(account, offer.role, offer.where, on=day_of(offer.offered_at))


def _tell_former(grant: Grant, by: str, *, now: datetime) -> None:
    """A colleague has handed your role over: you are told, as when they end it."""
    kind, _, number = by.partition(":")
    account = db.session.get(Account, int(number)) if kind == "account" else None
    if account is not None and account.id != grant.account_id:
        letters.ended(grant, by=account.name, now=now)


def _end_of(day: date) -> datetime:
    """The last minute of a day in Paris."""
    return local(day, 23, 59)


def _waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (GrantOffer.accepted_at.is_(None), GrantOffer.withdrawn_at.is_(None), GrantOffer.expires_at > now)


def _sent_lately(actor: str, now: datetime) -> int:
    sent = select(func.count()).where(GrantOffer.offered_by == actor, GrantOffer.offered_at > now - WITHIN)
    return db.session.scalar(sent) or 0


def _with_place() -> tuple[ORMOption, ...]:
    return (
        joinedload(GrantOffer.territory).defer(Territory.drawing),
        joinedload(GrantOffer.organisation),
        joinedload(GrantOffer.venue),
    )
