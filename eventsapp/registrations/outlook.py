"""What a party may expect if it confirmed now: seats for all, for some of them, or the waiting list.

Asked on the page before, and again in the transaction that registers, where it counts. The rule is that of
the waiting list (`capacity`): seats that are kept for others are not offered to newcomers either.
"""

from __future__ import annotations

from dataclasses import dataclass

from eventsapp.agenda.models import Event
from eventsapp.registrations import capacity, listings, seats, waiting_list
from eventsapp.registrations.capacity import Load
from eventsapp.registrations.models import Registration


@dataclass(frozen=True)
class Outlook:
    """Room for a party at an event."""

    has_room: bool
    """For all of them."""
    at_most: int
    """How many of them would find room; 0: nobody, whoever of them came."""
    is_kept: bool = False
    """There are seats for all, kept for those who wait longer."""

    @property
    def may_come_fewer(self) -> bool:
        """They would have to choose: some come, or all wait."""
        return not self.has_room and self.at_most > 0


def of(event: Event, load: Load, *, but: Registration | None = None) -> Outlook:
    """Of a party that comes to an event now, as if `but` did not wait there; one statement where nobody else
    waits, none where it is full, three at most."""
    if (event.seats_left or 0) <= 0:
        return Outlook(has_room=False, at_most=0)
    queue = [one for one in waiting_list.queue_before_newcomers(event) if one.party is not but]
    some = capacity.largest_admitted(
        event.entry.order,
        seats.limits_of(event),
        seats.taken_at(event),
        queue,
        load,
        event.entry.children_per_adult,
    )
    is_kept = some.seats == 0 and capacity.fits(load, seats.limits_of(event), seats.taken_at(event))
    return Outlook(has_room=some.seats == load.seats, at_most=some.seats, is_kept=is_kept)


def next_rank(event: Event) -> int:
    """The rank of whoever is next on the waiting list; one statement."""
    return listings.how_many_wait(event) + 1
