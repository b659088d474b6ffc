"""Families who register at once wait for each other in the process, before the database; it is a courtesy."""

from __future__ import annotations

from threading import Lock

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.orm.exc import StaleDataError

from eventsapp.agenda.models import Event
from eventsapp.registrations import booking
from eventsapp.web import turns
from tests import factories
from tests.pages import PageClient

CONFIRM = "registrations.confirm"
AWA = {"first_name": "Awa", "email": "awa@example.org", "adults": 2}


class Turn:
    """One that writes down what happens to it."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def acquire(self, timeout: float) -> bool:
        """Always given."""
        assert timeout == turns.PATIENCE
        self.seen.append("taken")
        return True

    def release(self) -> None:
        """Given back."""
        self.seen.append("ended")


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


def confirmed(client: PageClient, event: Event) -> int:
    sent = client.submit(client.get(f"/e/{event.code}/inscription").page.form(), AWA)
    return client.submit(client.get(sent.location).page.form()).status_code


@pytest.mark.parametrize(
    ("fails_with", "answered", "seen"),
    [
        (None, 303, ["taken", "confirms", "ended"]),
        # Asked again, for it lost a race: it has its turn already.
        (StaleDataError(), 303, ["taken", "confirms", "confirms", "ended"]),
        (ZeroDivisionError(), 500, ["taken", "confirms", "ended"]),
    ],
)
def test_awa_s_turn_ends_however_she_is_answered(
    app: Flask,
    client: PageClient,
    event: Event,
    monkeypatch: pytest.MonkeyPatch,
    fails_with: Exception | None,
    answered: int,
    seen: list[str],
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    turn, real = Turn(), booking.confirm

    def confirm(*given: object, **named: object) -> booking.Confirmed:
        turn.seen.append("confirms")
        if fails_with is not None and turn.seen.count("confirms") == 1:
            raise fails_with
        return real(*given, **named)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(booking, "confirm", confirm)
    monkeypatch.setitem(turns.TAKEN_IN_TURN, CONFIRM, turn)
    assert confirmed(client, event) == answered
    assert turn.seen == seen


def test_a_turn_that_does_not_come_keeps_nobody_out(
    client: PageClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Lock()
    monkeypatch.setitem(turns.TAKEN_IN_TURN, CONFIRM, held)
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    with held:
        assert confirmed(client, event) == 303
        assert held.locked()  # and she ended nobody else's turn
