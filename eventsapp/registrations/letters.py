"""What registered people are told, each in their language; templates/mail/registrations/.

Every function posts one letter in the current transaction. Seats come with an invitation for the
calendar (REQUEST), their end with a CANCEL; a waiting list never touches a calendar. Subjects say
the day only: mails are read on shared screens, and some actions are nobody else's business.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import force_locale, gettext

from eventsapp.agenda.entries import address_of
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.invitations.promises import Promise
from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox, rendering
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.mailroom.rendering import Rendered
from eventsapp.people import households
from eventsapp.people.models import Person
from eventsapp.places.models import Venue
from eventsapp.registrations import listings
from eventsapp.registrations.models import Registration, RegistrationStatus
from eventsapp.settings import setting


def confirmed(registration: Registration, link_token: str, *, now: datetime) -> None:
    """You are registered; with the invitation."""
    promise = _promise(promises.request, registration, changed=False, now=now)
    _post("confirmed", registration, now, promise=promise, link_token=link_token)


def waiting(registration: Registration, link_token: str, *, rank: int, now: datetime) -> None:
    """You are on the waiting list, at this rank; nothing for the calendar yet."""
    _post("waiting", registration, now, link_token=link_token, rank=rank)


def promoted(registration: Registration, *, now: datetime) -> None:
    """A place for you after all; with the invitation."""
    promise = _promise(promises.request, registration, changed=False, now=now)
    _post("promoted", registration, now, promise=promise, link_token=_new_link(registration, now))


def withdrawn(registration: Registration, *, was_seated: bool, now: datetime) -> None:
    """You no longer come; the date leaves the calendar, unless another family of this mailbox comes."""
    address = registration.contact.email
    if not address:
        # They cancelled on their own page and saw it there; nobody calls to say so.
        outbox.drop_calls(_thread(registration), now=now)
        return
    keeps_date = bool(was_seated and listings.is_seated_elsewhere(registration, address))
    promise = None if keeps_date or not was_seated else _promise(promises.cancel, registration, now=now)
    _post("withdrawn", registration, now, promise=promise, was_seated=was_seated, keeps_date=keeps_date)


def rescheduled(registration: Registration, *, with_calendar: bool, now: datetime) -> None:
    """Another hour, place or room; it says what they were told before."""
    promise = _promise(promises.request, registration, changed=True, now=now) if with_calendar else None
    _post_about_event("rescheduled", registration, now, promise, linked=True, **_before(registration))


def called_off(registration: Registration, *, with_calendar: bool, now: datetime) -> None:
    """It does not take place."""
    promise = _promise(promises.cancel, registration, now=now) if with_calendar else None
    _post_about_event("called_off", registration, now, promise, linked=False)


def restored(registration: Registration, *, with_calendar: bool, now: datetime) -> None:
    """It takes place after all."""
    promise = _promise(promises.request, registration, changed=True, now=now) if with_calendar else None
    _post_about_event("restored", registration, now, promise, linked=True)


def party_changed(registration: Registration, *, now: datetime) -> None:
    """Their desk changed how many come. Whoever has no mailbox asked for it on the phone: nobody calls."""
    if registration.contact.email:
        waits = registration.status is RegistrationStatus.WAITING
        _post("party_changed", registration, now, link_token=_new_link(registration, now), waits=waits)


def message(registration: Registration, said: str, *, number: int, now: datetime) -> Channel:
    """What the desk of the event writes, as it was typed; how it travels. `number`: of the message.

    A call of its own: it takes the place of none, for "it is cancelled" is still to be said.
    """
    by_call = not registration.contact.email
    thread = outbox.thread_of("message", number, registration.id) if by_call else None
    return _post("message", registration, now, thread=thread, **_said(registration.event, said)).channel


def message_preview(registration: Registration, said: str) -> Rendered:
    """The letter that `message` would post, without posting it."""
    context = _context(registration, None, **_said(registration.event, said))
    write = rendering.render if registration.contact.email else rendering.render_call
    return write("registrations/message", registration.contact.language, **context)


def _said(event: Event, said: str) -> dict[str, Any]:
    """The words, and who says them; of a sensitive event the host's name may tell what it is about."""
    named = event.host is not None and not event.activity.action.is_sensitive
    return {"words": said, "host": event.host.name if event.host and named else ""}


def topic_changed(registration: Registration, topic: str, *, now: datetime) -> None:
    """Something else is talked about; calendars keep their date. A sensitive topic stays unsaid."""
    neutral = registration.event.activity.action.is_sensitive
    waits = registration.status is RegistrationStatus.WAITING
    link_token = _new_link(registration, now)
    _post(
        "topic_changed",
        registration,
        now,
        link_token=link_token,
        waits=waits,
        topic="" if neutral else topic,
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
    _post(
        letter,
        registration,
        now,
        promise=promise,
        link_token=_new_link(registration, now) if linked else None,
        waits=registration.status is RegistrationStatus.WAITING,
        **more,
    )


def _post(
    letter: str,
    registration: Registration,
    now: datetime,
    *,
    promise: Promise | None = None,
    link_token: str | None = None,
    thread: str | None = None,
    **more: Any,
) -> Letter:
    event, contact = registration.event, registration.contact
    address = promise.organizer.address if promise else setting("MAIL_DEFAULT_SENDER")
    return outbox.post(
        OutgoingLetter(
            kind=f"registrations/{letter}",
            reader=_reader(contact),
            sender=Sender(name=_organizer_name(event, contact.language), address=address),
            context=_context(registration, link_token, **more),
            thread=thread or _thread(registration),
            territory_id=event.territory_id,
            calendar=promise.calendar if promise else None,
            method=promise.method if promise else None,
            holds_private_link=link_token is not None,
            useless_after=event.ends_at,
        ),
        now=now,
    )


def _context(registration: Registration, link_token: str | None, **more: Any) -> dict[str, Any]:
    contact = registration.contact
    return {
        "first_name": contact.first_name,
        "agenda_name": _organizer_name(registration.event, contact.language),
        "seats": registration.seats,
        "was": None,
        "was_at": "",
        "link": households.link_address(link_token) if link_token else "",
        **_facts(registration.event),
        **more,
    }


def _facts(event: Event) -> dict[str, Any]:
    """What every letter says of the event; of a sensitive one neither its title nor its place's name."""
    venue, neutral = event.venue, event.activity.action.is_sensitive
    return {
        "event": event,
        "title": "" if neutral else event.title,
        "place": venue.full_address if neutral else venue.name,
        "street": "" if neutral else venue.full_address,
        "room": event.room,
        "door": event.door or venue.door,
        "access": event.access or venue.access,
        "reason": event.cancel_reason,
        "page": address_of(event),
        "agenda": f"{setting('PUBLIC_URL')}/{event.territory.slug}/",
    }


def _before(registration: Registration) -> dict[str, Any]:
    """The hours and the place they know, where they are no longer those."""
    event, told = registration.event, registration.told
    same_hours = (told.starts_at, told.ends_at) == (event.starts_at, event.ends_at)
    venue = None if told.venue_id == event.venue_id else db.session.get(Venue, told.venue_id)
    neutral = event.activity.action.is_sensitive
    place = "" if venue is None else venue.full_address if neutral else venue.name
    return {"was": None if same_hours else told, "was_at": place}


def _thread(registration: Registration) -> str:
    """One thread for each mailbox, whose calendar must hear things in order; one for each call."""
    address = registration.contact.email
    return outbox.thread_of(registration.event_id, address or f"registration {registration.id}")


def _reader(contact: Person) -> Reader:
    return Reader(
        name=contact.first_name, language=contact.language, email=contact.email, phone=contact.phone_e164
    )


def _new_link(registration: Registration, now: datetime) -> str | None:
    """A link of its own for each letter; a professional has none, nor has somebody we call."""
    if registration.household is None or not registration.contact.email:
        return None
    return households.new_link(registration.household, now=now)


def _promise(
    tell: Callable[..., Promise | None], registration: Registration, *, now: datetime, **more: bool
) -> Promise | None:
    """What their calendar is told, by `promises.request` or `promises.cancel`; nothing without e-mail."""
    contact = registration.contact
    if not contact.email:
        return None
    return tell(
        registration.event,
        address=contact.email,
        name=contact.first_name,
        organizer_name=_organizer_name(registration.event, contact.language),
        language=contact.language,
        now=now,
        **more,
    )


def _organizer_name(event: Event, language: str) -> str:
    with force_locale((known(language) or DEFAULT).locale):
        return gettext("L’agenda du %(territory)s", territory=event.territory.ordinal)
