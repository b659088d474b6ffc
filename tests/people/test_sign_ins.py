"""Where Samira is signed in: she sees each browser, ends what she does not know, and copies die too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people import accounts, browsers, passwords, second_factor, sign_ins
from eventsapp.people.models import Account, Proof, SignIn
from eventsapp.people.second_factor import NothingToProve
from eventsapp.refusals import NotFound
from tests.races import at_once

pytestmark = pytest.mark.usefixtures("db_session")

PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"


def an_account(name: str = "Samira") -> Account:
    return accounts.open_account(f"{name.lower()}@example.org", name, actor="cli", now=clock.now())


def account_behind(token: str) -> Account | None:
    found = sign_ins.behind(token, now=clock.now())
    return found.account if found else None


def where(account: Account) -> list[str]:
    return [one.browser for one in sign_ins.going_on(account, now=clock.now())]


def number_of(token: str) -> int:
    found = sign_ins.behind(token, now=clock.now())
    assert found is not None
    return found.id


def test_only_a_fingerprint_and_two_words_are_kept() -> None:
    samira = an_account()
    token = sign_ins.begin(samira, PHONE, now=clock.now())
    [kept] = db.session.scalars(select(SignIn)).all()
    assert (kept.fingerprint, kept.browser, kept.account) == (
        fingerprint(token),
        "Firefox, Android",
        samira,
    )
    assert account_behind(token) is samira
    for invented in ("", "é", fingerprint(token), token[:-1]):
        assert account_behind(invented) is None


def test_a_sign_in_lasts_twelve_hours_whatever_its_cookie_says() -> None:
    samira = an_account()
    token = sign_ins.begin(samira, PHONE, now=clock.now())
    db.session.flush()
    at_the_end = clock.now() + timedelta(hours=12)
    assert sign_ins.behind(token, now=at_the_end - timedelta(seconds=1)) is not None
    assert sign_ins.behind(token, now=at_the_end) is None
    assert sign_ins.going_on(samira, now=at_the_end) == []


def carried(token: str) -> SignIn:
    found = sign_ins.behind(token, now=clock.now())
    assert found is not None
    return found


def test_one_is_ended_by_its_owner_alone_and_once() -> None:
    samira, paul = an_account(), an_account("Paul")
    hers, other, his = (sign_ins.begin(one, "", now=clock.now()) for one in (samira, samira, paul))
    db.session.flush()
    number = number_of(other)

    with pytest.raises(NotFound):
        sign_ins.end(carried(his), number, now=clock.now())
    assert account_behind(other) is samira
    assert sign_ins.end(carried(hers), number, now=clock.now())
    assert not sign_ins.end(carried(hers), number, now=clock.now())
    assert (account_behind(hers), account_behind(other), account_behind(his)) == (samira, None, paul)
    db.session.flush()
    said = db.session.execute(
        select(JournalLine.actor, JournalLine.verb, JournalLine.details)
        .where(JournalLine.verb != "opened")
        .order_by(JournalLine.id)
    ).all()
    assert said == [(f"account:{samira.id}", "signed out", {"sign_in": number})]


def test_of_two_browsers_that_end_each_other_at_once_one_stays(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    samira = an_account()
    tokens = [sign_ins.begin(samira, "", now=clock.now()) for _ in range(4)]
    db_session.commit()

    def end_all_others(token: str) -> Callable[[], int]:
        def deed() -> int:
            found = sign_ins.behind(token, now=clock.now())
            if found is None:
                raise sign_ins.SignInIsOver()
            return sign_ins.end_others(found, now=clock.now())

        return deed

    came = at_once(app, *(end_all_others(token) for token in tokens))
    assert sorted(map(type, came), key=str) == sorted([int, *[sign_ins.SignInIsOver] * 3], key=str)
    db_session.rollback()
    assert len(where(samira)) == 1


@pytest.mark.parametrize("protection", ["password", "codes"])
@pytest.mark.parametrize("_", range(3))
def test_a_thief_who_comes_in_at_that_moment_does_not_stay(
    app: Flask, db_session: scoped_session[Session], protection: str, _: int
) -> None:
    """The thief knows Samira's password. She chooses another one, or sets up codes, while it is verified: he
    is ended with the others, or it is not his password any more, or his phone has no code."""
    samira = an_account()
    began = sign_ins.begin(samira, "", now=clock.now())
    db_session.flush()
    passwords.choose(carried(began), "", "un tramway nommé Ourcq", now=clock.now())
    second_factor.prepare(carried(began), now=clock.now())
    key = second_factor.shown(carried(began), now=clock.now()).key
    db_session.commit()

    def protects() -> object:
        if protection == "password":
            return passwords.choose(carried(began), "", "deux péniches et un pont", now=clock.now())
        code = TOTP(key=key).generate(time=clock.now().timestamp()).token
        return second_factor.turn_on(carried(began), code, now=clock.now())

    def enters() -> str:
        thief = passwords.sign_in("samira@example.org", "un tramway nommé Ourcq", now=clock.now())
        return sign_ins.begin(thief, "", by=Proof.PASSWORD, now=clock.now())

    protected, entered = at_once(app, protects, enters)
    assert not isinstance(protected, Exception)
    db_session.rollback()
    assert len(where(samira)) == 1
    if isinstance(entered, str):
        assert account_behind(entered) is None
    else:
        assert isinstance(entered, passwords.SignInRefused)


def test_codes_set_up_by_two_presses_at_once_stay_on(app: Flask, db_session: scoped_session[Session]) -> None:
    samira = an_account()
    began = sign_ins.begin(samira, "", now=clock.now())
    second_factor.prepare(carried(began), now=clock.now())
    code = (
        TOTP(key=second_factor.shown(carried(began), now=clock.now()).key)
        .generate(time=clock.now().timestamp())
        .token
    )
    db_session.commit()
    came = at_once(app, *[lambda: second_factor.turn_on(carried(began), code, now=clock.now())] * 2)
    assert sorted(type(one).__name__ for one in came) == ["NothingToProve", "list"]
    db_session.rollback()
    assert db_session.get_one(Account, samira.id).totp_secret is not None


def test_five_codes_are_judged_of_however_many_at_once(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    samira = an_account()
    samira.totp_secret = "waits for a code"
    sign_ins.begin(samira, "", now=clock.now())
    db_session.commit()
    number = db_session.scalars(select(SignIn.id)).one()
    db_session.rollback()
    came = at_once(app, *[lambda: sign_ins.count_try(db.session.get_one(SignIn, number))] * 12)
    assert sorted(type(one).__name__ for one in came) == ["NoneType"] * 5 + ["SignInIsOver"] * 7


def test_a_secret_that_one_browser_was_shown_is_proved_by_no_other() -> None:
    """A thief has pressed « Mettre en place » on Samira's open browser and keeps the key. At home she is
    shown another; and half an hour later the first is worth nothing."""
    samira, now = an_account(), clock.now()
    found_open, at_home = (carried(sign_ins.begin(samira, "", now=now)) for _ in range(2))
    second_factor.prepare(found_open, now=now)
    with pytest.raises(NothingToProve):
        second_factor.shown(at_home, now=now)
    second_factor.prepare(at_home, now=now)
    assert second_factor.shown(at_home, now=now).key != second_factor.shown(found_open, now=now).key
    with pytest.raises(NothingToProve):
        second_factor.shown(found_open, now=now + second_factor.WAITS)


def test_a_password_that_is_removed_signs_out_whom_it_let_in() -> None:
    samira, now = an_account(), clock.now()
    hers = sign_ins.begin(samira, "", now=now)
    passwords.choose(carried(hers), "", "un tramway nommé Ourcq", now=now)
    by_password = sign_ins.begin(samira, "", by=Proof.PASSWORD, now=now)
    by_link = sign_ins.begin(samira, "", now=now)
    passwords.remove(carried(hers), now=now)
    assert [account_behind(one) for one in (hers, by_password, by_link)] == [samira, None, samira]


def test_all_others_are_ended_at_once_and_nobody_else_s() -> None:
    samira, paul = an_account(), an_account("Paul")
    old = [sign_ins.begin(samira, PHONE, now=clock.now() - timedelta(hours=2)) for _ in range(2)]
    kept = sign_ins.begin(samira, "", now=clock.now())
    his = sign_ins.begin(paul, "", now=clock.now())
    db.session.flush()
    assert where(samira) == ["", "Firefox, Android", "Firefox, Android"]  # the latest first

    link = accounts.new_link(samira, now=clock.now())
    assert sign_ins.end_others(carried(kept), now=clock.now()) == 2
    assert sign_ins.end_others(carried(kept), now=clock.now()) == 0
    with pytest.raises(accounts.LinkDoesNotWork):  # whoever reads her mailbox does not come back by it
        accounts.use_link(link, now=clock.now())
    assert [account_behind(token) for token in (*old, kept, his)] == [None, None, samira, paul]
    verbs = db.session.scalars(
        select(JournalLine.verb).where(JournalLine.verb.like("signed out%")).order_by(JournalLine.id)
    ).all()
    assert verbs == ["signed out elsewhere"]


def test_whoever_leaves_is_out_everywhere_and_gets_no_link() -> None:
    samira, paul = an_account(), an_account("Paul")
    tokens = [sign_ins.begin(samira, PHONE, now=clock.now()) for _ in range(2)]
    his = sign_ins.begin(paul, "", now=clock.now())
    link = accounts.new_link(samira, now=clock.now())
    db.session.flush()

    accounts.close_account(samira, actor="cli", now=clock.now())
    db.session.flush()
    assert [account_behind(token) for token in (*tokens, his)] == [None, None, paul]
    with pytest.raises(accounts.LinkDoesNotWork):
        accounts.use_link(link, now=clock.now())
    closed = db.session.execute(
        select(JournalLine.actor, JournalLine.details)
        .where(JournalLine.verb == "closed")
        .order_by(JournalLine.id)
    ).all()
    assert closed == [("cli", {"ended": 2})]
    assert (samira.name, samira.email) == ("", f"closed-{samira.id}@invalid")
    assert an_account().id != samira.id  # she comes back, with a new account


def test_what_ended_a_day_ago_is_forgotten() -> None:
    samira = an_account()
    ended = sign_ins.begin(samira, "", now=clock.now())
    sign_ins.begin(samira, "", now=clock.now())
    db.session.flush()
    sign_ins.leave(carried(ended), now=clock.now())

    assert sign_ins.forget_ended(clock.now() + timedelta(hours=23)) is None
    assert sign_ins.forget_ended(clock.now() + timedelta(days=1)) == 1
    assert sign_ins.forget_ended(clock.now() + timedelta(hours=36)) == 1
    assert db.session.scalars(select(SignIn.id)).all() == []


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (PHONE, "Firefox, Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Android 13) SamsungBrowser/28.0 Chrome/130.0", "Samsung Internet, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.7; rv:145.0) Firefox/145.0", "Firefox, Mac"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("<script>alert(1)</script> Firefox/", "Firefox"),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(user_agent: str, name: str) -> None:
    assert browsers.named(user_agent) == name


def test_every_name_fits_its_column() -> None:
    longest = max(len(name) for _, name in browsers._BROWSERS) + max(
        len(name) for _, name in browsers._SYSTEMS
    )
    assert longest + len(", ") <= 40
