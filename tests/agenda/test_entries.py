"""What a calendar is told of an event."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from eventsapp.agenda import fragments
from eventsapp.agenda.entries import address_of, entry_of, place_of, where_of
from eventsapp.agenda.models import Event
from eventsapp.clock import now
from eventsapp.database import db
from eventsapp.ical import invitation
from eventsapp.ical.entry import Attendee, Organizer, Status
from eventsapp.media import keeping, pictures
from eventsapp.media.models import Picture
from eventsapp.settings import setting
from tests import factories
from tests.photos import a_photo

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def saturday() -> Event:
    """« Les écrans » at École Curial, which has its door and its metro."""
    return factories.an_event("Les écrans", capacity=None, summary="On en parle ensemble.")


def test_a_copy_says_what_when_where_and_which_door(saturday: Event) -> None:
    entry = entry_of(saturday)
    address = f"http://127.0.0.1:8000/e/{saturday.code}-les-ecrans"
    assert (entry.summary, entry.url, entry.status) == ("Les écrans", address, Status.CONFIRMED)
    assert entry.location == "École Curial, 51 rue Curial, 75019 Paris"
    assert entry.categories == ("Être parent",)
    assert entry.description.split("\n") == [
        "On en parle ensemble.",
        "Entrée : Portail vert, sonner à « gardien »",
        "Accès : Métro Crimée",
        address,
    ]


def test_where_it_is_says_no_name_where_that_would_tell_too_much(saturday: Event) -> None:
    """On one line as in two."""
    venue, address = saturday.venue, "51 rue Curial, 75019 Paris"
    assert where_of(venue, neutral=False) == {"place": "École Curial", "street": address}
    assert where_of(venue, neutral=True) == {"place": address, "street": ""}
    assert [place_of(venue, neutral=one) for one in (False, True)] == [f"École Curial, {address}", address]


def test_in_english_our_words_change_and_theirs_do_not(saturday: Event) -> None:
    entry = entry_of(saturday, language="en")
    assert entry.summary == "Les écrans"
    assert "Entrée" not in entry.description
    assert "Portail vert" in entry.description


def test_a_sensitive_event_says_neither_what_nor_with_whom() -> None:
    action = factories.an_action("Familles en hôtel", is_sensitive=True)
    activity = factories.an_activity("Répit en famille à l’hôtel", action=action)
    event = factories.an_event(
        "Répit en famille à l’hôtel", activity=activity, summary="Pour souffler", description="Hôtel"
    )
    entry = entry_of(event)
    assert (entry.summary, entry.location) == ("Rendez-vous", "51 rue Curial, 75019 Paris")
    assert entry.categories == ()
    told = f"{entry.summary} {entry.location} {entry.description} {entry.url}".lower()
    assert [word for word in ("hôtel", "hotel", "répit", "repit", "souffler", "école") if word in told] == []


@pytest.fixture
def photo() -> Picture:
    """The kitchen of Curial."""
    return keeping.keep(pictures.renew(a_photo((90, 60)), most=10**7), now=now())


def test_the_picture_of_its_page_is_in_its_entry_and_in_no_invitation(photo: Picture) -> None:
    """RULES P7: with its VALUE; on a page of ours, so nobody else learns who follows."""
    event = factories.an_event(picture=photo, picture_alternative="La cuisine")
    picture = f"{setting('PUBLIC_URL')}/images/{photo.fingerprint}.webp"
    [vevent] = Calendar.from_ical(f"BEGIN:VCALENDAR\r\n{event.fragment}END:VCALENDAR\r\n").walk("VEVENT")
    assert str(vevent["IMAGE"]) == picture
    said = dict(vevent["IMAGE"].params)
    assert said == {"VALUE": "URI", "DISPLAY": "GRAPHIC", "FMTTYPE": "image/webp"}
    invited = invitation.request(
        entry_of(event),
        organizer=Organizer("Agenda", "agenda@mail.example"),
        attendee=Attendee("Awa", "awa@mail.example"),
        stamp=now(),
        sequence=0,
    )
    assert b"IMAGE" not in invited


def test_a_discreet_event_shows_no_picture(photo: Picture) -> None:
    action = factories.an_action("Familles en hôtel", is_sensitive=True)
    event = factories.an_event(
        activity=factories.an_activity("Répit", action=action), picture=photo, picture_alternative="Le goûter"
    )
    assert entry_of(event).image == ""
    assert "IMAGE" not in event.fragment


def test_fragments_follow_the_public_address(saturday: Event) -> None:
    from flask import current_app

    before, version = saturday.fragment, fragments.renderer_version()
    assert fragments.rebuild(now()) == 0

    current_app.config["PUBLIC_URL"] = "https://agenda.example.org"
    assert fragments.rebuild(now()) == 1
    db.session.flush()
    assert saturday.fragment != before
    assert fragments.renderer_version() != version
    assert address_of(saturday) == f"{setting('PUBLIC_URL')}/e/{saturday.code}-les-ecrans"
