"""Queued work: one worker takes a task, tells how far it is, and loses it when it falls silent."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from flask import Flask

from eventsapp.clock import now
from eventsapp.database import begin_writing, db
from eventsapp.tasks import listings, queue
from eventsapp.tasks.models import TASK_MOVES, Task, TaskStatus

pytestmark = pytest.mark.usefixtures("db_session")


def ask(name: str = "planning.school_year") -> Task:
    task = queue.enqueue(name, {"draft": 7}, requested_by=3, now=now())
    db.session.commit()
    return task


def take(**wish: int) -> queue.Claim:
    claim = queue.claim(now(), **wish)
    db.session.commit()
    assert claim is not None
    return claim


def test_a_task_is_taken_told_and_finished(clock: time_machine.Traveller) -> None:
    asked = ask()
    claim = take()
    assert claim == queue.Claim(asked.id, 1, "planning.school_year", {"draft": 7}, 3)
    clock.shift(timedelta(seconds=5))
    assert queue.beat(claim, progress=40, step="Les écoles trouvent leurs associations", now=now())
    task = listings.by_id(asked.id)
    assert (task.status, task.progress, task.beat_at) == (TaskStatus.RUNNING, 40, now())
    assert queue.finish(claim, result_id=12, now=now())
    task = listings.by_id(asked.id)
    assert (task.status, task.progress, task.result_id) == (TaskStatus.DONE, 100, 12)
    assert task.finished_at == now()


def test_the_oldest_is_taken_first_and_nothing_twice() -> None:
    first, second = ask(), ask()
    assert [take().task_id, take().task_id] == [first.id, second.id]
    assert queue.claim(now()) is None


def test_a_task_of_ones_choice() -> None:
    ask()
    second = ask()
    assert take(only=second.id).task_id == second.id
    assert queue.claim(now(), only=second.id) is None


def test_a_queued_task_is_cancelled_at_once_and_a_running_one_asked_to_stop() -> None:
    queued, running = ask(), ask()
    claim = take(only=running.id)
    queue.request_stop(queued, now=now())
    queue.request_stop(running, now=now())
    assert (queued.status, running.status) == (TaskStatus.CANCELLED, TaskStatus.RUNNING)
    assert not queue.beat(claim, progress=50, step="", now=now())
    assert queue.stop(claim, now=now())
    assert listings.by_id(running.id).status is TaskStatus.CANCELLED


@pytest.mark.parametrize("status", [TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.CANCELLED])
def test_what_is_over_cannot_be_stopped(status: TaskStatus) -> None:
    task = ask()
    task.status = status
    db.session.commit()
    with pytest.raises(queue.TaskIsOver):
        queue.request_stop(task, now=now())
    assert task.status is status


def test_a_worker_that_fell_silent_loses_its_task(clock: time_machine.Traveller) -> None:
    asked = ask()
    lost = take()
    clock.shift(queue.SILENCE)
    assert queue.requeue_silent(now()) == 0
    clock.shift(timedelta(seconds=1))
    assert queue.requeue_silent(now()) == 1
    kept = take()
    assert (lost.attempt, kept.attempt) == (1, 2)
    # The first worker was only slow. It finds out, and changes nothing.
    assert not queue.beat(lost, progress=99, step="", now=now())
    assert not queue.finish(lost, result_id=1, now=now())
    assert not queue.fail(lost, "too late", now=now())
    task = listings.by_id(asked.id)
    assert (task.status, task.progress, task.result_id, task.problem) == (TaskStatus.RUNNING, 0, None, "")
    assert queue.finish(kept, result_id=2, now=now())


def test_a_task_that_kills_its_workers_is_given_up(clock: time_machine.Traveller) -> None:
    asked = ask()
    for _ in range(queue.MOST_ATTEMPTS):
        take()
        clock.shift(queue.SILENCE + timedelta(seconds=1))
        assert queue.requeue_silent(now()) == 1
    task = listings.by_id(asked.id)
    assert (task.status, task.attempts) == (TaskStatus.FAILED, queue.MOST_ATTEMPTS)
    assert task.finished_at == now()
    assert queue.claim(now()) is None


def test_a_worker_that_ends_gives_its_task_back() -> None:
    asked = ask()
    assert queue.give_back(take())
    assert listings.by_id(asked.id).status is TaskStatus.QUEUED
    assert take().attempt == 2


def test_progress_stays_a_percentage() -> None:
    asked = ask()
    claim = take()
    assert queue.beat(claim, progress=250, step="x" * 300, now=now())
    task = listings.by_id(asked.id)
    assert (task.progress, len(task.step)) == (100, 200)


def test_what_is_over_stays_over() -> None:
    over = {status for status, moves in TASK_MOVES.items() if not moves}
    assert over == {TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.CANCELLED}


def test_eight_workers_share_twenty_tasks_and_none_is_done_twice(app: Flask) -> None:
    asked = [ask().id for _ in range(20)]
    taken: list[int] = []
    start = Barrier(8)

    def work() -> None:
        with app.app_context():
            start.wait()
            while True:
                begin_writing()
                claim = queue.claim(now())
                db.session.commit()
                if claim is None:
                    return
                taken.append(claim.task_id)

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == asked


def test_the_backlog_counts_what_nobody_began(clock: time_machine.Traveller) -> None:
    assert listings.backlog() == listings.Backlog(0, None)
    ask()
    since = now()
    take()
    clock.shift(timedelta(minutes=1))
    ask()
    assert listings.backlog() == listings.Backlog(1, since + timedelta(minutes=1))
