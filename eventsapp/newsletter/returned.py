"""A letter that comes back ends the subscription: nobody writes to a mailbox that is gone.

Bound by `app.bind_listeners`: the mailroom calls it in the transaction that learns of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from eventsapp.database import db
from eventsapp.mailroom import bounces
from eventsapp.mailroom.models import Letter
from eventsapp.newsletter import letters, subscribing
from eventsapp.newsletter.models import Subscription, SubscriptionStatus

IN_A_ROW = 3
"""Weeks without a letter arriving, whatever the reason, after which no more is sent."""


def letter_returned(letter: Letter, problem: str, now: datetime) -> None:
    """Ends it at once where the address is gone, and after IN_A_ROW weeks otherwise. A letter that asks for
    confirmation is none of these: its subscription is forgotten unconfirmed."""
    kind, _, number = letter.about.partition(":")
    if kind != "subscription" or letter.kind != letters.KIND or not number.isdecimal():
        return
    subscription = db.session.get(Subscription, int(number), with_for_update=True, populate_existing=True)
    if subscription is None or subscription.status is not SubscriptionStatus.ACTIVE:
        return
    week = subscription.issued_on
    if subscription.failed_on != week:
        followed = subscription.failed_on is not None and week - subscription.failed_on <= timedelta(days=7)
        subscription.failures = subscription.failures + 1 if followed else 1
        subscription.failed_on = week
    status = bounces.gone(problem)
    if status or subscription.failures >= IN_A_ROW:
        subscribing.stop(subscription, now=now, returned=status or subscribing.SEVERAL)
