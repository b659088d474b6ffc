"""Addresses that nobody confirmed, or that were stopped, are forgotten; so are letters that have left."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from eventsapp.database import db, rows_changed
from eventsapp.mailroom import forgetting
from eventsapp.mailroom.escalation import BOUNCES_FOR
from eventsapp.newsletter import letters
from eventsapp.newsletter.models import Subscription, SubscriptionStatus
from eventsapp.newsletter.subscribing import KEPT_ENDED, KEPT_UNCONFIRMED

AT_ONCE = 500


def forget_old(now: datetime) -> int:
    """Forgets the next AT_ONCE subscriptions that were not confirmed for KEPT_UNCONFIRMED or stopped for
    KEPT_ENDED, and empties their letters; how many. Four statements."""
    old = db.session.scalars(
        select(Subscription.id)
        .where(
            or_(
                (Subscription.status == SubscriptionStatus.PENDING)
                & (Subscription.asked_at <= now - KEPT_UNCONFIRMED),
                (Subscription.status == SubscriptionStatus.ENDED)
                & (Subscription.ended_at <= now - KEPT_ENDED),
            )
        )
        .order_by(Subscription.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if not old:
        return 0
    forgetting.empty([f"subscription:{number}" for number in old], now=now)
    return rows_changed(delete(Subscription).where(Subscription.id.in_(old)))


def forget_letters(now: datetime) -> int:
    """Deletes the next AT_ONCE weekly letters that can come back no more; how many. They prove nothing to
    anybody, and are as many as there are readers, every week."""
    return forgetting.delete_settled(letters.KIND, before=now - BOUNCES_FOR - timedelta(days=1), most=AT_ONCE)
