"""Who came by name is forgotten: those families stay counted, without a name."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Sequence
from datetime import datetime

from eventsapp.agenda.models import Event
from eventsapp.attendance import listings
from eventsapp.attendance.models import COUNTER_OF, AttendanceMark, Counter, MarkKind
from eventsapp.attendance.tally import tally
from eventsapp.codes import short_code
from eventsapp.database import db
from eventsapp.registrations.models import Registration, RegistrationStatus


def keep_counted(event: Event, registrations: Sequence[Registration], *, actor: str, now: datetime) -> int:
    """Counts those of these registrations, about to be deleted, who had arrived; how many they are.

    One mark for each counter, of this hour: nothing in it tells one family from another, and the figures
    drawn from all marks stay as they are. The event is locked by the caller.
    """
    figures = listings.figures_of(event)
    if figures is None:
        return 0
    arrived = tally(listings.gestures_of(event)).arrived
    there = [one for one in registrations if one.id in arrived]
    numbers: Count[Counter] = Count()
    for one in there:
        numbers.update(COUNTER_OF[participant.bracket] for participant in one.participants)
        numbers[Counter.FAMILIES] += one.household_id is not None
    figures.forgotten_arrived += len(there)
    figures.forgotten_expected += sum(one.status is RegistrationStatus.CONFIRMED for one in registrations)
    nonce = f"oubli-{short_code(12)}"
    for counter, many in numbers.items():
        if many:
            mark = AttendanceMark(
                event_id=event.id,
                nonce=f"{nonce}-{counter.value}",
                kind=MarkKind.COUNTED,
                counter=counter,
                step=many,
                made_at=now,
                received_at=now,
                actor=actor,
            )
            db.session.add(mark)
    db.session.flush()
    return len(there)
