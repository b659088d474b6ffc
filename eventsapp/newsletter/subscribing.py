"""Asked for, confirmed, changed, stopped and taken back: the life of a subscription.

Typing an address sends it one letter and starts nothing (double opt-in); who typed it learns nothing of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from eventsapp import attempts
from eventsapp.clock import day_of
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db
from eventsapp.languages import DEFAULT, known
from eventsapp.newsletter import letters, links
from eventsapp.newsletter.listings import Offer
from eventsapp.newsletter.models import SUBSCRIPTION_MOVES, Subscription, SubscriptionStatus
from eventsapp.people import contacts
from eventsapp.places.models import Territory
from eventsapp.refusals import Conflict, Refusal, msgid

ASKED_A_DAY = 3
"""Letters that one address gets within a day by being typed: more would be somebody else's joke."""
SEVERAL = "plusieurs"
"""Letters came back week after week, for whatever reason each."""
KEPT_UNCONFIRMED = timedelta(days=3)
"""How long an address that nobody confirmed is kept."""
KEPT_ENDED = timedelta(days=7)
"""How long one can still go back on having stopped."""


class EmailMissing(Refusal):
    """Nowhere to write to."""

    sentence = msgid("Écrivez votre adresse e-mail.")


class SubscriptionDoesNotWork(Refusal):
    """No such link, or what it led to was forgotten."""

    sentence = msgid("Ce lien n’est plus relié à aucun envoi : il ne vous fait rien recevoir.")
    status = 410


class NeverConfirmed(Conflict):
    """Only what was confirmed is taken up again."""

    sentence = msgid("Cette adresse n’a jamais été confirmée. Demandez la lettre encore une fois.")


@dataclass(frozen=True)
class Choices:
    """What somebody wants to read of: themes and quartiers, none of either meaning all, and the language."""

    themes: Collection[str]
    quartiers: Collection[str]
    language: str


def ask(territory: Territory, typed: str, choices: Choices, offer: Offer, *, now: datetime) -> None:
    """Sends that address one letter: to confirm, or, where it has been, that it receives us already.

    Choices of an address that is confirmed stay its reader's; what a stranger types changes nothing.
    Raises EmailMissing, contacts.EmailUnreadable: what anybody can see of what they typed.
    """
    email = contacts.email(typed)
    if email is None:
        raise EmailMissing(field="email")
    key = email.lower()
    a_day = timedelta(days=1)
    if attempts.count("newsletter", f"{territory.id} {key}", most=ASKED_A_DAY, within=a_day, now=now):
        return
    subscription = db.session.scalars(
        select(Subscription)
        .where(Subscription.territory_id == territory.id, Subscription.email_key == key)
        .with_for_update()
    ).first()
    if subscription is None:
        today = day_of(now)
        before = today - timedelta(days=today.weekday() + 7)
        subscription = Subscription(
            territory=territory,
            email_key=key,
            nonce=link_token(),
            status=SubscriptionStatus.PENDING,
            issued_on=before,
        )
        db.session.add(subscription)
    elif subscription.status is SubscriptionStatus.ACTIVE:
        letters.known_already(subscription, now=now)
        return
    elif subscription.status is SubscriptionStatus.ENDED:
        _move(subscription, SubscriptionStatus.PENDING)
    subscription.email, subscription.asked_at = email, now
    subscription.ended_at, subscription.returned = None, ""
    _choose(subscription, choices, offer)
    token = links.token_of(subscription)
    db.session.flush()
    letters.confirmation(subscription, token, now=now, until=now + KEPT_UNCONFIRMED)


def behind(token: str, *, locked: bool = False) -> Subscription:
    """The subscription whose link this is, with its territory; one statement.

    Raises SubscriptionDoesNotWork.
    """
    found = (
        select(Subscription)
        .where(Subscription.fingerprint == fingerprint(token))
        .options(joinedload(Subscription.territory).options(defer(Territory.drawing)))
    )
    if locked:
        found = found.with_for_update(of=Subscription).execution_options(populate_existing=True)
    subscription = db.session.scalars(found).first()
    if subscription is None:
        raise SubscriptionDoesNotWork()
    return subscription


def confirm(subscription: Subscription, *, now: datetime) -> None:
    """The reader of that mailbox wants it. Twice is once; stopped, it stays so (`resume`)."""
    if subscription.status is SubscriptionStatus.PENDING:
        _move(subscription, SubscriptionStatus.ACTIVE)
        subscription.confirmed_at = now


def choose(subscription: Subscription, choices: Choices, offer: Offer) -> None:
    """Other choices, from the next letter on."""
    _choose(subscription, choices, offer)


def stop(subscription: Subscription, *, now: datetime, returned: str = "") -> None:
    """Nothing more goes there. Twice is once: a mail program asks again when it is not sure. `returned`: why,
    where nobody stopped it but letters came back."""
    if subscription.status is not SubscriptionStatus.ENDED:
        _move(subscription, SubscriptionStatus.ENDED)
        subscription.ended_at, subscription.returned = now, returned
        letters.withdraw(subscription, now=now)


def resume(subscription: Subscription) -> None:
    """Goes back on having stopped. Raises NeverConfirmed."""
    if subscription.confirmed_at is None:
        raise NeverConfirmed()
    if subscription.status is SubscriptionStatus.ENDED:
        _move(subscription, SubscriptionStatus.ACTIVE)
        subscription.ended_at, subscription.returned = None, ""
        subscription.failures, subscription.failed_on = 0, None


def _choose(subscription: Subscription, choices: Choices, offer: Offer) -> None:
    """What is not on offer is left out, as an unknown filter of the agenda is."""
    subscription.themes = [theme.value for theme in offer.themes if theme.value in choices.themes]
    subscription.quartiers = [slug for slug, _ in offer.quartiers if slug in choices.quartiers]
    subscription.language = (known(choices.language) or DEFAULT).code


def _move(subscription: Subscription, end: SubscriptionStatus) -> None:
    if end not in SUBSCRIPTION_MOVES[subscription.status]:
        raise ValueError(f"no subscription goes from {subscription.status} to {end}")
    subscription.status = end
