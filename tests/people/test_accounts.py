"""Accounts without passwords: a link by mail, once, for half an hour, and no word about who has one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.people import accounts
from eventsapp.people.accounts import (
    AccountExists,
    EmailMissing,
    LinkDoesNotWork,
    NameMissing,
    NoAccount,
)
from eventsapp.people.contacts import EmailUnreadable
from eventsapp.people.models import Account, SignInLink

pytestmark = pytest.mark.usefixtures("db_session")


def samira() -> Account:
    return accounts.open_account("Samira@Example.org ", " Samira ", actor="cli", now=clock.now())


def token_sent() -> str:
    """The token in the last letter, as its reader gets it."""
    letter = db.session.scalars(select(Letter).order_by(Letter.id.desc())).first()
    assert letter is not None
    [token] = set(re.findall(r"/connexion/([\w-]+)", sealing.unseal(letter.text)))
    return token


def letters() -> int:
    db.session.flush()
    return len(db.session.scalars(select(Letter.id)).all())


def test_one_account_an_address_however_it_is_written() -> None:
    account = samira()
    assert (account.email, account.name, account.language) == ("samira@example.org", "Samira", "fr")
    with pytest.raises(AccountExists):
        accounts.open_account("SAMIRA@example.ORG", "Une autre", actor="cli", now=clock.now())
    assert accounts.by_email("SAMIRA@example.org") is account


def test_an_account_wants_an_address_and_a_name() -> None:
    with pytest.raises(EmailUnreadable):
        accounts.open_account("samira", "Samira", actor="cli", now=clock.now())
    with pytest.raises(EmailMissing):
        accounts.open_account(" ", "Samira", actor="cli", now=clock.now())
    with pytest.raises(NameMissing):
        accounts.open_account("samira@example.org", " ", actor="cli", now=clock.now())


def test_samira_asks_for_her_link_and_it_lets_her_in_once(db_session: scoped_session[Session]) -> None:
    account = samira()
    accounts.ask_link("SAMIRA@example.org", now=clock.now())
    token = token_sent()

    assert accounts.behind_link(token, now=clock.now()) is account
    assert accounts.behind_link(token, now=clock.now()) is account
    assert accounts.use_link(token, now=clock.now()) is account
    for again in (accounts.behind_link, accounts.use_link):
        with pytest.raises(LinkDoesNotWork):
            again(token, now=clock.now())
    verbs = db_session.scalars(select(JournalLine.verb).order_by(JournalLine.id)).all()
    assert verbs == ["opened", "signed in"]


def test_the_letter_is_sealed_and_the_token_is_nowhere_else(db_session: scoped_session[Session]) -> None:
    samira()
    accounts.ask_link("samira@example.org", now=clock.now())
    letter = db_session.scalars(select(Letter)).one()
    token = token_sent()

    assert (letter.channel, letter.address, letter.is_sealed) == (Channel.MAIL, "samira@example.org", True)
    assert letter.subject == "Votre lien de connexion"
    assert letter.useless_after == clock.now() + timedelta(minutes=30)
    said = sealing.unseal(letter.text)
    assert "Bonjour Samira," in said
    assert "pendant 30 minutes" in said
    assert f"/connexion/{token}" in sealing.unseal(letter.html)
    assert token not in letter.text + letter.html + letter.subject
    link = db_session.scalars(select(SignInLink)).one()
    assert (link.fingerprint, link.used_at) == (fingerprint(token), None)


def test_nobody_learns_who_has_an_account(db_session: scoped_session[Session]) -> None:
    samira()
    gone = accounts.open_account("partie@example.org", "Partie", actor="cli", now=clock.now())
    gone.closed_at = clock.now()
    db_session.flush()
    for address in ("inconnue@example.org", "partie@example.org"):
        accounts.ask_link(address, now=clock.now())
    assert letters() == 0
    with pytest.raises(NoAccount):
        accounts.by_email("partie@example.org")


@pytest.mark.parametrize(("typed", "refusal"), [("", EmailMissing), ("samira@", EmailUnreadable)])
def test_what_was_typed_is_judged_before_anybody_is_looked_for(typed: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        accounts.ask_link(typed, now=clock.now())


def test_a_link_works_for_half_an_hour() -> None:
    account = samira()
    token = accounts.new_link(account, now=clock.now())
    db.session.flush()
    at_the_end = clock.now() + timedelta(minutes=30)
    with pytest.raises(LinkDoesNotWork):
        accounts.use_link(token, now=at_the_end)
    assert accounts.use_link(token, now=at_the_end - timedelta(seconds=1)) is account


@pytest.mark.parametrize("token", ["", "unknown", "é", "x" * 5000])
def test_an_invented_token_opens_nothing(token: str) -> None:
    samira()
    with pytest.raises(LinkDoesNotWork):
        accounts.use_link(token, now=clock.now())


def test_the_link_of_a_closed_account_opens_nothing(db_session: scoped_session[Session]) -> None:
    account = samira()
    token = accounts.new_link(account, now=clock.now())
    account.closed_at = clock.now()
    db_session.flush()
    for door in (accounts.behind_link, accounts.use_link):
        with pytest.raises(LinkDoesNotWork):
            door(token, now=clock.now())


def test_a_mailbox_is_not_filled() -> None:
    """As many as wait for her; one that was used, or is too old, makes room for another."""
    account = samira()
    for _ in range(7):
        accounts.ask_link("samira@example.org", now=clock.now())
    assert letters() == accounts.MOST_WAITING == 5
    accounts.use_link(accounts.new_link(account, now=clock.now()), now=clock.now())
    accounts.ask_link("samira@example.org", now=clock.now() + timedelta(minutes=29))
    assert letters() == 5
    accounts.ask_link("samira@example.org", now=clock.now() + timedelta(minutes=30))
    assert letters() == 6


def test_links_that_work_no_more_are_forgotten_after_a_day(db_session: scoped_session[Session]) -> None:
    account = samira()
    used, unused = (accounts.new_link(account, now=clock.now()) for _ in range(2))
    accounts.use_link(used, now=clock.now())
    fresh = accounts.new_link(account, now=clock.now() + timedelta(days=1))
    db_session.flush()

    assert accounts.forget_links(clock.now()) is None
    assert accounts.forget_links(clock.now() + timedelta(days=1, minutes=30)) == 2
    assert db_session.scalars(select(SignInLink.fingerprint)).all() == [fingerprint(fresh)]
    assert unused != fresh


def test_a_letter_speaks_the_language_of_its_reader(app: Flask) -> None:
    accounts.open_account("pat@example.org", "Pat", language="en", actor="cli", now=clock.now())
    accounts.ask_link("pat@example.org", now=clock.now())
    letter = db.session.scalars(select(Letter)).one()
    assert letter.language == "en"
