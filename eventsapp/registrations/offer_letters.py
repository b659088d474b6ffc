"""What somebody is told of a place that came free and that they must say yes to.

The letter and the calls of an offer have a thread of their own: news of the event takes the place of other
calls to the same person, but not of this question. The question takes the place of what was still to be said:
it tells how things stand. By its thread the job that starts the delay finds it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from eventsapp import languages
from eventsapp.clock import PARIS
from eventsapp.invitations import promises
from eventsapp.mailroom import outbox
from eventsapp.mailroom.models import Channel
from eventsapp.people.readers import first_means
from eventsapp.registrations import answering, writing
from eventsapp.registrations.models import Registration

OFFERED = "registrations/offered"


def thread_of(registration: Registration) -> str:
    """The thread of every offer to this party."""
    return outbox.thread_of("offer", registration.id)


def threads_of(registration: Registration) -> tuple[str, str]:
    """The same, and the thread of what leaves the quickest way besides."""
    thread = thread_of(registration)
    return thread, outbox.quick_thread(thread)


def offered(registration: Registration, *, now: datetime) -> None:
    """A place for you, if you say yes; by the hour that is said, or later where the letter left later.

    Two days before, it leaves the quickest way: the delay runs from the first that reaches them.
    """
    event = registration.event
    hours = event.entry.answer_hours or answering.CHOICES[0]
    _nothing_older(registration, now)
    until = answering.deadline(hours, event.starts_at, now)
    writing.post(
        "offered",
        registration,
        now,
        link_token=writing.new_link(registration, now),
        thread=thread_of(registration),
        until=until,
        weekday=languages.weekday_names(languages.known(registration.contact.language))[
            until.astimezone(PARIS).weekday()
        ],
        hours=max(1, round((until - now) / timedelta(hours=1))),
        again=registration.lapses > 0,
        urgent=writing.is_near(registration, now),
    )


def taken(registration: Registration, *, now: datetime) -> None:
    """You said yes; with the invitation."""
    no_more_calls(registration, now)
    if first_means(registration.contact) not in {None, Channel.CALL}:  # others have just said it themselves
        promise = writing.promise_of(promises.request, registration, now=now)
        link_token = writing.new_link(registration, now)
        writing.post("offer_taken", registration, now, promise=promise, link_token=link_token)


def declined(registration: Registration, *, now: datetime) -> None:
    """You said no."""
    no_more_calls(registration, now)
    _nothing_older(registration, now)
    if first_means(registration.contact) not in {None, Channel.CALL}:
        writing.post("offer_declined", registration, now)


def lapsed(registration: Registration, *, rank: int, now: datetime) -> None:
    """You did not answer: you wait again, at this rank."""
    no_more_calls(registration, now)
    link_token = writing.new_link(registration, now)
    writing.post("offer_lapsed", registration, now, link_token=link_token, rank=rank)


def given_up(registration: Registration, *, now: datetime) -> None:
    """You did not answer twice: you are off the list."""
    no_more_calls(registration, now)
    _nothing_older(registration, now)
    writing.post("offer_given_up", registration, now)


def no_more_calls(registration: Registration, now: datetime) -> None:
    """Nobody is called any more with this offer: it is settled."""
    outbox.drop_calls(*threads_of(registration), now=now)


def _nothing_older(registration: Registration, now: datetime) -> None:
    """Nobody calls any more to say that they wait, or that the hour is another."""
    thread, name = writing.thread_of(registration), registration.contact.first_name
    outbox.drop_calls(thread, outbox.quick_thread(thread), reader_name=name, now=now)
