"""What a poster of Espace 19 says, in which languages, and what it never tells."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest

from eventsapp import languages
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import local, now
from eventsapp.database import db
from eventsapp.posters import content
from eventsapp.posters.content import Date, Fact, PosterRefused
from eventsapp.posters.formats import Format
from eventsapp.posters.listings import next_dates
from eventsapp.posters.sharing import share_text
from tests import factories, saturdays

pytestmark = [pytest.mark.usefixtures("db_session"), pytest.mark.databases("sqlite")]
Statements = Callable[[], AbstractContextManager[list[str]]]
FRENCH, ENGLISH = languages.LANGUAGES
BOTH = (FRENCH, ENGLISH)


@pytest.fixture
def workshop(db_session: object) -> Event:
    """Saturday 28 November 2026, 9:30 to 11:30, at Curial."""
    host = factories.an_association("Espace 19")
    event = factories.an_event("Atelier : cuisine", host=host, summary="On cuisine ensemble.")
    event.spoken_languages, event.accessibility = ["ar", "bm"], ["garde_enfants"]
    event.venue.step_free = True
    return event


def test_everything_one_wants_to_know_stands_on_it_in_two_languages(workshop: Event) -> None:
    poster = content.poster_of(workshop, BOTH, Format.POSTER)
    assert poster.title == "Atelier\u00a0: cuisine"
    assert poster.name == "Atelier\u00a0: cuisine, samedi 28 novembre\u00a02026"
    assert poster.site == ("L’agenda du 19e", "What’s on in the 19e")
    assert poster.days == ("Samedi 28 novembre\u00a02026", "Saturday 28 November\u00a02026")
    assert poster.hours == ("de 9\u00a0h\u00a030 à 11\u00a0h\u00a030", "9:30\u00a0am – 11:30\u00a0am")
    assert (poster.place, poster.address) == ("École Curial", "51 rue Curial, 75019\u00a0Paris")
    assert poster.door == "Portail vert, sonner à «\u00a0gardien\u00a0»"
    assert poster.facts == (
        Fact("euro", ("Gratuit", "Free")),
        Fact("list-checks", ("Sur inscription", "Please register")),
        Fact("users", ("Parents et enfants", "Parents and children")),
        Fact("languages", ("On parle aussi arabe et bambara", "We also speak Arabic and Bambara")),
        Fact("accessibility", ("Entrée sans marche", "Step-free entrance")),
        Fact("baby", ("Les enfants sont gardés sur place", "Children are looked after on the spot")),
    )
    assert poster.link == f"http://127.0.0.1:8000/e/{workshop.code}"
    assert (poster.host_label, poster.host) == (("Proposé par", "Hosted by"), "Espace 19")
    assert (poster.question, poster.phone) == (("Une question\u00a0?", "A question?"), "01 99 00 19 19")
    assert poster.cancelled == ()


def test_the_square_says_the_four_first_things(workshop: Event) -> None:
    poster = content.poster_of(workshop, BOTH, Format.SQUARE)
    assert [fact.icon for fact in poster.facts] == ["euro", "list-checks", "users", "languages"]
    assert poster.summary == ""


def test_without_registration_one_comes_as_one_is(db_session: object) -> None:
    poster = content.poster_of(factories.an_event(capacity=None), (FRENCH,), Format.FLYER)
    assert poster.facts[1] == Fact("check", ("Venez comme vous êtes",))
    assert poster.invitation == ("Pour en savoir plus, scannez ou tapez\u00a0:",)
    assert poster.host == ""


def test_a_cancelled_event_says_so_and_why_and_invites_nobody(workshop: Event) -> None:
    scheduling.cancel(workshop, reason="L’intervenante est malade.", actor="cli", now=now())
    poster = content.poster_of(workshop, BOTH, Format.POSTER)
    assert poster.cancelled == ("Annulé", "Cancelled")
    assert poster.summary == "L’intervenante est malade."
    assert poster.facts == ()
    assert poster.invitation == (
        "Pour en savoir plus, scannez ou tapez\u00a0:",
        "To know more, scan or type:",
    )
    assert share_text(workshop, FRENCH).splitlines() == [
        "Annulé : Atelier : cuisine",
        "Samedi 28 novembre\u00a02026, de 9\u00a0h\u00a030 à 11\u00a0h\u00a030",
        "École Curial, 51 rue Curial, 75019 Paris",
        f"http://127.0.0.1:8000/e/{workshop.code}",
    ]


def test_a_sensitive_action_has_neither_poster_nor_words_to_send(db_session: object) -> None:
    quiet = factories.an_action("Répit", is_sensitive=True)
    event = factories.an_event("Pause", activity=factories.an_activity("Pause", action=quiet))
    with pytest.raises(PosterRefused):
        content.poster_of(event, (FRENCH,), Format.POSTER)
    with pytest.raises(PosterRefused):
        share_text(event, FRENCH)


def test_the_words_to_send_are_plain_lines(workshop: Event) -> None:
    assert share_text(workshop, FRENCH).splitlines() == [
        "Atelier : cuisine",
        "Samedi 28 novembre\u00a02026, de 9\u00a0h\u00a030 à 11\u00a0h\u00a030",
        "École Curial, 51 rue Curial, 75019 Paris",
        "Portail vert, sonner à « gardien »",
        "Gratuit. Parents et enfants. Sur inscription.",
        f"http://127.0.0.1:8000/e/{workshop.code}",
    ]
    assert share_text(workshop, ENGLISH).splitlines()[4] == "Free. Parents and children. Please register."


def test_languages_are_those_of_the_site_in_its_order(db_session: object) -> None:
    assert content.chosen(["en", "xx", "fr"]) == BOTH
    assert content.chosen(["en"]) == (ENGLISH,)
    assert content.chosen(["xx"]) == content.chosen([]) == (FRENCH,)


def test_a_title_that_cannot_be_printed_leaves_a_word_and_is_named(db_session: object) -> None:
    event = factories.an_event("早餐 🎉", activity=factories.an_activity("Petit déjeuner"))
    assert content.poster_of(event, BOTH, Format.POSTER).title == "Rendez-vous"
    assert content.left_out(event) == "早餐🎉"
    assert content.left_out(event, [event]) == ""  # the title of the series stands there


# ---------------------------------------------------------------- series


@pytest.fixture
def series(db_session: object) -> Event:
    """Three dates to come that everybody may see, among some that do not belong on a wall."""
    mornings = factories.an_activity("Samedis matins")
    curial, elsewhere = factories.a_school(), factories.a_school("École Archereau")

    def one(day: date, title: str = "Samedi", **values: object) -> Event:
        values = {"activity": mornings, "venue": curial, **values}
        return factories.an_event(title, starts_at=local(day, 9, 30), **values)

    first = one(date(2026, 11, 28))
    one(date(2027, 1, 9), topic=saturdays.a_topic("les écrans"))
    one(date(2026, 12, 12), venue=elsewhere)
    one(date(2026, 11, 21), "Passé")
    scheduling.cancel(one(date(2026, 12, 5), "Annulé"), reason="", actor="cli", now=now())
    one(date(2026, 12, 19), "Entre parents", is_restricted=True)
    one(date(2026, 12, 20), "Autre", activity=factories.an_activity("Balades"))
    return first


def test_a_series_lists_its_next_dates_and_nothing_else(series: Event) -> None:
    dates = next_dates(series, now=now(), limit=8)
    assert [one.starts_at.date() for one in dates] == [
        date(2026, 11, 28),
        date(2026, 12, 12),
        date(2027, 1, 9),
    ]
    poster = content.poster_of(series, BOTH, Format.POSTER, dates=dates)
    assert poster.title == poster.name == "Samedis matins"
    hours = ("de 9\u00a0h\u00a030 à 11\u00a0h\u00a030", "9:30\u00a0am – 11:30\u00a0am")
    assert poster.dates[1:] == (
        Date(("Samedi 12 décembre\u00a02026", "Saturday 12 December\u00a02026"), hours, "École Archereau"),
        Date(("Samedi 9 janvier\u00a02027", "Saturday 9 January\u00a02027"), hours, "les écrans"),
    )
    assert poster.dates[0].note == ""


def test_a_school_that_keeps_its_saturdays_to_itself_lists_them_on_its_own_poster(series: Event) -> None:
    series.is_restricted = True
    db.session.flush()
    days = [one.starts_at.date() for one in next_dates(series, now=now(), limit=8)]
    assert days == [date(2026, 11, 28), date(2026, 12, 12), date(2026, 12, 19), date(2027, 1, 9)]


@pytest.mark.parametrize("limit", [1, 3])
def test_dates_come_in_one_statement_with_what_is_said_of_them(
    series: Event, limit: int, statements: Statements
) -> None:
    db.session.flush()
    db.session.expire_all()
    assert series.territory.ordinal == "19e"
    later = now() + timedelta(hours=1)
    with statements() as said:
        dates = next_dates(series, now=later, limit=limit)
        assert next((one.venue.name, one.topic) for one in dates) == ("École Curial", None)
    assert len(said) == 1
