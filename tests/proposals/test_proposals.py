"""Moussa proposes for Espace 19, Samira answers: what becomes an event, what never does, who hears."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session
from time_machine import Traveller

from eventsapp import clock as hours
from eventsapp.agenda.bounds import CapacityOdd, DayTooFar
from eventsapp.agenda.models import Accessibility, Activity, Audience, Event, RegistrationMode
from eventsapp.agenda.scheduling import CapacityMissing, EndsBeforeStart, VenueElsewhere
from eventsapp.clock import local
from eventsapp.journal import JournalLine
from eventsapp.mailroom.models import Letter
from eventsapp.media import keeping, pictures
from eventsapp.media.models import Picture
from eventsapp.people import accounts, approvals
from eventsapp.people.contacts import TooLong
from eventsapp.people.models import Account, Organisation
from eventsapp.people.partner_requests import ReasonMissing
from eventsapp.people.showcase import AlternativeMissing
from eventsapp.proposals import answers as asking
from eventsapp.proposals import deciding, submitting
from eventsapp.proposals.answers import Answers
from eventsapp.proposals.models import MOVES, Proposal, ProposalStatus
from eventsapp.proposals.steps import ProposalIsSettled
from eventsapp.refusals import NotFound, Refusal
from tests import factories
from tests.photos import a_photo

SATURDAY = date(2026, 12, 5)
"""The first of its month, with school."""


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> Organisation:
    """Espace 19, approved in the 19e."""
    found = factories.an_association("Espace 19")
    approvals.approve(found, factories.a_territory(), actor="cli", now=hours.now())
    db_session.commit()
    return found


@pytest.fixture
def moussa(db_session: scoped_session[Session]) -> Account:
    found = accounts.open_account("moussa@example.org", "Moussa", actor="cli", now=hours.now())
    db_session.commit()
    return found


def some_answers(**values: object) -> Answers:
    """A workshop at Curial, on Saturday 5 December from 14:00 to 16:00."""
    said = {
        "action": factories.an_action(),
        "venue": factories.a_school(),
        "title": "Atelier d’écriture",
        "day": SATURDAY,
        "start": time(14),
        "end": time(16),
    }
    return Answers(**said | values)  # type: ignore[arg-type]  # as the test says them


def propose(espace: Organisation, moussa: Account, form: str = "", **values: object) -> Proposal:
    return submitting.submit(espace, some_answers(**values), form=form, by=moussa, now=hours.now())


def days(session: scoped_session[Session]) -> list[date]:
    return [hours.day_of(one) for one in session.scalars(select(Event.starts_at).order_by(Event.starts_at))]


def how_many(session: scoped_session[Session], kind: type[object]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def verbs(session: scoped_session[Session]) -> list[tuple[str, str]]:
    lines = session.scalars(
        select(JournalLine).where(JournalLine.thing == "proposal").order_by(JournalLine.id)
    )
    return [(line.actor, line.verb) for line in lines]


def test_what_is_proposed_is_no_event_before_somebody_says_yes(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    revision = factories.a_territory().revision
    proposal = propose(espace, moussa)
    assert proposal.status is ProposalStatus.WAITING
    assert (how_many(db_session, Event), how_many(db_session, Activity)) == (0, 0)
    db_session.expire_all()
    assert factories.a_territory().revision == revision  # no feed, map or agenda is drawn anew

    deciding.publish(proposal, edition=1, actor="account:9", now=hours.now())
    event = db_session.scalars(select(Event)).one()
    assert (event.host_id, event.venue.name, event.title) == (espace.id, "École Curial", "Atelier d’écriture")
    assert (event.starts_at, event.ends_at) == (local(SATURDAY, 14), local(SATURDAY, 16))
    assert event.activity_id == proposal.activity_id
    assert event.activity.rule is None
    assert verbs(db_session) == [(moussa.actor, "submitted"), ("account:9", "published")]
    letter = db_session.scalars(select(Letter)).one()
    assert (letter.kind, letter.address) == ("proposals/published", "moussa@example.org")
    assert f"/e/{event.code}" in letter.text


def test_a_monthly_series_skips_the_holidays_and_keeps_its_terms(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    rule = asking.monthly(SATURDAY, date(2027, 6, 30))
    renewed = pictures.renew(a_photo((90, 60)), most=10**6)
    proposal = propose(
        espace,
        moussa,
        rule=rule,
        is_counted=True,
        capacity=12,
        audience=Audience.FAMILIES,
        spoken_languages=["wo", "ar", "klingon"],
        accessibility=[Accessibility.QUIET, Accessibility.SIGN_LANGUAGE],
        renewed=renewed,
        alternative="Une table et des cahiers",
    )
    deciding.publish(proposal, edition=1, actor="account:9", now=hours.now())
    # The first Saturdays: 2 January, 6 February and 3 April begin or lie in holidays, 1 May is public.
    assert days(db_session) == [
        SATURDAY,
        date(2027, 3, 6),
        date(2027, 6, 5),
    ]
    activity = db_session.scalars(select(Activity)).one()
    assert activity.rule == rule.to_dict()
    assert (activity.usual_start, activity.usual_minutes, activity.usual_capacity) == (time(14), 120, 12)
    for event in db_session.scalars(select(Event)):
        assert (event.registration, event.capacity) == (RegistrationMode.COUNTED, 12)
        assert event.spoken_languages == ["ar", "wo"]  # a language that no form offers is not kept
        assert event.accessibility == ["calme", "lsf"]
        assert (event.picture_id, event.picture_alternative) == (
            proposal.picture_id,
            "Une table et des cahiers",
        )


@pytest.mark.databases("sqlite")
def test_a_fifth_saturday_means_the_last_of_each_month() -> None:
    rule = asking.monthly(date(2027, 1, 30), date(2027, 6, 30))
    assert [one.name for one in rule.ordinals] == ["LAST"]


def test_who_is_trusted_publishes_at_once_and_only_there(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    nineteenth, tenth = factories.a_territory(), factories.a_territory(10)
    approvals.approve(espace, tenth, actor="cli", now=hours.now())
    approvals.trust(espace, nineteenth, actor="account:9", now=hours.now())
    here = propose(espace, moussa)
    there = propose(
        espace,
        moussa,
        action=factories.an_action("Ailleurs", territory=tenth),
        venue=factories.a_school("École Récollets", territory=tenth),
    )
    assert (here.status, there.status) == (ProposalStatus.PUBLISHED, ProposalStatus.WAITING)
    assert [event.territory_id for event in db_session.scalars(select(Event))] == [nineteenth.id]
    assert how_many(db_session, Letter) == 0  # who published it knows
    approvals.distrust(espace, nineteenth, actor="account:9", now=hours.now())
    assert propose(espace, moussa).status is ProposalStatus.WAITING
    told = (
        select(JournalLine.verb).where(JournalLine.thing == "organisation_approval").order_by(JournalLine.id)
    )
    assert db_session.scalars(told).all() == ["approved", "approved", "trusted", "trusted no more"]


@pytest.mark.databases("sqlite")
def test_trust_is_given_only_to_who_may_act_there(espace: Organisation) -> None:
    with pytest.raises(NotFound):
        approvals.trust(espace, factories.a_territory(10), actor="cli", now=hours.now())


REFUSED: dict[str, tuple[dict[str, object], type[Refusal], str]] = {
    "no title": ({"title": " \u200b "}, asking.TitleMissing, "title"),
    "a long title": ({"title": "a" * 161}, TooLong, "title"),
    "yesterday": ({"day": date(2026, 11, 21)}, asking.SessionIsPast, "day"),
    "today, an hour ago": (
        {"day": date(2026, 11, 22), "start": time(11), "end": time(13)},
        asking.SessionIsPast,
        "day",
    ),
    "the year 9999": ({"day": date(9999, 12, 31)}, DayTooFar, "day"),
    "the year 1": ({"day": date.min}, asking.SessionIsPast, "day"),
    "the end at the start": ({"end": time(14)}, EndsBeforeStart, "end"),
    "the end before": ({"end": time(13, 59)}, EndsBeforeStart, "end"),
    "no number of places": ({"is_counted": True}, CapacityMissing, "capacity"),
    "no place": ({"is_counted": True, "capacity": 0}, CapacityOdd, "capacity"),
    "too many places": ({"is_counted": True, "capacity": 2001}, CapacityOdd, "capacity"),
    "words without a picture": ({"alternative": "Des cahiers"}, asking.PictureMissing, "picture"),
    "only holidays": (
        {"day": date(2026, 12, 19), "rule": asking.weekly(date(2026, 12, 19), date(2027, 1, 2))},
        asking.NoDateLeft,
        "until",
    ),
    "a date a week to the end of the calendar": (
        {"rule": asking.weekly(SATURDAY, date(2028, 8, 31))},
        asking.TooManyDates,
        "until",
    ),
}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("story", REFUSED)
def test_refused_beside_its_field(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session], story: str
) -> None:
    values, refusal, field = REFUSED[story]
    with pytest.raises(refusal) as refused:
        propose(espace, moussa, **values)
    assert (type(refused.value), refused.value.field) == (refusal, field)
    db_session.rollback()
    assert how_many(db_session, Proposal) == 0


@pytest.mark.databases("sqlite")
def test_refused_when_places_and_words_do_not_fit(espace: Organisation, moussa: Account) -> None:
    tenth = factories.a_territory(10)
    with pytest.raises(VenueElsewhere) as elsewhere:
        propose(espace, moussa, venue=factories.a_school("École Récollets", territory=tenth))
    assert elsewhere.value.field == "venue"
    there = factories.an_action("Ailleurs", territory=tenth)
    with pytest.raises(submitting.NotApproved) as stranger:
        propose(espace, moussa, action=there, venue=factories.a_school("École Récollets", territory=tenth))
    assert stranger.value.field == "action"
    with pytest.raises(AlternativeMissing):
        propose(espace, moussa, renewed=pictures.renew(a_photo((90, 60)), most=10**6))


def test_a_form_sent_twice_is_one_proposal(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    first, second = propose(espace, moussa, "feuille"), propose(espace, moussa, "feuille")
    assert first is second
    propose(espace, moussa, "autre feuille")
    other = factories.an_association("La Boussole")
    approvals.approve(other, factories.a_territory(), actor="cli", now=hours.now())
    assert propose(other, moussa, "feuille").organisation_id == other.id  # theirs, never Espace 19's
    assert how_many(db_session, Proposal) == 3


def test_samira_asks_for_a_change_moussa_corrects_and_she_publishes_what_she_has_read(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    proposal = propose(espace, moussa)
    with pytest.raises(ReasonMissing):
        deciding.ask_for_changes(proposal, "  ", actor="account:9", now=hours.now())
    deciding.ask_for_changes(proposal, "Plutôt le matin ?", actor="account:9", now=hours.now())
    assert (proposal.status, proposal.reason) == (ProposalStatus.CHANGES_ASKED, "Plutôt le matin ?")
    letter = db_session.scalars(select(Letter)).one()
    assert (letter.kind, letter.address) == ("proposals/changes_asked", "moussa@example.org")
    assert "Plutôt le matin ?" in letter.text

    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    morning = replace(some_answers(), start=time(10), end=time(12))
    submitting.correct(proposal, morning, by=nadia, now=hours.now())
    assert (proposal.status, proposal.reason, proposal.edition) == (ProposalStatus.WAITING, "", 2)
    with pytest.raises(deciding.ProposalChanged):  # her page still shows the first edition
        deciding.publish(proposal, edition=1, actor="account:9", now=hours.now())
    deciding.publish(proposal, edition=2, actor="account:9", now=hours.now())
    assert db_session.scalars(select(Event.starts_at)).one() == local(SATURDAY, 10)
    heard = db_session.scalars(select(Letter.address).order_by(Letter.id)).all()
    assert heard == ["moussa@example.org", "nadia@example.org"]  # who asked last


def test_a_refusal_says_why_and_nothing_is_answered_twice(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    proposal = propose(espace, moussa)
    deciding.refuse(proposal, "Le lieu est pris.", actor="account:9", now=hours.now())
    assert "Le lieu est pris." in db_session.scalars(select(Letter)).one().text
    for again in (
        lambda: deciding.publish(proposal, edition=1, actor="account:9", now=hours.now()),
        lambda: deciding.refuse(proposal, "Non.", actor="account:9", now=hours.now()),
        lambda: deciding.ask_for_changes(proposal, "Non.", actor="account:9", now=hours.now()),
        lambda: submitting.withdraw(proposal, actor=moussa.actor, now=hours.now()),
        lambda: submitting.correct(proposal, some_answers(), by=moussa, now=hours.now()),
    ):
        with pytest.raises(ProposalIsSettled):
            again()
    assert (how_many(db_session, Event), how_many(db_session, Letter)) == (0, 1)


def test_what_is_withdrawn_takes_its_picture_with_it(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    renewed = pictures.renew(a_photo((90, 60)), most=10**6)
    proposal = propose(espace, moussa, renewed=renewed, alternative="Des cahiers")
    hours_later = hours.now() + timedelta(days=2)
    assert keeping.forget_unused(hours_later) is None  # it is in use
    submitting.withdraw(proposal, actor=moussa.actor, now=hours.now())
    assert proposal.status is ProposalStatus.WITHDRAWN
    assert how_many(db_session, Picture) == 0


def test_dates_that_passed_while_it_waited_are_left_out(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session], clock: Traveller
) -> None:
    weekly = propose(espace, moussa, rule=asking.weekly(SATURDAY, date(2026, 12, 12)))
    once = propose(espace, moussa)
    clock.move_to(local(SATURDAY, 15))
    deciding.publish(weekly, edition=1, actor="account:9", now=hours.now())
    assert days(db_session) == [date(2026, 12, 12)]
    with pytest.raises(asking.SessionIsPast):
        deciding.publish(once, edition=1, actor="account:9", now=hours.now())


@pytest.mark.databases("sqlite")
def test_an_approval_that_ended_publishes_nothing(espace: Organisation, moussa: Account) -> None:
    proposal = propose(espace, moussa)
    approvals.end(espace, factories.a_territory(), actor="cli", now=hours.now())
    with pytest.raises(deciding.NoLongerApproved):
        deciding.publish(proposal, edition=1, actor="account:9", now=hours.now())


@pytest.mark.databases("sqlite")
def test_a_sensitive_action_is_named_in_no_letter_and_its_event_in_no_list(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    quiet = factories.an_action("Répit", is_sensitive=True)
    proposal = propose(espace, moussa, action=quiet, title="Répit pour les mères")
    deciding.publish(proposal, edition=1, actor="account:9", now=hours.now())
    letter = db_session.scalars(select(Letter)).one()
    assert "Répit" not in letter.subject + letter.text + letter.html
    assert db_session.scalars(select(Event.is_restricted)).all() == [True]


@pytest.mark.databases("sqlite")
def test_two_series_of_one_title_have_two_addresses(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    for _ in range(2):
        deciding.publish(propose(espace, moussa), edition=1, actor="account:9", now=hours.now())
    slugs = db_session.scalars(select(Activity.slug).order_by(Activity.id)).all()
    assert slugs == ["atelier-d-ecriture", "atelier-d-ecriture-2"]


def test_what_became_nothing_is_forgotten_after_a_year(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    refused, withdrawn, waiting, published = (propose(espace, moussa) for _ in range(4))
    deciding.refuse(refused, "Non.", actor="account:9", now=hours.now())
    submitting.withdraw(withdrawn, actor=moussa.actor, now=hours.now())
    deciding.publish(published, edition=1, actor="account:9", now=hours.now())
    kept = published.id
    del waiting
    assert submitting.forget_old(hours.now() + timedelta(days=364)) is None
    assert submitting.forget_old(hours.now() + timedelta(days=365)) == 3
    assert db_session.scalars(select(Proposal.id)).all() == [kept]


@pytest.mark.parametrize(
    "broken",
    [
        {"status": ProposalStatus.PUBLISHED},
        {"status": ProposalStatus.REFUSED, "reason": "Non"},
        {"status": ProposalStatus.CHANGES_ASKED},
        {"registration": RegistrationMode.COUNTED},
        {"capacity": 3},
        {"picture_alternative": "Rien"},
        {"minutes": 0},
        {"edition": 0},
    ],
    ids=str,
)
def test_the_database_keeps_what_must_never_be_false(
    espace: Organisation, moussa: Account, db_session: scoped_session[Session], broken: dict[str, object]
) -> None:
    proposal = propose(espace, moussa)
    for name, value in broken.items():
        setattr(proposal, name, value)
    with pytest.raises(IntegrityError):
        db_session.flush()
    db_session.rollback()


def test_every_status_has_its_moves() -> None:
    assert set(MOVES) == set(ProposalStatus)
