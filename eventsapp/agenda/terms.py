"""When and where an event takes place, and whether: what people are told when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Terms:
    """What one must know to come, as it is or as somebody was last told it; hours are aware instants.

    Two of them are compared: equal, nobody needs to hear anything. The room is not among them: it is
    said at the door (see `scheduling.reschedule`).
    """

    starts_at: datetime
    ends_at: datetime
    venue_id: int
    is_cancelled: bool
