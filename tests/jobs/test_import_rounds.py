"""The worker reads the address of the Maison des femmes de Flandre: when, how often, in whose name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from time_machine import Traveller

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Grant, Role
from eventsapp.agenda.models import Event
from eventsapp.imports import fetching, sources
from eventsapp.imports.fetching import AnswerRefused, Fetched, Known
from eventsapp.imports.models import Following, ImportSource
from eventsapp.jobs import import_rounds
from eventsapp.jobs.door import Turn, never
from eventsapp.jobs.import_rounds import NobodyFollows
from eventsapp.people import accounts, approvals
from tests import factories
from tests.imports import upgrades
from tests.imports.exports import an_event, openagenda
from tests.imports.websites import NAME, Website, http, served

URL = f"http://{NAME}/agenda.json"
Read = Callable[..., str]


@pytest.fixture
def source(db_session: scoped_session[Session]) -> ImportSource:
    """Fatou works there; it publishes at once, and its agenda is followed by itself."""
    maison, area, now = factories.an_association("Maison des femmes"), factories.a_territory(), hours.now()
    approvals.approve(maison, area, actor="cli", now=now)
    approvals.trust(maison, area, actor="cli", now=now)
    factories.a_school()
    fatou = accounts.open_account("fatou@example.org", "Fatou", actor="cli", now=now)
    grants.give(fatou, Role.MEMBER, maison, by="cli", now=now)
    answers = sources.Answers(
        name="OpenAgenda",
        url=URL,
        action=factories.an_action(),
        venue=None,
        following=Following.BY_ITSELF,
    )
    found = sources.add(maison, answers, by=fatou, now=now)
    db_session.commit()
    db_session.rollback()
    return found


@pytest.fixture
def read(db_session: scoped_session[Session]) -> Read:
    """A turn of the worker, from the site of somebody."""

    def by(site: Website) -> str:
        def fetch(url: str, *, most: int, known: Known) -> Fetched:
            return fetching.fetch(url, most=most, known=known, resolve=site.resolve, connect=site.connect)

        done = import_rounds.read_due(Turn(hours.now(), "worker", never), fetch=fetch)
        db_session.rollback()
        return done

    return by


def titles(session: scoped_session[Session]) -> list[str]:
    session.expire_all()
    found = list(session.scalars(select(Event.title).order_by(Event.id)))
    session.rollback()
    return found


def test_an_address_is_read_every_four_hours_and_only_what_changed_is_sent(
    source: ImportSource, read: Read, clock: Traveller, db_session: scoped_session[Session]
) -> None:
    body = openagenda(an_event())

    def answer(path: str, headers: dict[str, str]) -> bytes:
        same = headers.get("if-none-match") == '"un"'
        return http("304 Not Modified") if same else http("200 OK", body, ETag='"un"')

    with served(answer) as site:
        assert read(site) == "1 read, 0 failed"
        assert titles(db_session) == ["Café des femmes"]
        assert read(site) == ""
        clock.shift(sources.EVERY - timedelta(seconds=1))
        assert read(site) == ""
        clock.shift(timedelta(seconds=1))
        assert read(site) == "1 read, 0 failed"
    assert [headers.get("if-none-match") for _, headers in site.asked] == [None, '"un"']
    assert titles(db_session) == ["Café des femmes"]
    assert (source.etag, source.waiting, source.problem) == ('"un"', 0, "")


def test_an_address_read_before_the_upgrade_that_has_nothing_new_after_it_is_no_failure(
    source: ImportSource, read: Read, clock: Traveller, db_session: scoped_session[Session]
) -> None:
    """Its agenda is looked at first: what was read before is all there is, as long as the site says 304."""
    source.following = Following.BY_HAND
    db_session.commit()

    def answer(path: str, headers: dict[str, str]) -> bytes:
        same = headers.get("if-none-match") == '"un"'
        return http("304 Not Modified") if same else http("200 OK", openagenda(an_event()), ETag='"un"')

    with served(answer) as site:
        assert read(site) == "1 read, 0 failed"
        upgrades.read_before_the_upgrade()
        clock.shift(sources.EVERY)
        assert read(site) == "1 read, 0 failed"
    assert [headers.get("if-none-match") for _, headers in site.asked] == [None, '"un"']
    assert db_session.scalars(select(ImportSource.waiting)).all() == [1]


def test_a_turn_of_slow_sites_makes_nothing_due_again(
    source: ImportSource, read: Read, clock: Traveller, db_session: scoped_session[Session]
) -> None:
    """The hour counts at which a site was asked and has answered, not that at which the turn began."""

    def answer(path: str, headers: dict[str, str]) -> bytes:
        clock.shift(sources.EVERY)
        return http("200 OK", openagenda(an_event()))

    with served(answer) as site:
        assert read(site) == "1 read, 0 failed"
        assert read(site) == ""
    db_session.expire_all()
    assert source.next_at == hours.now() + sources.EVERY
    assert source.read_at == hours.now()


def test_one_that_fails_is_asked_later_and_later_and_says_why(
    source: ImportSource, read: Read, clock: Traveller, db_session: scoped_session[Session]
) -> None:
    waits = []
    with served(lambda path, headers: http("503 Oops")) as site:
        for _ in range(9):
            assert read(site) == "0 read, 1 failed"
            assert read(site) == ""
            db_session.expire_all()
            assert source.next_at is not None
            waits.append(source.next_at - hours.now())
            clock.move_to(source.next_at)
            db_session.rollback()
    minutes = [int(wait.total_seconds()) // 60 for wait in waits]
    assert minutes == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    assert (source.problem, source.problem_values) == (AnswerRefused.sentence, {"status": "503"})
    db_session.rollback()
    with served(lambda path, headers: http("200 OK", openagenda(an_event()))) as site:
        assert read(site) == "1 read, 0 failed"
    db_session.expire_all()
    assert (source.failures, source.problem) == (0, "")


def test_nothing_is_published_in_the_name_of_somebody_who_has_left(
    source: ImportSource, read: Read, db_session: scoped_session[Session]
) -> None:
    grant = db_session.scalars(select(Grant)).one()
    grants.end_whatever_remains(grant, by="cli", now=hours.now())
    db_session.commit()
    with served(lambda path, headers: http("200 OK", openagenda(an_event()))) as site:
        read(site)
    assert titles(db_session) == []
    assert (source.problem, source.waiting) == (NobodyFollows.sentence, 1)


def test_an_agenda_that_is_looked_at_first_waits(
    source: ImportSource, read: Read, db_session: scoped_session[Session]
) -> None:
    source.following = Following.BY_HAND
    db_session.commit()
    with served(lambda path, headers: http("200 OK", openagenda(an_event()))) as site:
        read(site)
    assert titles(db_session) == []
    assert source.waiting == 1


def test_a_source_given_up_while_it_is_read_is_gone(
    source: ImportSource, read: Read, db_session: scoped_session[Session]
) -> None:
    number = source.id
    db_session.rollback()

    def answer(path: str, headers: dict[str, str]) -> bytes:
        return http("200 OK", openagenda(an_event()))

    with served(answer) as site:
        real = site.resolve

        def resolve(host: str, port: int) -> list[str]:
            sources.remove(db_session.get_one(ImportSource, number), actor="cli", now=hours.now())
            db_session.commit()
            return real(host, port)

        site.resolve = resolve  # type: ignore[method-assign]  # somebody is quicker
        assert read(site) == ""
    assert titles(db_session) == []
