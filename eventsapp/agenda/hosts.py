"""Who holds an event, and about what: changed when somebody cannot come."""

from __future__ import annotations

from datetime import datetime

from eventsapp import journal
from eventsapp.agenda.models import Event, Topic
from eventsapp.agenda.revisions import changed, lock
from eventsapp.agenda.scheduling import refuse_settled
from eventsapp.people.models import Organisation


def rehost(
    event: Event, host: Organisation | None, topic: Topic | None, *, actor: str, now: datetime
) -> bool:
    """Another organisation holds it, or something else is talked about; False when nothing changes.

    Hour and place stay, so calendars keep their date: feeds and the page show it, and nobody's invitation
    is sent again. The caller tells hosts, and families when the topic is another.
    Raises EventIsPast, EventIsCancelled.
    """
    lock(event)
    refuse_settled(event, now)
    if (host, topic) == (event.host, event.topic):
        return False
    before = [event.host_id, event.topic_id]
    journal.note(actor, "rehosted", event, now=now, territory_id=event.territory_id, before=before)
    event.host, event.topic = host, topic
    changed(event, now, sequence=False)
    return True
