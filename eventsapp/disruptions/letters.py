"""What hosts and places are told of a change of several sessions: one letter or call each.

Families are told by `registrations.following`, through the agenda's listeners. Of a sensitive session
letters say the day only, as those of families do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale, gettext

from eventsapp.clock import day_of
from eventsapp.convening import inviting
from eventsapp.disruptions.changes import Change
from eventsapp.disruptions.staff import StaffReader
from eventsapp.languages import DEFAULT, hour_range, known, long_day
from eventsapp.mailroom import outbox
from eventsapp.mailroom.models import Letter
from eventsapp.mailroom.outbox import OutgoingLetter, Sender
from eventsapp.places.models import Territory
from eventsapp.places.wording import agenda_name
from eventsapp.settings import setting


@dataclass(frozen=True)
class Told:
    """One session in a letter: which it was, and what becomes of it, in the reader's words."""

    what: str
    was: str
    becomes: str


def changed(
    to: StaffReader, territory: Territory, *, reason: str, batch_id: int | None = None, now: datetime
) -> Letter | None:
    """Some sessions that concern you change; of a school Saturday alone, the calendar is told with it, and
    they are asked again whether they come."""
    with force_locale((known(to.reader.language) or DEFAULT).locale):
        lines = [told(change) for change in to.changes]
    last = max(max(one.before.ends_at, one.ends) for one in to.changes)
    # Of several, a calendar is told date by date: one message speaks of one (RULES Q10).
    event = to.changes[0].event if len(to.changes) == 1 else None
    enclosed = inviting.enclosed_for(event, to.reader, now=now) if event else inviting.Enclosed()
    promise, question = enclosed.promise, enclosed.question
    address = promise.organizer.address if promise else setting("MAIL_DEFAULT_SENDER")
    return outbox.post(
        OutgoingLetter(
            kind="disruptions/changed",
            reader=to.reader,
            sender=Sender(name=agenda_name(territory, to.reader.language), address=address),
            context={
                "name": to.reader.name,
                "about": to.name,
                "lines": lines,
                "reason": reason,
                "question": question,
            },
            holds_private_link=bool(question and question.answer_here),
            thread=outbox.thread_of(event.id, to.reader.email or "") if event and promise else "",
            calendar=promise.calendar if promise else None,
            method=promise.method if promise else None,
            territory_id=territory.id,
            useless_after=last,
        ),
        now=now,
    )


def told(change: Change) -> Told:
    """One session, said in the present locale."""
    return Told(what=title_of(change), was=when_and_where_before(change), becomes=becomes(change))


def title_of(change: Change) -> str:
    """What it is called where strangers may read: nothing of a sensitive one."""
    if change.event.activity.action.is_sensitive:
        return gettext("Un rendez-vous")
    return change.event.title


def when_and_where_before(change: Change) -> str:
    """« samedi 28 novembre, de 9 h 30 à 11 h 30, École Curial »."""
    before = change.before
    return f"{_when(before.starts_at, before.ends_at)}, {before.venue.name}"


def becomes(change: Change) -> str:
    """What becomes of it, in a sentence."""
    if change.cancels:
        return gettext("Annulé.")
    said = [gettext("A lieu, finalement.")] if change.restores else []
    if change.moves or change.changes_room:
        where = change.place.name + (f", {change.room}" if change.room else "")
        when = _when(change.begins, change.ends)
        said.append(gettext("Devient : %(when)s, %(where)s.", when=when, where=where))
    if change.host is not None and change.changes_host:
        said.append(gettext("Tenu par %(host)s.", host=change.host.name))
    if change.topic is not None and change.changes_topic:
        said.append(gettext("On y parle de : %(topic)s.", topic=change.topic.name))
    return " ".join(said)


def _when(starts_at: datetime, ends_at: datetime) -> str:
    return f"{long_day(day_of(starts_at))}, {hour_range(starts_at, ends_at)}"
