"""The Maison des femmes de Flandre gives her OpenAgenda: what becomes of it, then of every change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session
from time_machine import Traveller

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Activity, Event
from eventsapp.agenda.notice_models import Notice
from eventsapp.clock import local
from eventsapp.imports import outlook, places, sources, taking
from eventsapp.imports.models import Following, ImportedRow, ImportSource
from eventsapp.imports.outlook import CancelledThere, HeldElsewhere, ProposalWasRefused
from eventsapp.imports.steps import Kind, Plan
from eventsapp.imports.taking import ReadingChanged
from eventsapp.people import approvals
from eventsapp.people.models import Account, Organisation
from eventsapp.places import closures
from eventsapp.proposals import deciding
from eventsapp.proposals.models import Proposal, ProposalStatus
from tests import factories
from tests.imports.conftest import Accepts, Sends
from tests.imports.exports import an_event, openagenda, timing

TWO = [timing("2026-12-05", "10:00", "12:00"), timing("2026-12-12", "10:00", "12:00")]


def counted(plan: Plan) -> dict[str, int]:
    found = {kind.name: len(steps) for kind, steps in plan.steps.items() if steps}
    others = {"UNPLACED": len(plan.unplaced), "PAST": len(plan.past), "REFUSED": len(plan.refused)}
    return found | {name: number for name, number in others.items() if number}


def events(session: scoped_session[Session]) -> list[Event]:
    session.expire_all()
    return list(session.scalars(select(Event).order_by(Event.starts_at, Event.id)))


def starts(session: scoped_session[Session]) -> list[datetime]:
    return [event.starts_at for event in events(session)]


def december(day: int, hour: int) -> datetime:
    return local(date(2026, 12, day), hour)


def test_nothing_is_written_before_she_accepts(sends: Sends, db_session: scoped_session[Session]) -> None:
    assert counted(sends(openagenda(an_event(timings=TWO)))) == {"NEW": 2}
    for kind in (Event, Proposal, ImportedRow):
        assert db_session.scalar(select(func.count()).select_from(kind)) == 0


def test_whoever_is_trusted_publishes_one_activity_with_its_dates(
    maison: Organisation, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    sends(openagenda(an_event(timings=TWO)))
    done = accepts()
    assert (done.new, done.failed) == (2, [])
    found = events(db_session)
    assert [event.starts_at for event in found] == [december(5, 10), december(12, 10)]
    assert {(event.title, event.host_id, event.venue.name) for event in found} == {
        ("Café des femmes", maison.id, "École Curial")
    }
    assert found[0].description == "Avec Fatou.\nEntrée libre."
    assert len(db_session.scalars(select(Activity)).all()) == 1


def test_the_same_file_twice_changes_nothing(
    source: ImportSource, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    octets = openagenda(an_event(timings=TWO), an_event(7, "Couture"))
    sends(octets)
    accepts()
    revision = factories.a_territory().revision
    again = sends(octets)
    assert (counted(again), again.to_do, source.waiting) == ({"SAME": 3}, [], 0)
    accepts()
    db_session.expire_all()
    assert factories.a_territory().revision == revision
    assert len(events(db_session)) == 3


def test_a_date_that_moves_is_moved_and_people_are_told(
    sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    sends(openagenda(an_event(timings=TWO)))
    accepts()
    moved = [TWO[0], timing("2026-12-12", "14:00", "16:00")]
    plan = sends(openagenda(an_event(timings=moved, description={"fr": "Une autre phrase"})))
    assert counted(plan) == {"CHANGED": 2}
    assert [step.changes for step in plan.steps[Kind.CHANGED]] == [
        ("summary",),
        ("summary", "starts_at", "ends_at"),
    ]
    assert accepts().changed == 2
    first, second = events(db_session)
    assert (first.starts_at, first.sequence, first.summary) == (december(5, 10), 0, "Une autre phrase")
    assert (second.starts_at, second.ends_at, second.sequence) == (december(12, 14), december(12, 16), 1)
    assert db_session.scalars(select(Notice.event_id)).all() == [second.id]


def test_what_vanished_is_shown_and_cancelled_only_if_she_ticks(
    sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    sends(openagenda(an_event(timings=TWO)))
    accepts()
    plan = sends(openagenda(an_event(timings=TWO[:1])))
    assert counted(plan) == {"SAME": 1, "VANISHED": 1}
    accepts()
    assert [event.is_cancelled for event in events(db_session)] == [False, False]
    accepts(cancelled={plan.steps[Kind.VANISHED][0].key})
    assert [event.is_cancelled for event in events(db_session)] == [False, True]
    assert counted(sends(openagenda(an_event(timings=TWO[:1])))) == {"SAME": 1}
    # It is back in the file: so is the session.
    plan = sends(openagenda(an_event(timings=TWO)))
    assert counted(plan) == {"SAME": 1, "RESTORED": 1}
    accepts()
    assert [event.is_cancelled for event in events(db_session)] == [False, False]


def test_what_is_over_is_never_cancelled(
    sends: Sends, accepts: Accepts, clock: Traveller, db_session: scoped_session[Session]
) -> None:
    sends(openagenda(an_event(timings=TWO)))
    accepts()
    clock.move_to(december(6, 10))
    assert counted(sends(openagenda(an_event(timings=TWO[1:])))) == {"SAME": 1}
    assert counted(sends(openagenda(an_event(timings=TWO)))) == {"SAME": 1, "PAST": 1}


def test_a_hand_edit_wins_unless_she_chooses_the_file(
    source: ImportSource, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    sends(openagenda(an_event()))
    accepts()
    (event,) = events(db_session)
    scheduling.reword(event, title="Café de Flandre", actor="account:1", now=hours.now())
    db_session.commit()
    assert counted(sends(openagenda(an_event()))) == {"SAME": 1}  # only she has changed anything
    renamed = openagenda(an_event(title="Café du samedi", description={"fr": "Neuf"}))
    plan = sends(renamed)
    assert [(step.changes, step.by_hand) for step in plan.conflicts] == [(("title", "summary"), ("title",))]
    assert accepts().kept == 1
    assert [(one.title, one.summary) for one in events(db_session)] == [("Café de Flandre", "Neuf")]
    assert counted(sends(renamed)) == {"SAME": 1}  # what was seen is not asked again
    plan = sends(openagenda(an_event(title="Café de midi", description={"fr": "Neuf"})))
    accepts(overwritten={plan.conflicts[0].key})
    assert [one.title for one in events(db_session)] == ["Café de midi"]


def test_a_status_of_cancelled_is_followed_both_ways(
    sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    plan = sends(openagenda(an_event(status=6)))
    assert [one.sentence for one in plan.refused] == [CancelledThere.sentence]
    sends(openagenda(an_event()))
    accepts()
    assert counted(sends(openagenda(an_event(status=6)))) == {"CANCELLED": 1}
    assert accepts().cancelled == 1
    assert [event.is_cancelled for event in events(db_session)] == [True]
    assert counted(sends(openagenda(an_event()))) == {"RESTORED": 1}
    accepts()
    assert [event.is_cancelled for event in events(db_session)] == [False]


def test_an_unknown_place_waits_for_a_choice_that_is_remembered(
    source: ImportSource, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    salle = {"name": "Salle Tanger", "address": "12 rue de Tanger", "postalCode": "75019"}
    lyon = {"name": "Hôtel de Lyon", "address": "1 place Bellecour", "postalCode": "69002"}
    octets = openagenda(
        an_event(1, location=salle),
        an_event(2, "Couture", location=salle),
        an_event(3, "Lyon", location=lyon),
    )
    plan = sends(octets)
    assert {one.said: one.count for one in plan.unplaced.values()} == {
        "Salle Tanger, 12 rue de Tanger 75019": 2,
        "Hôtel de Lyon, 1 place Bellecour 69002": 1,
    }
    tanger, elsewhere = plan.unplaced
    places.choose(source, tanger, factories.a_school("École Tanger", address="41 rue de Tanger"))
    places.choose(source, elsewhere, None)
    plan = sends(octets)
    assert counted(plan) == {"NEW": 2, "REFUSED": 1}
    assert plan.refused[0].sentence == HeldElsewhere.sentence
    accepts()
    assert [event.venue.name for event in events(db_session)] == ["École Tanger"] * 2


@pytest.mark.parametrize(
    "location",
    [
        {"name": "ecole CURIAL", "address": "", "postalCode": ""},
        {"name": "Chez nous", "address": "51, rue Curial, 75019 Paris", "postalCode": "75019"},
        {"name": "Préau de l’École Curial (Paris)", "address": "", "postalCode": ""},
    ],
)
def test_a_place_is_known_by_its_name_or_its_street(sends: Sends, location: dict[str, Any]) -> None:
    (step,) = sends(openagenda(an_event(location=location))).steps[Kind.NEW]
    assert step.venue is not None
    assert step.venue.name == "École Curial"


def test_a_session_that_names_no_place_is_held_at_the_usual_one(
    source: ImportSource, sends: Sends, db_session: scoped_session[Session]
) -> None:
    nowhere = openagenda(an_event(location={}))
    assert counted(sends(nowhere)) == {"UNPLACED": 1}
    source.venue = factories.a_school()
    assert counted(sends(nowhere)) == {"NEW": 1}


def test_who_is_not_trusted_proposes_and_the_file_corrects_what_waits(
    maison: Organisation, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    approvals.distrust(maison, factories.a_territory(), actor="cli", now=hours.now())
    sends(openagenda(an_event(timings=TWO)))
    accepts()
    (proposal,) = db_session.scalars(select(Proposal))
    assert (proposal.status, len(proposal.sessions or []), proposal.edition) == (ProposalStatus.WAITING, 2, 1)
    assert counted(sends(openagenda(an_event(timings=TWO)))) == {"SAME": 2}

    later = [TWO[0], timing("2026-12-12", "14:00", "16:00")]
    assert counted(sends(openagenda(an_event(timings=later)))) == {"SAME": 1, "CHANGED": 1}
    accepts()
    db_session.expire_all()
    assert (proposal.status, proposal.edition) == (ProposalStatus.WAITING, 2)
    deciding.publish(proposal, edition=2, actor="account:9", now=hours.now())
    db_session.commit()
    assert starts(db_session) == [december(5, 10), december(12, 14)]
    # What it has become is followed too.
    assert counted(sends(openagenda(an_event(timings=TWO)))) == {"SAME": 1, "CHANGED": 1}
    accepts()
    assert starts(db_session) == [december(5, 10), december(12, 10)]


def test_what_was_refused_is_not_proposed_again(
    maison: Organisation, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    approvals.distrust(maison, factories.a_territory(), actor="cli", now=hours.now())
    sends(openagenda(an_event()))
    accepts()
    (proposal,) = db_session.scalars(select(Proposal))
    deciding.refuse(proposal, "Trop loin", actor="account:9", now=hours.now())
    db_session.commit()
    plan = sends(openagenda(an_event(title="Autre titre")))
    assert (counted(plan), plan.refused[0].sentence) == ({"REFUSED": 1}, ProposalWasRefused.sentence)


def test_a_waiting_proposal_of_which_all_vanished_is_withdrawn_if_she_ticks(
    maison: Organisation, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    approvals.distrust(maison, factories.a_territory(), actor="cli", now=hours.now())
    sends(openagenda(an_event()))
    accepts()
    plan = sends(openagenda())
    assert counted(plan) == {"VANISHED": 1}
    accepts(cancelled={plan.steps[Kind.VANISHED][0].key})
    assert db_session.scalars(select(Proposal.status)).all() == [ProposalStatus.WITHDRAWN]


def test_what_cannot_be_published_holds_up_no_other(
    sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    closed = factories.a_school("École Tanger", address="41 rue de Tanger")
    closures.close(
        closed,
        starts_at=december(4, 8),
        ends_at=december(6, 8),
        reason="Travaux",
        actor="account:9",
        now=hours.now(),
    )
    sends(openagenda(an_event(1, location={"name": "École Tanger"}), an_event(2, "Couture")))
    done = accepts()
    assert (done.new, [title for title, _ in done.failed]) == (1, ["Café des femmes"])
    assert [event.title for event in events(db_session)] == ["Couture"]


def test_an_agenda_that_changed_meanwhile_is_shown_again(
    source: ImportSource, fatou: Account, sends: Sends, accepts: Accepts
) -> None:
    shown = sends(openagenda(an_event())).fingerprint
    sends(openagenda(an_event(2, "Autre")))
    with pytest.raises(ReadingChanged):
        taking.take_over(source, taking.Chosen(), shown=shown, by=fatou, now=hours.now())


def test_a_source_that_is_followed_by_itself_waits_only_for_hand_edits(
    source: ImportSource, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    source.following = Following.BY_ITSELF
    sends(openagenda(an_event(1, timings=TWO), an_event(2, "Couture")))
    taking.by_itself(source, now=hours.now())
    assert len(events(db_session)) == 3
    couture = next(event for event in events(db_session) if event.title == "Couture")
    scheduling.reword(couture, title="Couture à deux", actor="account:1", now=hours.now())
    sends(openagenda(an_event(1, "Café du samedi", timings=TWO[:1]), an_event(2, "Couture pour tous")))
    taking.by_itself(source, now=hours.now())
    assert sorted(event.title for event in events(db_session)) == [
        "Café des femmes",
        "Café du samedi",
        "Couture à deux",
    ]
    assert not any(event.is_cancelled for event in events(db_session))
    assert source.waiting == 2  # a title that both have changed, and a date that vanished
    source.cancels_vanished = True
    taking.by_itself(source, now=hours.now())
    assert [event.is_cancelled for event in events(db_session)] == [False, False, True]


def test_a_portal_that_shows_nothing_cancels_nobody(
    source: ImportSource, sends: Sends, db_session: scoped_session[Session]
) -> None:
    source.following, source.cancels_vanished = Following.BY_ITSELF, True
    days = [timing(f"2026-12-{day:02}", "10:00", "12:00") for day in range(1, 8)]
    sends(openagenda(an_event(timings=days)))
    taking.by_itself(source, now=hours.now())
    assert len(events(db_session)) == 7
    assert counted(sends(openagenda())) == {"VANISHED": 7}
    assert taking.by_itself(source, now=hours.now()) is None
    assert not any(event.is_cancelled for event in events(db_session))


def test_a_source_that_is_given_up_leaves_what_is_published(
    source: ImportSource, sends: Sends, accepts: Accepts, db_session: scoped_session[Session]
) -> None:
    sends(openagenda(an_event()))
    accepts()
    sources.remove(source, actor="account:1", now=hours.now())
    db_session.commit()
    assert len(events(db_session)) == 1
    assert db_session.scalar(select(func.count()).select_from(ImportedRow)) == 0


def test_what_is_long_over_is_forgotten(
    source: ImportSource,
    sends: Sends,
    accepts: Accepts,
    clock: Traveller,
    db_session: scoped_session[Session],
) -> None:
    sends(openagenda(an_event()))
    accepts()
    clock.shift(timedelta(days=300))
    assert sources.forget_old(hours.now()) is None
    clock.shift(timedelta(days=100))
    assert sources.forget_old(hours.now()) == 1
    db_session.commit()
    assert (source.reading, source.read_at) == (None, None)


def test_planning_asks_the_same_number_of_questions_of_one_row_and_of_many(
    source: ImportSource, sends: Sends, accepts: Accepts, statements: Any, db_session: scoped_session[Session]
) -> None:
    def asked() -> int:
        db_session.expire_all()
        source.reading, source.organisation, source.action, source.venue_id  # noqa: B018 - loads it
        with statements() as said:
            outlook.plan(source, now=hours.now())
        return len(said)

    sends(openagenda(an_event(1)))
    accepts()
    few = asked()
    sends(openagenda(*(an_event(number, f"Atelier {number}", timings=TWO) for number in range(1, 9))))
    accepts()
    assert asked() == few
