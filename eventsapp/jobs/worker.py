"""The worker: one process that runs the timetable; any number of them may.

APScheduler 3 keeps the timetable in this process's memory: its job stores cannot be shared. What
must not be done twice is claimed row by row in the database, so workers need not know of each
other.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from eventsapp import schema
from eventsapp.clock import PARIS
from eventsapp.database import begin_writing, db
from eventsapp.jobs import compiling, listening
from eventsapp.jobs.door import enter
from eventsapp.jobs.listening import OnceMore
from eventsapp.jobs.timetable import ANSWERS, TIMETABLE, Job
from eventsapp.tasks import heartbeats

log = structlog.get_logger("eventsapp.worker")

THREADS = 4
"""One for letters, one for a long task, and two for what is short: a sign of life never waits."""


def run(app: Flask) -> None:
    """Runs until SIGTERM or SIGINT, then finishes what is in hand and returns.

    Raises UnsafeSettings in production when the database is not migrated.
    """
    with app.app_context():
        schema.refuse_unmigrated()
    name = f"{socket.gethostname()}:{os.getpid()}"[:80]
    ending = threading.Event()
    hands = ThreadPoolExecutor(THREADS)
    scheduler = BlockingScheduler(
        executors={"default": hands},
        jobstores={"default": MemoryJobStore()},
        # A late turn is better than none, and several late ones are worth one.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        timezone=PARIS,
    )
    turns = {job.name: _add(scheduler, app, job, name, ending) for job in TIMETABLE}
    _end_on_signals(scheduler, ending)
    ear = listening.Ear(app, lambda: _hurry(scheduler, ANSWERS, turns[ANSWERS]), ending)
    ear.begin()
    log.info("worker begins", worker=name)
    with compiling.beside():
        scheduler.start()
    hands.shutdown(wait=True)
    ear.end()
    with app.app_context():
        begin_writing()
        heartbeats.leave(name)
        db.session.commit()
    log.info("worker ends", worker=name)


def trigger_of(job: Job) -> BaseTrigger:
    """When a job runs, as APScheduler says it. Raises ValueError for a job that never does."""
    if job.every is not None:
        return IntervalTrigger(seconds=int(job.every / timedelta(seconds=1)), timezone=PARIS)
    if job.at is not None:
        return CronTrigger(hour=job.at.hour, minute=job.at.minute, timezone=PARIS)
    raise ValueError(f"{job.name} never runs")


def _add(
    scheduler: BlockingScheduler, app: Flask, job: Job, worker: str, ending: threading.Event
) -> OnceMore:
    turn = OnceMore(lambda: enter(app, job.name, job.run, worker=worker, is_ending=ending.is_set))
    scheduler.add_job(
        turn,
        trigger_of(job),
        id=job.name,
        name=job.name,
        # One that is hurried may begin while its last run says good-bye; `OnceMore` lets one run at a time.
        max_instances=2 if job.name == ANSWERS else 1,
        # All begin at once; whoever starts the worker wants to see letters leave, not wait for them.
        next_run_time=datetime.now(PARIS),
    )
    return turn


def _hurry(scheduler: BlockingScheduler, job: str, turn: OnceMore) -> None:
    """Has a job run now, or once more after the run that is under way; when the worker ends, not at all."""
    if turn.will_run_again():
        return
    with suppress(JobLookupError):
        # APScheduler's clock, which has fractions of seconds.
        scheduler.modify_job(job, next_run_time=datetime.now(PARIS))


def _end_on_signals(scheduler: BlockingScheduler, ending: threading.Event) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        if not ending.is_set():
            ending.set()
            scheduler.shutdown(wait=False)  # no new turns; `run` waits for those under way

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
