"""The mailbox is read mail by mail over IMAP: each once, none for ever, and whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from imapclient import SEEN
from pymap.backend.dict.mailbox import MailboxData
from pymap.parsing.specials.flag import Recent, Wildcard, get_system_flags
from sqlalchemy import select

from eventsapp import clock
from eventsapp.database import begin_writing, db
from eventsapp.jobs import listening, reading
from eventsapp.jobs.door import Turn, never
from eventsapp.mailroom import incoming, mailbox, readings
from eventsapp.mailroom.mailbox import MailboxAway, Problem
from eventsapp.mailroom.models import MailboxTry
from eventsapp.mailroom.readings import State
from tests.mailboxes import MailProvider

ADDRESS = "agenda+abcdefgh23456722@agenda.example.org"
MAIL = b"From: Jeanne <jeanne@example.net>\r\nSubject: Samedi\r\n\r\nNous viendrons.\r\n"
BIG = b"From: Awa <awa@example.net>\r\nSubject: Photos\r\n\r\n" + b"x" * 70 + b"\r\n" * 600_000


class Ledger:
    """Whoever acts on mails, in this story: writes down what it was given."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.kept: list[tuple[str, str, str]] = []
        self.deadly = b""
        self.on_mail: Callable[[], object] = lambda: None

    def take(self, octets: bytes, *, key: str, now: datetime) -> None:
        if self.deadly and self.deadly in octets:
            raise RuntimeError("the reader dies of this mail")
        self.taken.append(octets)
        self.on_mail()

    def set_aside(self, key: str, problem: str, now: datetime, subject: str, sender: str) -> None:
        self.kept.append((problem, subject, sender))

    def turn(self, worker: str = "worker", is_ending: Callable[[], bool] = never) -> str:
        return reading.Reader(self.take, self.set_aside)(Turn(clock.now(), worker, is_ending))


@pytest.fixture
def ledger(app: Flask) -> Iterator[Ledger]:
    with app.app_context():
        yield Ledger()
        db.session.rollback()


@pytest.fixture
def flags_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server keeps flags of one's own, as Dovecot and Gmail do; pymap says that it does not."""
    kept = frozenset(get_system_flags() - {Recent} | {Wildcard})
    monkeypatch.setattr(MailboxData, "permanent_flags", property(lambda self: kept))


def test_a_mail_is_handed_over_once_and_marked(answers_mailbox: MailProvider, ledger: Ledger) -> None:
    answers_mailbox.send(MAIL, to=ADDRESS, sender="jeanne@example.net")
    assert ledger.turn() == "1 read, 0 set aside, 0 failed"
    assert ledger.turn() == ""
    [octets] = ledger.taken
    assert octets.endswith(MAIL)
    mail = incoming.read(octets, mailbox="agenda", domain="agenda.example.org", authserv_id="")
    assert (mail.tokens, mail.sender, mail.text) == (
        ("abcdefgh23456722",),
        "jeanne@example.net",
        "Nous viendrons.",
    )
    assert answers_mailbox.flags() == [{b"\\Seen"}]
    assert readings.state() == State(clock.now(), None, None)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_by_each_way_to_the_server(
    app: Flask, answers_mailbox: MailProvider, ledger: Ledger, security: str
) -> None:
    app.config.update(answers_mailbox.settings(security))
    answers_mailbox.put(MAIL)
    ledger.turn()
    assert ledger.taken == [MAIL]


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("flags_kept")
def test_a_mail_that_somebody_opened_is_read_all_the_same(
    answers_mailbox: MailProvider, ledger: Ledger
) -> None:
    for _ in range(2):
        answers_mailbox.put(MAIL)
    with answers_mailbox.opened() as person:
        person.add_flags(person.search("ALL")[:1], [SEEN])
    assert ledger.turn() == "2 read, 0 set aside, 0 failed"
    assert ledger.turn() == ""
    assert answers_mailbox.flags() == [{b"\\Seen", mailbox.OURS.encode()}] * 2


def test_what_is_too_large_is_not_loaded(answers_mailbox: MailProvider, ledger: Ledger) -> None:
    answers_mailbox.put(BIG)
    answers_mailbox.put(MAIL)
    assert ledger.turn() == "1 read, 1 set aside, 0 failed"
    assert ledger.taken == [MAIL]
    assert ledger.kept == [("Ce message est trop grand pour être lu.", "Photos", "awa@example.net")]
    assert ledger.turn() == ""


def test_a_mail_that_kills_its_reader_is_set_aside_and_holds_up_no_other(
    answers_mailbox: MailProvider, ledger: Ledger
) -> None:
    ledger.deadly = b"Subject: Piege"
    answers_mailbox.put(MAIL.replace(b"Samedi", b"Piege"))
    answers_mailbox.put(MAIL)
    assert [ledger.turn() for _ in range(5)] == [
        "1 read, 0 set aside, 1 failed",
        "0 read, 0 set aside, 1 failed",
        "0 read, 0 set aside, 1 failed",
        "0 read, 1 set aside, 0 failed",
        "",
    ]
    assert ledger.kept == [(reading.DIED, "Piege", "jeanne@example.net")]
    assert ledger.taken == [MAIL]
    assert db.session.scalars(select(MailboxTry)).all() == []


def test_a_mail_whose_very_head_kills_its_reader_is_set_aside_unseen(
    answers_mailbox: MailProvider, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(octets: bytes) -> tuple[str, str]:
        raise RuntimeError("no head of any mail")

    monkeypatch.setattr(incoming, "head", die)
    answers_mailbox.put(BIG)
    assert [ledger.turn() for _ in range(6)] == [
        *["0 read, 0 set aside, 1 failed"] * 4,
        "0 read, 1 set aside, 0 failed",
        "",
    ]
    assert ledger.kept == [(reading.DIED, "", "")]


def test_mails_that_somebody_takes_out_meanwhile_stop_nothing(
    answers_mailbox: MailProvider, ledger: Ledger
) -> None:
    for subject in (b"Un", b"Deux", b"Trois"):
        answers_mailbox.put(MAIL.replace(b"Samedi", subject))
    ledger.on_mail = answers_mailbox.empty
    assert ledger.turn() == "3 read, 0 set aside, 0 failed"
    assert [b"Subject: Un" in one for one in ledger.taken] == [True]
    state = readings.state()
    assert (state.problem, state.last_read_at) == (None, clock.now())
    assert db.session.scalars(select(MailboxTry)).all() == []


def test_a_server_that_says_nil_for_an_expunged_mail_is_understood(
    answers_mailbox: MailProvider, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 2180 section 4.1.3 lets it; Cyrus does."""
    fetch = mailbox.IMAPClient.fetch

    def nil(self: mailbox.IMAPClient, uids: list[int], data: list[str]) -> dict[int, dict[bytes, object]]:
        said: dict[int, dict[bytes, object]] = fetch(self, uids, data)
        return {
            uid: {name: None if name.startswith(b"BODY[") else value for name, value in one.items()}
            for uid, one in said.items()
        }

    answers_mailbox.put(MAIL)
    monkeypatch.setattr(mailbox.IMAPClient, "fetch", nil)
    assert ledger.turn() == "1 read, 0 set aside, 0 failed"
    assert ledger.taken == []


def test_a_mailbox_that_was_made_anew_is_read_anew(
    answers_mailbox: MailProvider, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UIDVALIDITY is another one: a try of the former mailbox is none of a mail that has its number now."""
    ledger.deadly = b"Samedi"
    answers_mailbox.put(MAIL)
    ledger.turn()
    [former] = db.session.scalars(select(MailboxTry.key)).all()
    db.session.rollback()
    select_folder = mailbox.IMAPClient.select_folder

    def anew(self: mailbox.IMAPClient, folder: str) -> dict[bytes, object]:
        said: dict[bytes, object] = select_folder(self, folder)
        return said | {b"UIDVALIDITY": 77}

    monkeypatch.setattr(mailbox.IMAPClient, "select_folder", anew)
    ledger.deadly = b""
    assert ledger.turn() == "1 read, 0 set aside, 0 failed"
    assert ledger.taken == [MAIL]
    assert db.session.scalars(select(MailboxTry.key)).all() == [former]


def test_a_worker_that_is_killed_by_a_mail_has_counted_it(
    answers_mailbox: MailProvider, ledger: Ledger
) -> None:
    def killed() -> None:
        raise SystemExit  # no Exception: nothing of ours catches it

    answers_mailbox.put(MAIL)
    ledger.on_mail = killed
    for _ in range(readings.MOST_TRIES):
        with pytest.raises(SystemExit):
            ledger.turn()
    assert ledger.turn() == "0 read, 1 set aside, 0 failed"


def test_what_was_kept_but_not_marked_is_handed_over_again(
    answers_mailbox: MailProvider, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our commit and the mark there is no way to be sure: whoever acts does so once (RULES I9)."""

    def die(self: mailbox.Mailbox, mail: mailbox.Waiting) -> None:
        raise MailboxAway(Problem.AWAY)

    answers_mailbox.put(MAIL)
    with monkeypatch.context() as patch:
        patch.setattr(mailbox.Mailbox, "mark", die)
        ledger.turn()
    assert ledger.turn() == "1 read, 0 set aside, 0 failed"
    assert ledger.taken == [MAIL, MAIL]


def test_one_worker_reads_at_a_time(
    answers_mailbox: MailProvider, ledger: Ledger, clock: time_machine.Traveller
) -> None:
    answers_mailbox.put(MAIL)
    begin_writing()
    assert readings.claim("another", datetime.now().astimezone())
    db.session.commit()
    assert (ledger.turn(), ledger.taken) == ("", [])
    clock.shift(readings.HELD_FOR + timedelta(seconds=1))
    assert ledger.turn() == "1 read, 0 set aside, 0 failed"


def test_a_worker_that_is_to_end_leaves_the_rest_to_the_next(
    answers_mailbox: MailProvider, ledger: Ledger
) -> None:
    for _ in range(3):
        answers_mailbox.put(MAIL)
    ending = threading.Event()
    ledger.on_mail = ending.set
    assert ledger.turn(is_ending=ending.is_set) == "1 read, 0 set aside, 0 failed"
    assert ledger.turn("another") == "2 read, 0 set aside, 0 failed"


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"ANSWERS_IMAP_PORT": 1}, Problem.AWAY),
        ({"ANSWERS_IMAP_PASSWORD": "another"}, Problem.SIGN_IN),
        ({"ANSWERS_IMAP_CA": ""}, Problem.CERTIFICATE),
        ({"ANSWERS_IMAP_FOLDER": "Ailleurs"}, Problem.FOLDER),
    ],
    ids=["nobody there", "password", "certificate", "folder"],
)
def test_why_it_cannot_be_read_is_known_since_when(
    app: Flask,
    answers_mailbox: MailProvider,
    ledger: Ledger,
    clock: time_machine.Traveller,
    setting: dict[str, object],
    problem: Problem,
) -> None:
    began = datetime.now().astimezone()
    app.config.update(setting)
    ledger.turn()
    clock.shift(timedelta(hours=1))
    ledger.turn()
    assert readings.state() == State(None, problem, began)
    app.config.update(answers_mailbox.settings())
    ledger.turn()
    assert readings.state() == State(datetime.now().astimezone(), None, None)


@pytest.mark.databases("sqlite")
def test_without_a_mailbox_nothing_is_asked(app: Flask, ledger: Ledger) -> None:
    assert ledger.turn() == ""
    assert readings.state() == State(None, None, None)


@pytest.mark.databases("sqlite")
def test_a_server_tells_of_what_comes_and_nobody_waits_longer_than_asked(
    answers_mailbox: MailProvider, ledger: Ledger
) -> None:
    with mailbox.opened() as box:
        assert box.can_tell()
        assert not box.hears_of_news(patience=60, is_ending=lambda: True)
        sending = threading.Timer(0.2, answers_mailbox.put, [MAIL])
        sending.start()
        assert box.hears_of_news(patience=60, is_ending=never)
        sending.join()


@pytest.mark.databases("sqlite")
def test_a_server_that_hangs_up_is_noticed(
    answers_mailbox: MailProvider, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its BYE, after which it is told nothing: it would not answer for half a minute."""
    told: list[object] = []
    monkeypatch.setattr(mailbox.IMAPClient, "idle_done", lambda client: told.append(client))
    with mailbox.opened() as box:
        hanging_up = threading.Timer(0.2, answers_mailbox.hang_up)
        hanging_up.start()
        with pytest.raises(MailboxAway):
            box.hears_of_news(patience=60, is_ending=never)
        hanging_up.join()  # not in the next test's call
    assert told == []


@pytest.mark.databases("sqlite")
def test_a_server_out_of_step_is_left_without_a_word(
    answers_mailbox: MailProvider, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail that comes just as IDLE is said has the client give up: its LOGOUT would wait half a minute."""
    taken_leave: list[object] = []
    monkeypatch.setattr(mailbox.IMAPClient, "logout", lambda client: taken_leave.append(client))
    with pytest.raises(MailboxAway), mailbox.opened():
        raise MailboxAway(Problem.AWAY)
    assert taken_leave == []
    with mailbox.opened():
        assert taken_leave == []
    assert len(taken_leave) == 1


@pytest.mark.databases("sqlite")
def test_the_ear_calls_again_until_somebody_answers(
    app: Flask, answers_mailbox: MailProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And hangs up when the worker ends."""
    monkeypatch.setattr(listening, "FIRST_WAIT", 0.05)
    app.config["ANSWERS_IMAP_PORT"] = 1
    woken, ending = threading.Event(), threading.Event()

    def wake() -> None:
        woken.set()

    def answer_again(wait: float | None = None) -> bool:
        app.config.update(answers_mailbox.settings())
        return ending.is_set()

    monkeypatch.setattr(ending, "wait", answer_again)
    ear = listening.Ear(app, wake, ending)
    ear.begin()
    assert woken.wait(30)
    woken.clear()
    answers_mailbox.put(MAIL)
    assert woken.wait(30)
    ending.set()
    ear.end()
    assert not ear.is_listening


def test_who_asks_while_a_run_is_under_way_has_it_run_once_more() -> None:
    """And none runs twice at once; one that dies does not stand in the way of the next."""
    runs: list[str] = []

    def run() -> None:
        runs.append("begins")
        if len(runs) == 1:  # three pieces of news while the first is under way
            turn()
            assert turn.will_run_again()
            turn()
        runs.append("ends")
        if len(runs) > 4:
            raise RuntimeError

    turn = listening.OnceMore(run)
    assert not turn.will_run_again()
    turn()
    assert runs == ["begins", "ends"] * 2
    for _ in range(2):
        with pytest.raises(RuntimeError):
            turn()
    assert runs == ["begins", "ends"] * 4
    assert not turn.will_run_again()


@pytest.mark.databases("sqlite")
def test_without_a_mailbox_nobody_listens(app: Flask) -> None:
    ear = listening.Ear(app, never, threading.Event())
    ear.begin()
    assert not ear.is_listening


@pytest.mark.databases("sqlite")
def test_old_tries_are_forgotten(ledger: Ledger, clock: time_machine.Traveller) -> None:
    begin_writing()
    assert readings.begin("gone.1", "worker", datetime.now().astimezone()) == 1
    clock.shift(readings.TRIES_KEPT + timedelta(days=1))
    assert readings.begin("here.1", "worker", datetime.now().astimezone()) == 1
    assert readings.forget_old(datetime.now().astimezone()) == 1
    assert db.session.scalars(select(MailboxTry.key)).all() == ["here.1"]
