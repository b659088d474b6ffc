"""How many forms each door takes from whom, as a table; every row is reached, and refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import attempts
from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event
from eventsapp.codes import fingerprint
from eventsapp.database import begin_writing
from eventsapp.people import accounts
from eventsapp.people.models import Account, Organisation
from eventsapp.web import limits
from tests import factories
from tests.databases import everything
from tests.pages import PageResponse
from tests.web.conftest import SetUp, SignIn

pytestmark = pytest.mark.databases("sqlite")


NETWORK, EMAIL, HERE = "network", "typed_email", "typed_email_here"
HALF, ACCOUNT, LINK, AT_EVENT = "half_account", "account", "link", "network_here"
"""Who is counted: a network, it at one event, an address that is typed, it from one network, an account
(half in), a link."""

SAID = {
    ("sign_in.ask", NETWORK): (30, 10),
    ("second_step.enter", NETWORK): (30, 10),
    ("second_step.enter", HERE): (10, 15),
    ("second_step.enter", EMAIL): (100, 60),
    ("second_step.check", HALF): (10, 60),
    ("second_step.recover", HALF): (10, 60),
    ("passkeys.enter", NETWORK): (60, 10),
    ("passkeys.complete", HALF): (10, 60),
    ("keys.add", ACCOUNT): (20, 60),
    ("password.choose", ACCOUNT): (10, 60),
    ("password.remove", ACCOUNT): (10, 60),
    ("codes.turn_on", ACCOUNT): (20, 60),
    ("codes.renew", ACCOUNT): (10, 60),
    ("codes.turn_off", ACCOUNT): (10, 60),
    ("registrations.keep_answers", AT_EVENT): (300, 60),
    ("registrations.keep_answers", NETWORK): (600, 60),
    ("registrations.confirm", AT_EVENT): (150, 60),
    ("registrations.confirm", NETWORK): (300, 60),
    ("people.keep_person", NETWORK): (600, 10),
    ("people.more", NETWORK): (600, 10),
    ("people.remove", NETWORK): (600, 10),
    ("imports.add", ACCOUNT): (20, 60),
    ("imports.change", ACCOUNT): (30, 60),
    ("imports.read", ACCOUNT): (12, 60),
    ("imports.send", ACCOUNT): (30, 60),
    ("fewer.keep", NETWORK): (200, 10),
    ("partner_requests.ask", NETWORK): (10, 60),
    ("host.ask_again", NETWORK): (10, 60),
    ("lost_links.ask", NETWORK): (20, 60),
    ("newsletter.ask", NETWORK): (30, 60),
    ("newsletter.choose", LINK): (40, 60),
    ("own_codes.send", LINK): (10, 60),
    ("own_codes.check", LINK): (40, 60),
    ("own_people.change", LINK): (40, 60),
    ("own_returning.register", LINK): (40, 60),
    ("own_preferences.ask_address", LINK): (10, 60),
    ("own_preferences.replace_address", LINK): (40, 60),
    ("own_preferences.ask_number", LINK): (10, 60),
    ("own_preferences.replace_number", LINK): (40, 60),
    ("showcase.keep", ACCOUNT): (30, 60),
    ("day.keep_marks", LINK): (1200, 60),
    ("day.count", LINK): (1200, 60),
    ("day.arrive", LINK): (1200, 60),
    ("day.undo", LINK): (1200, 60),
    ("standing.ask", LINK): (20, 60),
    ("standing.resume", LINK): (20, 60),
    ("professional_standing.ask", LINK): (20, 60),
    ("professional_standing.resume", LINK): (20, 60),
    ("day.arrive_by_code", LINK): (1200, 60),
    ("relay.register", ACCOUNT): (120, 60),
    ("referrals.make", ACCOUNT): (60, 60),
    ("host.answer", LINK): (100, 60),
    ("host.correct", LINK): (40, 60),
    ("host.say_gone", LINK): (40, 60),
    ("coming_back.answer", LINK): (40, 60),
    ("host_coming.say", LINK): (40, 60),
}
"""How many forms a door takes, within how many minutes, of whom."""


@dataclass(frozen=True)
class Door:
    """Where a form is sent, what a mistaken one gets, and where it is short, a right one (303)."""

    address: str
    mistaken: int
    right: dict[str, str] = field(default_factory=dict)


DOORS = {
    "sign_in.ask": Door("/connexion", 422, {"email": "nadia@example.org"}),
    "second_step.enter": Door("/connexion/mot-de-passe", 422),
    "second_step.check": Door("/connexion/code", 422),
    "second_step.recover": Door("/connexion/code-de-secours", 422),
    "passkeys.enter": Door("/connexion/cle", 303),
    "passkeys.complete": Door("/connexion/code/cle", 303),
    "keys.add": Door("/pro/compte/cles", 409),  # tests have no domain
    "password.choose": Door("/pro/compte/mot-de-passe", 422, {"wanted": "un tramway nommé Ourcq"}),
    "password.remove": Door("/pro/compte/mot-de-passe/suppression", 303),
    "codes.turn_on": Door("/pro/compte/code", 409),  # nothing was scanned
    "codes.renew": Door("/pro/compte/code/secours", 409),
    "codes.turn_off": Door("/pro/compte/code/arret", 409),
    "registrations.keep_answers": Door(
        "/e/{event}/inscription", 422, {"first_name": "Awa", "email": "awa@example.org", "adults": "1"}
    ),
    "registrations.confirm": Door("/e/{event}/inscription/verification", 410),
    "people.keep_person": Door("/e/{event}/inscription/personnes/1", 303),  # nothing is begun
    "people.more": Door("/e/{event}/inscription/personnes", 303),
    "people.remove": Door("/e/{event}/inscription/personnes/1/retrait", 303),
    "fewer.keep": Door("/e/{event}/inscription/moins", 303),
    "partner_requests.ask": Door(
        "/devenir-partenaire",
        422,
        {
            "territory": "paris-19",
            "organisation_name": "La Boussole",
            "kind": "association",
            "contact_name": "Awa Sow",
            "email": "awa@boussole.example",
            "about": "Des ateliers",
        },
    ),
    "host.ask_again": Door("/ecole", 422, {"email": "roy@ecole.example"}),
    "showcase.keep": Door("/pro/organisations/{organisation}/vitrine", 422),
    "imports.add": Door("/pro/organisations/{organisation}/imports/nouveau", 403),  # approved nowhere
    "imports.change": Door("/pro/organisations/{organisation}/imports/1/reglages", 404),
    "imports.read": Door("/pro/organisations/{organisation}/imports/1/lecture", 404),
    "imports.send": Door("/pro/organisations/{organisation}/imports/1/fichier", 404),
    "day.keep_marks": Door("/jour/{link}/marques", 410),
    "day.count": Door("/jour/{link}/comptes/3-5", 410),
    "day.arrive": Door("/jour/{link}/arrivees/k7mw2pa", 410),
    "day.undo": Door("/jour/{link}/arrivees/k7mw2pa/annulation", 410),
    "standing.ask": Door("/m/{link}/inscriptions/k7mw2pa/abonnement", 404),
    "standing.resume": Door("/m/{link}/abonnements/1/reprise", 404),
    "professional_standing.ask": Door("/ma-venue/{link}/inscriptions/k7mw2pa/abonnement", 404),
    "professional_standing.resume": Door("/ma-venue/{link}/abonnements/1/reprise", 404),
    "day.arrive_by_code": Door("/jour/{link}/bulletins", 410),
    "relay.register": Door("/pro/rendez-vous/{event}/inscrire", 403),  # approved nowhere
    "referrals.make": Door("/pro/rendez-vous/{event}/orientations", 403),
    "host.answer": Door("/ecole/{link}/dates/k7mw2pa", 410),
    "host.correct": Door("/ecole/{link}/coordonnees", 410),
    "host.say_gone": Door("/ecole/{link}/depart", 410),
    "coming_back.answer": Door("/on-repart/{link}", 410),
    "host_coming.say": Door("/structure/{link}/reponse", 410),
    "lost_links.ask": Door("/m/lien-perdu", 422, {"address": "awa@example.org"}),
    "newsletter.ask": Door("/paris-19/recevoir/par-courriel", 422, {"email": "awa@example.org"}),
    "newsletter.choose": Door("/lettre/{link}", 410),
    "own_codes.send": Door("/m/{link}/confirmation/code", 404),
    "own_codes.check": Door("/m/{link}/confirmation", 404),
    "own_returning.register": Door("/m/{link}/inscrire/{event}", 404),
    "own_preferences.ask_address": Door("/m/{link}/preferences/adresse", 404),
    "own_preferences.replace_address": Door("/m/{link}/preferences/adresse/code", 404),
    "own_preferences.ask_number": Door("/m/{link}/preferences/telephone", 404),
    "own_preferences.replace_number": Door("/m/{link}/preferences/telephone/code", 404),
    "own_people.change": Door("/m/{link}/inscriptions/k7mw2pa/personnes", 404),
}


def test_the_table_says_what_the_limits_are() -> None:
    minute = timedelta(minutes=1)
    known = {
        (endpoint, limit.by.__name__): (limit.most, limit.within / minute)
        for endpoint, of_one in limits.LIMITS.items()
        for limit in of_one
    }
    assert known == SAID
    guesses = limits.GUESSES
    assert (guesses.most, guesses.within / minute, guesses.by) == (30, 10, limits.network)
    assert sorted(limits.GUESSED) == [
        "coming_back.answer",
        "coming_back.show",
        "day.arrive",
        "day.arrive_by_code",
        "day.count",
        "day.keep_marks",
        "day.show",
        "day.undo",
        "host.answer",
        "host.correct",
        "host.details",
        "host.entries",
        "host.say_gone",
        "host.show",
        "host_coming.say",
        "host_coming.show",
        "invitations.accept",
        "invitations.show",
        "newsletter.choose",
        "newsletter.confirm",
        "newsletter.resume",
        "newsletter.show",
        "newsletter.stop",
        "newsletter.stopping",
        "own_codes.check",
        "own_codes.forget_others",
        "own_codes.form",
        "own_codes.leave",
        "own_codes.send",
        "own_data.download",
        "own_data.erase",
        "own_data.erasure",
        "own_data.show",
        "own_needs.form",
        "own_needs.keep",
        "own_page.answer_offer",
        "own_page.cancel",
        "own_page.cancellation",
        "own_page.show",
        "own_people.change",
        "own_people.form",
        "own_photos.form",
        "own_photos.say",
        "own_preferences.ask_address",
        "own_preferences.ask_number",
        "own_preferences.form",
        "own_preferences.keep",
        "own_preferences.replace_address",
        "own_preferences.replace_number",
        "own_returning.form",
        "own_returning.index",
        "own_returning.register",
        "own_slips.show",
        "professional_page.answer_offer",
        "professional_page.cancel",
        "professional_page.cancellation",
        "professional_page.keep_alarm",
        "professional_page.show",
        "professional_standing.ask",
        "professional_standing.end",
        "professional_standing.ending",
        "professional_standing.offer",
        "professional_standing.pause",
        "professional_standing.resume",
        "referral_links.enter",
        "referral_links.show",
        "sign_in.enter",
        "sign_in.link",
        "standing.ask",
        "standing.end",
        "standing.ending",
        "standing.offer",
        "standing.pause",
        "standing.resume",
    ]
    assert set(DOORS) == set(limits.LIMITS)


Send = Callable[..., PageResponse]
Opens = Callable[[str], Send]


@pytest.fixture
def people(db_session: scoped_session[Session]) -> dict[str, Account]:
    """Nadia and Omar, who answer for Espace 19."""
    espace, opened = factories.an_association("Espace 19"), {}
    for name in ("Nadia", "Omar"):
        email = f"{name.lower()}@example.org"
        opened[name] = accounts.open_account(email, name, actor="cli", now=hours.now())
        grants.give(opened[name], Role.OWNER, espace, by="cli", now=hours.now())
    db_session.commit()
    return opened


@pytest.fixture
def opens(
    endpoint: str,
    who: str,
    people: dict[str, Account],
    app: Flask,
    sign_in: SignIn,
    set_up: SetUp,
    db_session: scoped_session[Session],
) -> Opens:
    """A browser of somebody's, as far in as the door wants; sends its form, mistaken or right."""
    door, event = DOORS[endpoint], factories.an_event(capacity=12)
    [organisation] = db_session.scalars(select(Organisation.id).where(Organisation.name == "Espace 19"))
    rows = {"event": event.code, "organisation": organisation}
    db_session.commit()
    if who == HALF:
        for account in people.values():
            set_up(account)
            db_session.refresh(account)

    def by(name: str) -> Send:
        address = door.address.format(**rows, link=f"jeton-{name}")
        visitor = sign_in(people[name]) if who in (HALF, ACCOUNT) else app.test_client()
        page = visitor.get("/connexion", follow_redirects=True).page  # type: ignore[attr-defined]  # a PageClient
        form = {"csrf_token": page.all("input", name="csrf_token")[0]["value"]}
        if who in (EMAIL, HERE):
            form |= {"email": f"{name.lower()}@example.org", "password": "un mot de passe deviné"}

        def send(right: bool = False, **how: object) -> PageResponse:
            answer = visitor.post(address, data=form | (door.right if right else {}), **how)
            assert isinstance(answer, PageResponse)
            return answer

        return send

    return by


@pytest.mark.parametrize(("endpoint", "who"), SAID)
def test_every_door_takes_as_many_forms_as_it_says_and_no_more(
    endpoint: str, who: str, opens: Opens, people: dict[str, Account], db_session: scoped_session[Session]
) -> None:
    """Forms with a mistake count, too. The one that is too many changes nothing, right as it is; whoever
    is told apart from Nadia sends theirs meanwhile. Of hundreds all but two are counted, not sent."""
    most, minutes = SAID[endpoint, who]
    mistaken, right = DOORS[endpoint].mistaken, DOORS[endpoint].right
    sent = most if most <= 30 else 2
    counted = {
        NETWORK: "127.0.0.1",
        EMAIL: "nadia@example.org",
        HERE: "nadia@example.org 127.0.0.1",
        LINK: fingerprint("jeton-Nadia"),
        AT_EVENT: f"{db_session.scalars(select(Event.code)).one()} 127.0.0.1",
    }.get(who, f"account:{people['Nadia'].id}")
    db_session.rollback()
    begin_writing()
    for _ in range(most - sent):
        within = timedelta(minutes=minutes)
        assert not attempts.count(f"{endpoint} {who}", counted, most=most, within=within, now=hours.now())
    db_session.commit()

    nadia, another, omar = opens("Nadia"), opens("Nadia"), opens("Omar")
    # Five wrong codes are the end of half a sign-in: who guesses begins anew each time.
    statuses = [(opens("Nadia") if who == HALF else nadia)().status_code for _ in range(sent)]
    assert statuses == [mistaken] * sent

    here, elsewhere = {}, {"environ_base": {"REMOTE_ADDR": "198.51.100.9"}}
    before = everything()
    for refused in (
        nadia(right=True),
        another(right=True, **(here if who in (NETWORK, HERE, AT_EVENT) else elsewhere)),
    ):
        assert (refused.status_code, refused.page.heading) == (429, "Trop d’essais")
        seconds = int(refused.headers["Retry-After"])
        assert 0 < seconds <= 2 * 60 * minutes
        assert re.search(
            rf"Attendez {-(-seconds // 60)} minutes?, puis recommencez\.", refused.page.main.text
        )
    assert everything() == before
    meanwhile = omar(right=True, **(elsewhere if who in (NETWORK, AT_EVENT) else here))
    assert meanwhile.status_code == (303 if right else mistaken)
