"""Where Samira is signed in: she sees each browser, ends what she does not know, and copies die too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventsapp import clock
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people import accounts, browsers, sign_ins
from eventsapp.people.models import Account, SignIn

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


def test_one_is_ended_by_its_owner_alone_and_once() -> None:
    samira, paul = an_account(), an_account("Paul")
    hers, his = (sign_ins.begin(one, "", now=clock.now()) for one in (samira, paul))
    db.session.flush()
    number = number_of(hers)

    assert not sign_ins.end(paul, number, now=clock.now())
    assert account_behind(hers) is samira
    assert sign_ins.end(samira, number, now=clock.now())
    assert not sign_ins.end(samira, number, now=clock.now())
    assert (account_behind(hers), account_behind(his)) == (None, paul)
    db.session.flush()
    said = db.session.execute(
        select(JournalLine.actor, JournalLine.verb, JournalLine.details).where(JournalLine.verb != "opened")
    ).all()
    assert said == [(f"account:{samira.id}", "signed out", {"sign_in": number})]


def test_all_others_are_ended_at_once_and_nobody_else_s() -> None:
    samira, paul = an_account(), an_account("Paul")
    old = [sign_ins.begin(samira, PHONE, now=clock.now() - timedelta(hours=2)) for _ in range(2)]
    kept = sign_ins.begin(samira, "", now=clock.now())
    his = sign_ins.begin(paul, "", now=clock.now())
    db.session.flush()
    assert where(samira) == ["", "Firefox, Android", "Firefox, Android"]  # the latest first

    here = sign_ins.behind(kept, now=clock.now())
    assert here is not None
    assert sign_ins.end_others(samira, here, now=clock.now()) == 2
    assert sign_ins.end_others(samira, here, now=clock.now()) == 0
    assert [account_behind(token) for token in (*old, kept, his)] == [None, None, samira, paul]
    verbs = db.session.scalars(select(JournalLine.verb).where(JournalLine.verb.like("signed out%"))).all()
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
        select(JournalLine.actor, JournalLine.details).where(JournalLine.verb == "closed")
    ).all()
    assert closed == [("cli", {"ended": 2})]


def test_what_ended_a_day_ago_is_forgotten() -> None:
    samira = an_account()
    ended = sign_ins.begin(samira, "", now=clock.now())
    sign_ins.begin(samira, "", now=clock.now())
    db.session.flush()
    assert sign_ins.end(samira, number_of(ended), now=clock.now())

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
