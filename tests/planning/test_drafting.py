"""A plan is a draft until a person accepts it; accepting announces everything, or nothing."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Audience, Event, RegistrationMode
from eventsapp.clock import PARIS, day_of, local
from eventsapp.database import begin_writing, db
from eventsapp.journal import JournalLine
from eventsapp.planning import drafting, listings
from eventsapp.planning.announcing import DatesHavePassed, DraftIsStale, NoSchoolAction
from eventsapp.planning.drafting import AlreadySolving, DraftIsNotReady, DraftIsSettled, WrongPlan
from eventsapp.planning.engine.saturdays.plan import WhyGap, WhyLine
from eventsapp.planning.models import Draft, DraftLine, DraftStatus, SaturdayOffer
from eventsapp.planning.owed_months import first_day_to_plan, school_year
from eventsapp.tasks import queue
from eventsapp.tasks.models import Task, TaskStatus
from tests import factories, saturdays
from tests.saturdays import OPEN_SATURDAYS, YEAR

pytestmark = pytest.mark.usefixtures("db_session")

SAMIRA = "account:1"


def lines_of(draft: Draft) -> list[DraftLine]:
    return list(
        db.session.scalars(
            select(DraftLine)
            .where(DraftLine.draft_id == draft.id)
            .order_by(DraftLine.period, DraftLine.venue_id)
        )
    )


def events_announced() -> int:
    return db.session.scalar(select(func.count(Event.id))) or 0


def test_samira_asks_for_a_plan_and_a_worker_will_do_it() -> None:
    saturdays.a_town()
    samira = saturdays.a_coordinator(factories.a_territory())

    draft = drafting.request(factories.a_territory(), YEAR, requested_by=samira.id, now=clock.now())

    assert (draft.status, draft.school_year) == (DraftStatus.SOLVING, YEAR)
    assert (draft.first_day, draft.last_day) == (date(2026, 11, 23), date(2027, 6, 30))
    task = db.session.get_one(Task, draft.task_id)
    assert (task.kind, task.parameters, task.status) == (
        drafting.TASK,
        {"draft": draft.id},
        TaskStatus.QUEUED,
    )
    assert task.requested_by == draft.requested_by == samira.id


def test_the_same_year_is_not_worked_out_twice_at_once() -> None:
    saturdays.a_town()
    first = drafting.request(factories.a_territory(), YEAR, requested_by=None, now=clock.now())
    with pytest.raises(AlreadySolving):
        drafting.request(factories.a_territory(), YEAR, requested_by=None, now=clock.now())

    # Another year is another plan, and a worker that gave up leaves the way free.
    drafting.request(factories.a_territory(), "2027-2028", requested_by=None, now=clock.now())
    claim = queue.claim(clock.now(), only=first.task_id)
    assert claim is not None
    queue.fail(claim, "out of memory", now=clock.now())
    drafting.request(factories.a_territory(), YEAR, requested_by=None, now=clock.now())


def test_a_plan_holds_the_year_and_says_why() -> None:
    schools = saturdays.a_town()
    saturdays.a_wish(schools[1], "le sommeil")

    draft = saturdays.a_draft()

    lines = lines_of(draft)
    assert draft.status is DraftStatus.PROPOSED
    assert [(line.period, line.venue_id) for line in lines] == [
        (month, school.id) for month in OPEN_SATURDAYS for school in schools
    ]
    held = [line for line in lines if line.day is not None]
    assert all(line.day.day in OPEN_SATURDAYS[line.period] for line in held if line.day)
    assert max(Counter((line.organisation_id, line.day) for line in held).values()) <= 2
    assert events_announced() == 0

    # Every association comes for the first time once to each school, and one Saturday serves the wish.
    keys = Counter(reason["key"] for line in held for reason in line.reasons)
    assert keys[WhyLine.FIRST_VISIT] == 6
    assert [
        line.venue_id for line in held if WhyLine.SERVES_WISH in {one["key"] for one in line.reasons}
    ] == [schools[1].id]
    assert draft.figures["due"] == 24
    assert draft.figures["covered"] == draft.figures["proposed"] == len(held)
    assert draft.figures["gaps"] == 24 - len(held)
    assert draft.figures["wishes_met"] == draft.figures["wishes"] == 1
    assert draft.figures["covered"] <= draft.figures["coverage_bound"] <= 24


def test_a_month_that_is_short_is_said_to_be() -> None:
    """One association, one crew, there on 28 November only: one school of three, and the others know why."""
    factories.an_action("Samedis Matins à l’école")
    for name in ("Curial", "Manin", "Tandou"):
        factories.a_school(f"École {name}")
    away = [f"{month}-{day:02d}" for month, days in OPEN_SATURDAYS.items() for day in days][1:]
    saturdays.an_offer("Espace 19", "les écrans", crews=1, away=away)

    draft = saturdays.a_draft()

    assert {line.gap["key"] for line in lines_of(draft) if line.gap and line.period != "2026-11"} == {
        WhyGap.NOBODY_AVAILABLE
    }
    november = [line for line in lines_of(draft) if line.period == "2026-11"]
    gaps = [line.gap for line in november if line.gap is not None]
    assert len(gaps) == 2
    assert [(gap["key"], gap["params"]["places"]) for gap in gaps] == [(WhyGap.ALL_TAKEN, 1)] * 2
    assert draft.figures["coverage_by_period"]["2026-11"] == 1


def test_a_stopped_search_leaves_nothing() -> None:
    saturdays.a_town()
    draft = drafting.request(factories.a_territory(), YEAR, requested_by=None, now=clock.now())
    assert not drafting.solve(draft, now=clock.now(), should_stop=lambda: True)
    assert (draft.status, lines_of(draft), draft.figures) == (DraftStatus.SOLVING, [], {})


def test_progress_is_told_in_words() -> None:
    saturdays.a_town()
    draft = drafting.request(factories.a_territory(), YEAR, requested_by=None, now=clock.now())
    told: list[tuple[float, str]] = []
    drafting.solve(
        draft,
        now=clock.now(),
        seconds=None,
        iterations=5,
        on_progress=lambda share, step: told.append((share, step)),
    )
    # Whoever waits is told now and then what is going on, also before there is anything to say.
    steps = [step for _, step in told if step != "Nous calculons ce qui est possible."]
    assert steps[0] == "Nous préparons une première proposition."
    assert told[-1] == (1.0, "Nous relisons la proposition.")
    shares = [share for share, _ in told]
    assert shares == sorted(shares)


def test_a_plan_that_breaks_a_rule_is_never_kept() -> None:
    saturdays.a_town()
    draft = drafting.request(factories.a_territory(), YEAR, requested_by=None, now=clock.now())
    asked = drafting.question(draft, now=clock.now())
    plan = drafting.think(asked.problem, seconds=None, iterations=5)
    assert plan is not None
    christmas = replace(plan.lines[0], date=date(2026, 12, 26))
    with pytest.raises(WrongPlan):
        drafting.keep(draft, asked, replace(plan, lines=(christmas, *plan.lines[1:])), now=clock.now())
    assert (draft.status, lines_of(draft)) == (DraftStatus.SOLVING, [])


def test_a_task_that_waited_for_days_proposes_nothing_that_is_over() -> None:
    saturdays.a_town()
    draft = drafting.request(factories.a_territory(), YEAR, requested_by=None, now=clock.now())
    late = clock.now() + timedelta(days=14)
    drafting.solve(draft, now=late, seconds=None, iterations=5)
    assert min(line.day for line in lines_of(draft) if line.day) > day_of(late)


def test_accepting_announces_every_session_at_the_hours_of_its_school() -> None:
    curial, manin, _ = saturdays.a_town()
    saturdays.a_saturday(manin, date(2026, 9, 12))
    series = saturdays.series_of(manin)
    assert series is not None
    series.usual_start, series.usual_minutes = time(10, 0), 90
    series.usual_audience, series.usual_restricted = Audience.SCHOOL_PARENTS, True
    series.usual_registration, series.usual_capacity = RegistrationMode.COUNTED, 24
    draft = saturdays.a_draft()

    events = drafting.accept(draft, actor=SAMIRA, now=clock.now())

    lines = [line for line in lines_of(draft) if line.day is not None]
    assert draft.status is DraftStatus.ACCEPTED
    assert {line.event_id for line in lines} == {event.id for event in events}
    assert len(events) == draft.figures["proposed"]
    by_id = {event.id: event for event in events}
    for line in lines:
        event = by_id[line.event_id or 0]
        assert (event.venue_id, event.host_id, event.topic_id) == (
            line.venue_id,
            line.organisation_id,
            line.topic_id,
        )
    at_curial = next(event for event in events if event.venue_id == curial.id)
    at_manin = next(event for event in events if event.venue_id == manin.id)
    said = [
        (
            f"{event.starts_at.astimezone(PARIS):%H:%M}",
            f"{event.ends_at.astimezone(PARIS):%H:%M}",
            event.audience,
            event.is_restricted,
            event.registration,
            event.capacity,
        )
        for event in (at_curial, at_manin)
    ]
    assert said == [
        ("09:30", "11:30", Audience.EVERYONE, False, RegistrationMode.NONE, None),
        ("10:00", "11:30", Audience.SCHOOL_PARENTS, True, RegistrationMode.COUNTED, 24),
    ]
    topic = at_curial.title.removeprefix("Samedi matin à l’école : ")
    assert topic in {"les écrans", "le sommeil", "les limites", "les devoirs"}
    assert at_curial.host is not None
    assert at_curial.summary == f"Une rencontre entre parents, avec {at_curial.host.name}."
    assert at_curial.activity.title == "Samedis matins, Curial"
    assert "BEGIN:VEVENT" in at_curial.fragment
    verbs = db.session.scalars(
        select(JournalLine.verb).where(JournalLine.thing == "draft").order_by(JournalLine.id)
    )
    assert list(verbs) == ["requested", "proposed", "accepted"]


def test_the_next_plan_builds_around_what_was_announced() -> None:
    saturdays.a_town()
    first = saturdays.a_draft()
    announced = drafting.accept(first, actor=SAMIRA, now=clock.now())

    again = saturdays.a_draft()

    held = [line for line in lines_of(again) if line.day is not None]
    assert {line.event_id for line in held} == {event.id for event in announced}
    assert again.figures["proposed"] == 0
    assert drafting.accept(again, actor=SAMIRA, now=clock.now()) == []
    assert events_announced() == len(announced)


def test_a_plan_is_accepted_or_set_aside_once() -> None:
    saturdays.a_town()
    accepted = saturdays.a_draft()
    other = saturdays.a_draft()
    drafting.accept(accepted, actor=SAMIRA, now=clock.now())
    count = events_announced()
    with pytest.raises(DraftIsSettled):
        drafting.accept(accepted, actor=SAMIRA, now=clock.now())
    with pytest.raises(DraftIsSettled):
        drafting.set_aside(accepted, actor=SAMIRA, now=clock.now())

    drafting.set_aside(other, actor=SAMIRA, now=clock.now())
    assert (other.status, other.settled_at) == (DraftStatus.SET_ASIDE, clock.now())
    with pytest.raises(DraftIsSettled):
        drafting.accept(other, actor=SAMIRA, now=clock.now())
    assert events_announced() == count


def test_a_plan_still_being_worked_out_can_be_neither() -> None:
    saturdays.a_town()
    draft = drafting.request(factories.a_territory(), YEAR, requested_by=None, now=clock.now())
    with pytest.raises(DraftIsNotReady):
        drafting.accept(draft, actor=SAMIRA, now=clock.now())
    with pytest.raises(DraftIsNotReady):
        drafting.set_aside(draft, actor=SAMIRA, now=clock.now())

    claim = queue.claim(clock.now(), only=draft.task_id)
    assert claim is not None
    queue.stop(claim, now=clock.now())
    drafting.set_aside(draft, actor=SAMIRA, now=clock.now())
    assert draft.status is DraftStatus.SET_ASIDE


def refused_as_stale(draft: Draft) -> None:
    """Nothing of a stale draft is announced."""
    db.session.commit()
    before = events_announced()
    with pytest.raises(DraftIsStale):
        drafting.accept(draft, actor=SAMIRA, now=clock.now())
    db.session.rollback()
    assert (events_announced(), draft.status) == (before, DraftStatus.PROPOSED)


def test_a_saturday_announced_meanwhile_makes_a_plan_stale() -> None:
    curial, _, _ = saturdays.a_town()
    draft = saturdays.a_draft()
    saturdays.a_saturday(curial, date(2027, 6, 26))
    refused_as_stale(draft)


def test_a_saturday_cancelled_meanwhile_makes_a_plan_stale() -> None:
    curial, _, _ = saturdays.a_town()
    event = saturdays.a_saturday(curial, date(2027, 6, 26))
    draft = saturdays.a_draft()
    scheduling.cancel(event, actor=SAMIRA, now=clock.now())
    refused_as_stale(draft)


def test_an_association_that_will_be_away_makes_a_plan_stale() -> None:
    saturdays.a_town()
    draft = saturdays.a_draft()
    [line, *_] = [line for line in lines_of(draft) if line.day is not None]
    offer = db.session.scalars(
        select(SaturdayOffer).where(SaturdayOffer.organisation_id == line.organisation_id)
    ).one()
    offer.away = [str(line.day)]
    refused_as_stale(draft)


def test_an_event_elsewhere_disturbs_no_plan() -> None:
    saturdays.a_town()
    draft = saturdays.a_draft()
    factories.an_event("Le parcours", venue=factories.a_school("Rotonde", kind="culture"))
    assert drafting.accept(draft, actor=SAMIRA, now=clock.now())


def test_a_plan_that_waited_beyond_its_first_date_is_refused() -> None:
    saturdays.a_town()
    draft = saturdays.a_draft()
    first = min(line.day for line in lines_of(draft) if line.day)
    with pytest.raises(DatesHavePassed) as refused:
        drafting.accept(draft, actor=SAMIRA, now=local(first, 8))
    assert refused.value.parameters == {"day": "28/11/2026"}
    assert events_announced() == 0


def test_without_its_action_nothing_is_announced() -> None:
    factories.a_school()
    saturdays.an_offer("Espace 19", "les écrans")
    draft = saturdays.a_draft()
    with pytest.raises(NoSchoolAction):
        drafting.accept(draft, actor=SAMIRA, now=clock.now())
    assert events_announced() == 0


def test_a_hostless_saturday_stays_in_the_plan_without_a_name(db_session: scoped_session[Session]) -> None:
    curial, _, _ = saturdays.a_town()
    event = saturdays.a_saturday(curial, date(2026, 12, 5))
    draft = saturdays.a_draft()
    db_session.commit()
    [line] = [line for line in lines_of(draft) if line.event_id is not None]
    assert (line.day, line.organisation_id, line.topic_id) == (date(2026, 12, 5), None, None)
    assert line.event_id == event.id


def test_planning_is_imported_without_the_solver() -> None:
    """Web processes import this room; only `think` loads OR-Tools and NumPy."""
    modules = "eventsapp.planning.drafting, eventsapp.planning.listings, eventsapp.web.coordination.plans"
    script = f"import sys, {modules}; print(sorted({{'ortools', 'numpy'}} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("hour", ["22:59", "23:01"])
def test_tomorrow_is_a_day_in_paris(hour: str) -> None:
    """23:01 UTC on Sunday is Monday in Paris already: Tuesday is the first day to plan."""
    now = datetime.fromisoformat(f"2026-11-22T{hour}:00+00:00")
    tomorrow = {"22:59": date(2026, 11, 23), "23:01": date(2026, 11, 24)}
    assert first_day_to_plan(school_year(YEAR), now) == tomorrow[hour]


def test_two_coordinators_say_yes_at_once_and_the_year_is_announced_once(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    saturdays.a_town()
    draft_id = saturdays.a_draft().id
    db_session.commit()
    db_session.rollback()
    together = Barrier(2)

    def say_yes(actor: str) -> str:
        with app.app_context():
            together.wait(timeout=10)
            begin_writing()
            try:
                drafting.accept(listings.by_id(draft_id), actor=actor, now=clock.now())
                db.session.commit()
            except DraftIsSettled:
                db.session.rollback()
                return "too late"
            return "announced"

    with ThreadPoolExecutor(2) as hands:
        said = sorted(hands.map(say_yes, ["account:1", "account:2"]))

    assert said == ["announced", "too late"]
    draft = listings.by_id(draft_id)
    assert events_announced() == draft.figures["proposed"]
