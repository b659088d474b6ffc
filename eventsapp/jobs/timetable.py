"""Every recurring job, on one page.

Each is a plain function of its turn and may run again at any time, in any number of workers at
once: the truth is in tables, taken row by row. It commits by itself where it has more than one
step; `jobs.door` commits the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog

from eventsapp import attempts
from eventsapp.access import day_links, joining, offers
from eventsapp.agenda import notices, telling
from eventsapp.answers import forgetting as forgetting_answers
from eventsapp.answers import receiving
from eventsapp.convening import inviting
from eventsapp.database import begin_writing, db
from eventsapp.directory import contacts, importing
from eventsapp.disruptions import doing
from eventsapp.feeds import private_links
from eventsapp.hosting import gate, links
from eventsapp.imports import sources
from eventsapp.indicators import families
from eventsapp.invitations import forgetting as invitations
from eventsapp.jobs import import_rounds
from eventsapp.jobs.door import Turn, one_by_one
from eventsapp.jobs.queued_work import run_next
from eventsapp.jobs.reading import Reader
from eventsapp.mailroom import escalation, readings, rounds
from eventsapp.media import keeping
from eventsapp.newsletter import forgetting as newsletters
from eventsapp.newsletter import issuing
from eventsapp.people import (
    accounts,
    household_browsers,
    household_codes,
    partner_requests,
    passkey_challenges,
    sign_ins,
)
from eventsapp.proposals import submitting
from eventsapp.registrations import enrolments, leaving, messages, referrals, reminders, standing_letters
from eventsapp.registrations import offers as offered
from eventsapp.registrations import standing_dates as dates
from eventsapp.retention import forgetting
from eventsapp.tasks import heartbeats, queue

log = structlog.get_logger("eventsapp.job")

ANSWERS = "answers"
"""The job that reads the mailbox: what comes there has it run at once (`jobs.listening`)."""

LETTERS_AT_ONCE = 5
"""Letters between two looks at whether the worker should end: it ends within a few seconds."""


def deliver_letters(turn: Turn) -> str:
    """Delivers what is due, until nothing is, the mail server or the gateway is away, or the worker ends."""
    sent = deferred = failed = 0
    while True:
        done = rounds.deliver_due(turn.now, limit=LETTERS_AT_ONCE)
        sent, deferred, failed = sent + done.sent, deferred + done.deferred, failed + done.failed
        idle = not (done.sent or done.deferred or done.failed)
        if idle or done.server_away or turn.is_ending():
            break
    return f"{sent} sent, {deferred} later, {failed} failed" if sent or deferred or failed else ""


def tell_changes(turn: Turn) -> str:
    """Tells people of changes that have stood for UNDO_MINUTES, one event and one commit at a time.

    An event whose telling fails is logged and waits for the next turn; the others are told.
    """
    told = one_by_one(telling.due(turn.now), telling.tell, turn, "event")
    return f"{told} events told" if told else ""


def tell_hosts_and_places(turn: Turn) -> str:
    """Tells hosts and places of sessions that one gesture changed, once its window is over: one gesture and
    one commit at a time, and one that fails holds up no other."""
    told = one_by_one(doing.due(turn.now), doing.tell, turn, "gesture")
    return f"{told} gestures told" if told else ""


def invite_hosts(turn: Turn) -> str:
    """Tells the calendars of hosts and places of school Saturdays what they do not know, one event and one
    commit at a time."""
    invited = one_by_one(inviting.due(turn.now), inviting.settle, turn, "invitation of hosts")
    return f"hosts of {invited} events invited" if invited else ""


def settle_offers(turn: Turn) -> str:
    """Starts the time to answer of places offered; what nobody took goes to the next. A commit an event."""
    settled = one_by_one(offered.due(turn.now), offered.settle, turn, "event")
    return f"{settled} offers settled" if settled else ""


ENTERED_AT_ONCE = 50
"""Standing sign-ups registered to one event in one transaction, which holds that event as long."""


def enter_standing(turn: Turn) -> str:
    """Registers those who come to every date to the dates they lack, then tells them: one letter each.

    One event, some sign-ups and one commit at a time; what fails is logged and holds up nothing else.
    """

    def enter(event_id: int, now: datetime) -> bool:
        return dates.enter_due(event_id, now, most=ENTERED_AT_ONCE) == ENTERED_AT_ONCE

    entered = 0
    for event_id in dates.due(turn.now):
        while one_by_one([event_id], enter, turn, "event"):  # as long as a full handful was entered
            pass
        entered += 1
    told = one_by_one(standing_letters.due(turn.now), standing_letters.tell, turn, "standing sign-up")
    invited = one_by_one(standing_letters.near(turn.now), standing_letters.invite, turn, "standing date")
    done = f"{entered} events entered, {told} told, {invited} dates sent"
    return done if entered or told or invited else ""


def free_declined(turn: Turn) -> str:
    """Frees the places of those whose calendar said no and who did not change their mind; a commit each."""
    freed = one_by_one(leaving.due(turn.now), leaving.settle, turn, "registration")
    return f"{freed} declined places freed" if freed else ""


def remind(turn: Turn) -> str:
    """Reminds people of the dates of the next days, one event and one commit at a time."""
    reminded = one_by_one(reminders.due(turn.now), reminders.remind, turn, "reminder")
    return f"{reminded} people reminded" if reminded else ""


def run_tasks(turn: Turn) -> str:
    """Does the next queued task."""
    return run_next(turn)


def give_sign_of_life(turn: Turn) -> None:
    """Says that this worker lives; /readyz reads it."""
    begin_writing()
    heartbeats.sign(turn.worker, turn.now)


def count_families(turn: Turn) -> str:
    """Counts the families of events that were over a week ago, one event and one commit at a time; closes
    the years that are over."""
    events = families.uncounted(turn.now)
    counted = sum(_committed(turn, families.count_event, event_id) for event_id in events)
    for territory_id, year in families.over(turn.now):
        _committed(turn, forgetting.close_year, territory_id, year)
    return f"{counted} events counted" if counted else ""


def forget_people(turn: Turn) -> str:
    """Forgets registrations that were kept long enough, a batch and a commit at a time."""
    forgotten = 0
    for event_id in forgetting.due(turn.now):
        while batch := _committed(turn, forgetting.forget_some, event_id):
            forgotten += batch
    while _committed(turn, forgetting.forget_idle):
        pass
    return f"{forgotten} registrations forgotten" if forgotten else ""


def write_newsletters(turn: Turn) -> str:
    """Writes the letter of the week, a batch and a commit at a time; the next one once this one has left."""
    served = sum(_committed(turn, issuing.write_some, territory) for territory in issuing.due(turn.now))
    return f"{served} readers of the week" if served else ""


def forget_newsletters(turn: Turn) -> str:
    """Forgets addresses without a confirmed subscription, and letters of weeks gone by, in batches."""
    forgotten = 0
    for work in (newsletters.forget_old, newsletters.forget_letters):
        while batch := _committed(turn, work):
            forgotten += batch
    return f"{forgotten} addresses and letters of weeks forgotten" if forgotten else ""


def _committed(turn: Turn, work: Callable[..., int | None], *what: object) -> int:
    """One piece of a job in a transaction of its own, unless the worker is ending: what it gives. One that
    fails is logged, holds up no other, and is tried again the next night."""
    db.session.rollback()
    if turn.is_ending():
        return 0
    try:
        begin_writing()
        done = work(*what, turn.now)
        db.session.commit()
    except Exception:
        db.session.rollback()
        log.exception("piece of a job failed", piece=work.__name__, what=str(what))
        return 0
    return int(done or 0)


def at_once(*works: Callable[[datetime], int | None]) -> Callable[[Turn], int | None]:
    """A job that is one transaction: each of these of its hour. Gives how many rows the last has changed."""

    def run(turn: Turn) -> int | None:
        begin_writing()
        return [work(turn.now) for work in works][-1]

    return run


@dataclass(frozen=True)
class Job:
    """A job and when it runs: again and again (`every`), or once a day (`at`, on a Paris clock)."""

    name: str
    run: Callable[[Turn], object]
    every: timedelta | None = None
    at: time | None = None


TIMETABLE = (
    Job("letters", deliver_letters, every=timedelta(seconds=3)),
    Job("changes to tell", tell_changes, every=timedelta(seconds=5)),
    Job("hosts and places to tell", tell_hosts_and_places, every=timedelta(seconds=5)),
    Job("hosts to invite", invite_hosts, every=timedelta(minutes=1)),
    Job("places offered", settle_offers, every=timedelta(seconds=20)),
    Job("declined places", free_declined, every=timedelta(seconds=20)),
    Job("standing sign-ups", enter_standing, every=timedelta(seconds=5)),
    Job(ANSWERS, Reader(receiving.take, receiving.set_aside), every=timedelta(minutes=1)),
    Job("reminders", remind, every=timedelta(minutes=5)),
    Job("letter of the week", write_newsletters, every=timedelta(seconds=10)),
    Job("tasks", run_tasks, every=timedelta(seconds=2)),
    Job("agendas of partners", import_rounds.read_due, every=timedelta(seconds=5)),
    Job("sign of life", give_sign_of_life, every=heartbeats.EVERY),
    Job("silent tasks", at_once(queue.requeue_silent), every=timedelta(minutes=1)),
    Job("unconfirmed forms", at_once(enrolments.forget_expired), every=timedelta(minutes=5)),
    Job("last letters", at_once(forgetting.forget_last_letters), every=timedelta(minutes=5)),
    Job("sent contacts", at_once(importing.forget_old), every=timedelta(minutes=5)),
    Job("sign-in links", at_once(accounts.forget_links), at=time(3, 10)),
    Job("ended sign-ins", at_once(passkey_challenges.forget_used, sign_ins.forget_ended), at=time(3, 15)),
    Job(
        "browsers of families",
        at_once(household_codes.forget_old, household_browsers.forget_old),
        at=time(3, 14),
    ),
    Job("settled offers", at_once(offers.forget_settled), at=time(3, 16)),
    Job("settled requests", at_once(partner_requests.forget_old), at=time(3, 17)),
    Job("old proposals", at_once(submitting.forget_old, sources.forget_old), at=time(3, 24)),
    Job("past helpers", at_once(day_links.forget_past), at=time(3, 18)),
    Job("private feeds", at_once(private_links.forget_old), at=time(3, 26)),
    Job("old referrals", at_once(referrals.forget_old), at=time(3, 25)),
    Job("gate lists", at_once(gate.forget_past), at=time(0, 5)),
    Job("needs", at_once(forgetting.forget_needs), at=time(0, 10)),
    Job("families", count_families, at=time(3, 30)),
    Job("old registrations", forget_people, at=time(3, 40)),
    Job("invitations of hosts", at_once(invitations.forget_hosts), at=time(3, 24)),
    Job("links of schools", at_once(links.forget_old), at=time(3, 22)),
    Job("old attempts", at_once(attempts.forget_old), at=time(3, 19)),
    Job("old changes", at_once(escalation.forget_unneeded, notices.forget_old), at=time(3, 22)),
    Job("unused pictures", at_once(keeping.forget_unused), at=time(3, 21)),
    Job("letters of weeks gone by", forget_newsletters, at=time(3, 26)),
    Job("unsent messages", at_once(messages.forget_unsent), at=time(3, 22)),
    Job("words of mails", at_once(forgetting_answers.forget_old), at=time(3, 26)),
    Job("unread mails", at_once(readings.forget_old), at=time(3, 26)),
    Job("gone workers", at_once(heartbeats.forget_old), at=time(3, 20)),
    Job("ended contacts", at_once(contacts.forget_old), at=time(3, 23)),
    Job("orphaned organisations", at_once(joining.invite_orphans), at=time(9, 5)),
)
"""Seconds matter to who waits for a mail; the nightly ones stay clear of 2 to 3 o'clock, which a
clock change skips or repeats."""
