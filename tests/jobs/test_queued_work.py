"""Queued tasks, done by a worker: their end is kept with what they made, or not at all."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventsapp.agenda.models import Topic
from eventsapp.clock import now
from eventsapp.database import begin_writing, db
from eventsapp.jobs import queued_work
from eventsapp.jobs.door import Turn, never
from eventsapp.jobs.queued_work import Left, Report, run_next
from eventsapp.people.models import OrganisationApproval
from eventsapp.places.models import Territory
from eventsapp.planning import drafting
from eventsapp.planning.gathering import NoSchools
from eventsapp.planning.models import Draft, DraftLine, DraftStatus, OfferedTopic, SaturdayOffer
from eventsapp.tasks import heartbeats, listings, queue
from eventsapp.tasks.models import Heartbeat, Task, TaskStatus
from tests import factories

pytestmark = pytest.mark.usefixtures("db_session")

COUNTING = "tests.counting"


def turn(is_ending: bool = False) -> Turn:
    return Turn(now(), "house:1", (lambda: True) if is_ending else never)


def ask(kind: str = COUNTING) -> int:
    asked = queue.enqueue(kind, {"up to": 3}, requested_by=None, now=now()).id
    db.session.commit()
    return asked


def task(task_id: int) -> Task:
    """The task as it is now, read in a transaction that is over."""
    db.session.rollback()
    found = listings.by_id(task_id)
    db.session.expunge(found)
    db.session.rollback()
    return found


def counted() -> list[str]:
    db.session.rollback()
    marks = list(db.session.scalars(select(Heartbeat.name).order_by(Heartbeat.name)))
    db.session.rollback()
    return marks


def do(monkeypatch: pytest.MonkeyPatch, work: queued_work.Work) -> None:
    monkeypatch.setitem(queued_work.KINDS, COUNTING, work)


def count(claim: queue.Claim, report: Report, hour: datetime) -> int:
    """Leaves a mark in the database for each number."""
    begin_writing()
    for number in range(claim.parameters["up to"]):
        heartbeats.sign(f"mark {number}", hour)
    db.session.flush()
    return 42


def test_nothing_to_do() -> None:
    assert run_next(turn()) == ""


def test_what_a_task_made_is_kept_with_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    do(monkeypatch, count)
    asked = ask()
    assert run_next(turn()) == "tests.counting done"
    done = task(asked)
    assert (done.status, done.progress, done.result_id) == (TaskStatus.DONE, 100, 42)
    assert counted() == ["mark 0", "mark 1", "mark 2"]


def test_progress_can_be_read_while_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, str]] = []

    def work(claim: queue.Claim, report: Report, hour: datetime) -> None:
        for share, step in [(0.1, "Un"), (0.5, "Deux"), (0.51, "Deux")]:
            report.tell(share, step)
            told = task(claim.task_id)
            seen.append((told.progress, told.step))

    do(monkeypatch, work)
    heard: list[float] = []
    ask()
    run_next(turn(), listener=lambda share, step: heard.append(share))
    assert seen == [(10, "Un"), (50, "Deux"), (50, "Deux")]  # the third came too soon after the second
    assert heard == [0.1, 0.5]


def test_a_task_that_breaks_changes_nothing_and_says_no_more_than_its_kind_of_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def work(claim: queue.Claim, report: Report, hour: datetime) -> int:
        count(claim, report, hour)
        raise ValueError("fatou@example.net")

    do(monkeypatch, work)
    asked = ask()
    assert run_next(turn()) == "tests.counting failed"
    assert (task(asked).status, task(asked).problem) == (TaskStatus.FAILED, "ValueError")
    assert counted() == []


def test_a_refusal_is_told_to_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(claim: queue.Claim, report: Report, hour: datetime) -> int:
        raise NoSchools()

    do(monkeypatch, work)
    asked = ask()
    run_next(turn())
    assert task(asked).problem == NoSchools.sentence


def test_a_task_is_stopped_by_who_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(claim: queue.Claim, report: Report, hour: datetime) -> int:
        assert not report.is_stopped()
        queue.request_stop(listings.by_id(claim.task_id), now=now())
        db.session.commit()
        report.tell(0.3, "Une autre étape")
        assert report.is_stopped()
        count(claim, report, hour)
        raise Left

    do(monkeypatch, work)
    asked = ask()
    assert run_next(turn()) == "tests.counting stopped"
    assert task(asked).status is TaskStatus.CANCELLED
    assert counted() == []


def test_a_worker_that_ends_gives_its_task_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(claim: queue.Claim, report: Report, hour: datetime) -> int:
        if report.is_stopped():
            raise Left
        return count(claim, report, hour)

    do(monkeypatch, work)
    asked = ask()
    assert run_next(turn(is_ending=True)) == "tests.counting given back"
    assert task(asked).status is TaskStatus.QUEUED
    assert run_next(turn()) == "tests.counting done"
    assert task(asked).attempts == 2


def test_who_comes_too_late_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    """A worker that was silent too long finishes all the same: its task is another's by then."""

    def work(claim: queue.Claim, report: Report, hour: datetime) -> int:
        clock.shift(queue.SILENCE + timedelta(seconds=1))
        queue.requeue_silent(now())
        db.session.commit()
        return count(claim, report, hour)

    do(monkeypatch, work)
    asked = ask()
    assert run_next(turn()) == "tests.counting done too late: it was no longer ours"
    assert task(asked).status is TaskStatus.QUEUED
    assert counted() == []


def a_small_town() -> Territory:
    """Two schools and two associations of the 19e, with one topic."""
    area = factories.a_territory()
    topic = Topic(slug="ecrans", name="Les écrans")
    for name in ("École Curial", "École Riquet"):
        factories.a_school(name, territory=area)
    for name in ("Les Amis de Curial", "Jouer à Riquet"):
        association = factories.an_association(name, latitude=48.8936, longitude=2.3764)
        offer = SaturdayOffer(organisation=association, territory_id=area.id, per_month=4, per_year=20)
        db.session.add_all([topic, offer])
        db.session.flush()
        db.session.add_all(
            [
                OrganisationApproval(organisation=association, territory_id=area.id, approved_at=now()),
                OfferedTopic(offer_id=offer.id, topic=topic),
            ]
        )
    db.session.commit()
    return area


def test_a_school_year_is_planned() -> None:
    area = a_small_town()
    begin_writing()
    draft_id = drafting.request(area, "2026-2027", requested_by=None, now=now()).id
    db.session.commit()
    steps: list[str] = []
    assert run_next(turn(), listener=lambda share, step: steps.append(step)) == "planning.school_year done"
    db.session.rollback()
    draft = db.session.get_one(Draft, draft_id)
    assert draft.status is DraftStatus.PROPOSED
    lines = db.session.scalars(select(DraftLine).where(DraftLine.draft_id == draft_id)).all()
    assert len(lines) == draft.figures["due"]
    days = {line.day for line in lines if line.day}
    assert min(days) > date(2026, 11, 22)
    assert all(day.weekday() == 5 for day in days)
    assert len(steps) >= 3
