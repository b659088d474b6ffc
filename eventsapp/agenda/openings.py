"""Nothing is announced or moved into a place that was given up, or is closed then (places.closures)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from eventsapp.clock import day_of
from eventsapp.languages import long_day
from eventsapp.places import closures
from eventsapp.places.models import Venue
from eventsapp.refusals import Refusal, msgid


class VenueHasEnded(Refusal):
    """A venue that was given up."""

    sentence = msgid("Ce lieu ne sert plus. Choisissez-en un autre.")


class VenueClosed(Refusal):
    """The place is closed at that time: on which day, of many. Parameters: `venue`, `day`, `reason`."""

    sentence = msgid("%(venue)s, lieu fermé le %(day)s : %(reason)s")


def require_open(
    wanted: Sequence[tuple[Venue, datetime, datetime]], now: datetime, *, hold: bool = True
) -> None:
    """Raises VenueClosed for the first (place, begin, end) that falls into a closure of its place; two
    statements, whatever the number. What is past is history.

    With `hold`, nobody closes these places before the transaction is over; a preview needs none.
    """
    coming = [one for one in wanted if one[2] > now]
    if not coming:
        return
    if hold:
        closures.hold({venue.id for venue, _, _ in coming})
    first, last = min(one[1] for one in coming), max(one[2] for one in coming)
    standing = closures.during({venue.id for venue, _, _ in coming}, first, last)
    for venue, starts_at, ends_at in coming:
        for closure in standing:
            if closure.venue_id == venue.id and closure.starts_at < ends_at and starts_at < closure.ends_at:
                day = long_day(day_of(starts_at))
                raise VenueClosed(field="venue", venue=venue.name, day=day, reason=closure.reason)
