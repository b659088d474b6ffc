"""Work under way: how far it is, a way to stop it, and what it became."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.planning import drafting, wording
from eventsapp.planning.engine.search import Phase
from eventsapp.planning.models import Draft, DraftStatus
from eventsapp.tasks import queue
from eventsapp.tasks.models import Task, TaskStatus
from tests import factories, saturdays
from tests.pages import PageClient


@pytest.fixture
def task_id(desk: PageClient, db_session: scoped_session[Session]) -> int:
    draft = drafting.request(factories.a_territory(), saturdays.YEAR, requested_by=None, now=clock.now())
    db_session.commit()
    number = draft.task_id
    db_session.rollback()
    assert number is not None
    return number


def claimed(db_session: scoped_session[Session], task_id: int) -> queue.Claim:
    claim = queue.claim(clock.now(), only=task_id)
    assert claim is not None
    db_session.commit()
    return claim


def test_the_page_says_how_far_it_is(
    desk: PageClient, db_session: scoped_session[Session], task_id: int
) -> None:
    claim = claimed(db_session, task_id)
    queue.beat(claim, progress=42, step=wording.STEPS[Phase.IMPROVING], now=clock.now())
    db_session.commit()
    page = desk.get(f"/pro/taches/{task_id}").page
    assert "Nous améliorons la proposition, mois par mois." in page.text
    bar = page.one("progress")
    assert (bar["value"], bar["max"], bar["aria-label"]) == ("42", "100", "Avancement")
    assert page.title.startswith("Proposition 2026-2027 (42 %)")


def test_it_reads_itself_again_only_while_it_runs(
    desk: PageClient, db_session: scoped_session[Session], task_id: int
) -> None:
    running = desk.get(f"/pro/taches/{task_id}").page
    [refresh] = running.all("meta", http_equiv="refresh")
    assert refresh.parent is not None
    assert (refresh["content"], refresh.parent.tag) == ("3", "noscript")
    assert len(running.all(data_live="3")) == 1
    quiet = desk.get(f"/pro/taches/{task_id}?pause=1").page
    assert quiet.all("meta", http_equiv="refresh") == []

    claim = claimed(db_session, task_id)
    queue.fail(claim, "MemoryError", now=clock.now())
    db_session.commit()
    over = desk.get(f"/pro/taches/{task_id}").page
    assert over.all("meta", http_equiv="refresh") == []
    assert over.all(data_live="3") == []


def test_samira_stops_it_and_asks_again(
    desk: PageClient, db_session: scoped_session[Session], task_id: int
) -> None:
    page = desk.get(f"/pro/taches/{task_id}").page
    assert desk.submit(page.form(button="Arrêter le calcul")).status_code == 303
    stopped = desk.get(f"/pro/taches/{task_id}").page
    assert "Le calcul est arrêté." in stopped.text
    assert db_session.scalars(select(Task.status)).all() == [TaskStatus.CANCELLED]
    db_session.rollback()

    again = desk.submit(stopped.form(button="Recommencer"))
    assert again.status_code == 303
    assert again.headers["Location"] != f"/pro/taches/{task_id}"


def test_a_task_that_a_worker_holds_is_asked_to_stop(
    desk: PageClient, db_session: scoped_session[Session], task_id: int
) -> None:
    page = desk.get(f"/pro/taches/{task_id}").page
    claim = claimed(db_session, task_id)
    desk.submit(page.form(button="Arrêter le calcul"))
    assert not queue.beat(claim, progress=50, step="", now=clock.now())


def test_a_failure_says_that_nothing_was_changed(
    desk: PageClient, db_session: scoped_session[Session], task_id: int
) -> None:
    claim = claimed(db_session, task_id)
    queue.fail(claim, "MemoryError", now=clock.now())
    db_session.commit()
    db_session.rollback()
    page = desk.get(f"/pro/taches/{task_id}").page
    assert "Rien n’a été annoncé ni changé." in page.text
    assert f"tâche {task_id}, MemoryError" in page.text
    assert desk.submit(page.form(button="Mettre de côté")).headers["Location"] == "/pro/paris-19/plans"
    assert db_session.scalars(select(Draft.status)).all() == [DraftStatus.SET_ASIDE]


def test_stopping_what_is_over_says_so(
    desk: PageClient, db_session: scoped_session[Session], task_id: int
) -> None:
    page = desk.get(f"/pro/taches/{task_id}").page
    claim = claimed(db_session, task_id)
    queue.fail(claim, "MemoryError", now=clock.now())
    db_session.commit()
    db_session.rollback()
    desk.submit(page.form(button="Arrêter le calcul"))
    assert "Ce travail est déjà terminé." in desk.get(f"/pro/taches/{task_id}").page.text


def test_a_plan_that_is_being_worked_out_leads_to_its_task(
    desk: PageClient, db_session: scoped_session[Session], task_id: int
) -> None:
    draft_id = db_session.scalars(select(Draft.id)).one()
    answer = desk.get(f"/pro/plans/{draft_id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/pro/taches/{task_id}")
