"""« Venir à toutes les dates » : a party is registered to each date of a series, those to come included.

Asked for, paused, resumed, ended; `standing_dates` enters the dates, `standing_letters` tells of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda.models import Activity, Event
from eventsapp.database import db
from eventsapp.people.models import Household, Professional
from eventsapp.refusals import Conflict, msgid
from eventsapp.registrations import booking, standing_dates, standing_letters
from eventsapp.registrations.models import Registration, RegistrationStatus, party_key
from eventsapp.registrations.party import Member
from eventsapp.registrations.standing_models import (
    STANDING_MOVES,
    StandingMember,
    StandingSignUp,
    StandingStatus,
)


class SeriesTakesNone(Conflict):
    """A sensitive action: one comes to it date by date, through somebody who refers."""

    sentence = msgid("Pour cette activité, on s’inscrit date par date.")


class StandingEnded(Conflict):
    """It was ended, here or elsewhere."""

    sentence = msgid("Vous ne venez plus à toutes les dates. Inscrivez-vous à celles qui vous vont.")


def sign_up(
    activity: Activity,
    party: Household | Professional,
    members: Sequence[Member],
    *,
    actor: str,
    now: datetime,
) -> StandingSignUp:
    """`party` comes to every date of `activity`: it is registered to those announced and told, once.

    Asked twice, it is the one that stands already. Raises SeriesTakesNone.
    """
    if activity.action.is_sensitive:
        raise SeriesTakesNone()
    standing = db.session.scalars(
        select(StandingSignUp).where(
            StandingSignUp.activity_id == activity.id,
            getattr(StandingSignUp, party_key(party)) == party.id,
            StandingSignUp.status != StandingStatus.ENDED,
        )
    ).first()
    if standing is not None:
        return standing
    standing = StandingSignUp(
        activity=activity,
        household=party if isinstance(party, Household) else None,
        professional=party if isinstance(party, Professional) else None,
        members=[StandingMember(bracket=one.bracket, first_name=one.first_name) for one in members],
        created_at=now,
    )
    db.session.add(standing)
    db.session.flush()
    _note(actor, "asked for all dates", standing, now)
    _catch_up(standing, now)
    return standing


def pause(standing: StandingSignUp, *, actor: str, now: datetime) -> bool:
    """No new date; those there are stay. False when it was paused already. Raises StandingEnded."""
    _lock_live(standing)
    if standing.status is StandingStatus.PAUSED:
        return False
    _move(standing, StandingStatus.PAUSED)
    standing.paused_at = now
    _note(actor, "paused", standing, now)
    return True


def resume(standing: StandingSignUp, *, actor: str, now: datetime) -> bool:
    """New dates again, and those announced meanwhile. False when it was active. Raises StandingEnded."""
    _lock_live(standing)
    if standing.status is StandingStatus.ACTIVE:
        return False
    _move(standing, StandingStatus.ACTIVE)
    standing.paused_at = None
    _note(actor, "resumed", standing, now)
    db.session.flush()
    _catch_up(standing, now)
    return True


def end(standing: StandingSignUp, *, gives_up_dates: bool, actor: str, now: datetime) -> bool:
    """No new date any more; with `gives_up_dates` those to come are cancelled too, one letter each, which
    takes it out of their calendar. False when it was ended already."""
    _lock(standing)
    if standing.status is StandingStatus.ENDED:
        return False
    _move(standing, StandingStatus.ENDED)
    standing.paused_at, standing.ended_at = None, now
    _note(actor, "ended", standing, now)
    if gives_up_dates:
        for registration in _to_come(standing, now):
            booking.cancel(registration, actor=actor, now=now)
    return True


def _catch_up(standing: StandingSignUp, now: datetime) -> None:
    """The dates there are, in the order of their rows as everybody locks them, and one letter for all."""
    pending = db.session.scalars(
        select(Event.id)
        .join(StandingSignUp, StandingSignUp.activity_id == Event.activity_id)
        .where(StandingSignUp.id == standing.id, *standing_dates.is_pending(now))
        .order_by(Event.id)
    ).all()
    for event_id in pending:
        standing_dates.enter_due(event_id, now)
    standing_letters.tell(standing.id, now)


def _to_come(standing: StandingSignUp, now: datetime) -> Sequence[Registration]:
    return db.session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(
            Registration.standing_id == standing.id,
            Registration.status != RegistrationStatus.CANCELLED,
            Event.ends_at > now,
        )
        .order_by(Registration.event_id)
    ).all()


def _lock(standing: StandingSignUp) -> None:
    """Reads it again, locked: a worker that registers it somewhere at this moment ends first."""
    db.session.scalars(
        select(StandingSignUp)
        .where(StandingSignUp.id == standing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _lock_live(standing: StandingSignUp) -> None:
    _lock(standing)
    if standing.status is StandingStatus.ENDED:
        raise StandingEnded()


def _move(standing: StandingSignUp, status: StandingStatus) -> None:
    if status not in STANDING_MOVES[standing.status]:
        raise ValueError(f"{standing.status} does not become {status}")
    standing.status = status


def _note(actor: str, verb: str, standing: StandingSignUp, now: datetime) -> None:
    journal.note(
        actor,
        verb,
        standing,
        now=now,
        territory_id=standing.activity.territory_id,
        activity=standing.activity_id,
    )
