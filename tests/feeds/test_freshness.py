"""Whatever is done to an agenda and to what stands around it, its feeds say the present truth, and whoever
has an older one is told that it is older."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
import time_machine
from sqlalchemy import select

from eventsapp.agenda import scheduling, surroundings
from eventsapp.agenda.entries import cancelled_prefix, entry_of
from eventsapp.agenda.hosts import rehost
from eventsapp.agenda.models import Event
from eventsapp.clock import local, now
from eventsapp.database import db
from eventsapp.directory.venues import Answers
from eventsapp.feeds import public, rebuilding, selection
from eventsapp.ical.calendar import fragment
from eventsapp.people.models import Organisation
from eventsapp.places.models import Quartier, Venue
from eventsapp.programme.models import Action, Theme
from eventsapp.programme.rewriting import ActionAnswers, move_axis_up
from eventsapp.refusals import Refusal
from tests import factories

ASKED = [
    {},
    {"theme": ["parentalite"]},
    {"theme": ["lien-social"]},
    {"quartier": ["flandre"]},
    {"lieu": ["ecole-tandou"]},
    {"structure": ["les-amis-de-curial"]},
    {"action": ["samedis-matins-a-l-ecole"]},
]


def first(kind: type, **values: str) -> object:
    return db.session.scalars(select(kind).filter_by(**values).order_by("id")).first()


def event_of(number: int) -> Event:
    return db.session.scalars(select(Event).order_by(Event.id).offset(number % 3).limit(1)).one()


def reword(number: int) -> None:
    scheduling.reword(
        event_of(number),
        title=f"Titre {number}",
        summary="Avec un café\r\net; du thé",
        actor="cli",
        now=now(),
    )


def move(number: int) -> None:
    event, venue = event_of(number), first(Venue, slug="ecole-tandou" if number % 2 else "ecole-curial")
    starts_at = event.starts_at + timedelta(hours=number % 5)
    ends_at = starts_at + timedelta(hours=1)
    scheduling.reschedule(event, starts_at=starts_at, ends_at=ends_at, venue=venue, actor="cli", now=now())


def cancel(number: int) -> None:
    scheduling.cancel(event_of(number), reason="Dégât des eaux", actor="cli", now=now())


def restore(number: int) -> None:
    scheduling.restore(event_of(number), actor="cli", now=now())


def hand_over(number: int) -> None:
    host = first(Organisation, slug="les-amis-de-curial") if number % 2 else None
    rehost(event_of(number), host, None, actor="cli", now=now())


def put_right(number: int) -> None:
    venue = first(Venue, slug="ecole-curial")
    said = Answers(
        "elementaire",
        "École Curial" if number % 2 else "École élémentaire Curial",
        quartier=first(Quartier, slug="flandre" if number % 3 else "villette"),
        address="51 rue Curial",
        access="Métro Crimée",
        point="48,89361 2,37649",
    )
    surroundings.change_venue(venue, venue.territory, said, actor="cli", now=now())


def retheme(number: int) -> None:
    action = first(Action, slug="samedis-matins-a-l-ecole")
    axis = factories.an_axis(action.territory, Theme.PARENTING if number % 2 else Theme.SOCIAL_TIES)
    said = ActionAnswers(name=f"Samedis {number}", is_sensitive=number == 7)
    surroundings.change_action(action, said, axis, actor="cli", now=now())


def reorder(number: int) -> None:
    axes = [
        factories.an_axis(factories.a_territory(), theme) for theme in (Theme.PARENTING, Theme.SOCIAL_TIES)
    ]
    move_axis_up(axes[number % 2], actor="cli", now=now())


def announce(number: int) -> None:
    factories.an_event(
        "Une date de plus",
        starts_at=local(date(2026, 12, 1 + number), 14),
        activity=factories.an_activity("Samedis matins"),
        venue=first(Venue, slug="ecole-tandou"),
    )


GESTURES = [reword, move, cancel, restore, hand_over, retheme, reorder, announce, *[put_right] * 4]


@pytest.fixture
def town(db_session: object) -> None:
    """Three Saturdays at Curial, and a second school to move to."""
    territory = factories.a_territory()
    for name in ("Flandre", "Villette"):
        db.session.add(Quartier(territory=territory, slug=name.lower(), name=name))
    factories.an_association()
    factories.a_school("École Tandou")
    factories.an_axis(territory, Theme.SOCIAL_TIES)
    saturdays = factories.an_activity("Samedis matins")
    for day in (28, 29, 30):
        factories.an_event(f"Le {day}", starts_at=local(date(2026, 11, day), 9, 30), activity=saturdays)
    db.session.commit()


def seen() -> dict[str, tuple[str, bytes] | None]:
    """Each feed with its version, as a reader gets it now; None where there is none."""
    found: dict[str, tuple[str, bytes] | None] = {}
    for asked in ASKED:
        try:
            feed = public.version(selection.read("paris-19", asked), now=now())
        except Refusal:
            found[str(asked)] = None
        else:
            found[str(asked)] = feed.tag, public.octets(feed)
    return found


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("seed", range(4))
def test_no_gesture_leaves_a_feed_behind(clock: time_machine.Traveller, seed: int) -> None:
    chance = Random(seed)
    before = seen()
    for gesture in chance.choices(GESTURES, k=14):
        number = chance.randrange(10)
        clock.shift(timedelta(seconds=1))
        try:
            gesture(number)
        except Refusal:
            db.session.rollback()
            continue
        db.session.commit()
        after = seen()
        same_version = [key for key, one in after.items() if one and before[key] and one[0] == before[key][0]]
        assert [key for key in same_version if after[key] != before[key]] == [], gesture.__name__
        before = after
    db.session.expire_all()
    events = db.session.scalars(select(Event)).all()
    stale = [
        event.title
        for event in events
        if event.fragment != fragment(entry_of(event), cancelled_prefix=cancelled_prefix())
    ]
    assert stale == []
    assert rebuilding.rebuild(now()) == 0
