"""Signs of life of the workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventsapp.clock import now
from eventsapp.database import db
from eventsapp.tasks import heartbeats
from eventsapp.tasks.models import Heartbeat

pytestmark = pytest.mark.usefixtures("db_session")


def test_the_newest_of_all_workers_counts(clock: time_machine.Traveller) -> None:
    assert heartbeats.newest() is None
    heartbeats.sign("house:1", now())
    clock.shift(timedelta(seconds=30))
    heartbeats.sign("house:2", now())
    db.session.commit()
    assert heartbeats.newest() == now()
    heartbeats.leave("house:2")
    db.session.commit()
    assert heartbeats.newest() == now() - timedelta(seconds=30)


def test_a_worker_signs_again_and_again_under_one_name(clock: time_machine.Traveller) -> None:
    for _ in range(3):
        heartbeats.sign("house:1", now())
        db.session.commit()
        clock.shift(heartbeats.EVERY)
    assert len(db.session.scalars(select(Heartbeat)).all()) == 1


def test_workers_that_are_gone_are_forgotten(clock: time_machine.Traveller) -> None:
    heartbeats.sign("gone", now())
    clock.shift(timedelta(hours=25))
    heartbeats.sign("here", now())
    db.session.commit()
    assert heartbeats.forget_old(now()) == 1
    db.session.commit()
    assert [beat.name for beat in db.session.scalars(select(Heartbeat))] == ["here"]
