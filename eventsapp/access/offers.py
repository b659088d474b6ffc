"""Roles offered by mail: sent, sent again, taken back; how one is answered: `accepting`.

A link is stored as a fingerprint, opened by GET, used up by POST, and works two weeks: people are
on holiday. It proves who reads the mailbox, so it may open an account there, once; an account that
exists already is not entered by it, since a sign-in link lives half an hour for good reason.
Nobody learns from an offer who has an account: sending one says the same either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from eventsapp.access import grants, letters
from eventsapp.access.models import Grant, GrantOffer, Role, Where, columns_of, columns_of_place
from eventsapp.clock import day_of, local
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed
from eventsapp.languages import DEFAULT
from eventsapp.people import accounts
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
    """Nobody comes into an organisation by inviting themselves."""

    sentence = msgid("C’est votre adresse. Écrivez celle d’une autre personne.")


@dataclass(frozen=True)
class Sender:
    """Who offers: an account, or the service itself (an operator, a job)."""

    account: Account | None
    actor: str

    @classmethod
    def of(cls, account: Account) -> Sender:
        """An account that offers."""
        return cls(account, account.actor)


def send(
    role: Role, where: Where, email: str, *, by: Sender, language: str = DEFAULT.code, now: datetime
) -> GrantOffer:
    """Offers a role somewhere; an offer of the same that waits already is sent anew.

    The caller has asked who may. Raises EmailMissing, EmailUnreadable, ToYourself, TooManyOffers.
    """
    if isinstance(where, Organisation) and by.account and accounts.address(email) == by.account.email:
        raise ToYourself(field="email")
    return _send(columns_of(role, where), email, by=by, language=language, now=now)


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
            *GrantOffer.waits(now),
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
    if offer.role is Role.OWNER and offer.organisation is not None:
        offer.organisation.owner_asked_at = now
    letters.offered(offer, token, offerer=by.account.name if by.account else "", now=now)
    grants.note(by.actor, "offered", offer, now=now)
    return offer


def send_again(offer: GrantOffer, *, by: Sender, now: datetime) -> GrantOffer:
    """A new link for the same offer; the one before works no more. Raises OfferIsSettled, TooManyOffers."""
    is_over = offer.last_day is not None and offer.last_day < day_of(now)
    if offer.accepted_at is not None or offer.withdrawn_at is not None or is_over:
        raise OfferIsSettled()
    withdraw(offer, by=by.actor, now=now)
    days = (offer.first_day, offer.last_day) if offer.first_day and offer.last_day else None
    columns = columns_of(offer.role, offer.where)
    return _send(columns, offer.email, by=by, language=offer.language, now=now, grant=offer.grant, days=days)


def withdraw(offer: GrantOffer, *, by: str, now: datetime) -> None:
    """Takes an offer back. Raises OfferIsSettled. The caller has asked who may."""
    unanswered = update(GrantOffer).where(GrantOffer.id == offer.id, *GrantOffer.unanswered())
    if not rows_changed(unanswered.values(withdrawn_at=now)):
        raise OfferIsSettled()
    db.session.refresh(offer)
    grants.note(by, "withdrawn", offer, now=now)


def waiting(where: Where, *, now: datetime) -> Sequence[GrantOffer]:
    """The offers of a place that wait for an answer, the oldest first; one statement."""
    return db.session.scalars(
        select(GrantOffer)
        .where(*GrantOffer.waits(now))
        .filter_by(**columns_of_place(where))
        .options(*with_place(), joinedload(GrantOffer.grant).joinedload(Grant.account))
        .order_by(GrantOffer.offered_at, GrantOffer.id)
    ).all()


def by_id(number: int) -> GrantOffer:
    """One offer, with its place. Raises NotFound. The caller asks who may see it."""
    offer = db.session.get(GrantOffer, number, options=with_place())
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


def _end_of(day: date) -> datetime:
    """The last minute of a day in Paris."""
    return local(day, 23, 59)


def _sent_lately(actor: str, now: datetime) -> int:
    sent = select(func.count()).where(GrantOffer.offered_by == actor, GrantOffer.offered_at > now - WITHIN)
    return db.session.scalar(sent) or 0


def with_place() -> tuple[ORMOption, ...]:
    """Loads where an offered role is held."""
    return (
        joinedload(GrantOffer.territory).defer(Territory.drawing),
        joinedload(GrantOffer.organisation),
        joinedload(GrantOffer.venue),
    )
