"""Consent to photos: for each person and each use, given and taken back, for a year at most.

It is never a condition (GDPR art. 7.4), never ticked beforehand, and of a child the adult who registered
them says it (Civil Code art. 372-1). What was agreed to and when stays written after it is taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update

from eventsapp import journal
from eventsapp.database import db, rows_changed
from eventsapp.registrations import seats
from eventsapp.registrations.models import Registration
from eventsapp.registrations.photo_models import PhotoConsent, PhotoUse

LASTS = timedelta(days=365)

Consents = Mapping[tuple[int, PhotoUse], PhotoConsent]
"""By participant and use: what holds now."""


def of_registration(registration: Registration, *, now: datetime) -> Consents:
    """What its people agree to now; one statement."""
    held = select(PhotoConsent).where(
        PhotoConsent.participant_id.in_([one.id for one in registration.participants]),
        PhotoConsent.withdrawn_at.is_(None),
        PhotoConsent.until > now,
    )
    return {(one.participant_id, one.use): one for one in db.session.scalars(held)}


def say(
    registration: Registration, agreed: Collection[tuple[int, PhotoUse]], *, actor: str, now: datetime
) -> bool:
    """From now on these are the yes of its people, and no others; False when nothing is different.

    What is not of this registration is ignored. An event's row is locked: two forms at once are one after
    the other.
    """
    seats.locked(registration.event_id)
    people = {one.id for one in registration.participants}
    wanted = {(person, use) for person, use in agreed if person in people}
    present = of_registration(registration, now=now)
    given, withdrawn = wanted - set(present), set(present) - wanted
    for person, use in sorted(given):
        # One whose year is over ended then: another yes is another row.
        rows_changed(
            update(PhotoConsent)
            .where(
                PhotoConsent.participant_id == person,
                PhotoConsent.use == use,
                PhotoConsent.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=PhotoConsent.until)
        )
        db.session.add(PhotoConsent(participant_id=person, use=use, given_at=now, until=now + LASTS))
    for pair in sorted(withdrawn):
        present[pair].withdrawn_at = now
    for verb, pairs in (("agreed to photos", given), ("took photos back", withdrawn)):
        if pairs:
            journal.note(
                actor,
                verb,
                registration,
                now=now,
                territory_id=registration.event.territory_id,
                event=registration.event_id,
                uses=sorted({use.value for _, use in pairs}),
            )
    return bool(given or withdrawn)
