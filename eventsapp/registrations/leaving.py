"""They said no by their calendar: what they hold is given up a while later, unless they change their mind.

A button of a calendar is pressed by mistake, and by whoever reads somebody else's mail. So a letter says at
once what happens when, and until then a yes, or a button of their own page, keeps all as it was (RULES I6,
I9). Then `booking.cancel` does what their page would have done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from eventsapp import attempts
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.registrations import answering, booking, leaving_letters, moves, seats
from eventsapp.registrations.models import Registration
from eventsapp.settings import setting

ASKED_A_DAY = 2
"""Letters within a day that ask one party whether a « no » is theirs."""


def say_no(registration: Registration, *, actor: str, now: datetime) -> bool:
    """They no longer come, soon; False when that was known, or when there is nothing to give up any more.

    With no minutes to change one's mind (DECLINE_MINUTES), at once.
    """
    event = _locked_for(registration)
    if not registration.is_active or registration.leaves_at is not None or event.ends_at <= now:
        return False
    until = answering.leaves_by(setting("DECLINE_MINUTES"), event.starts_at, now)
    if until <= now:
        return booking.cancel(registration, actor=actor, now=now)
    registration.leaves_at = until
    leaving_letters.leaving(registration, until=until, now=now)
    moves.note(actor, "leaving", registration, now)
    return True


def ask(registration: Registration, *, now: datetime) -> bool:
    """Somebody said no in their name, from elsewhere or from a mailbox that others share: it changes nothing,
    and a letter asks them (RULES I6), ASKED_A_DAY times at most: whoever holds a forwarded invitation could
    flood them else, by text messages too. False when they do not come anyway, or are not asked again."""
    event = _locked_for(registration)
    if not registration.is_active or registration.leaves_at is not None or event.ends_at <= now:
        return False
    who, a_day = str(registration.id), timedelta(days=1)
    if attempts.count("doubted no", who, most=ASKED_A_DAY, within=a_day, now=now):
        return False
    leaving_letters.asked(registration, now=now)
    return True


def stay(registration: Registration, *, actor: str, now: datetime, tells_calendar: bool = True) -> bool:
    """They come after all; False when nothing was to be given up. `tells_calendar`: their calendar, where
    they said no, is asked again; needless where it was the calendar that said yes."""
    _locked_for(registration)
    if not registration.is_active or registration.leaves_at is None:
        return False
    registration.leaves_at = None
    if tells_calendar:
        leaving_letters.stays(registration, now=now)
    moves.note(actor, "stays", registration, now)
    return True


def due(now: datetime) -> Sequence[int]:
    """The registrations whose people have had the time to change their mind; one statement."""
    return db.session.scalars(
        select(Registration.id)
        .where(Registration.leaves_at <= now)
        .order_by(Registration.leaves_at, Registration.id)
    ).all()


def settle(registration_id: int, now: datetime) -> int:
    """Gives up what they hold, and the next in line is told; 1, or 0 when they decided otherwise meanwhile.

    Their no was to an hour and a place: to others they have still to answer.
    """
    registration = db.session.get(Registration, registration_id)
    if registration is None:
        return 0
    event = _locked_for(registration)
    if registration.leaves_at is None or registration.leaves_at > now:
        return 0
    if not registration.is_active or event.ends_at <= now or registration.told != event.terms:
        registration.leaves_at = None
        return 0
    booking.cancel(registration, actor=booking.actor_of(registration), now=now)
    return 1


def _locked_for(registration: Registration) -> Event:
    event = seats.locked(registration.event_id)
    db.session.refresh(registration, ["status", "leaves_at"])
    return event
