"""What a feed holds, when its version changes, and that its stored pieces say the present truth."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import current_app
from icalendar import Calendar
from sqlalchemy import select

from eventsapp.agenda import scheduling
from eventsapp.agenda.entries import cancelled_prefix, entry_of
from eventsapp.agenda.models import Audience, Event
from eventsapp.clock import local, now
from eventsapp.database import db
from eventsapp.feeds import public, rebuilding
from eventsapp.feeds.public import Feed
from eventsapp.feeds.selection import Selection
from eventsapp.feeds.window import Window
from eventsapp.ical.calendar import fragment
from eventsapp.places.models import Territory
from eventsapp.programme.models import Theme
from eventsapp.refusals import NotFound
from tests import factories

pytestmark = pytest.mark.usefixtures("db_session")
Statements = Callable[[], AbstractContextManager[list[str]]]


def feed(theme: Theme | None = None, territory: str = "paris-19") -> Feed:
    wanted = Selection(territory=territory, themes=(theme,) if theme else ())
    return public.version(wanted, now=now())


def titles(theme: Theme | None = None, territory: str = "paris-19") -> list[str]:
    calendar = Calendar.from_ical(public.octets(feed(theme, territory)))
    return [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")]


@pytest.fixture
def agenda(db_session: object) -> None:
    """The 19e on Sunday 22 November 2026: dates inside and outside of the window, and what stays out."""
    saturdays = factories.an_activity("Samedis matins")
    curial = factories.a_school("École Curial", territory=saturdays.action.territory)
    for title, day, values in [
        ("Dans la fenêtre, au tout début", date(2026, 9, 23), {}),
        ("La veille de la fenêtre", date(2026, 9, 22), {}),
        ("Le sommeil", date(2026, 12, 5), {}),
        ("Les écrans", date(2026, 11, 28), {"capacity": None}),
        ("Entre parents", date(2026, 12, 12), {"is_restricted": True}),
        ("Petit déjeuner", date(2026, 12, 8), {"audience": Audience.PROFESSIONALS}),
        ("Le dernier jour", date(2028, 5, 22), {}),
        ("Le lendemain du dernier", date(2028, 5, 23), {}),
    ]:
        factories.an_event(title, activity=saturdays, venue=curial, starts_at=local(day, 9, 30), **values)
    walks = factories.an_activity("Balade", action=factories.an_action("Balades", theme=Theme.SOCIAL_TIES))
    factories.an_event(
        "Balade du canal", activity=walks, venue=curial, starts_at=local(date(2026, 12, 6), 14)
    )
    tenth = factories.an_action("Mangez mieux", territory=factories.a_territory(10))
    factories.an_event("Dans le 10e", activity=factories.an_activity("Cuisine", action=tenth))
    hotel = factories.an_action("Familles à l’hôtel", is_sensitive=True, slug="hotel")
    factories.an_event(
        "Goûter à l’hôtel", venue=curial, activity=factories.an_activity("Goûter", action=hotel)
    )
    db.session.commit()


IN_THE_19E = [
    "Dans la fenêtre, au tout début",
    "Les écrans",
    "Le sommeil",
    "Balade du canal",
    "Petit déjeuner",
    "Le dernier jour",
]


@pytest.mark.usefixtures("agenda")
def test_a_feed_holds_the_public_events_of_its_territory_and_window_in_order() -> None:
    assert titles() == IN_THE_19E
    assert titles(territory="paris-10") == ["Dans le 10e"]


@pytest.mark.usefixtures("agenda")
def test_a_feed_of_one_theme() -> None:
    assert titles(Theme.SOCIAL_TIES) == ["Balade du canal"]
    assert titles(Theme.SPORT) == []


@pytest.mark.usefixtures("agenda")
def test_the_stored_pieces_are_what_a_rendering_from_scratch_gives() -> None:
    """After changes of every kind, byte for byte."""
    by_title = {event.title: event for event in db.session.scalars(select(Event))}
    scheduling.cancel(by_title["Le sommeil"], reason="Dégât des eaux", actor="cli", now=now())
    scheduling.reschedule(
        by_title["Les écrans"], starts_at=local(date(2026, 11, 28), 8), actor="cli", now=now()
    )
    scheduling.reword(by_title["Petit déjeuner"], title="Petit déjeuner; café, thé", actor="cli", now=now())
    db.session.commit()
    db.session.expire_all()
    held = [
        event
        for event in db.session.scalars(select(Event).order_by(Event.starts_at, Event.uid))
        if event.territory.slug == "paris-19"
        and not event.is_restricted
        and date(2026, 9, 23) <= event.starts_at.date() <= date(2028, 5, 22)
    ]
    anew = [fragment(entry_of(event), cancelled_prefix=cancelled_prefix()) for event in held]
    assert len(anew) == 6
    assert public.octets(feed()) == public.around(feed(), anew)


def test_a_cancelled_event_stays_until_its_day_has_passed(clock: time_machine.Traveller) -> None:
    event = factories.an_event("Les écrans")
    scheduling.cancel(event, actor="cli", now=now())
    db.session.commit()
    assert titles() == ["Annulé : Les écrans"]
    clock.move_to(datetime(2026, 11, 28, 22, 30, tzinfo=UTC))  # 23:30 in Paris, that day
    assert titles() == ["Annulé : Les écrans"]
    clock.move_to(datetime(2026, 11, 28, 23, 30, tzinfo=UTC))  # half past midnight
    assert titles() == []


def test_a_past_event_stays_for_sixty_days(clock: time_machine.Traveller) -> None:
    factories.an_event("Les écrans")
    db.session.commit()
    clock.move_to(local(date(2027, 1, 27), 23))
    assert titles() == ["Les écrans"]
    clock.move_to(local(date(2027, 1, 28), 1))
    assert titles() == []


@pytest.mark.usefixtures("agenda")
def test_the_octets_do_not_depend_on_the_hour(clock: time_machine.Traveller) -> None:
    before = public.octets(feed())
    clock.move_to(local(date(2026, 11, 22), 23, 59))
    assert public.octets(feed()) == before


def test_an_empty_feed_still_holds_its_zone() -> None:
    factories.a_territory()
    db.session.commit()
    calendar = Calendar.from_ical(public.octets(feed()))
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]
    assert str(calendar["X-WR-CALNAME"]) == "Agenda du 19e"
    assert str(calendar["SOURCE"]).endswith("/agendas/paris-19.ics")


def test_each_feed_has_a_name_and_an_identity_of_its_own() -> None:
    factories.a_territory()
    factories.a_territory(1)
    db.session.commit()
    calendars = [
        Calendar.from_ical(public.octets(one))
        for one in (feed(), feed(Theme.PARENTING), feed(territory="paris-1"))
    ]
    assert [str(calendar["NAME"]) for calendar in calendars] == [
        "Agenda du 19e",
        "Agenda du 19e – Être parent",
        "Agenda du 1er",
    ]
    assert len({str(calendar["UID"]) for calendar in calendars}) == 3


def test_there_is_no_feed_where_there_is_no_territory() -> None:
    factories.a_territory()
    with pytest.raises(NotFound):
        feed(territory="paris-20")


def test_the_version_changes_with_the_agenda_the_day_and_the_address(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = factories.an_event()
    db.session.commit()
    seen = [feed().tag, feed(Theme.PARENTING).tag]
    assert feed().tag == seen[0]
    scheduling.reword(event, title="Autre titre", actor="cli", now=now())
    db.session.commit()
    seen.append(feed().tag)
    clock.shift(timedelta(days=1))
    seen.append(feed().tag)
    monkeypatch.setattr("eventsapp.agenda.fragments.RENDERER", 99)
    seen.append(feed().tag)
    assert len(set(seen)) == len(seen)


def test_last_modified_is_the_last_change_or_the_last_midnight(clock: time_machine.Traveller) -> None:
    factories.an_event()
    db.session.commit()
    assert feed().modified == now()
    clock.move_to(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
    assert feed().modified == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 11, 22), date(2028, 5, 22)),
        (date(2026, 8, 31), date(2028, 2, 29)),
        (date(2025, 8, 31), date(2027, 2, 28)),
        (date(2026, 6, 30), date(2027, 12, 30)),
    ],
)
def test_the_window_ends_eighteen_months_ahead(today: date, last: date) -> None:
    assert Window(today).last_day == last


@pytest.mark.usefixtures("agenda")
def test_one_statement_says_the_version_and_one_more_the_feed(statements: Statements) -> None:
    with statements() as said:
        version = feed(Theme.PARENTING)
    assert len(said) == 1
    with statements() as said:
        public.octets(version)
    assert len(said) == 1


@pytest.mark.usefixtures("agenda")
def test_another_address_renders_all_again_and_calendars_fetch_anew(clock: time_machine.Traveller) -> None:
    assert rebuilding.rebuild(now()) == 0
    before = {one.slug: one.revision for one in db.session.scalars(select(Territory))}
    clock.shift(timedelta(hours=1))
    current_app.config["PUBLIC_URL"] = "https://agenda.paris.example"
    assert rebuilding.rebuild(now()) == len(db.session.scalars(select(Event.id)).all())
    db.session.commit()
    assert {one.slug: one.revision for one in db.session.scalars(select(Territory))} == {
        slug: revision + 1 for slug, revision in before.items()
    }
    written = public.octets(feed())
    assert b"https://agenda.paris.example/e/" in written
    stamps = {event["DTSTAMP"].dt for event in Calendar.from_ical(written).walk("VEVENT")}
    assert stamps == {now()}
