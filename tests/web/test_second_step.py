"""A password, a phone's code, a recovery code: what Samira does, and what a thief does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.database import begin_writing
from eventsapp.people import accounts, second_factor
from eventsapp.people.models import Account, Proof, RecoveryCode, SignIn
from eventsapp.people.second_factor import CodeWrong, RecoveryCodeWrong
from eventsapp.web.guards import SIGN_IN
from tests.pages import PageClient
from tests.races import at_once
from tests.web.conftest import SetUp
from tests.web.conftest import SignIn as Enter
from tests.web.phones import by_link, told, try_code
from tests.web.strangers import seen

PHRASE = "un tramway nommé Ourcq"
THIRTY = timedelta(seconds=30)


def test_a_phone_s_code_is_asked_for_after_the_link(
    samira: Account,
    set_up: SetUp,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    _, phone, _ = set_up(samira)
    clock.shift(THIRTY)
    assert by_link(client, samira, db_session) == "/connexion/code"
    assert client.get("/pro/").headers["Location"] == "/connexion?next=/pro/"  # half opens nothing
    assert try_code(client, "000000")[0] == 422
    assert try_code(client, phone.code()) == (303, "/pro/")
    assert client.get("/pro/paris-19/").status_code == 200
    assert told(db_session) == ["Un code de votre téléphone est demandé à chaque connexion, désormais."]


def test_the_token_of_the_half_opens_nothing_afterwards(
    samira: Account,
    set_up: SetUp,
    client: PageClient,
    app: Flask,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    """Fixation: whoever planted or copied the cookie of the first step is left outside."""
    _, phone, _ = set_up(samira)
    clock.shift(THIRTY)
    by_link(client, samira, db_session)
    with client.session_transaction() as session:
        half = session[SIGN_IN]
    try_code(client, phone.code())
    thief = app.test_client()
    assert isinstance(thief, PageClient)
    with thief.session_transaction() as session:
        session[SIGN_IN] = half
    assert thief.get("/pro/").status_code == 303
    assert thief.get("/connexion/code").headers["Location"] == "/connexion"


def test_a_code_is_taken_once(
    samira: Account,
    set_up: SetUp,
    client: PageClient,
    app: Flask,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    _, phone, _ = set_up(samira)
    clock.shift(THIRTY)
    seen_over_a_shoulder = phone.code()
    by_link(client, samira, db_session)
    assert try_code(client, seen_over_a_shoulder)[0] == 303
    thief = app.test_client()
    assert isinstance(thief, PageClient)
    by_link(thief, samira, db_session)
    assert try_code(thief, seen_over_a_shoulder)[0] == 422
    clock.shift(THIRTY)
    assert try_code(thief, seen_over_a_shoulder)[0] == 422
    assert thief.get("/pro/").status_code == 303


def test_a_clock_may_be_a_step_late(
    samira: Account,
    set_up: SetUp,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    _, phone, _ = set_up(samira)
    clock.shift(THIRTY * 2)
    late = phone.code()
    clock.shift(THIRTY)
    by_link(client, samira, db_session)
    assert try_code(client, late)[0] == 303
    clock.shift(THIRTY * 2)
    too_late = phone.code()
    clock.shift(THIRTY * 2)
    by_link(client, samira, db_session)
    assert try_code(client, too_late)[0] == 422


@pytest.mark.parametrize("page", ["code", "code-de-secours"])
def test_five_wrong_codes_are_the_end_of_it(
    samira: Account,
    set_up: SetUp,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
    page: str,
) -> None:
    _, phone, _ = set_up(samira)
    clock.shift(THIRTY)
    by_link(client, samira, db_session)
    answers = [try_code(client, f"{number:06}", page) for number in range(5)]
    assert answers == [(422, "")] * 4 + [(303, "/connexion")]
    with client.session_transaction() as session:
        assert SIGN_IN not in session
    form = client.get("/connexion").page.form("/connexion")
    data = {"csrf_token": form["csrf_token"], "code": phone.code()}
    assert client.post("/connexion/code", data=data).headers["Location"] == "/connexion"
    assert client.get("/pro/").status_code == 303


def test_half_a_sign_in_waits_ten_minutes(
    samira: Account,
    set_up: SetUp,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    _, phone, _ = set_up(samira)
    by_link(client, samira, db_session)
    form = client.get("/connexion/code").page.form(button="Entrer")
    clock.shift(timedelta(minutes=10))
    assert client.submit(form, {"code": phone.code()}).headers["Location"] == "/connexion"
    assert client.get("/pro/").status_code == 303


@pytest.mark.parametrize("typed", ["", " ", "abcdef", "١٢٣٤٥٦", "12345", "1234567", "1" * 5000])
def test_what_is_no_code_is_refused_kindly(
    samira: Account, set_up: SetUp, client: PageClient, db_session: scoped_session[Session], typed: str
) -> None:
    set_up(samira)
    by_link(client, samira, db_session)
    assert try_code(client, typed)[0] == 422


def test_a_lost_phone_is_stood_in_for_by_a_recovery_code_once(
    samira: Account, set_up: SetUp, client: PageClient, app: Flask, db_session: scoped_session[Session]
) -> None:
    _, _, codes = set_up(samira)
    by_link(client, samira, db_session)
    assert try_code(client, f" {codes[3].upper()} ", "code-de-secours") == (303, "/pro/")
    assert "Il vous reste 9 codes de secours." in client.get("/pro/").page.text
    assert told(db_session)[-1] == "Un code de secours vient de servir. Il en reste 9."
    again = app.test_client()
    assert isinstance(again, PageClient)
    by_link(again, samira, db_session)
    assert try_code(again, codes[3], "code-de-secours")[0] == 422
    assert try_code(again, codes[4].replace("-", ""), "code-de-secours")[0] == 303


def test_codes_are_kept_as_fingerprints_and_the_secret_encrypted(
    samira: Account, set_up: SetUp, db_session: scoped_session[Session]
) -> None:
    _, phone, codes = set_up(samira)
    db_session.rollback()
    kept = " ".join(db_session.scalars(select(RecoveryCode.fingerprint)))
    assert [code for code in codes if code.replace("-", "") in kept] == []
    secret = db_session.scalar(select(Account.totp_secret))
    assert secret is not None
    assert phone._totp.base32_key not in secret


@pytest.mark.parametrize("what", ["phone", "recovery"])
def test_of_two_requests_with_the_same_code_one_gets_in(
    samira: Account,
    set_up: SetUp,
    app: Flask,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
    what: str,
) -> None:
    _, phone, codes = set_up(samira)
    clock.shift(THIRTY)
    number, code = samira.id, phone.code()
    db_session.remove()

    def take() -> str:
        account = db_session.get_one(Account, number)
        if what == "phone":
            second_factor.take(account, code, now=hours.now())
        else:
            second_factor.take_recovery_code(account, codes[0], now=hours.now())
        return "in"

    came = at_once(app, *[take] * 4)
    assert [one for one in came if one == "in"] == ["in"]
    assert {type(one) for one in came if one != "in"} == {CodeWrong if what == "phone" else RecoveryCodeWrong}


def choose(client: PageClient, wanted: str, present: str | None = None) -> tuple[int, dict[str, str]]:
    form = client.get("/pro/compte/mot-de-passe").page.form("/pro/compte/mot-de-passe")
    values = {"wanted": wanted} | ({"present": present} if present is not None else {})
    answer = client.submit(form, values)
    return answer.status_code, answer.page.mistakes if answer.status_code == 422 else {}


def with_password(client: PageClient, email: str, password: str, wanted: str = "") -> tuple[int, str]:
    page = client.get("/connexion/mot-de-passe", query_string={"next": wanted} if wanted else {}).page
    answer = client.submit(page.form(button="Entrer"), {"email": email, "password": password})
    return answer.status_code, answer.headers.get("Location", "")


def test_samira_chooses_a_password_and_comes_in_by_it(
    samira: Account, sign_in: Enter, client: PageClient, db_session: scoped_session[Session]
) -> None:
    elsewhere, desk = sign_in(samira), sign_in(samira)
    assert choose(desk, PHRASE) == (303, {})
    assert elsewhere.get("/pro/").status_code == 303  # ended by it
    assert desk.get("/pro/").status_code == 200
    said = "Un mot de passe vient d’être choisi. Vos autres appareils sont déconnectés."
    assert told(db_session) == [said]
    kept = db_session.scalar(select(Account.password_hash))
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert with_password(client, " Samira@Example.org ", PHRASE) == (303, "/pro/")
    db_session.rollback()
    assert db_session.scalars(select(SignIn.by).order_by(SignIn.id)).all()[-1] == Proof.PASSWORD


def test_a_change_by_a_password_sign_in_wants_the_present_one(
    samira: Account, sign_in: Enter, client: PageClient
) -> None:
    choose(sign_in(samira), PHRASE)
    with_password(client, "samira@example.org", PHRASE)
    status, mistakes = choose(client, "une péniche sur le canal", "autre chose du tout")
    assert (status, list(mistakes)) == (422, ["present"])
    assert choose(client, "une péniche sur le canal", PHRASE)[0] == 303


def test_nobody_learns_who_has_an_account_or_a_password(
    samira: Account, sign_in: Enter, app: Flask, db_session: scoped_session[Session]
) -> None:
    """Another password than hers, no password, a closed account, none: one answer, to the last letter."""
    choose(sign_in(samira), PHRASE)
    accounts.open_account("nour@example.org", "Nour", actor="cli", now=hours.now())
    gone = accounts.open_account("gone@example.org", "Gone", actor="cli", now=hours.now())
    db_session.commit()
    begin_writing()
    accounts.close_account(gone, actor="cli", now=hours.now())
    db_session.commit()
    answers = []
    for email in ("samira@example.org", "nour@example.org", "gone@example.org", "nobody@example.org"):
        visitor = app.test_client()
        assert isinstance(visitor, PageClient)
        form = visitor.get("/connexion/mot-de-passe").page.form(button="Entrer")
        answer = visitor.submit(form, {"email": email, "password": "un autre mot de passe"})
        after = visitor.get("/connexion")
        answers.append((seen(visitor, answer, email), seen(visitor, after, email)))
    assert answers == [answers[-1]] * 4
    said = answers[-1][0]
    assert (said["status"], said["session"]) == (422, {})
    assert "Cette adresse et ce mot de passe ne vont pas ensemble." in said["page"]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("court", "Choisissez 12 signes au moins"),
        ("x" * 129, "Choisissez 128 signes au plus."),
        ("motdepasse123", "se devine trop facilement"),
        ("Mot-de-passe-123", "se devine trop facilement"),
        ("aaaaaaaaaaaaaa", "se devine trop facilement"),
        ("samira.samira.19", "se devine trop facilement"),
        ("Samira example", "se devine trop facilement"),
    ],
)
def test_a_weak_password_is_said_to_be(
    samira: Account, sign_in: Enter, db_session: scoped_session[Session], wanted: str, sentence: str
) -> None:
    status, mistakes = choose(sign_in(samira), wanted)
    assert (status, list(mistakes)) == (422, ["wanted"])
    assert sentence in mistakes["wanted"]
    db_session.rollback()
    assert db_session.scalars(select(Account.password_hash)).all() == [None]


def test_a_password_is_removed(samira: Account, sign_in: Enter, client: PageClient) -> None:
    desk = sign_in(samira)
    choose(desk, PHRASE)
    form = desk.get("/pro/compte/mot-de-passe").page.form("/pro/compte/mot-de-passe/suppression")
    assert desk.submit(form).status_code == 303
    assert with_password(client, "samira@example.org", PHRASE)[0] == 422


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("/pro/paris-19/appels", "/pro/paris-19/appels"),
        ("https://evil.example/", "/pro/"),
        ("//evil.example/", "/pro/"),
        ("/\\evil.example", "/pro/"),
        ("javascript:alert(1)", "/pro/"),
    ],
)
def test_nobody_is_sent_elsewhere(
    samira: Account,
    set_up: SetUp,
    client: PageClient,
    app: Flask,
    clock: time_machine.Traveller,
    wanted: str,
    leads: str,
) -> None:
    """Open redirects, through the password and through the second step."""
    desk, phone, _ = set_up(samira)
    choose(desk, PHRASE)
    clock.shift(THIRTY)
    assert with_password(client, "samira@example.org", PHRASE, wanted)[1] == "/connexion/code"
    assert try_code(client, phone.code()) == (303, leads)


def test_more_fields_than_asked_for_change_nothing(
    samira: Account, sign_in: Enter, db_session: scoped_session[Session]
) -> None:
    """Mass assignment."""
    desk = sign_in(samira)
    form = desk.get("/pro/compte/mot-de-passe").page.form("/pro/compte/mot-de-passe")
    planted = {
        "email": "mallory@example.org",
        "name": "Mallory",
        "totp_secret": "x",
        "closed_at": "now",
        "id": "7",
    }
    data = {"csrf_token": form["csrf_token"], "wanted": PHRASE} | planted
    assert desk.post("/pro/compte/mot-de-passe", data=data).status_code == 303
    db_session.rollback()
    db_session.refresh(samira)
    assert (samira.email, samira.name, samira.totp_secret, samira.closed_at) == (
        "samira@example.org",
        "Samira",
        None,
        None,
    )
