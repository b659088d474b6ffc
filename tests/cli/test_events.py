"""Moving, cancelling and restoring an event from the command line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.journal import JournalLine
from tests import factories

SATURDAY = date(2026, 11, 28)


@pytest.fixture
def code(db_session: object) -> str:
    """Of the Atelier cuisine of Saturday 28 November 2026, 9:30 to 11:30."""
    event = factories.an_event()
    factories.a_school("École Riquet", territory=event.territory)
    factories.a_school("École Pajol", territory=factories.a_territory(18), slug="pajol")
    code = event.code
    db.session.commit()
    return code


def event(code: str) -> Event:
    db.session.rollback()
    return db.session.scalars(select(Event).where(Event.code == code)).one()


def run(app: Flask, *words: str) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["events", *words])


def test_an_event_moves_and_lasts_as_long(app: Flask, code: str) -> None:
    done = run(app, "move", code, "--starts", "2026-12-05 14:00")
    assert (done.exit_code, done.output) == (
        0,
        f"{code}: 2026-12-05 14:00 to 2026-12-05 16:00, École Curial; people are told at 2026-11-22 12:05\n",
    )
    moved = event(code)
    assert (moved.starts_at, moved.ends_at - moved.starts_at) == (
        local(date(2026, 12, 5), 14),
        timedelta(hours=2),
    )
    assert (moved.sequence, moved.changed_at) == (1, moved.created_at)


def test_an_event_gets_another_place_and_end(app: Flask, code: str) -> None:
    done = run(app, "move", code, "--ends", "2026-11-28 12:00", "--venue", "ecole-riquet")
    assert done.exit_code == 0
    moved = event(code)
    assert (moved.starts_at, moved.ends_at, moved.venue.name) == (
        local(SATURDAY, 9, 30),
        local(SATURDAY, 12),
        "École Riquet",
    )


def test_what_is_near_is_told_at_once_and_what_is_not_can_be_undone(app: Flask, code: str) -> None:
    assert run(app, "move", code, "--starts", "2026-11-23 14:00").output == (
        f"{code}: 2026-11-23 14:00 to 2026-11-23 16:00, École Curial; people are told now\n"
    )
    too_late = run(app, "undo", code)
    assert (too_late.exit_code, "trop tard" in too_late.output) == (1, True)


def test_a_cancellation_is_undone(app: Flask, code: str) -> None:
    assert run(app, "cancel", code).output == f"{code}: cancelled; people are told at 2026-11-22 12:05\n"
    assert run(app, "undo", code).output == (
        f"{code}: as it was, 2026-11-28 09:30, École Curial, takes place\n"
    )
    assert not event(code).is_cancelled


def test_nothing_to_change(app: Flask, code: str) -> None:
    assert run(app, "move", code).output == f"{code}: nothing changes\n"
    assert event(code).sequence == 0


def test_cancelled_and_restored(app: Flask, code: str) -> None:
    assert run(app, "cancel", code, "--reason", "Dégât des eaux").exit_code == 0
    cancelled = event(code)
    assert (cancelled.is_cancelled, cancelled.cancel_reason) == (True, "Dégât des eaux")
    assert run(app, "restore", code).exit_code == 0
    assert not event(code).is_cancelled
    actors = db.session.scalars(select(JournalLine.actor).where(JournalLine.verb != "announced"))
    assert set(actors) == {"cli"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("restore", "CODE"), "Error: Ce rendez-vous n’est pas annulé.\n"),
        (("cancel", "nowhere"), "Error: there is no such thing: check its code or number\n"),
        (
            ("move", "CODE", "--ends", "2026-11-28 09:00"),
            "Error: L’heure de fin doit venir après l’heure de début.\n",
        ),
    ],
)
def test_a_refusal_is_a_sentence_and_changes_nothing(
    app: Flask, code: str, words: tuple[str, ...], sentence: str
) -> None:
    refused = run(app, *[code if word == "CODE" else word for word in words])
    assert (refused.exit_code, refused.output) == (1, sentence)
    assert event(code).sequence == 0


@pytest.mark.parametrize("slug", ["nowhere", "pajol"])
def test_a_place_of_another_territory_is_no_place(app: Flask, code: str, slug: str) -> None:
    refused = run(app, "move", code, "--venue", slug)
    assert refused.exit_code == 2
    assert f"no place '{slug}' in this territory" in refused.output


def test_an_hour_is_written_in_full(app: Flask, code: str) -> None:
    assert run(app, "move", code, "--starts", "tomorrow").exit_code == 2
