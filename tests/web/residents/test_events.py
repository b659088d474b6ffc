"""The page of one event: what it says in each state, what it lends to calendars and to friends."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Audience, Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.web.residents.maps import around, spot_of
from tests import factories
from tests.pages import Page, PageClient
from tests.registrations.stories import answers, register
from tests.web.residents import towns

pytestmark = pytest.mark.databases("sqlite")
BOTH = pytest.mark.databases("sqlite", "postgresql")
Statements = Callable[[], AbstractContextManager[list[str]]]
HOME = "http://127.0.0.1:8000"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """A workshop of twelve places on Saturday 28 November 2026, from 9:30 to 11:30, École Curial."""
    towns.a_drawn_territory()
    found = factories.an_event(
        "Cuisiner : les restes",
        summary="Rien ne se jette.",
        description="On cuisine.\n\nOn goûte.",
        host=factories.an_association("Les Amis de Curial"),
        spoken_languages=["ar", "zh"],
    )
    db_session.commit()
    return found


def page_of(client: PageClient, event: Event) -> Page:
    return client.get(address(event)).page


def address(event: Event) -> str:
    return f"/e/{event.code}-{event.slug}" if event.slug else f"/e/{event.code}"


def plain(text: str) -> str:
    """With plain spaces again."""
    return text.replace("\u00a0", " ")


def facts(page: Page) -> dict[str, str]:
    card = page.one("dl", class_="facts")
    questions, said = card.all("dt"), card.all("dd")
    return {plain(dt.text): plain(dd.text) for dt, dd in zip(questions, said, strict=True)}


def state(page: Page) -> str:
    return plain(page.main.all("span", class_="tag")[0].text)


def meta(page: Page) -> dict[str, str]:
    return {m["property"]: plain(m["content"]) for m in page.all("meta") if m.has("property")}


def test_a_page_says_when_where_which_door_and_for_whom(client: PageClient, event: Event) -> None:
    page = page_of(client, event)
    assert plain(page.heading) == "Cuisiner : les restes"
    assert facts(page) == {
        "Quand ?": "Samedi 28 novembre 2026 de 9 h 30 à 11 h 30",
        "Où ?": "École Curial 51 rue Curial, 75019 Paris",
        "Quelle entrée ?": "Portail vert, sonner à « gardien »",
        "Prix": "Gratuit",
        "Pour qui ?": "Parents et enfants",
        "Places": "12 places libres sur 12",
    }
    said = plain(page.main.text)
    assert "Rien ne se jette." in said
    assert [p.text for p in page.one(id="quoi").parent.all("p")] == ["On cuisine.", "On goûte."]  # type: ignore[union-attr]  # it has one
    assert "On parle aussi : arabe et chinois." in said
    assert "Métro Crimée" in said
    assert "Les Amis de Curial" in said
    assert page.link("Samedis matins à l’école") == "/paris-19/actions/samedis-matins-a-l-ecole"


def test_an_event_may_have_a_door_and_a_way_of_its_own(client: PageClient, event: Event) -> None:
    event.door, event.access = "Porte bleue", "Bus 60"
    event.venue.step_free = True
    db.session.commit()
    page = page_of(client, event)
    assert facts(page)["Quelle entrée ?"] == "Porte bleue"
    assert "Bus 60" in page.main.text
    assert "Métro Crimée" not in page.main.text
    assert "On entre sans marche, en fauteuil ou en poussette." in page.main.text


@pytest.mark.parametrize(
    ("step_free", "sentence"),
    [
        (None, "Fauteuil ou poussette ? Appelez-nous : on vous dit comment entrer."),
        (True, "On entre sans marche, en fauteuil ou en poussette."),
        (False, "Il y a des marches à l’entrée. Appelez-nous : on vous aide."),
    ],
)
def test_what_is_known_of_steps_is_said_and_no_more(
    client: PageClient, event: Event, step_free: bool | None, sentence: str
) -> None:
    event.venue.step_free = step_free
    db.session.commit()
    rows = page_of(client, event).one("section", aria_labelledby="bon").all("li")
    assert plain(rows[0].text) == sentence


@pytest.mark.parametrize(
    ("audience", "label", "told"),
    [
        (Audience.EVERYONE, "Ouvert à tout le quartier", False),
        (Audience.SCHOOL_PARENTS, "Parents de cette école", True),
    ],
)
def test_for_the_parents_of_a_school_or_for_everybody(
    client: PageClient, event: Event, audience: Audience, label: str, told: bool
) -> None:
    event.audience = audience
    db.session.commit()
    page = page_of(client, event)
    assert facts(page)["Pour qui ?"] == label
    assert ("C’est pour les parents de cette école." in page.main.text) is told


def test_places_go_down_then_a_list_waits(client: PageClient, event: Event) -> None:
    register(event, answers("Awa", adults=9))
    page = page_of(client, event)
    assert (state(page), facts(page)["Places"]) == ("Il reste 3 places", "3 places libres sur 12")
    assert page.link("Je m’inscris") == f"/e/{event.code}/inscription"
    register(event, answers("Binta", adults=3))
    page = page_of(client, event)
    assert (state(page), facts(page)["Places"]) == ("Complet : liste d’attente", "0 places libres sur 12")
    assert page.link("Aller sur la liste d’attente") == f"/e/{event.code}/inscription"


def test_places_that_may_be_kept_for_a_family_that_waits_are_said_to_be(
    client: PageClient, event: Event
) -> None:
    said = "Des familles attendent déjà : des places libres peuvent être gardées pour elles."
    register(event, answers("Awa", adults=9))
    assert said not in page_of(client, event).main.text
    register(event, answers("Binta", adults=5))
    page = page_of(client, event)
    assert (state(page), said in page.main.text) == ("Il reste 3 places", True)
    assert "Une place se libère" in page.main.text


def test_who_needs_no_registration_is_told_to_just_come(client: PageClient, event: Event) -> None:
    free = factories.an_event("Café des parents", activity=event.activity, venue=event.venue, capacity=None)
    db.session.commit()
    page = page_of(client, free)
    assert state(page) == "Sans inscription"
    assert "Venez comme vous êtes. Pas besoin de vous inscrire." in page.main.text
    assert "Places" not in facts(page)
    assert [a["href"] for a in page.all("a") if "inscription" in a["href"]] == []


def test_a_cancelled_event_says_so_first_and_offers_nothing(client: PageClient, event: Event) -> None:
    scheduling.cancel(event, reason="L’école est fermée.", actor="cli", now=time.now())
    db.session.commit()
    page = page_of(client, event)
    assert state(page) == "Annulé"
    note = page.one("div", class_="note--stop")
    assert note.text == "Ce rendez-vous est annulé. L’école est fermée. Voir les autres rendez-vous"
    assert "Garder la date" not in page.main.text
    assert "Je m’inscris" not in page.main.text
    assert plain(page.title).startswith("Annulé : Cuisiner")


def test_a_past_event_stays_to_be_read(
    client: PageClient, event: Event, clock: time_machine.Traveller
) -> None:
    clock.move_to(event.ends_at)
    page = page_of(client, event)
    assert state(page) == "C’est passé"
    assert "C’était le samedi 28 novembre 2026." in plain(page.main.text)
    assert "Je m’inscris" not in page.main.text


def test_once_begun_nobody_registers_but_the_date_stands(
    client: PageClient, event: Event, clock: time_machine.Traveller
) -> None:
    clock.move_to(event.starts_at + timedelta(minutes=1))
    page = page_of(client, event)
    assert state(page) == "Inscriptions fermées"
    assert [a for a in page.all("a") if "inscription" in a["href"]] == []


@pytest.mark.parametrize("wrong", ["", "-cuisine", "-cuisiner-les-restes-", "-CUISINER-LES-RESTES"])
def test_another_slug_leads_to_the_right_one(client: PageClient, event: Event, wrong: str) -> None:
    answer = client.get(f"/e/{event.code}{wrong}")
    assert (answer.status_code, answer.location) == (301, f"/e/{event.code}-cuisiner-les-restes")


@pytest.mark.parametrize("path", ["/e/zzzzzzz", "/e/zzzzzzz-cuisine", "/e/zzzzzzz.ics", "/e/", "/e/é"])
def test_an_unknown_code_is_404(client: PageClient, event: Event, path: str) -> None:
    assert client.get(path).status_code == 404


def test_search_engines_read_the_same_in_json(client: PageClient, event: Event) -> None:
    register(event, answers("Awa", adults=9))
    script = page_of(client, event).one("script", type="application/ld+json")
    assert json.loads(script.raw) == {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Cuisiner : les restes",
        "description": "Rien ne se jette.",
        "startDate": "2026-11-28T09:30:00+01:00",
        "endDate": "2026-11-28T11:30:00+01:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "isAccessibleForFree": True,
        "url": f"{HOME}{address(event)}",
        "location": {
            "@type": "Place",
            "name": "École Curial",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "51 rue Curial",
                "postalCode": "75019",
                "addressLocality": "Paris",
                "addressCountry": "FR",
            },
            "geo": {"@type": "GeoCoordinates", "latitude": 48.8936, "longitude": 2.3764},
        },
        "offers": {"@type": "Offer", "price": 0, "priceCurrency": "EUR", "url": f"{HOME}{address(event)}"},
        "organizer": {"@type": "Organization", "name": "Les Amis de Curial"},
        "remainingAttendeeCapacity": 3,
    }


def test_search_engines_learn_of_a_cancellation_and_of_summer_time(client: PageClient, event: Event) -> None:
    scheduling.reschedule(
        event,
        starts_at=local(date(2027, 6, 5), 9, 30),
        ends_at=local(date(2027, 6, 5), 11, 30),
        actor="cli",
        now=time.now(),
    )
    scheduling.cancel(event, reason="", actor="cli", now=time.now())
    db.session.commit()
    data = json.loads(page_of(client, event).one("script", type="application/ld+json").raw)
    assert (data["eventStatus"], data["startDate"]) == (
        "https://schema.org/EventCancelled",
        "2027-06-05T09:30:00+02:00",
    )


def test_no_title_can_end_the_script_that_holds_it(client: PageClient, event: Event) -> None:
    nasty = "</script><script>alert(1)</script><!-- & \u2028"
    scheduling.reword(event, title=nasty, actor="cli", now=time.now())
    db.session.commit()
    page = page_of(client, event)
    assert json.loads(page.one("script", type="application/ld+json").raw)["name"] == nasty
    assert "<script>alert" not in page.html


def test_a_shared_link_shows_a_plain_preview(client: PageClient, event: Event) -> None:
    page = page_of(client, event)
    assert meta(page) == {
        "og:type": "website",
        "og:title": "Cuisiner : les restes",
        "og:description": "Samedi 28 novembre, de 9 h 30 à 11 h 30. École Curial. Rien ne se jette.",
        "og:url": f"{HOME}{address(event)}",
        "og:site_name": "L’agenda du 19e",
    }
    assert page.one("link", rel="canonical")["href"] == f"{HOME}{address(event)}"
    message = parse_qs(urlsplit(page.link("WhatsApp")).query)["text"]
    assert [plain(text) for text in message] == [
        "Cuisiner : les restes, samedi 28 novembre, de 9 h 30 à 11 h 30. École Curial. "
        f"{HOME}{address(event)}"
    ]


def test_what_is_shared_of_another_year_says_which(client: PageClient, event: Event) -> None:
    event.starts_at, event.ends_at = local(date(2027, 1, 9), 10), local(date(2027, 1, 9), 12)
    db.session.commit()
    page = page_of(client, event)
    [message] = parse_qs(urlsplit(page.link("WhatsApp")).query)["text"]
    assert plain(message).startswith("Cuisiner : les restes, samedi 9 janvier 2027, de 10 h à 12 h.")
    assert meta(page)["og:description"].startswith("Samedi 9 janvier 2027, de 10 h à 12 h.")


def test_a_restricted_event_opens_by_its_link_and_stands_nowhere_else(
    client: PageClient, event: Event
) -> None:
    event.is_restricted = True
    scheduling.reword(event, summary="Rien.", actor="cli", now=time.now())
    db.session.commit()
    page = page_of(client, event)
    assert plain(page.heading) == "Cuisiner : les restes"
    assert page.one("meta", name="robots")["content"] == "noindex, nofollow"
    assert page.all("script", type="application/ld+json") == []
    places = ["/paris-19/", "/paris-19/?vue=mois", "/paris-19/?vue=plan", "/paris-19/?q=cuisiner"]
    actions = ["/paris-19/actions/samedis-matins-a-l-ecole", "/agendas/paris-19.ics"]
    for place in [*places, *actions]:
        assert event.code not in client.get(place).get_data(as_text=True), place


def test_a_sensitive_event_lends_no_word_to_what_others_see(client: PageClient, event: Event) -> None:
    action = factories.an_action("Familles en hôtel", slug="hotel", is_sensitive=True)
    activity = factories.an_activity("Répit", action=action)
    quiet = factories.an_event("Répit des parents", activity=activity, venue=event.venue, summary="Souffler.")
    db.session.commit()
    page = page_of(client, quiet)
    assert page.heading == "Répit des parents"
    assert meta(page) == {
        "og:type": "website",
        "og:title": "Rendez-vous",
        "og:description": "Samedi 28 novembre, de 9 h 30 à 11 h 30. 51 rue Curial, 75019 Paris.",
        "og:url": f"{HOME}/e/{quiet.code}",
        "og:site_name": "L’agenda du 19e",
    }
    assert plain(page.title) == "Rendez-vous, samedi 28 novembre – L’agenda du 19e"
    for link in page.all("a"):
        assert "pit%20" not in link["href"]
        assert "R%C3%A9pit" not in link["href"]


def test_google_and_outlook_open_on_a_copy(client: PageClient, event: Event) -> None:
    page = page_of(client, event)
    google = {
        name: plain(value) for name, [value] in parse_qs(urlsplit(page.link("Google Agenda")).query).items()
    }
    details = google.pop("details")
    assert google == {
        "action": "TEMPLATE",
        "text": "Cuisiner : les restes",
        "dates": "20261128T083000Z/20261128T103000Z",
        "ctz": "Europe/Paris",
        "location": "École Curial, 51 rue Curial, 75019 Paris",
    }
    assert details.splitlines()[-1] == f"{HOME}{address(event)}"
    outlook = {name: value for name, [value] in parse_qs(urlsplit(page.link("Outlook")).query).items()}
    assert (outlook["startdt"], outlook["enddt"]) == ("2026-11-28T08:30:00Z", "2026-11-28T10:30:00Z")


def test_the_date_is_kept_as_a_file_that_is_no_invitation(client: PageClient, event: Event) -> None:
    answer = client.get(page_of(client, event).link("Mon téléphone ou ordinateur"))
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{event.code}.ics"'
    calendar = Calendar.from_ical(answer.data)
    assert "METHOD" not in calendar
    [entry] = calendar.walk("VEVENT")
    assert (entry["UID"], entry["SUMMARY"]) == (event.uid, "Cuisiner : les restes")
    assert "ATTENDEE" not in entry


def test_follow_leads_to_the_feed_of_its_theme(client: PageClient, event: Event) -> None:
    assert (
        page_of(client, event).link("Choisir comment") == "/paris-19/recevoir?theme=parentalite#votre-choix"
    )


def test_the_streets_around_are_drawn_where_the_place_is_known(client: PageClient, event: Event) -> None:
    page = page_of(client, event)
    assert page.one("figure", class_="map").one("g", class_="pin")["aria-label"].endswith("École Curial")
    event.venue.latitude = event.venue.longitude = None
    db.session.commit()
    assert page_of(client, event).all("figure", class_="map") == []
    event.venue.latitude, event.venue.longitude = 43.2965, 5.3698  # Marseille is not on the map
    db.session.commit()
    assert page_of(client, event).all("figure", class_="map") == []


def test_the_place_is_named_on_its_map_and_no_other_name_is_cut(client: PageClient, event: Event) -> None:
    drawn = page_of(client, event).one("figure", class_="map")
    assert [line.text for line in drawn.one("text", class_="name").all("tspan")] == ["École Curial"]
    drawing = event.territory.drawing
    assert drawing is not None
    x, y = spot_of(drawing, event.venue) or (0, 0)
    left, top, wide, high = (float(number) for number in drawn.one("svg")["viewbox"].split())
    named = {
        "Tout près": (x, y + 25),
        "Au milieu": (left + wide / 2, top + (20 if y > top + high / 2 else high - 20)),
        "Coupé à gauche": (left + 5, top + high / 2),
        "Ailleurs": (left + wide + 90, top),
    }
    quartiers = [["", name, "", *spot] for name, spot in named.items()]
    seen = around({**drawing, "quartiers": quartiers}, event.venue)
    assert seen is not None
    assert [title for _, title, *_ in seen["drawing"]["quartiers"]] == ["", "Au milieu", "", ""]


def test_in_english_the_hours_and_our_words_change(client: PageClient, event: Event) -> None:
    client.get("/?langue=en")
    page = page_of(client, event)
    assert facts(page)["When?"] == "Saturday 28 November 2026 9:30 am – 11:30 am"
    assert plain(page.heading) == "Cuisiner : les restes"
    assert "Also spoken: Arabic and Chinese." in page.main.text


@BOTH
@pytest.mark.parametrize("events", [1, 30])
def test_two_statements_however_many_others_there_are(
    client: PageClient, event: Event, statements: Statements, events: int
) -> None:
    towns.many_events(events)
    path = address(event)
    with statements() as said:
        assert client.get(path).status_code == 200
    assert len(said) == 2, said
