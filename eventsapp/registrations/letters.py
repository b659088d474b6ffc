"""What registered people are told, each in their language; templates/mail/registrations/.

Every function posts one letter in the current transaction. Seats come with an invitation for the
calendar (REQUEST), their end with a CANCEL; a waiting list never touches a calendar. Subjects say
the day only: mails are read on shared screens, and some actions are nobody else's business. What changes
less than 48 hours before is told by the quickest means (`mailroom.means`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from eventsapp.agenda.entries import where_of
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.invitations.promises import Promise
from eventsapp.mailroom import outbox, rendering
from eventsapp.mailroom.models import Channel
from eventsapp.mailroom.outbox import Reader
from eventsapp.mailroom.rendering import Rendered
from eventsapp.people.readers import first_means
from eventsapp.places.models import Venue
from eventsapp.registrations import listings, writing
from eventsapp.registrations.models import Registration, RegistrationStatus


def confirmed(registration: Registration, link_token: str, *, now: datetime) -> None:
    """You are registered; with the invitation."""
    promise = writing.promise_of(promises.request, registration, now=now)
    writing.post("confirmed", registration, now, promise=promise, link_token=link_token)


def waiting(registration: Registration, link_token: str, *, rank: int, now: datetime) -> None:
    """You are on the waiting list, at this rank; nothing for the calendar yet."""
    writing.post("waiting", registration, now, link_token=link_token, rank=rank)


def promoted(registration: Registration, *, now: datetime) -> None:
    """A place for you after all; with the invitation."""
    promise = writing.promise_of(promises.request, registration, now=now)
    writing.post(
        "promoted",
        registration,
        now,
        promise=promise,
        link_token=writing.new_link(registration, now),
        urgent=writing.is_near(registration, now),
    )


def standing_near(registration: Registration, *, now: datetime) -> None:
    """A date of those they come to every time is near; with the invitation that its list did not hold."""
    promise = writing.promise_of(promises.request, registration, now=now)
    writing.post(
        "standing_near", registration, now, promise=promise, link_token=writing.new_link(registration, now)
    )


def withdrawn(registration: Registration, *, was_seated: bool, now: datetime) -> None:
    """You no longer come; the date leaves the calendar, unless another family of this mailbox comes."""
    address = registration.contact.email
    if first_means(registration.contact) in {None, Channel.CALL}:
        # They cancelled on their own page and saw it there; nobody calls to say so.
        thread = writing.thread_of(registration)
        outbox.drop_calls(thread, outbox.quick_thread(thread), now=now)
        if was_seated:
            _leave_former_calendar("withdrawn", registration, now, was_seated=True)
        return
    keeps_date = bool(was_seated and address and listings.is_seated_elsewhere(registration, address))
    promise = (
        None if keeps_date or not was_seated else writing.promise_of(promises.cancel, registration, now=now)
    )
    # It says the same whether the date stays: whoever typed somebody else's address reads it in their data.
    writing.post("withdrawn", registration, now, promise=promise, was_seated=was_seated)
    if was_seated and promise is None and not keeps_date:
        _leave_former_calendar("withdrawn", registration, now, was_seated=True)


def rescheduled(registration: Registration, *, with_calendar: bool, now: datetime) -> None:
    """Another hour, place or room; it says what they were told before."""
    promise = writing.promise_of(promises.request, registration, now=now) if with_calendar else None
    _post_about_event("rescheduled", registration, now, promise, linked=True, **_before(registration))


def called_off(registration: Registration, *, with_calendar: bool, now: datetime) -> None:
    """It does not take place, at the hour and the place that they know: another that it was given a moment
    before it was cancelled means nothing to them."""
    promise = writing.promise_of(promises.cancel, registration, now=now) if with_calendar else None
    _post_about_event("called_off", registration, now, promise, linked=False, **_as_known(registration))
    if with_calendar and promise is None:
        _leave_former_calendar("called_off", registration, now, waits=False, **_as_known(registration))


def restored(registration: Registration, *, with_calendar: bool, now: datetime) -> None:
    """It takes place after all."""
    promise = writing.promise_of(promises.request, registration, now=now) if with_calendar else None
    _post_about_event("restored", registration, now, promise, linked=True)


def party_changed(registration: Registration, *, by_desk: bool = True, now: datetime) -> None:
    """Their desk changed who comes, or they did. Whoever has no mailbox asked for it on the phone, or saw it
    on their own page: nobody calls."""
    if first_means(registration.contact) not in {None, Channel.CALL}:
        waits = registration.status is RegistrationStatus.WAITING
        link_token = writing.new_link(registration, now)
        writing.post("party_changed", registration, now, link_token=link_token, waits=waits, by_desk=by_desk)


def message(registration: Registration, said: str, *, number: int, now: datetime) -> Channel | None:
    """What the desk of the event writes, as it was typed; how it travels. `number`: of the message.

    A call of its own: it takes the place of none, for "it is cancelled" is still to be said.
    """
    by_call = first_means(registration.contact) is Channel.CALL
    thread = outbox.thread_of("message", number, registration.id) if by_call else None
    letter = writing.post(
        "message", registration, now, thread=thread, replaces=False, **_said(registration.event, said)
    )
    return letter.channel if letter else None


def message_preview(registration: Registration, said: str) -> Rendered:
    """The letter that `message` would post, without posting it."""
    contact, context = (
        registration.contact,
        writing.context_of(registration, None, **_said(registration.event, said)),
    )
    return rendering.written(
        "registrations/message",
        first_means(contact) or Channel.MAIL,
        contact.language,
        is_shared=contact.phone_is_shared,
        **context,
    )


def _said(event: Event, said: str) -> dict[str, Any]:
    """The words, and who says them; of a sensitive event the host's name may tell what it is about."""
    named = event.host is not None and not event.activity.action.is_sensitive
    return {"words": said, "host": event.host.name if event.host and named else ""}


def topic_changed(registration: Registration, topic: str, *, now: datetime) -> None:
    """Something else is talked about; calendars keep their date. A sensitive topic stays unsaid."""
    neutral = registration.event.activity.action.is_sensitive
    waits = registration.status is RegistrationStatus.WAITING
    link_token = writing.new_link(registration, now)
    writing.post(
        "topic_changed",
        registration,
        now,
        link_token=link_token,
        waits=waits,
        urgent=writing.is_near(registration, now),
        topic="" if neutral else topic,
    )


def reminder(registration: Registration, *, is_outdated: bool = False, now: datetime) -> None:
    """In two days; nothing new. `is_outdated`: but their calendar has not the title or the words of today,
    for which alone nobody is written to; it gets them now (a minor update, RULES Q2)."""
    promise = writing.promise_of(promises.request, registration, now=now) if is_outdated else None
    link_token = writing.new_link(registration, now)
    writing.post("reminder", registration, now, promise=promise, link_token=link_token, replaces=False)


def calendar_again(registration: Registration, *, now: datetime) -> bool:
    """Here is your date for your calendar, as it stands: after another mailbox, after a silence, or when a
    calendar asks for it (REFRESH, RULES I13). By mail alone; False, and nothing, for who is not invited by
    mail."""
    promise = writing.promise_of(promises.request, registration, now=now)
    if promise is None:
        return False
    contact = registration.contact
    writing.post(
        "calendar_again",
        registration,
        now,
        promise=promise,
        link_token=writing.new_link(registration, now),
        reader=Reader(name=contact.first_name, language=contact.language, email=contact.email),
        replaces=False,
    )
    return True


def left_mailbox(registration: Registration, former: str, *, now: datetime) -> None:
    """To a mailbox that is no longer theirs: the date leaves its calendar, they are still registered. Nothing
    where no date stands in it, or another family of that mailbox comes."""
    contact = registration.contact
    if listings.is_seated_elsewhere(registration, former):
        return
    promise = writing.promise_of(promises.cancel, registration, at=former, now=now)
    if promise is not None:
        writing.post(
            "left_mailbox",
            registration,
            now,
            promise=promise,
            thread=outbox.thread_of(registration.event_id, former),
            reader=Reader(name=contact.first_name, language=contact.language, email=former),
            replaces=False,
        )


def _leave_former_calendar(letter: str, registration: Registration, now: datetime, **more: Any) -> None:
    """The same by mail to the calendar that was once invited, if it still holds the date and they did not
    ask for silence: a CANCEL goes where the REQUEST went."""
    contact = registration.contact
    if contact.wants_no_messages or not contact.email:
        return
    address = writing.former_mailbox(registration)
    if address is None:
        return
    writing.post(
        letter,
        registration,
        now,
        promise=writing.promise_of(promises.cancel, registration, at=address, now=now),
        thread=outbox.thread_of(registration.event_id, address),
        reader=Reader(name=contact.first_name, language=contact.language, email=address),
        replaces=False,
        **more,
    )


def _post_about_event(
    letter: str,
    registration: Registration,
    now: datetime,
    promise: Promise | None,
    *,
    linked: bool,
    **more: Any,
) -> None:
    writing.post(
        letter,
        registration,
        now,
        promise=promise,
        link_token=writing.new_link(registration, now) if linked else None,
        waits=registration.status is RegistrationStatus.WAITING,
        urgent=writing.is_near(registration, now),
        **more,
    )


def _as_known(registration: Registration) -> dict[str, Any]:
    """When and where, as they were last told."""
    event, told = registration.event, registration.told
    if told.venue_id == event.venue_id:
        return {"when": told}
    venue = db.session.get_one(Venue, told.venue_id)
    return {
        "when": told,
        **where_of(venue, neutral=event.activity.action.is_sensitive),
        "room": "",
        "door": venue.door,
        "access": venue.access,
    }


def _before(registration: Registration) -> dict[str, Any]:
    """The hours and the place they know, where they are no longer those."""
    event, told = registration.event, registration.told
    same_hours = (told.starts_at, told.ends_at) == (event.starts_at, event.ends_at)
    venue = None if told.venue_id == event.venue_id else db.session.get(Venue, told.venue_id)
    neutral = event.activity.action.is_sensitive
    place = "" if venue is None else where_of(venue, neutral=neutral)["place"]
    return {"was": None if same_hours else told, "was_at": place}
