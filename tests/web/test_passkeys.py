"""Passkeys: Samira's finger opens her desk, and no copy, relay, replay or other key does."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.journal import JournalLine
from eventsapp.people import accounts, passkey_challenges, passkeys, second_factor, sign_ins
from eventsapp.people.models import Account, Passkey, Proof, SignIn, UsedChallenge
from eventsapp.people.passkeys import PasskeyRefused
from eventsapp.web.guards import SIGN_IN
from tests.authenticators import Authenticator, asked, base64url
from tests.pages import PageClient
from tests.races import at_once
from tests.web.conftest import AddKey
from tests.web.conftest import SignIn as Enter
from tests.web.phones import told

pytestmark = pytest.mark.usefixtures("at_home")

REFUSED = "Cette clé d’accès n’a pas été reconnue. Recommencez."
KEYS = "/pro/compte/cles"


def come_in(client: PageClient, device: Authenticator, **changes: str) -> str:
    """Answers the sign-in page with a passkey; gives where that leads."""
    page = client.get("/connexion").page
    form = page.form("/connexion/cle")
    form["credential"] = device.get(asked(page, "get"), **changes)
    return str(client.submit(form).headers["Location"])


def is_out(client: PageClient) -> bool:
    return client.get("/pro/").headers.get("Location") == "/connexion?next=/pro/"


def codes_of(account: Account, db_session: scoped_session[Session]) -> TOTP:
    """Sets up codes of a phone, as test_second_step does by hand."""
    sign_ins.begin(account, "", now=hours.now())
    db_session.flush()
    carried = db_session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert carried is not None
    second_factor.prepare(carried, now=hours.now())
    totp = TOTP(key=second_factor.shown(carried, now=hours.now()).key)
    second_factor.turn_on(carried, code(totp), now=hours.now())
    db_session.commit()
    return totp


def code(totp: TOTP) -> str:
    return str(totp.generate(time=hours.now().timestamp()).token)


def half_in(client: PageClient, account: Account, db_session: scoped_session[Session]) -> None:
    token = accounts.new_link(account, now=hours.now())
    db_session.commit()
    page = client.get(f"/connexion/{token}").page
    assert client.submit(page.form(button="Entrer")).headers["Location"] == "/connexion/code"


def test_samira_comes_in_by_her_finger(
    samira: Account, add_key: AddKey, client: PageClient, db_session: scoped_session[Session]
) -> None:
    phone = add_key(samira)
    assert come_in(client, phone) == "/pro/"
    assert client.get("/pro/paris-19/").status_code == 200
    page = client.get(KEYS).page
    assert "Mon téléphone" in page.main.text
    assert "utilisée le dimanche 22 novembre 2026" in page.main.text
    assert "Mon téléphone" in client.get("/pro/compte").page.main.text
    assert told(db_session) == [
        "Une clé d’accès vient d’être ajoutée : « Mon téléphone ». Elle ouvre votre compte."
    ]
    kept = db_session.scalars(select(Passkey)).one()
    assert (kept.account_id, kept.sign_count, kept.used_at) == (samira.id, 1, hours.now())
    ways = db_session.scalars(select(SignIn.by).order_by(SignIn.id)).all()
    assert (ways[-1], db_session.scalars(select(SignIn.is_half)).all()) == (Proof.PASSKEY, [False, False])
    verbs = db_session.scalars(select(JournalLine.verb).order_by(JournalLine.id.desc()).limit(2)).all()
    assert verbs == ["signed in", "added a passkey"]


def test_it_is_both_factors_at_once(
    samira: Account, add_key: AddKey, client: PageClient, db_session: scoped_session[Session]
) -> None:
    phone = add_key(samira)
    codes_of(samira, db_session)
    assert come_in(client, phone) == "/pro/"
    assert client.get("/pro/").status_code == 200


def test_one_arrives_where_one_wanted_and_never_elsewhere(
    samira: Account, add_key: AddKey, client: PageClient
) -> None:
    phone = add_key(samira)
    for wanted, reached in (("/pro/paris-19/", "/pro/paris-19/"), ("//ailleurs.example/", "/pro/")):
        client.delete_cookie("visite")
        page = client.get("/connexion", query_string={"next": wanted}).page
        form = page.form("/connexion/cle")
        form["next"], form["credential"] = wanted, phone.get(asked(page, "get"))
        assert client.submit(form).headers["Location"] == reached


def test_the_session_that_was_planted_is_thrown_away(
    samira: Account, add_key: AddKey, client: PageClient
) -> None:
    phone = add_key(samira)
    client.get("/connexion")
    with client.session_transaction() as session:
        session["planted"], session[SIGN_IN] = "by another", "x" * 43
    come_in(client, phone)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session[SIGN_IN] != "x" * 43


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://agenda.example.org.evil.example"},
        {"origin": "http://agenda.example.org"},
        {"origin": "https://agenda.example.org:8443"},
        {"host": "evil.example"},
        {"verifies": False},
        {"handle": b"0" * 64},
        {"handle": b""},
        {"count": -1},  # 0, where it was 1: copied
        {"count": 0},  # 1 again: replayed
    ],
    ids=str,
)
def test_what_is_not_quite_hers_is_refused(
    samira: Account,
    add_key: AddKey,
    client: PageClient,
    wrong: dict[str, Any],
    db_session: scoped_session[Session],
) -> None:
    phone = add_key(samira)
    assert come_in(client, phone) == "/pro/"
    client.delete_cookie("visite")
    before = db_session.scalars(select(Passkey.sign_count).order_by(Passkey.id)).all()
    for trait, value in wrong.items():
        setattr(phone, trait, value)
    assert come_in(client, phone) == "/connexion"
    assert REFUSED in client.get("/connexion").page.main.text
    assert is_out(client)
    db_session.rollback()
    assert db_session.scalars(select(Passkey.sign_count).order_by(Passkey.id)).all() == before == [1]
    assert len(db_session.scalars(select(UsedChallenge.id)).all()) == 2  # her own two: the rest is undone


def test_a_signature_by_another_key_is_refused(
    samira: Account, paul: Account, add_key: AddKey, client: PageClient
) -> None:
    phone, his = add_key(samira), add_key(paul)
    his.credential_id, his.handle = phone.credential_id, phone.handle
    assert come_in(client, his) == "/connexion"
    assert is_out(client)
    assert come_in(client, Authenticator()) == "/connexion"  # never registered


def test_an_answer_is_taken_once(samira: Account, add_key: AddKey, client: PageClient, app: Flask) -> None:
    """Synchronised passkeys count nothing, so that only the challenge keeps a copy of an answer out."""
    phone = add_key(samira, rises=0)
    page = client.get("/connexion").page
    answer = phone.get(asked(page, "get"))
    thief = app.test_client()
    assert isinstance(thief, PageClient)
    his = thief.get("/connexion").page.form("/connexion/cle")
    assert client.submit(page.form("/connexion/cle"), {"credential": answer}).headers["Location"] == "/pro/"
    assert thief.submit(his, {"credential": answer}).headers["Location"] == "/connexion"
    assert is_out(thief)


@pytest.mark.parametrize("rises", [0, 1])
def test_of_two_requests_with_one_answer_one_gets_in(
    app: Flask, samira: Account, add_key: AddKey, rises: int, db_session: scoped_session[Session]
) -> None:
    phone = add_key(samira, rises=rises)
    with app.test_request_context():
        answer = phone.get(json.loads(passkeys.sign_in_options(now=hours.now())))
    db_session.rollback()
    came = at_once(app, *[lambda: passkeys.sign_in(answer, now=hours.now()).id] * 3)
    assert sorted(type(one).__name__ for one in came) == ["PasskeyRefused", "PasskeyRefused", "int"]


def test_a_page_may_stand_open_for_half_an_hour(
    samira: Account, add_key: AddKey, client: PageClient, clock: time_machine.Traveller
) -> None:
    phone = add_key(samira)
    for late, reached in (
        (timedelta(minutes=29, seconds=59), "/pro/"),
        (timedelta(minutes=30), "/connexion"),
    ):
        client.delete_cookie("visite")
        page = client.get("/connexion").page
        form = page.form("/connexion/cle")
        form["credential"] = phone.get(asked(page, "get"))
        clock.shift(late)
        assert client.submit(form).headers["Location"] == reached


def test_a_challenge_that_we_did_not_make_is_refused(
    samira: Account, add_key: AddKey, client: PageClient, app: Flask
) -> None:
    phone = add_key(samira)
    page = client.get("/connexion").page
    ours = asked(page, "get")
    with app.test_request_context():
        registering = asked(client.get("/connexion").page, "get") | {
            "challenge": json.loads(passkeys.registration_options(samira, now=hours.now()))["challenge"]
        }
    forged = ours | {"challenge": ours["challenge"][:-4] + "AAAA"}
    for options in (forged, registering, ours | {"challenge": ""}, ours | {"challenge": "AAAA"}):
        answer = client.submit(page.form("/connexion/cle"), {"credential": phone.get(options)})
        assert answer.headers["Location"] == "/connexion"
    assert is_out(client)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "sent",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"response": {}}',
        '{"response": []}',
        "é",
        "[" * 20_000,
        '{"id": "x", "response": {"clientDataJSON": "e30"}}',
        '{"id": 1, "response": {"clientDataJSON": 1}}',
        json.dumps({"id": "\ud800", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiJhIn0"}}),
        json.dumps({"id": "a\0b", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiJhIn0"}}),
    ],
)
def test_what_is_no_answer_is_refused_kindly(
    samira: Account, add_key: AddKey, client: PageClient, sign_in: Enter, sent: str
) -> None:
    add_key(samira)
    answer = client.submit(client.get("/connexion").page.form("/connexion/cle"), {"credential": sent})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/connexion")
    here = sign_in(samira)
    answer = here.submit(here.get(KEYS).page.form(KEYS), {"name": "X", "credential": sent})
    assert answer.status_code == 422
    assert REFUSED in answer.page.one(role="alert").text


def test_it_completes_half_a_sign_in_under_a_new_token(
    samira: Account, add_key: AddKey, client: PageClient, app: Flask, db_session: scoped_session[Session]
) -> None:
    phone = add_key(samira)
    codes_of(samira, db_session)
    half_in(client, samira, db_session)
    assert is_out(client)
    with client.session_transaction() as session:
        half = session[SIGN_IN]
    page = client.get("/connexion/code").page
    answer = client.submit(page.form("/connexion/code/cle"), {"credential": phone.get(asked(page, "get"))})
    assert answer.headers["Location"] == "/pro/"
    assert client.get("/pro/").status_code == 200
    thief = app.test_client()
    assert isinstance(thief, PageClient)
    with thief.session_transaction() as session:
        session[SIGN_IN] = half
    assert is_out(thief)


def test_another_s_key_or_another_challenge_completes_nothing(
    samira: Account, paul: Account, add_key: AddKey, client: PageClient, db_session: scoped_session[Session]
) -> None:
    """Paul has stolen Samira's mailbox, and has a key of his own."""
    phone, his = add_key(samira), add_key(paul)
    codes_of(samira, db_session)
    to_enter = asked(client.get("/connexion").page, "get")
    half_in(client, samira, db_session)
    page = client.get("/connexion/code").page
    assert [one["id"] for one in asked(page, "get")["allowCredentials"]] == [base64url(phone.credential_id)]
    for answer in (his.get(asked(page, "get")), phone.get(to_enter)):
        led = client.submit(page.form("/connexion/code/cle"), {"credential": answer})
        assert led.headers["Location"] == "/connexion/code"
        assert is_out(client)
    assert REFUSED in client.get("/connexion/code").page.main.text


def test_a_closed_account_has_no_keys_left(
    samira: Account, add_key: AddKey, client: PageClient, db_session: scoped_session[Session]
) -> None:
    phone = add_key(samira)
    accounts.close_account(samira, actor="cli", now=hours.now())
    db_session.commit()
    assert come_in(client, phone) == "/connexion"
    assert db_session.scalars(select(Passkey.id)).all() == []


def test_the_sign_in_page_tells_nobody_s_keys_and_asks_nothing_of_the_database(
    samira: Account,
    add_key: AddKey,
    client: PageClient,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    add_key(samira)
    with statements() as said:
        page = client.get("/connexion").page
    assert (said, asked(page, "get")["allowCredentials"]) == ([], [])
    assert asked(page, "get")["challenge"] != asked(client.get("/connexion").page, "get")["challenge"]


def test_answered_challenges_are_forgotten_when_they_are_too_old_anyway(
    samira: Account, add_key: AddKey, client: PageClient, db_session: scoped_session[Session]
) -> None:
    come_in(client, add_key(samira))
    assert passkey_challenges.forget_used(hours.now()) is None
    assert passkey_challenges.forget_used(hours.now() + timedelta(minutes=30)) == 2


def test_a_code_is_still_set_up_where_a_function_wants_it(
    app: Flask, samira: Account, add_key: AddKey, client: PageClient
) -> None:
    """A mailbox must not be enough on the day when the key is not at hand."""
    phone = add_key(samira)
    app.config["SECOND_FACTOR_REQUIRED"] = True
    come_in(client, phone)
    assert client.get("/pro/").headers["Location"] == "/pro/compte/code"
    assert client.get(KEYS).status_code == 200


def test_a_refusal_says_the_same_whatever_is_wrong() -> None:
    assert PasskeyRefused.sentence == REFUSED
