"""A calendar proposes another hour (COUNTER): shown to a human, who refuses or accepts it; never applied
(I12)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from eventsapp import journal
from eventsapp.access import readers
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.answers import registering
from eventsapp.answers.replies import NOT_INVITED, OVER, Verdict
from eventsapp.clock import PARIS
from eventsapp.database import db
from eventsapp.ical.answer import Answer
from eventsapp.invitations import promises
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.invitations.models import Invitation, Method
from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.people import contacts
from eventsapp.places.wording import agenda_name
from eventsapp.refusals import Conflict, msgid
from eventsapp.registrations import listings

LONGEST_WORDS = 300
PROPOSED_BEFORE = "propose_avant_le_changement"
"""It was written to an hour or place that is another one by now."""


class AlreadyHandled(Conflict):
    """Somebody else was quicker."""

    sentence = msgid("Quelqu’un s’en est déjà occupé.")


class NothingProposed(Conflict):
    """It says no hour that can be taken over."""

    sentence = msgid("Cette proposition ne dit pas d’heure. Déplacez le rendez-vous vous-même.")


def keep(row: IncomingMail, answer: Answer, invitation: Invitation, *, now: datetime) -> Verdict:
    """The proposal waits for somebody of the desk; nothing else changes."""
    event, row.kind = invitation.event, MailKind.COUNTER
    if invitation.method is Method.CANCEL or event.is_cancelled:
        return Verdict(MailState.IGNORED, NOT_INVITED)
    if event.ends_at <= now:
        return Verdict(MailState.IGNORED, OVER)
    starts_at = _instant(answer.starts_at, event.starts_at)
    if starts_at is not None:
        ends_at = _instant(answer.ends_at, event.ends_at) or starts_at + (event.ends_at - event.starts_at)
        if timedelta() < ends_at - starts_at <= timedelta(days=1):
            row.proposed_at, row.proposed_until = starts_at, ends_at
    problem = PROPOSED_BEFORE if answer.sequence < invitation.sequence else ""  # I8
    return Verdict(MailState.TO_READ, problem, listings.at_mailbox(event, invitation.address))


def refuse(row: IncomingMail, words: str, *, actor: str, now: datetime) -> None:
    """« Non »: their calendar hears of it (DECLINECOUNTER, RFC 5546 section 3.2.8), with some words.

    Raises AlreadyHandled, TooLong, Unwritable.
    """
    invitation = _open(row)
    said = contacts.text(words, field="words", longest=LONGEST_WORDS)
    registering.settle(row, MailState.REFUSED, actor=actor, now=now)
    if invitation is not None and invitation.method is Method.REQUEST:
        _tell_refused(row, invitation, said, now)
    journal.note(actor, "refused", row, now=now, territory_id=row.territory_id, event=row.event_id)


def accept(row: IncomingMail, *, actor: str, now: datetime) -> None:
    """« Oui »: the event moves, for everybody, as from its own desk; each is sent the new hour.

    Raises AlreadyHandled, NothingProposed, and what `scheduling.reschedule` raises.
    """
    _open(row)
    if row.event is None or row.proposed_at is None:
        raise NothingProposed()
    scheduling.reschedule(
        row.event, starts_at=row.proposed_at, ends_at=row.proposed_until, actor=actor, now=now
    )
    registering.settle(row, MailState.ACCEPTED, actor=actor, now=now)
    journal.note(actor, "accepted", row, now=now, territory_id=row.territory_id, event=row.event_id)


def _open(row: IncomingMail) -> Invitation | None:
    db.session.refresh(row, ["state"], with_for_update=True)
    if row.state is not MailState.TO_READ:
        raise AlreadyHandled()
    return row.invitation


def _tell_refused(row: IncomingMail, invitation: Invitation, said: str, now: datetime) -> None:
    event: Event = invitation.event
    registrations = listings.at_mailbox(event, invitation.address)
    language = registrations[0].contact.language if registrations else readers.language_at(invitation.address)
    agenda = agenda_name(event.territory, language)
    promise = promises.decline_counter(invitation, organizer_name=agenda, comment=said, now=now)
    neutral = event.activity.action.is_sensitive
    outbox.post(
        OutgoingLetter(
            kind="answers/other_date_refused",
            reader=Reader(name=invitation.name, language=language, email=invitation.address),
            sender=Sender(name=agenda, address=promise.organizer.address),
            context={
                "name": invitation.name,
                "agenda_name": agenda,
                "event": event,
                "title": "" if neutral else event.title,
                "said": said,
            },
            thread=outbox.thread_of(event.id, invitation.address),
            territory_id=event.territory_id,
            about=row.about,
            calendar=promise.calendar,
            method=promise.method,
            useless_after=event.ends_at,
        ),
        now=now,
    )


def _instant(said: datetime | date | None, usual: datetime) -> datetime | None:
    """An instant; of a day alone, at the hour that the event has."""
    if said is None or isinstance(said, datetime):
        return said
    clock: time = usual.astimezone(PARIS).time()
    return datetime.combine(said, clock, PARIS)
