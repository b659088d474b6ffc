"""Rate limits at the doors: a thief is slowed down, a class on one Wi-Fi is not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import attempts
from eventsapp import clock as hours
from eventsapp.app import create_app
from eventsapp.attempts import Attempts
from eventsapp.database import begin_writing
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts
from eventsapp.web import limits
from tests import factories
from tests.pages import PageClient, PageResponse

pytestmark = pytest.mark.databases("sqlite")


def guess(client: PageClient, email: str = "samira@example.org", **how: object) -> PageResponse:
    typed = {"csrf_token": client.csrf_token(), "email": email, "password": "un mot de passe deviné"}
    return client.post("/connexion/mot-de-passe", data=typed, **how)  # type: ignore[return-value]  # ours


@pytest.mark.usefixtures("samira")
def test_passwords_are_guessed_ten_times_and_no_more(
    client: PageClient, app: Flask, clock: time_machine.Traveller
) -> None:
    assert [guess(client).status_code for _ in range(11)] == [422] * 10 + [429]
    answer = guess(client)
    assert answer.page.heading == "Trop d’essais"
    seconds = int(answer.headers["Retry-After"])
    assert 0 < seconds <= 30 * 60
    assert f"Attendez {-(-seconds // 60)} minutes, puis recommencez." in answer.page.main.text
    english = guess(client, headers={"Accept-Language": "en"})
    assert "minutes, then try again." in english.page.main.text
    # Another address is another matter, and so is Samira at home.
    assert guess(client, "paul@example.org").status_code == 422
    assert guess(client, environ_base={"REMOTE_ADDR": "198.51.100.9"}).status_code == 422
    clock.shift(timedelta(seconds=seconds))
    assert guess(client).status_code == 422


@pytest.mark.usefixtures("samira")
def test_a_hundred_guesses_an_hour_from_everywhere_together(client: PageClient) -> None:
    """What one network is refused uses up nothing that the others share."""
    networks = [{"REMOTE_ADDR": f"192.0.2.{number}"} for number in range(11)]
    answered = [guess(client, environ_base=where).status_code for where in networks[:9] for _ in range(12)]
    assert answered == ([422] * 10 + [429] * 2) * 9
    rest = [guess(client, environ_base=where).status_code for where in networks[9:] for _ in range(10)]
    assert rest == [422] * 10 + [429] * 10


@pytest.mark.usefixtures("samira")
def test_an_address_written_otherwise_is_the_same(client: PageClient) -> None:
    written = ("samira@example.org", " Samira@EXAMPLE.org", "samira@ｅxample.org", "SAMIRA@example.ORG ")
    statuses = [guess(client, email).status_code for email in written * 3]
    assert statuses == [422] * 10 + [429] * 2


@pytest.mark.usefixtures("samira")
def test_the_limit_tells_nobody_who_has_an_account(client: PageClient) -> None:
    for email in ("samira@example.org", "nobody@example.org"):
        answers = [guess(client, email) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429]


@pytest.mark.usefixtures("samira")
def test_one_network_is_slowed_and_no_other_with_it(client: PageClient) -> None:
    thief = {"REMOTE_ADDR": "203.0.113.5"}
    answers = [guess(client, f"a{i}@example.org", environ_base=thief).status_code for i in range(31)]
    assert answers == [422] * 30 + [429]
    assert guess(client, "b@example.org", environ_base={"REMOTE_ADDR": "203.0.113.6"}).status_code == 422


def ask(client: PageClient, **how: object) -> int:
    typed = {"csrf_token": client.csrf_token(), "email": "samira@example.org"}
    return client.post("/connexion", data=typed, **how).status_code


@pytest.mark.usefixtures("samira")
def test_mail_is_not_asked_for_without_end(client: PageClient, db_session: scoped_session[Session]) -> None:
    assert [ask(client) for _ in range(31)] == [303] * 30 + [429]
    assert len(db_session.scalars(select(Letter)).all()) == accounts.MOST_WAITING == 5


@pytest.mark.usefixtures("samira")
def test_whoever_asks_in_samira_s_place_does_not_shut_her_out(
    client: PageClient, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    """A stranger asks for her links day and night: at any moment one works, or a new one is sent."""
    stranger = {"REMOTE_ADDR": "203.0.113.5"}
    for _ in range(3):
        assert {ask(client, environ_base=stranger) for _ in range(10)} == {303}
        before = len(db_session.scalars(select(Letter)).all())
        db_session.rollback()
        assert ask(client) == 303
        sent = db_session.scalars(select(Letter).order_by(Letter.id)).all()
        last = re.search(r"/connexion/[\w-]+", sealing.unseal(sent[-1].text))
        db_session.rollback()
        assert last is not None
        assert len(sent) == before  # five of the last half hour wait, and work:
        assert client.get(last[0]).page.form(button="Entrer").action == last[0]
        clock.shift(timedelta(minutes=31))
        assert client.get(last[0]).status_code == 410


@pytest.mark.parametrize(
    "path",
    ["/m/{}", "/ma-venue/{}", "/connexion/{}", "/invitation/{}", "/jour/{}", "/ecole/{}", "/structure/{}"],
)
def test_links_are_not_guessed_without_end(client: PageClient, path: str) -> None:
    statuses = [client.get(path.format(f"invented{i}")).status_code for i in range(31)]
    assert statuses == [statuses[0]] * 30 + [429]
    assert statuses[0] in {404, 410}
    assert (
        client.get(path.format("x"), environ_base={"REMOTE_ADDR": "198.51.100.9"}).status_code == statuses[0]
    )
    assert client.get("/aide").status_code == 200


def test_thirty_families_register_on_one_wi_fi(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    """A page that is opened, a form with a mistake, a form that is right: nobody waits."""
    event = factories.an_event(capacity=200)
    db_session.commit()
    path = f"/e/{event.code}/inscription"
    db_session.rollback()
    for number in range(30):
        form = client.get(path).page.form(path)
        assert client.submit(form, {"first_name": "", "adults": "1"}).status_code == 422
        answer = client.submit(
            form, {"first_name": "Awa", "email": f"awa{number}@example.org", "adults": "1"}
        )
        assert answer.status_code == 303
        check = client.get(answer.headers["Location"]).page
        assert client.submit(check.form(path + "/verification")).status_code == 303


def test_one_event_that_is_full_of_forms_leaves_the_others_open(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    """Whoever floods one event from one network has that one closed to them, for a while."""
    flooded, other = factories.an_event(capacity=200), factories.an_event(capacity=200)
    paths = [f"/e/{event.code}/inscription" for event in (flooded, other)]
    db_session.commit()
    begin_writing()
    for _ in range(300):
        attempts.count(
            "registrations.keep_answers network_here",
            f"{flooded.code} 127.0.0.1",
            most=300,
            within=timedelta(hours=1),
            now=hours.now(),
        )
    db_session.commit()
    db_session.rollback()
    awa = {"first_name": "Awa", "email": "awa@example.org", "adults": "1"}
    statuses = [client.submit(client.get(path).page.form(path), awa).status_code for path in paths]
    assert statuses == [429, 303]
    elsewhere = {"REMOTE_ADDR": "2001:db8:1:2::7"}
    form = client.get(paths[0]).page.form(paths[0])
    assert client.submit(form, awa, environ_base=elsewhere).status_code == 303


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("unix:", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_network_is_an_address_or_the_half_that_a_household_holds(
    app: Flask, address: str, network: str
) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert limits.network() == network


@pytest.mark.parametrize(("proxies", "told_apart"), [(0, False), (1, True)])
def test_a_proxy_is_believed_only_where_one_stands(
    app: Flask, db_session: scoped_session[Session], proxies: int, told_apart: bool
) -> None:
    """Without a proxy a visitor's own header changes nothing; with one, only the last hop counts."""
    behind = create_app(
        {
            "ENVIRONMENT": "test",
            "DATABASE_URL": app.config["DATABASE_URL"],
            "INSTANCE_PATH": app.instance_path,
            "TRUSTED_PROXIES": proxies,
            "SECRET_KEY": "x" * 32,
        }
    )
    client = behind.test_client()
    for number in range(31):
        client.get(f"/m/invented{number}", headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.5"})
    forged = client.get("/m/x", headers={"X-Forwarded-For": "192.0.2.99, 203.0.113.5"})
    assert forged.status_code == 429  # one adds what one likes in front of the last hop
    other = client.get("/m/x", headers={"X-Forwarded-For": "203.0.113.6"})
    assert other.status_code == (404 if told_apart else 429)


@pytest.mark.usefixtures("samira")
def test_what_is_forged_or_only_looked_at_counts_nothing(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    for path in ("/healthz", "/", "/connexion", "/paris-19/"):
        client.get(path)
    assert client.post("/connexion", data={"email": "samira@example.org"}).status_code == 400
    assert db_session.scalars(select(Attempts)).all() == []


def test_every_limit_is_of_a_door_that_is_there(app: Flask) -> None:
    doors = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(limits.LIMITS) | limits.GUESSED <= doors
