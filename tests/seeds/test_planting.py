"""Planting: a school year planned, accepted and announced on real places, the same each time."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select

from eventsapp import seeds
from eventsapp.access.models import Grant, Role
from eventsapp.agenda import listings
from eventsapp.agenda.entries import entry_of
from eventsapp.agenda.listings import Filters
from eventsapp.agenda.models import Activity, ActivityKind, Audience, Event, EventStatus, RegistrationMode
from eventsapp.app import create_app
from eventsapp.clock import PARIS, day_of
from eventsapp.database import db
from eventsapp.feeds import public, selection
from eventsapp.ical.calendar import fragment
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.people.models import Account, Organisation, Person
from eventsapp.places.models import Territory, Venue
from eventsapp.planning.models import Draft, DraftLine, DraftStatus
from eventsapp.programme.data_files import BrokenDataFile
from eventsapp.programme.models import Action, Project
from eventsapp.programme.school_calendar import CalendarNotCovered, zone_c
from eventsapp.registrations import listings as registrations
from eventsapp.registrations import offers, open_offers
from eventsapp.registrations.models import HOLDS_SEATS, Registration, RegistrationStatus
from eventsapp.registrations.standing_models import StandingSignUp
from eventsapp.seeds import planting, reading
from eventsapp.tasks.models import Task, TaskStatus

# The year is planted once, not once in each process of a run.
pytestmark = pytest.mark.xdist_group("planted")

TODAY = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def silence(step):
    """Nobody listens to the steps."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The application on a database of its own, planted once: the tests below only read it."""
    app = fresh(tmp_path_factory.mktemp("planted"))
    with app.app_context():
        seeds.plant(TODAY, progress=silence)
    yield app
    dispose(app)


@pytest.fixture
def read(planted):
    """Reads the planted database."""
    with planted.app_context():
        yield db.session
        db.session.rollback()


def fresh(folder):
    app = create_app(
        {
            "ENVIRONMENT": "test",
            "SECRET_KEY": "a secret that only the tests know",
            "INSTANCE_PATH": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/seeds.db",
        }
    )
    with app.app_context():
        upgrade()
    return app


def dispose(app):
    with app.app_context():
        db.engine.dispose()


def mornings(session):
    return session.scalars(
        select(Event)
        .join(Event.activity)
        .where(Activity.kind == ActivityKind.SCHOOL_SATURDAY)
        .order_by(Event.starts_at, Event.id)
    ).all()


def of_kind(session, kind, number):
    return session.scalars(
        select(Event)
        .join(Event.activity)
        .join(Event.territory)
        .where(Activity.kind == kind, Territory.number == number)
        .order_by(Event.starts_at, Event.id)
    ).all()


@pytest.mark.parametrize("asked", [{}, {"theme": ["parentalite"]}, {"public": ["professionnels"]}], ids=str)
def test_the_feeds_of_the_year_are_what_a_rendering_from_scratch_gives(read, asked):
    """Byte for byte, whatever became of its events since they were announced."""
    for territory in read.scalars(select(Territory)):
        feed = public.version(selection.read(territory.slug, asked), now=TODAY)
        held = read.scalars(select(Event).where(*public.held(feed)).order_by(Event.starts_at, Event.uid))
        anew = [fragment(entry_of(event), cancelled_prefix="Annulé : ") for event in held]
        assert public.octets(feed) == public.around(feed, anew)
        assert len(anew) > 300 or territory.number != 19 or "public" in asked


def test_at_least_150_public_events_are_to_come_in_the_nineteenth(read):
    nineteenth = read.scalars(select(Territory).where(Territory.slug == "paris-19")).one()

    assert listings.upcoming(nineteenth, Filters(), now=TODAY).total >= 150


def test_the_school_year_went_through_a_draft_that_somebody_accepted(read):
    draft = read.scalars(select(Draft)).one()
    sessions = read.scalars(select(DraftLine).where(DraftLine.day.is_not(None))).all()

    assert (draft.status, draft.school_year) == (DraftStatus.ACCEPTED, "2026-2027")
    coordination = select(Account.id).where(Account.email == "coordination@paris-19.example.org")
    assert draft.requested_by == read.scalars(coordination).one()
    assert read.scalars(select(Task.status)).all() == [TaskStatus.DONE]
    assert len(mornings(read)) == len(sessions) == draft.figures["covered"]


def test_every_school_is_owed_ten_mornings_and_each_gap_has_its_reason(read):
    lines = read.execute(select(DraftLine.venue_id, DraftLine.day, DraftLine.gap)).all()

    assert Counter(Counter(line.venue_id for line in lines).values()) == {10: 72}
    assert all((line.day is None) == (line.gap is not None) for line in lines)


def test_no_morning_falls_into_holidays_and_nobody_is_in_two_places_too_many(read):
    held = mornings(read)

    assert [event for event in held if not zone_c().is_open(day_of(event.starts_at))] == []
    assert {day_of(event.starts_at).weekday() for event in held} == {5}
    assert {event.starts_at.astimezone(PARIS).time() for event in held} == {time(9, 30), time(10, 0)}
    at_once = Counter((event.host_id, day_of(event.starts_at)) for event in held)
    assert max(at_once.values()) <= 2


def test_no_association_comes_twice_in_a_row_to_one_school(read):
    visits: dict[int, list[int | None]] = {}
    for event in mornings(read):
        visits.setdefault(event.venue_id, []).append(event.host_id)

    assert [venue for venue, hosts in visits.items() if any(a == b for a, b in pairwise(hosts))] == []


def test_about_a_third_of_the_schools_keep_their_mornings_to_their_parents(read):
    series = read.scalars(select(Activity).where(Activity.kind == ActivityKind.SCHOOL_SATURDAY)).all()
    own = [one for one in series if one.usual_restricted]

    assert len(series) == 72
    assert 18 <= len(own) <= 30
    assert {one.usual_audience for one in own} == {Audience.SCHOOL_PARENTS}
    for event in mornings(read):
        assert event.is_restricted == (event.audience is Audience.SCHOOL_PARENTS)
        assert event.is_restricted == event.activity.usual_restricted


def test_most_mornings_ask_for_no_registration(read):
    counts = Counter(event.registration for event in mornings(read))

    assert counts[RegistrationMode.NONE] > 3 * counts[RegistrationMode.COUNTED] > 0


def test_breakfasts_are_monthly_on_tuesdays_and_their_hosts_take_turns(read):
    breakfasts = of_kind(read, ActivityKind.BREAKFAST, 19)
    days = [day_of(event.starts_at) for event in breakfasts]

    assert [(day.year, day.month) for day in days] == [
        *((2026, m) for m in range(9, 13)),
        *((2027, m) for m in range(1, 7)),
    ]
    assert {day.weekday() for day in days} == {1}
    assert all(zone_c().is_open(day) for day in days)
    assert {event.audience for event in breakfasts} == {Audience.PROFESSIONALS}
    assert len({event.host_id for event in breakfasts}) == len(breakfasts)


def test_professionals_of_several_associations_come_to_breakfasts_and_one_to_every_one(read):
    registered = read.scalars(
        select(Registration).where(Registration.professional_id.is_not(None)).order_by(Registration.id)
    ).all()
    comes = read.scalars(select(StandingSignUp)).one()
    at = Counter(
        (one.event.territory.number, one.event.starts_at) for one in registered if not one.standing_id
    )

    assert sorted((number, many) for (number, _), many in at.items()) == [(10, 3), (19, 3)]
    assert {one.event.activity.kind for one in registered} == {ActivityKind.BREAKFAST}
    organisations = [one.professional.organisation_id for one in registered if not one.standing_id]
    assert None not in organisations
    assert len(set(organisations[:3])) == len(set(organisations[3:])) == 3
    to_come = [event for event in of_kind(read, ActivityKind.BREAKFAST, 19) if event.starts_at > TODAY]
    theirs = [one.event for one in registered if one.professional_id == comes.professional_id]
    assert sorted(theirs, key=lambda event: event.starts_at) == to_come
    households = select(func.count(Registration.id)).where(Registration.household_id.is_not(None))
    assert (
        read.scalar(households.join(Registration.event).where(Event.audience == Audience.PROFESSIONALS)) == 0
    )


def test_there_is_one_trail_on_a_saturday_of_spring(read):
    (trail,) = of_kind(read, ActivityKind.TRAIL, 19)

    assert day_of(trail.starts_at) == date(2027, 5, 29)
    assert trail.starts_at.astimezone(PARIS).time() == time(10)
    assert trail.ends_at.astimezone(PARIS).time() == time(16)
    assert (trail.registration, trail.capacity) == (RegistrationMode.COUNTED, 300)
    assert trail.description.splitlines()[:2] == [
        "Départ : Bibliothèque Hergé",
        "Étape 1 : MK2 Quai de Seine",
    ]
    assert trail.description.splitlines()[-1].startswith("Arrivée : Parc des Buttes-Chaumont")


def test_what_is_sensitive_is_neither_listed_nor_told_nor_hosted(read):
    tenth = read.scalars(select(Territory).where(Territory.slug == "paris-10")).one()
    sensitive = read.scalars(
        select(Event).join(Event.activity).join(Activity.action).where(Action.is_sensitive).order_by(Event.id)
    ).all()

    assert len(sensitive) >= 10
    assert {event.is_restricted for event in sensitive} == {True}
    assert {event.host_id for event in sensitive} == {None}
    told = " ".join(f"{event.title} {event.summary} {event.description}" for event in sensitive).lower()
    assert not [word for word in ("hôtel", "répit", "hébergé") if word in told]
    listed = listings.between(tenth, Filters(), date(2026, 9, 1), date(2027, 7, 1))
    assert {event.id for event in listed} & {event.id for event in sensitive} == set()
    assert len(listed) >= 40


def test_cooking_is_counted_and_reaching_out_is_not(read):
    workshops = of_kind(read, ActivityKind.WORKSHOP, 10)
    by_action = {
        action: {
            (event.registration, event.is_restricted)
            for event in workshops
            if event.activity.action.name == action
        }
        for action in ("Mangez mieux à moindre coût", "Aller-vers")
    }

    assert by_action == {
        "Mangez mieux à moindre coût": {(RegistrationMode.COUNTED, False)},
        "Aller-vers": {(RegistrationMode.NONE, False)},
    }


def queues(session):
    """The registrations that wait or are asked, by event, in the order of the list."""
    found = {}
    for one in session.scalars(
        select(Registration)
        .where(Registration.status.in_((RegistrationStatus.WAITING, RegistrationStatus.OFFERED)))
        .order_by(Registration.event_id, Registration.waiting_since, Registration.id)
    ):
        found.setdefault(one.event_id, []).append(one)
    return found


def test_one_event_is_full_with_families_waiting_and_one_is_cancelled(read):
    full, _ = read.scalars(
        select(Event).where(Event.seats_taken == Event.capacity).order_by(Event.starts_at, Event.id)
    ).all()
    cancelled = read.scalars(select(Event).where(Event.status == EventStatus.CANCELLED)).one()

    assert [one.status for one in queues(read)[full.id]] == [RegistrationStatus.WAITING] * 2
    assert not full.is_restricted
    assert not cancelled.is_restricted
    assert cancelled.starts_at > TODAY
    assert cancelled.cancel_reason


def test_one_place_is_offered_and_a_large_family_was_passed_over_once(read):
    nineteenth = read.scalars(select(Territory).where(Territory.slug == "paris-19")).one()
    [offer] = open_offers.of_territory(nineteenth)
    line = queues(read)[offer.event_id]

    assert (offer.event.entry.answer_hours, offer.event.seats_left) == (24, 0)
    assert (offer.seats, offer.contact.wants_no_messages) == (2, False)
    assert [(one.seats, one.overtaken, registrations.rank(one)) for one in line if one is not offer] == [
        (5, 1, 1),
        (1, 0, 2),
    ]


def test_a_worker_gives_the_offer_its_hour_as_soon_as_the_letter_has_left(read):
    """Told of nothing else, the desk of a newcomer shows until when."""
    [letter] = read.scalars(select(Letter).where(Letter.kind == "registrations/offered"))
    letter.status, letter.finished_at = LetterStatus.SENT, TODAY
    read.flush()
    [event_id] = offers.due(TODAY)
    assert offers.settle(event_id, TODAY) == 1
    [offer] = [one for one in queues(read)[event_id] if one.status is RegistrationStatus.OFFERED]
    assert offer.answer_by == TODAY + timedelta(hours=24)


def test_seats_taken_are_those_of_the_registrations(read):
    taken = dict(
        read.execute(
            select(Registration.event_id, func.sum(Registration.seats))
            .where(Registration.status.in_(HOLDS_SEATS))
            .group_by(Registration.event_id)
        ).all()
    )

    assert taken == dict(
        read.execute(
            select(Event.id, Event.seats_taken).where(Event.seats_taken > 0).order_by(Event.id)
        ).all()
    )
    assert len(set(taken.values())) > 3


def test_the_first_start_sends_few_letters_and_only_to_addresses_that_receive_none(read):
    addresses = [*read.scalars(select(Person.email)), *read.scalars(select(Organisation.email))]

    assert read.scalar(select(func.count(Letter.id))) <= 60
    assert [one for one in addresses if one and not one.endswith("@example.org")] == []


def test_every_desk_has_somebody_who_may_show_it(read):
    """The coordination steers two territories; an association and a school have their own desk."""
    grants = read.scalars(select(Grant)).all()
    places = {(one.account.email.split("@")[0], one.role, place_of(one)) for one in grants}

    assert places == {
        ("coordination", Role.COORDINATOR, "paris-10"),
        ("coordination", Role.COORDINATOR, "paris-19"),
        ("association", Role.OWNER, "organisation"),
        ("ecole", Role.SCHOOL_CONTACT, "school"),
    }
    # Neither desk is empty: the association comes to the school's town.
    for grant in grants:
        if grant.organisation_id:
            assert read.scalar(select(func.count(Event.id)).where(Event.host_id == grant.organisation_id)) > 9
        if grant.venue_id:
            assert read.scalar(select(func.count(Event.id)).where(Event.venue_id == grant.venue_id)) > 5


def place_of(grant):
    return grant.territory.slug if grant.territory else "organisation" if grant.organisation_id else "school"


def test_no_date_of_signature_and_no_diagnosis_is_invented(read):
    known = select(Project.signed_on, Project.ends_on, Project.diagnosis)

    assert {tuple(row) for row in read.execute(known)} == {(None, None, "")}


def test_everything_made_up_says_so(read):
    assert read.scalar(select(func.count(Venue.id)).where(~Venue.is_demonstration)) == 0
    assert read.scalar(select(func.count(Organisation.id)).where(~Organisation.is_demonstration)) == 0
    assert read.scalar(select(func.count(Activity.id)).where(~Activity.is_demonstration)) == 0


def test_every_signed_territory_has_its_map(read):
    drawings = dict(read.execute(select(Territory.slug, Territory.drawing)).all())

    assert {slug for slug, drawing in drawings.items() if drawing["outline"]} == set(drawings)
    assert {
        slug: len(drawing["quartiers"]) for slug, drawing in drawings.items() if drawing["quartiers"]
    } == {
        "paris-10": 6,
        "paris-19": 10,
    }


def test_planting_elsewhere_gives_the_same(planted, tmp_path):
    again = fresh(tmp_path)
    with again.app_context():
        seeds.plant(TODAY, progress=silence)
        planted_again = picture()
    dispose(again)
    with planted.app_context():
        assert picture() == planted_again


def picture():
    """Everything people read of the events and families; codes and UIDs are drawn anew each time."""
    events = db.session.execute(
        select(
            Territory.slug,
            Event.starts_at,
            Event.ends_at,
            Event.title,
            Event.summary,
            Event.description,
            Venue.name,
            Organisation.name,
            Event.audience,
            Event.is_restricted,
            Event.capacity,
            Event.seats_taken,
            Event.status,
        )
        .join(Event.territory)
        .join(Event.venue)
        .outerjoin(Event.host)
        .order_by(Event.id)
    ).all()
    people = db.session.execute(
        select(Person.first_name, Person.email, Person.phone).order_by(Person.id)
    ).all()
    return [tuple(row) for row in events], [tuple(row) for row in people]


def test_a_database_that_holds_something_is_left_alone(planted):
    with planted.app_context():
        before = db.session.scalar(select(func.count(Event.id)))
        db.session.rollback()

        with pytest.raises(planting.NotEmpty):
            seeds.plant(TODAY, progress=silence)

        db.session.rollback()
        assert not seeds.is_empty()
        assert db.session.scalar(select(func.count(Event.id))) == before


def test_a_broken_file_plants_nothing(app, tmp_path):
    data = shutil.copytree(reading.DATA, tmp_path / "data")
    (data / "sessions.csv").write_text("key,title,summary\nbreakfast,,\n", encoding="utf-8")

    with app.app_context():
        with pytest.raises(BrokenDataFile, match=r"sessions\.csv, line 2: an empty cell"):
            seeds.plant(TODAY, progress=silence, data=data)
        assert seeds.is_empty()


@pytest.mark.databases("postgresql")
def test_the_same_year_is_planted_on_postgresql(app, planted):
    with app.app_context():
        seeds.plant(TODAY, progress=silence)
        here = picture()
    with planted.app_context():
        assert picture() == here


@pytest.mark.parametrize(
    ("today", "label"),
    [
        (date(2026, 9, 1), "2026-2027"),
        (date(2027, 6, 15), "2026-2027"),
        (date(2027, 6, 16), "2027-2028"),
        (date(2027, 8, 31), "2027-2028"),
    ],
)
def test_the_year_shown_is_the_present_one_and_from_mid_june_the_next(today, label):
    assert planting.school_year(today).label == label


def test_beyond_the_known_years_nothing_is_planted(app):
    with app.app_context(), pytest.raises(CalendarNotCovered):
        seeds.plant(datetime(2028, 7, 1, 10, 0, tzinfo=UTC), progress=silence)
