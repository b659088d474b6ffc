"""What stands around events changes: calendars that follow see it, nobody is written to, secrets stay."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling, surroundings
from eventsapp.agenda.models import Event
from eventsapp.agenda.openings import VenueHasEnded
from eventsapp.agenda.surroundings import StaysSensitive
from eventsapp.directory import venues
from eventsapp.directory.venues import (
    HasEnded,
    IsInUse,
    KindMissing,
    NameTaken,
    PointUnreadable,
    PostalCodeUnreadable,
)
from eventsapp.mailroom.models import Letter
from eventsapp.people.contacts import NameMissing, TooLong
from eventsapp.places.models import Quartier, Venue
from eventsapp.programme.models import Action, Theme
from eventsapp.programme.rewriting import ActionAnswers
from eventsapp.refusals import Refusal
from tests import factories
from tests.registrations import stories

Db = scoped_session[Session]

CURIAL = venues.Answers("elementaire", "École Curial", address="51 rue Curial", door="Portail vert")


@pytest.fixture
def event(db_session: Db, clock: time_machine.Traveller) -> Event:
    """Awa is registered; time goes on."""
    found = factories.an_event()
    db_session.commit()
    stories.register(found, stories.answers("Awa"))
    db_session.commit()
    clock.shift(timedelta(hours=1))
    return found


def changed(venue: Venue, answers: venues.Answers) -> int:
    return surroundings.change_venue(
        venue, factories.a_territory(), answers, actor="account:1", now=hours.now()
    )


def rewritten(action: Action, answers: ActionAnswers, theme: Theme = Theme.PARENTING) -> int:
    axis = factories.an_axis(factories.a_territory(), theme)
    return surroundings.change_action(action, answers, axis, actor="account:1", now=hours.now())


def test_a_place_put_right_is_seen_in_calendars_and_told_to_nobody(db_session: Db, event: Event) -> None:
    territory = factories.a_territory()
    letters, revision = db_session.scalar(select(func.count(Letter.id))), territory.revision
    assert changed(event.venue, replace(CURIAL, door="Portail bleu")) == 1
    db_session.commit()
    assert "Portail bleu" in event.fragment
    assert (event.changed_at, event.sequence) == (hours.now(), 0)
    assert (territory.revision, territory.revised_at) == (revision + 1, hours.now())
    assert db_session.scalar(select(func.count(Letter.id))) == letters


def test_what_calendars_do_not_say_changes_none(db_session: Db, event: Event) -> None:
    venue, territory = event.venue, factories.a_territory()
    said = replace(
        CURIAL,
        door=venue.door,
        access=venue.access,
        postal_code="75019",
        point=f"{venue.latitude}, {venue.longitude}",
    )
    before, revision = event.changed_at, territory.revision
    assert changed(venue, replace(said, step_free=True, short_name="Curial 51")) == 0
    db_session.commit()
    assert (event.changed_at, territory.revision, venue.step_free) == (before, revision, True)


def test_a_place_keeps_its_address_of_the_web_and_another_gets_one_of_its_own(db_session: Db) -> None:
    territory, now = factories.a_territory(), hours.now()
    first = venues.add(territory, replace(CURIAL, name="Le kiosque"), actor="cli", now=now)
    changed(first, replace(CURIAL, name="Le grand kiosque"))
    second = venues.add(territory, replace(CURIAL, name="Le kiosque"), actor="cli", now=now)
    assert (first.slug, second.slug) == ("le-kiosque", "le-kiosque-2")


@pytest.mark.parametrize(
    ("said", "refused", "field"),
    [
        ({"kind": "piscine"}, KindMissing, "kind"),
        ({"name": " "}, NameMissing, "name"),
        ({"name": "école  MANIN"}, NameTaken, "name"),
        ({"name": "N" * 121}, TooLong, "name"),
        ({"short_name": "n" * 61}, TooLong, "short_name"),
        ({"postal_code": "7519"}, PostalCodeUnreadable, "postal_code"),
        ({"point": "Paris"}, PointUnreadable, "point"),
        ({"point": "91.5, 2.3"}, PointUnreadable, "point"),
    ],
)
def test_a_place_that_cannot_be_is_refused(
    db_session: Db, said: dict[str, str], refused: type[Refusal], field: str
) -> None:
    factories.a_school("École Manin")
    with pytest.raises(refused) as why:
        venues.add(factories.a_territory(), replace(CURIAL, **said), actor="cli", now=hours.now())
    assert why.value.field == field


@pytest.mark.parametrize("point", ["48.8936, 2.3764", "48,8936 2,3764", "48.8936;2.3764"])
def test_a_point_is_read_as_maps_write_it(db_session: Db, point: str) -> None:
    said = replace(CURIAL, point=point)
    made = venues.add(factories.a_territory(), said, actor="cli", now=hours.now())
    assert (made.latitude, made.longitude) == (48.8936, 2.3764)


def test_nothing_new_is_announced_at_a_place_that_was_given_up(db_session: Db, event: Event) -> None:
    venue, now = event.venue, hours.now()
    assert surroundings.to_come_at(venue, now=now) == 1
    venues.end(venue, actor="cli", now=now)
    db_session.flush()
    with pytest.raises(HasEnded):
        venues.end(venue, actor="cli", now=now)
    with pytest.raises(VenueHasEnded):
        factories.an_event("Autre atelier", venue=venue)
    # What is announced there may still change its hour, or leave.
    assert scheduling.reschedule(event, ends_at=event.ends_at + timedelta(hours=1), actor="cli", now=now)
    manin = factories.a_school("École Manin")
    assert scheduling.reschedule(event, venue=manin, actor="cli", now=now)
    with pytest.raises(VenueHasEnded):
        scheduling.reschedule(event, venue=venue, actor="cli", now=now)
    assert surroundings.to_come_at(venue, now=now) == 0
    venues.restore(venue, actor="cli", now=now)
    db_session.flush()
    with pytest.raises(IsInUse):
        venues.restore(venue, actor="cli", now=now)
    assert scheduling.reschedule(event, venue=venue, actor="cli", now=now)


def test_an_action_that_turns_discreet_takes_its_events_out_of_sight(db_session: Db, event: Event) -> None:
    action, territory = event.activity.action, factories.a_territory()
    parties = factories.an_activity("Fête", action=factories.an_action("Fêtes"))
    other = factories.an_event("Fête", activity=parties)
    db_session.commit()
    revision = territory.revision
    assert rewritten(action, ActionAnswers("Répit parental", "Un temps pour soi", is_sensitive=True)) == 1
    db_session.commit()
    assert (event.is_restricted, other.is_restricted) == (True, False)
    assert "cuisine" not in event.fragment
    assert "Curial,51" not in event.fragment.replace(" ", "")
    assert (action.slug, event.slug, territory.revision) == ("un-temps-pour-soi", None, revision + 1)


def test_and_stays_discreet_once_somebody_may_have_come(db_session: Db, event: Event) -> None:
    action = event.activity.action
    rewritten(action, ActionAnswers("Répit", is_sensitive=True))
    db_session.commit()
    with pytest.raises(StaysSensitive) as why:
        rewritten(action, ActionAnswers("Répit"))
    assert why.value.field == "is_sensitive"
    db_session.rollback()
    assert action.is_sensitive
    empty = factories.an_action("Sans rendez-vous", is_sensitive=True)
    rewritten(empty, ActionAnswers("Sans rendez-vous"))
    assert not empty.is_sensitive


def test_another_theme_is_another_category_and_a_typo_in_a_name_is_none(db_session: Db, event: Event) -> None:
    action = event.activity.action
    assert rewritten(action, ActionAnswers("Samedis matin à l’école")) == 0
    assert rewritten(action, ActionAnswers("Samedis matin à l’école"), Theme.CHILDHOOD) == 1
    assert "Pour les enfants" in event.fragment
    assert action.slug == "samedis-matins-a-l-ecole"


def test_another_quartier_is_said_by_no_calendar_but_changes_what_feeds_hold(
    db_session: Db, event: Event
) -> None:
    venue, territory = event.venue, factories.a_territory()
    flandre = Quartier(territory=territory, slug="flandre", name="Flandre")
    db_session.add(flandre)
    db_session.commit()
    said = replace(
        CURIAL,
        door=venue.door,
        access=venue.access,
        postal_code="75019",
        point=f"{venue.latitude}, {venue.longitude}",
    )
    revision, before = territory.revision, event.changed_at
    assert changed(venue, replace(said, quartier=flandre)) == 0
    db_session.commit()
    assert (territory.revision, territory.revised_at) == (revision + 1, hours.now())
    assert event.changed_at == before


def test_as_many_statements_but_the_writes_for_thirty_events_as_for_one(
    db_session: Db, event: Event, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def reads(door: str) -> int:
        db_session.commit()
        venue = event.venue
        db_session.refresh(venue)
        assert venue.quartier_id is None  # read whole, as the form shows it
        with statements() as said:
            changed(venue, replace(CURIAL, door=door))
        return sum(one.startswith("SELECT") for one in said)

    few = reads("A")
    for number in range(30):
        factories.an_event(f"Atelier {number}", venue=event.venue)
    assert (few, reads("B")) == (4, 4)
