"""What somebody is told whose calendar said no; templates/mail/registrations/.

Whoever is only called, or wants no messages, hears nothing of it: they answered themselves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from eventsapp.invitations import promises
from eventsapp.mailroom.models import Channel
from eventsapp.mailroom.outbox import Reader
from eventsapp.people.readers import first_means
from eventsapp.registrations import writing
from eventsapp.registrations.models import Registration


def leaving(registration: Registration, *, until: datetime, now: datetime) -> None:
    """You said no: your place goes to others at this hour, unless you keep it."""
    _post("leaving", registration, now, until=until, waits=not registration.holds_seats)


def asked(registration: Registration, *, now: datetime) -> None:
    """Somebody said no for you: is it true? Nothing changes as long as you do not say so."""
    _post("leaving_asked", registration, now)


def stays(registration: Registration, *, now: datetime) -> None:
    """You come after all; the calendar that said no is asked again, and above its answer (RULES Q2)."""
    if registration.contact.email:
        promises.doubt(registration.contact.email, [registration.event_id])
    promise = writing.promise_of(promises.request, registration, now=now)
    if promise is not None:
        writing.post(
            "stays", registration, now, promise=promise, link_token=writing.new_link(registration, now)
        )


def asked_again(registration: Registration, *, now: datetime) -> bool:
    """You answered to what it was before: here it is as it is now, answer again (RULES I8). It goes to the
    mailbox that was invited, by whatever means they are told; False for who is not written to."""
    contact = registration.contact
    promise = writing.promise_of(promises.request, registration, now=now)
    if promise is None or not contact.email:
        return False
    writing.post(
        "asked_again",
        registration,
        now,
        promise=promise,
        link_token=writing.new_link(registration, now),
        reader=Reader(name=contact.first_name, language=contact.language, email=contact.email),
        replaces=False,
    )
    return True


def _post(letter: str, registration: Registration, now: datetime, **more: Any) -> None:
    if first_means(registration.contact) not in {None, Channel.CALL}:
        writing.post(
            letter,
            registration,
            now,
            link_token=writing.new_link(registration, now),
            urgent=writing.is_near(registration, now),
            **more,
        )
