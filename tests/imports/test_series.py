"""A record of a partner's agenda is one series here, whatever is added, split, merged or taken away there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Activity, Event, RegistrationMode
from eventsapp.agenda.notice_models import Notice
from eventsapp.agenda.scheduling import Announcement
from eventsapp.clock import local
from eventsapp.imports import taking
from eventsapp.imports.models import Following, ImportedRow, ImportSource
from eventsapp.imports.steps import Kind, Plan
from eventsapp.people import approvals
from eventsapp.people.models import Organisation
from eventsapp.proposals import deciding, listings
from eventsapp.proposals.models import Proposal
from tests import factories
from tests.imports.conftest import Accepts, Sends
from tests.imports.exports import an_event, openagenda, timing


def saturdays(*days: int) -> list[dict[str, str]]:
    return [timing(f"2026-12-{day:02}", "10:00", "12:00") for day in days]


def held(session: scoped_session[Session]) -> dict[str, list[int]]:
    """The days of December of each series, in the order they were announced."""
    session.expire_all()
    found: dict[str, list[int]] = {}
    for event in session.scalars(select(Event).order_by(Event.id)):
        found.setdefault(event.activity.slug, []).append(event.starts_at.day)
    return found


def counted(plan: Plan) -> dict[str, int]:
    return {kind.name: len(steps) for kind, steps in plan.steps.items() if steps}


def added(plan: Plan) -> list[tuple[str, int, str | None]]:
    """What the page says of what is new: its title, how many dates, and the series that they join."""
    return [
        (one.steps[0].wanted.title, len(one.steps), one.joins.title if one.joins else None)
        for one in plan.additions
    ]


def test_new_dates_of_a_record_join_its_series(
    sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    assert added(sends(openagenda(an_event(timings=saturdays(5, 12))))) == [("Café des femmes", 2, None)]
    accepts()
    more = openagenda(an_event(timings=saturdays(5, 12, 19, 26)), an_event(7, "Couture"))
    assert added(sends(more)) == [("Café des femmes", 2, "Café des femmes"), ("Couture", 1, None)]
    assert accepts().new == 3
    assert held(db_session) == {"cafe-des-femmes": [5, 12, 19, 26], "couture": [5]}
    assert counted(sends(more)) == {"SAME": 5}


def test_each_proposal_knows_its_own_dates_of_the_series(
    maison: Organisation, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    """A date that somebody added by hand in between is nobody's."""
    sends(openagenda(an_event(timings=saturdays(5, 12))))
    accepts()
    first = db_session.scalars(select(Event).order_by(Event.id)).first()
    assert first is not None
    by_hand = Announcement(
        activity=first.activity,
        venue=first.venue,
        starts_at=local(date(2026, 12, 6), 10),
        ends_at=local(date(2026, 12, 6), 12),
        audience=first.audience,
        title="Sortie",
        registration=RegistrationMode.NONE,
    )
    scheduling.announce(by_hand, actor="account:1", now=hours.now())
    db_session.commit()
    sends(openagenda(an_event(timings=saturdays(5, 12, 19))))
    accepts()
    moved = [*saturdays(5, 12), timing("2026-12-19", "14:00", "16:00")]
    plan = sends(openagenda(an_event(timings=moved)))
    (step,) = plan.steps[Kind.CHANGED]
    assert step.event is not None
    assert (step.event.title, step.event.starts_at) == ("Café des femmes", local(date(2026, 12, 19), 10))
    proposals = list(db_session.scalars(select(Proposal).order_by(Proposal.id)))
    firsts = [listings.first_event_of(proposal) for proposal in proposals]
    assert [event.starts_at.day for event in firsts if event] == [5, 19]


def test_a_record_of_ninety_dates_is_one_series(
    sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    first = date(2026, 12, 1)
    days = [timing(str(first + timedelta(days=number)), "10:00", "12:00") for number in range(90)]
    plan = sends(openagenda(an_event(timings=days)))
    assert added(plan) == [("Café des femmes", 90, None)]
    accepts()
    assert [len(found) for found in held(db_session).values()] == [90]
    assert len(db_session.scalars(select(Proposal)).all()) == 3
    assert counted(sends(openagenda(an_event(timings=days)))) == {"SAME": 90}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_dates_that_the_project_team_reads_join_it_whichever_is_published_first(
    order: Iterable[int],
    maison: Organisation,
    sends: Sends,
    accepts: Accepts,
    db_session: scoped_session[Session],
) -> None:
    approvals.distrust(maison, factories.a_territory(), actor="cli", now=hours.now())
    sends(openagenda(an_event(timings=saturdays(5))))
    accepts()
    both = openagenda(an_event(timings=saturdays(5, 12)))
    sends(both)
    accepts()
    proposals = db_session.scalars(select(Proposal).order_by(Proposal.id)).all()
    for number in order:
        deciding.publish(proposals[number], edition=1, actor="account:9", now=hours.now())
        db_session.commit()
    assert {slug: sorted(days) for slug, days in held(db_session).items()} == {"cafe-des-femmes": [5, 12]}
    assert counted(sends(both)) == {"SAME": 2}


def test_dates_after_a_refusal_begin_a_series_of_their_own(
    maison: Organisation, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    approvals.distrust(maison, factories.a_territory(), actor="cli", now=hours.now())
    sends(openagenda(an_event(timings=saturdays(5))))
    accepts()
    (proposal,) = db_session.scalars(select(Proposal))
    deciding.refuse(proposal, "Pas ici.", actor="account:9", now=hours.now())
    db_session.commit()
    assert added(sends(openagenda(an_event(timings=saturdays(5, 12))))) == [("Café des femmes", 1, None)]


def test_another_action_is_another_series(
    source: ImportSource, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    sends(openagenda(an_event(timings=saturdays(5))))
    accepts()
    source.action = factories.an_action("Petits déjeuners")
    db_session.commit()
    assert added(sends(openagenda(an_event(timings=saturdays(5, 12))))) == [("Café des femmes", 1, None)]
    accepts()
    assert held(db_session) == {"cafe-des-femmes": [5], "cafe-des-femmes-2": [12]}


def test_a_record_that_is_split_or_merged_there_stays_what_it_is_here(
    sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    sends(openagenda(an_event(1, timings=saturdays(5, 12, 19))))
    accepts()
    split = (an_event(1, timings=saturdays(5)), an_event(2, timings=saturdays(12, 19)))
    assert counted(sends(openagenda(*split))) == {"SAME": 3}
    more = (an_event(1, timings=saturdays(5)), an_event(2, timings=saturdays(12, 19, 26)))
    assert added(sends(openagenda(*more))) == [("Café des femmes", 1, "Café des femmes")]
    accepts()
    assert held(db_session) == {"cafe-des-femmes": [5, 12, 19, 26]}
    known = db_session.scalars(select(ImportedRow).order_by(ImportedRow.session_at))
    assert len({one.parent for one in known}) == 2
    merged = openagenda(an_event(9, timings=saturdays(5, 12, 19, 26)))
    assert counted(sends(merged)) == {"SAME": 4}


def test_what_is_held_twice_at_one_hour_keeps_its_place_in_a_new_record(
    sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    factories.a_school("École Tanger", address="41 rue de Tanger")
    there = {"name": "École Tanger", "address": "41 rue de Tanger", "postalCode": "75019"}
    sends(openagenda(an_event(1, timings=saturdays(5)), an_event(2, timings=saturdays(5), location=there)))
    accepts()
    renumbered = an_event(12, timings=saturdays(5), location=there), an_event(11, timings=saturdays(5))
    assert counted(sends(openagenda(*renumbered))) == {"SAME": 2}


def test_another_place_is_a_change_that_people_hear_of(
    sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    factories.a_school("École Tanger", address="41 rue de Tanger")
    there = {"name": "École Tanger", "address": "41 rue de Tanger", "postalCode": "75019"}
    sends(openagenda(an_event(1, timings=saturdays(5))))
    accepts()
    plan = sends(openagenda(an_event(1, timings=saturdays(5), location=there)))
    assert [step.changes for step in plan.steps[Kind.CHANGED]] == [("venue_id",)]
    accepts()
    (event,) = db_session.scalars(select(Event))
    assert (event.venue.name, event.sequence) == ("École Tanger", 1)
    assert db_session.scalars(select(Notice.event_id)).all() == [event.id]
    assert len(db_session.scalars(select(Activity)).all()) == 1


@pytest.mark.parametrize("by_then", ["somebody is registered", "it was moved here"])
def test_a_gap_in_the_file_cancels_nothing_that_was_touched_here(
    by_then: str, source: ImportSource, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    source.following, source.cancels_vanished = Following.BY_ITSELF, True
    sends(openagenda(an_event(timings=saturdays(5, 12, 19))))
    accepts()
    first, second, _third = db_session.scalars(select(Event).order_by(Event.id))
    if by_then == "somebody is registered":
        first.registration, first.capacity, first.seats_taken = RegistrationMode.COUNTED, 12, 3
    else:
        starts, ends = local(date(2026, 12, 6), 10), local(date(2026, 12, 6), 12)
        scheduling.reschedule(first, starts_at=starts, ends_at=ends, actor="account:1", now=hours.now())
    db_session.commit()
    plan = sends(openagenda(an_event(timings=saturdays(19))))
    assert counted(plan) == {"SAME": 1, "VANISHED": 2}
    done: Any = taking.by_itself(source, now=hours.now())
    db_session.commit()
    assert (done.cancelled, first.is_cancelled, second.is_cancelled, source.waiting) == (1, False, True, 1)
    assert taking.by_itself(source, now=hours.now()) is None
    (waiting,) = sends(openagenda(an_event(timings=saturdays(19)))).steps[Kind.VANISHED]
    accepts(cancelled={waiting.key})
    assert first.is_cancelled


def test_a_town_alone_is_no_place(
    source: ImportSource, sends: Sends, db_session: scoped_session[Session]
) -> None:
    nowhere = {"name": "", "address": "", "postalCode": "75019", "city": "Paris"}
    (waiting,) = sends(openagenda(an_event(location=nowhere))).unplaced.values()
    assert (waiting.words, waiting.said) == ("", "")
    source.venue = factories.a_school()
    db_session.commit()
    assert counted(sends(openagenda(an_event(location=nowhere)))) == {"NEW": 1}


def test_places_with_a_name_or_street_alike_are_offered_first(sends: Sends) -> None:
    for name in ("École maternelle Tanger A", "École élémentaire Tanger B", "Bibliothèque Place des Fêtes"):
        factories.a_school(name, address="41 rue de Tanger" if "Tanger" in name else "18 rue Janssen")
    there = {"name": "Groupe scolaire", "address": "41 rue de Tanger", "postalCode": "75019"}
    library = {"name": "Bibliothèque des Fêtes", "address": "", "postalCode": "75019"}
    plan = sends(openagenda(an_event(1, location=there), an_event(2, "Contes", location=library)))
    assert [[venue.name for venue in one.likely] for one in plan.unplaced.values()] == [
        ["École maternelle Tanger A", "École élémentaire Tanger B"],
        ["Bibliothèque Place des Fêtes"],
    ]
