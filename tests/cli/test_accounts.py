"""Accounts from the command line: one opened, a way in, one closed."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from eventsapp.access import questions
from eventsapp.clock import now, today
from eventsapp.database import db
from eventsapp.people import accounts, sign_ins
from eventsapp.people.models import Account
from tests import factories
from tests.pages import PageClient


def test_the_first_coordinator_gets_an_account(app: Flask, db_session: object) -> None:
    for number in (10, 13, 19):
        factories.a_territory(number)
    db.session.commit()
    words = [
        "open-account",
        "Nadia@example.org",
        "Nadia",
        "--coordinates",
        "paris-19",
        "--coordinates",
        "paris-10",
    ]
    opened = app.test_cli_runner().invoke(args=words)
    assert (opened.exit_code, opened.output) == (0, "Nadia: account opened, coordinates paris-19, paris-10\n")
    account = accounts.by_email("nadia@example.org")
    assert [territory.slug for territory in questions.territories_of(account, on=today())] == [
        "paris-10",
        "paris-19",
    ]
    db.session.rollback()

    again = app.test_cli_runner().invoke(args=words)
    assert (again.exit_code, again.output) == (1, "Error: Cette adresse a déjà un compte.\n")


def test_an_account_for_a_territory_of_nowhere_is_not_opened(app: Flask, db_session: object) -> None:
    words = ["open-account", "nadia@example.org", "Nadia", "--coordinates", "paris-19"]
    refused = app.test_cli_runner().invoke(args=words)
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: there is no such thing: check its code or number\n",
    )
    assert db.session.scalar(select(func.count(Account.id))) == 0


def test_a_printed_link_signs_in_once(app: Flask, client: PageClient, db_session: object) -> None:
    accounts.open_account("Nadia@example.org", "Nadia", actor="cli", now=now())
    db.session.commit()
    printed = app.test_cli_runner().invoke(args=["sign-in-link", "nadia@example.org"])
    assert printed.exit_code == 0
    path = printed.output.strip().removeprefix(app.config["PUBLIC_URL"])
    page = client.get(path).page
    assert "Nadia" in page.text
    assert accounts.use_link(path.removeprefix("/connexion/"), now=now()).name == "Nadia"
    db.session.commit()
    assert client.get(path).status_code == 410


def test_nobody_else_gets_a_link(app: Flask) -> None:
    refused = app.test_cli_runner().invoke(args=["sign-in-link", "nobody@example.org"])
    assert (refused.exit_code, refused.output) == (1, "Error: Aucun compte n’a cette adresse.\n")


def test_whoever_leaves_has_her_account_closed(app: Flask, db_session: object) -> None:
    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=now())
    token = sign_ins.begin(nadia, "", now=now())
    db.session.commit()
    closed = app.test_cli_runner().invoke(args=["close-account", "Nadia@example.org"])
    assert (closed.exit_code, closed.output) == (0, "Nadia: account closed\n")
    db.session.rollback()
    assert sign_ins.behind(token, now=now()) is None
    db.session.rollback()

    again = app.test_cli_runner().invoke(args=["close-account", "nadia@example.org"])
    assert (again.exit_code, again.output) == (1, "Error: Aucun compte n’a cette adresse.\n")
