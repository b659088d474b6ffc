"""Every letter and feed of the seeded year passes the independent checker, its warnings too; and letters that
follow one another pass it in order (RULES, [M10])."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from eventsapp import clock as time
from eventsapp import seeds
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Activity, ActivityKind, Event
from eventsapp.app import create_app
from eventsapp.convening import inviting
from eventsapp.database import db
from eventsapp.mailroom import rounds
from eventsapp.registrations import booking, returning
from eventsapp.registrations.models import AgeBracket, Registration, RegistrationStatus
from eventsapp.registrations.party import Member
from tests.calendars.checker import lint, mailcheck
from tests.calendars.checker.report import Report
from tests.registrations.stories import a_transaction, told
from tests.servers import PostOffice, Received

# Its town is planted and its post sent once, not once in each process of a run.
pytestmark = pytest.mark.xdist_group("checked")

TODAY = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
ROUNDS_OF_THE_SOLVER = 2
MOST = 20
"""Events that change in the story: enough to meet each kind of them."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The seeded year, on a database and with a mail server of its own; its clock stands at TODAY."""
    folder, office = tmp_path_factory.mktemp("checked"), PostOffice()
    office.start()
    with time_machine.travel(TODAY, tick=False) as traveller:
        app = create_app(settings_of(folder, office))
        app.extensions["traveller"], app.extensions["office"] = traveller, office
        with app.app_context():
            upgrade()
            seeds.plant(TODAY, progress=str, iterations=ROUNDS_OF_THE_SOLVER)
        yield app
        with app.app_context():
            db.engine.dispose()
    office.stop()


def settings_of(folder: Path, office: PostOffice) -> dict[str, Any]:
    return {
        "ENVIRONMENT": "test",
        "SECRET_KEY": "a secret that only the tests know",
        "INSTANCE_PATH": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/year.db",
        "MAIL_SERVER": office.host,
        "MAIL_PORT": office.port,
    }


def passes(time_passes: timedelta, app: Flask) -> None:
    """Meanwhile workers tell what is due, and invite."""
    app.extensions["traveller"].shift(time_passes)
    told(time.now())
    for number in inviting.due(time.now()):
        with a_transaction():
            inviting.settle(number, time.now())
    db.session.commit()
    while rounds.deliver_due(time.now(), limit=500).sent:
        pass


@pytest.fixture(scope="module")
def post(town: Flask) -> Sequence[Received]:
    """All that leaves in some days: families and hosts are invited, events move, are cancelled and restored,
    families give up and come back."""
    hour = timedelta(hours=1)
    with town.app_context():
        passes(timedelta(minutes=15), town)
        changing = some_events()
        for event in changing:
            with a_transaction():
                later = {"starts_at": event.starts_at + hour, "ends_at": event.ends_at + hour}
                scheduling.reschedule(event, **later, actor="account:1", now=time.now())
        passes(timedelta(minutes=15), town)
        for event in changing[::2]:
            with a_transaction():
                scheduling.cancel(event, reason="Travaux : l’école est fermée", actor="cli", now=time.now())
        passes(timedelta(minutes=15), town)
        for event in changing[::4]:
            with a_transaction():
                scheduling.restore(event, actor="account:1", now=time.now())
        passes(timedelta(minutes=15), town)
        for one in confirmed(changing[1::2]):
            with a_transaction():
                booking.cancel(one, actor="household:1", now=time.now())
            come_back(one)
        passes(timedelta(minutes=15), town)
        db.session.rollback()
    letters: list[Received] = town.extensions["office"].letters
    return letters


def some_events() -> list[Event]:
    """Those with families, and school Saturdays."""
    ahead = Event.starts_at > time.now() + timedelta(days=3)
    seated = select(Registration.event_id).where(Registration.status == RegistrationStatus.CONFIRMED)
    families = select(Event).where(ahead, Event.id.in_(seated)).order_by(Event.id).limit(MOST // 2)
    saturdays = (
        select(Event)
        .join(Activity)
        .where(ahead, Activity.kind == ActivityKind.SCHOOL_SATURDAY, Event.cancelled_at.is_(None))
        .order_by(Event.starts_at)
        .limit(MOST // 2)
    )
    return [*db.session.scalars(families), *db.session.scalars(saturdays)]


def confirmed(events: Sequence[Event]) -> list[Registration]:
    numbers = [event.id for event in events]
    found = select(Registration).where(
        Registration.event_id.in_(numbers),
        Registration.status == RegistrationStatus.CONFIRMED,
        Registration.household_id.is_not(None),
    )
    return list(db.session.scalars(found.order_by(Registration.id)))


def come_back(one: Registration) -> None:
    household = one.household
    assert household is not None
    with a_transaction():
        returning.register(
            household, one.event_id, [], [Member(bracket=AgeBracket.ADULT)], may_wait=True, now=time.now()
        )


def said(report: Report) -> list[str]:
    return [f"{one.check} {one.level} {one.message}" for one in report.findings if one.level != "INFO"]


def test_every_letter_passes_alone_and_after_those_before_it(post: Sequence[Received]) -> None:
    mails = [(letter, mailbox_of(letter)) for letter in post if b"text/calendar" in letter.octets]
    stories: defaultdict[str, list[tuple[Report, Any]]] = defaultdict(list)
    for number, (letter, address) in enumerate(mails):
        report = Report(f"{number}", "mail")
        read = mailcheck.check(report, letter.octets)
        assert read, said(report)
        message = message_from_bytes(letter.octets, policy=policy.default)
        stories[address].append((report, (str(number), message, read[1])))
    for story in stories.values():
        mailcheck.sequence([report for report, _ in story], [item for _, item in story])
    found = [line for story in stories.values() for report, _ in story for line in said(report)]
    assert found == []
    methods = Counter(item[2].value("METHOD") for story in stories.values() for _, item in story)
    assert methods["REQUEST"] > 100
    assert methods["CANCEL"] > 20
    assert max(len(story) for story in stories.values()) > 3


def mailbox_of(letter: Received) -> str:
    [address] = letter.recipients
    return address


def test_a_letter_without_a_calendar_is_a_sound_mail(post: Sequence[Received]) -> None:
    found = []
    others = [letter for letter in post if b"text/calendar" not in letter.octets]
    for letter in others:
        report = Report("", "mail")
        mailcheck.check_message(report, letter.octets)
        found += said(report)
    assert (found, len(others) > 0) == ([], True)


@pytest.mark.parametrize("path", ["paris-19", "paris-10", "paris-19/parentalite"])
def test_every_feed_passes(path: str, town: Flask, post: Sequence[Received]) -> None:
    served = town.test_client().get(f"/agendas/{path}.ics")
    assert served.status_code == 200
    report = Report(path, "feed")
    calendar = lint.lint(report, served.data, "feed")
    assert calendar is not None
    assert said(report) == []
    assert len([one for one in calendar.children if one.name == "VEVENT"]) > 3


def test_the_checker_finds_what_is_wrong(post: Sequence[Received]) -> None:
    """One letter without its calendar's method, and a feed whose lines are not folded."""
    letter = next(one for one in post if b'method="REQUEST"' in one.octets or b"method=REQUEST" in one.octets)
    wrong = letter.octets.replace(b"REQUEST", b"CANCEL", 1)
    report = Report("", "mail")
    mailcheck.check(report, wrong)
    assert {one.check for one in report.findings} >= {"M03"}
    report = Report("", "feed")
    lint.lint(
        report, b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-LONG:" + b"a" * 80 + b"\r\nEND:VCALENDAR\r\n", "feed"
    )
    assert {"B03", "S02"} <= {one.check for one in report.findings}
