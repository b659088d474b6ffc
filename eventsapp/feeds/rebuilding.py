"""Rendering all stored fragments again, when what they depend on besides the data changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update

from eventsapp.agenda import fragments, revisions
from eventsapp.database import db
from eventsapp.places.models import Territory


def rebuild(now: datetime, progress: Callable[[int, int], object] = lambda done, of: None) -> int:
    """Renders every fragment again and says how many differ; `progress` hears how many of all are done.

    If any does, the revision of every territory rises: their readers must fetch anew.
    """
    different = fragments.rebuild(now, progress)
    if different:
        db.session.execute(
            update(Territory)
            .values(revision=Territory.revision + 1, revised_at=revisions.later(now))
            .execution_options(synchronize_session=False)
        )
    return different
