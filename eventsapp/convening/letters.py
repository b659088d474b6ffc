"""What hosts and places of school Saturdays read beside the invitation; templates/mail/convening/."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventsapp.agenda.entries import where_of
from eventsapp.agenda.models import Event
from eventsapp.convening import links
from eventsapp.convening.asked import Asked
from eventsapp.database import db
from eventsapp.invitations.models import Capacity
from eventsapp.invitations.promises import Promise, Told
from eventsapp.mailroom import mailbox, outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.places.models import Venue
from eventsapp.places.wording import agenda_name
from eventsapp.settings import setting


class Why(enum.StrEnum):
    """What an invitation has to say."""

    NEW = "nouvelle"
    CHANGED = "autre_date"
    REWORDED = "autres_mots"
    AGAIN = "redemandee"
    """Nothing: their calendar has lost it."""
    ANSWERED_FORMER = "reponse_d_avant"
    """They answered to what it was before."""


@dataclass(frozen=True)
class Question:
    """« Venez-vous ? », and how to answer: templates/mail/convening/question.{txt,html}, in any letter."""

    answer_here: str
    """The private link of who holds it; "" for who keeps the place: they answer « Cette date vous
    convient ? » on its page."""
    ask_again: str
    """Where a place asks for another link to its page."""
    answers_are_read: bool
    """Whether their calendar’s answer arrives, too."""


def question_to(one: Asked, event: Event) -> Question:
    """What is asked of somebody whose invitation is written (`promises.request`); a letter that bears it
    holds a private link where `answer_here` is one."""
    is_host = one.capacity is Capacity.HOST
    return Question(
        answer_here=links.address_for(event, one.reader.email or "") if is_host else "",
        ask_again=f"{setting('PUBLIC_URL')}/ecole",
        answers_are_read=mailbox.is_set_up(),
    )


def asked(event: Event, one: Asked, promise: Promise, *, why: Why, now: datetime) -> None:
    """You are expected that day; or this is how it stands now."""
    question = question_to(one, event)
    context: dict[str, Any] = {
        "why": why,
        "office": one.office,
        "question": question,
        "door": event.door or event.venue.door,
    }
    _post("asked", event, one.reader, promise, context, now, is_private=bool(question.answer_here))


def released(event: Event, reader: Reader, promise: Promise, *, told: Told | None, now: datetime) -> None:
    """That date leaves your calendar: it is called off, or somebody else is expected. It is named as they
    know it: of another hour or place, which came with that, they may not have heard."""
    context: dict[str, Any] = {"reason": event.cancel_reason}
    if told is not None:
        context["when"] = told
    if told is not None and told.venue_id != event.venue_id:
        venue = db.session.get(Venue, told.venue_id) or event.venue
        context |= where_of(venue, neutral=event.activity.action.is_sensitive) | {"room": ""}
    _post("released", event, reader, promise, context, now)


def _post(
    letter: str,
    event: Event,
    reader: Reader,
    promise: Promise,
    context: dict[str, Any],
    now: datetime,
    *,
    is_private: bool = False,
) -> None:
    sender, neutral = agenda_name(event.territory, reader.language), event.activity.action.is_sensitive
    outbox.post(
        OutgoingLetter(
            kind=f"convening/{letter}",
            reader=Reader(name=reader.name, language=reader.language, email=reader.email),
            sender=Sender(name=sender, address=promise.organizer.address),
            context={
                "name": reader.name,
                "agenda_name": sender,
                "event": event,
                "when": event,
                "title": "" if neutral else event.title,
                "room": event.room,
                **where_of(event.venue, neutral=neutral),
                **context,
            },
            holds_private_link=is_private,
            thread=outbox.thread_of(event.id, reader.email or ""),
            territory_id=event.territory_id,
            calendar=promise.calendar,
            method=promise.method,
            useless_after=event.starts_at,
            replaces=False,
        ),
        now=now,
    )
