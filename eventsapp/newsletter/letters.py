"""What the room writes: the question whether one wants the letter, and the letter.

No desk lists them (no territory): whoever coordinates learns how many readers there are, not who.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from eventsapp.clock import local
from eventsapp.mailroom import outbox
from eventsapp.mailroom.mailing_list import MailingList
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.newsletter import links
from eventsapp.newsletter.composing import Week
from eventsapp.newsletter.models import Subscription
from eventsapp.places.wording import agenda_name
from eventsapp.settings import setting

KIND = "newsletter/weekly"


def confirmation(subscription: Subscription, token: str, *, until: datetime, now: datetime) -> None:
    """Do you want it? The only letter that an address gets that nobody confirmed."""
    _post(subscription, "newsletter/confirmation", {"link": links.address_of(token)}, until=until, now=now)


def known_already(subscription: Subscription, *, now: datetime) -> None:
    """You receive it already; here it is changed."""
    context = {"link": links.address_of(links.token_of(subscription))}
    _post(subscription, "newsletter/known", context, until=now + timedelta(days=3), now=now)


def weekly(subscription: Subscription, week: Week, chosen: tuple[str, ...], *, now: datetime) -> None:
    """The week. `chosen`: what they narrowed it to, in their language."""
    token = links.token_of(subscription)
    territory = subscription.territory
    context = {
        "week": week,
        "chosen": chosen,
        "agenda": f"{setting('PUBLIC_URL')}/{territory.slug}/",
        "link": links.address_of(token),
        "stop": links.stop_of(token),
    }
    on_the_list = MailingList(f"{territory.slug}.lundi", links.stop_of(token))
    # On Thursday half of it is over: the next one is near.
    until = local(week.monday + timedelta(days=3), 0)
    _post(subscription, KIND, context, headers=on_the_list.headers(), until=until, now=now)


def withdraw(subscription: Subscription, *, now: datetime) -> None:
    """What has not left yet does not leave."""
    outbox.withdraw([subscription.about], now=now)


def _post(
    subscription: Subscription,
    kind: str,
    context: Mapping[str, object],
    *,
    headers: dict[str, str] | None = None,
    until: datetime,
    now: datetime,
) -> None:
    sender = agenda_name(subscription.territory, subscription.language)
    outbox.post(
        OutgoingLetter(
            kind=kind,
            reader=Reader(name="", language=subscription.language, email=subscription.email),
            sender=Sender(name=sender, address=setting("MAIL_DEFAULT_SENDER")),
            context={"territory": subscription.territory.ordinal, "agenda_name": sender, **context},
            about=subscription.about,
            holds_private_link=True,
            useless_after=until,
            headers=headers or {},
        ),
        now=now,
    )
