"""Registration by referral only: at events of sensitive actions nobody registers from the public page.

A relay worker registers somebody (`desk.register`), or gives a link made for one family: it opens the form
of that event, works for some days, and is used up by the registration (docs/decisions/0005).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.agenda.models import Activity, Event
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed
from eventsapp.people.models import Organisation
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import admission
from eventsapp.registrations.models import Registration
from eventsapp.registrations.referral_models import Referral
from eventsapp.settings import setting

DAYS = 7
"""How long a referral works."""
KEPT_DAYS = 30
"""How long it is kept after that, for its maker to see what became of it."""
MOST = 20
"""Referrals of one maker for one event that wait to be used."""


class ByReferralOnly(Conflict):
    """Nobody registers alone at such an event; why is nobody's business."""

    sentence = msgid("On s’inscrit avec l’aide d’un travailleur social, ou appelez-nous.")


class ReferralDoesNotWork(Refusal):
    """Unknown, used, too old, or its event is over; which of them is nobody's business."""

    sentence = msgid("Ce lien ne marche plus. Demandez-en un autre à la personne qui vous l’a donné.")
    status = 410


class NoReferralNeeded(Conflict):
    """Everybody registers there by themselves."""

    sentence = msgid("Ici, chacun s’inscrit sans lien d’orientation.")


class EnoughReferrals(Conflict):
    """More links than anybody gives away in a week."""

    sentence = msgid("Vous avez déjà %(most)s liens en attente pour ce rendez-vous.")


def is_needed(event: Event) -> bool:
    """Does one register at this event by referral only?"""
    return event.activity.action.is_sensitive


def make(event: Event, organisation: Organisation | None, *, actor: str, now: datetime) -> str:
    """A link for one family: its token, to be shown once and never stored. The caller has asked who may.

    Raises NoReferralNeeded, EnoughReferrals and the refusals of `admission.require_open`.
    """
    if not is_needed(event):
        raise NoReferralNeeded()
    admission.require_open(event, now)
    waiting = select(func.count(Referral.id)).where(
        Referral.event_id == event.id,
        Referral.made_by == actor,
        Referral.used_at.is_(None),
        Referral.expires_at > now,
    )
    if (db.session.scalar(waiting) or 0) >= MOST:
        raise EnoughReferrals(most=MOST)
    token = link_token()
    referral = Referral(
        event=event,
        organisation=organisation,
        fingerprint=fingerprint(token),
        made_by=actor,
        made_at=now,
        expires_at=now + timedelta(days=DAYS),
    )
    db.session.add(referral)
    db.session.flush()
    journal.note(actor, "made", referral, now=now, territory_id=event.territory_id, event=event.id)
    return token


def behind(token: str, *, now: datetime) -> Referral:
    """The referral of a token that still opens its form, with its event. Raises ReferralDoesNotWork."""
    referral = db.session.scalars(
        select(Referral)
        .where(*_works(token, now))
        .options(
            joinedload(Referral.event).joinedload(Event.activity).joinedload(Activity.action),
            joinedload(Referral.event).joinedload(Event.territory),
            joinedload(Referral.event).joinedload(Event.venue),
        )
    ).first()
    if referral is None or referral.event.is_cancelled or referral.event.starts_at <= now:
        raise ReferralDoesNotWork()
    return referral


def require(event: Event, token: str | None, now: datetime) -> None:
    """Raises ByReferralOnly where one is needed and this token is none that works for this event."""
    if is_needed(event) and _for(event, token, now) is None:
        raise ByReferralOnly()


def take(event: Event, token: str | None, now: datetime) -> Referral | None:
    """The referral by which a family registers, where one is needed; the event is locked, so that two
    browsers with one link come one after the other. Raises ByReferralOnly."""
    if not is_needed(event):
        return None
    referral = _for(event, token, now)
    if referral is None:
        raise ByReferralOnly()
    return referral


def use_up(referral: Referral, registration: Registration, now: datetime) -> None:
    """The link has done what it was made for."""
    referral.used_at, referral.registration_id = now, registration.id


def made_by(actor: str, *, now: datetime) -> Sequence[Referral]:
    """The referrals that somebody made, the latest first, with their events; one statement. Nobody's name
    is with them."""
    return db.session.scalars(
        select(Referral)
        .where(Referral.made_by == actor, Referral.expires_at > now - timedelta(days=KEPT_DAYS))
        .options(
            joinedload(Referral.event).joinedload(Event.activity).joinedload(Activity.action),
            joinedload(Referral.event).joinedload(Event.venue),
        )
        .order_by(Referral.id.desc())
        .limit(100)
    ).all()


def forget_old(now: datetime) -> int | None:
    """Deletes referrals that ended KEPT_DAYS ago; how many, or None when there were none."""
    old = Referral.expires_at <= now - timedelta(days=KEPT_DAYS)
    return rows_changed(delete(Referral).where(old)) or None


def link_address(token: str) -> str:
    """The public address of a referral."""
    return f"{setting('PUBLIC_URL')}/orientation/{token}"


def _works(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Referral.fingerprint == fingerprint(token), Referral.used_at.is_(None), Referral.expires_at > now


def _for(event: Event, token: str | None, now: datetime) -> Referral | None:
    if not token:
        return None
    return db.session.scalars(
        select(Referral).where(*_works(token, now), Referral.event_id == event.id)
    ).first()
