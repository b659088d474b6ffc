"""Every recurring job, on one page: when each runs, and that it may run again at any time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventsapp.agenda import scheduling, telling
from eventsapp.agenda.listeners import Change
from eventsapp.clock import PARIS, local, now
from eventsapp.database import begin_writing, db
from eventsapp.disruptions import doing, letters, moving
from eventsapp.disruptions.models import Gesture
from eventsapp.disruptions.staff import StaffReader
from eventsapp.jobs import timetable
from eventsapp.jobs.door import Turn, enter, never
from eventsapp.jobs.timetable import TIMETABLE, Job
from eventsapp.jobs.worker import trigger_of
from eventsapp.mailroom import outbox
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.tasks import heartbeats, queue
from eventsapp.tasks.models import Task, TaskStatus
from tests import factories
from tests.registrations.stories import answers, register
from tests.servers import PostOffice


def turn(is_ending: Callable[[], bool] = never) -> Turn:
    return Turn(now(), "house:1", is_ending)


def post(*names: str) -> None:
    begin_writing()
    for name in names:
        outbox.post(
            OutgoingLetter(
                kind="people/sign_in",
                reader=Reader(name=name, language="fr", email=f"{name.lower()}@example.net"),
                sender=Sender(name="L’agenda", address="agenda@agenda.example.org"),
                context={"name": name, "link": "https://agenda.example.org/connexion/x", "minutes": 30},
            ),
            now=now(),
        )
    db.session.commit()


def states() -> list[LetterStatus]:
    found = list(db.session.scalars(select(Letter.status).order_by(Letter.id)))
    db.session.rollback()
    return found


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.name)
def test_every_job_finds_nothing_to_do_and_does_it_twice(
    app: Flask, job: Job, smtp: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        enter(app, job.name, job.run, worker="house:1")
    assert [record.msg["event"] for record in caplog.records if record.levelname == "ERROR"] == []
    assert smtp.letters == []


def test_names_are_unique_and_every_job_runs_some_time() -> None:
    assert len({job.name for job in TIMETABLE}) == len(TIMETABLE)
    assert all((job.every is None) != (job.at is None) for job in TIMETABLE)


@pytest.mark.parametrize("job", [job for job in TIMETABLE if job.at], ids=lambda job: job.name)
@pytest.mark.parametrize("day", [date(2026, 10, 24), date(2027, 3, 27)], ids=str)
def test_a_nightly_job_runs_once_in_the_night_of_a_clock_change(job: Job, day: date) -> None:
    trigger, start = trigger_of(job), local(day, 12).astimezone(PARIS)
    runs = []
    fired = trigger.get_next_fire_time(None, start)
    while fired < start + timedelta(days=1):
        runs.append(fired)
        fired = trigger.get_next_fire_time(fired, fired + timedelta(seconds=1))
    assert [run.time() for run in runs] == [job.at]


def test_a_job_without_an_hour_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="never runs"):
        trigger_of(Job("nothing", lambda turn: None))


@pytest.mark.usefixtures("db_session")
def test_letters_leave_until_none_is_due(smtp: PostOffice) -> None:
    names = ["Awa", "Binta", "Chloé", "Djibril", "Elif", "Fatou", "Gwenaël"]
    post(*[name.replace("é", "e").replace("ë", "e") for name in names])
    assert timetable.deliver_letters(turn()) == "7 sent, 0 later, 0 failed"
    assert len(smtp.letters) == 7
    assert timetable.deliver_letters(turn()) == ""
    assert len(smtp.letters) == 7


@pytest.mark.usefixtures("db_session")
def test_a_worker_that_ends_leaves_the_rest_to_others(smtp: PostOffice) -> None:
    post(*[f"Awa{number}" for number in range(8)])
    timetable.deliver_letters(turn(is_ending=lambda: True))
    assert len(smtp.letters) == timetable.LETTERS_AT_ONCE
    assert states().count(LetterStatus.WAITING) == 3
    timetable.deliver_letters(turn())
    assert len(smtp.letters) == 8


@pytest.mark.usefixtures("db_session")
def test_a_server_that_is_down_means_later_not_lost(smtp: PostOffice, clock: time_machine.Traveller) -> None:
    post("Awa", "Binta")
    with smtp.closed():
        timetable.deliver_letters(turn())
    assert states() == [LetterStatus.WAITING, LetterStatus.WAITING]
    clock.shift(timedelta(minutes=10))
    timetable.deliver_letters(turn())
    assert states() == [LetterStatus.SENT, LetterStatus.SENT]
    assert len(smtp.letters) == 2


@pytest.mark.usefixtures("db_session")
def test_three_workers_send_each_letter_once(app: Flask, smtp: PostOffice) -> None:
    post(*[f"Awa{number}" for number in range(12)])
    start = Barrier(3)

    def work(name: str) -> None:
        start.wait()
        for _ in range(3):
            enter(app, "letters", timetable.deliver_letters, worker=name)

    threads = [Thread(target=work, args=(f"house:{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recipients = sorted(recipient for letter in smtp.letters for recipient in letter.recipients)
    assert recipients == sorted(f"awa{number}@example.net" for number in range(12))
    assert set(states()) == {LetterStatus.SENT}


@pytest.mark.usefixtures("db_session")
def test_three_workers_tell_each_change_once(app: Flask, clock: time_machine.Traveller) -> None:
    for number in range(4):
        event = factories.an_event(f"Samedi {number}")
        register(event, answers(f"Awa{number}"))
        scheduling.cancel(event, actor="cli", now=now())
    db.session.commit()
    clock.shift(timedelta(minutes=5))
    start = Barrier(3)

    def work(name: str) -> None:
        start.wait()
        for _ in range(2):
            enter(app, "changes to tell", timetable.tell_changes, worker=name)

    threads = [Thread(target=work, args=(f"house:{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    told = db.session.scalars(select(Letter.address).where(Letter.kind == "registrations/called_off"))
    assert sorted(told) == [f"awa{number}@example.org" for number in range(4)]


@pytest.mark.usefixtures("db_session")
def test_a_gesture_whose_hosts_cannot_be_told_holds_no_other_up(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    territory = factories.a_territory()
    for title in ("Les écrans", "Le sommeil"):
        host = factories.an_association(title, email="accueil@example.net")
        changes = moving.cancelled([factories.an_event(title, host=host)], reason="Grippe")
        doing.carry_out(Gesture.CANCELLING, territory, changes, reason="Grippe", actor="cli", now=now())
    db.session.commit()
    clock.shift(timedelta(minutes=5))
    failed: list[str] = []
    post = letters.changed

    def fail_at_first(to: StaffReader, *more: Any, **named: Any) -> Letter:
        if not failed:
            failed.append(to.name)
            raise RuntimeError
        return post(to, *more, **named)

    monkeypatch.setattr(letters, "changed", fail_at_first)
    assert timetable.tell_hosts_and_places(turn()) == "1 gestures told"
    assert [record.msg["event"] for record in caplog.records if record.levelname == "ERROR"] == [
        "gesture not told"
    ]
    assert timetable.tell_hosts_and_places(turn()) == "1 gestures told"
    assert timetable.tell_hosts_and_places(turn()) == ""
    told = db.session.scalars(
        select(Letter).where(Letter.kind == "disruptions/changed").order_by(Letter.id)
    ).all()
    assert (failed, sorted(one.reader_name for one in told)) == (["Les écrans"], ["Le sommeil", "Les écrans"])


@pytest.mark.usefixtures("db_session")
def test_a_change_that_cannot_be_told_waits_and_holds_nobody_up(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for title in ("Les écrans", "Le sommeil"):
        scheduling.cancel(factories.an_event(title), actor="cli", now=now())
    db.session.commit()
    clock.shift(timedelta(minutes=5))
    heard: list[str] = []

    def fail_at_first(change: Change, at: object) -> None:
        if change.event.title == "Les écrans" and not heard:
            heard.append("a mistake of ours")
            raise RuntimeError
        heard.append(change.event.title)

    monkeypatch.setattr(telling.listeners, "changed", fail_at_first)
    assert timetable.tell_changes(turn()) == "1 events told"
    assert [record.msg["event"] for record in caplog.records if record.levelname == "ERROR"] == [
        "event not told"
    ]
    assert timetable.tell_changes(turn()) == "1 events told"
    assert timetable.tell_changes(turn()) == ""
    assert heard == ["a mistake of ours", "Le sommeil", "Les écrans"]


@pytest.mark.usefixtures("db_session")
def test_a_worker_that_ends_tells_no_more(clock: time_machine.Traveller) -> None:
    scheduling.cancel(factories.an_event(), actor="cli", now=now())
    db.session.commit()
    clock.shift(timedelta(minutes=5))
    assert timetable.tell_changes(turn(is_ending=lambda: True)) == ""
    assert timetable.tell_changes(turn()) == "1 events told"


@pytest.mark.usefixtures("db_session")
def test_tasks_of_a_dead_worker_are_queued_again(app: Flask, clock: time_machine.Traveller) -> None:
    queue.enqueue("planning.school_year", {}, requested_by=None, now=now())
    queue.claim(now())
    db.session.commit()
    clock.shift(queue.SILENCE + timedelta(seconds=1))
    enter(app, "silent tasks", timetable.at_once(queue.requeue_silent), worker="house:2")
    assert db.session.scalars(select(Task.status)).all() == [TaskStatus.QUEUED]


@pytest.mark.usefixtures("db_session")
def test_a_sign_of_life_is_given(app: Flask) -> None:
    enter(app, "sign of life", timetable.give_sign_of_life, worker="house:2")
    assert heartbeats.newest() == now()
