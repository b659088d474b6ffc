"""Pictures kept once, shown by their content, and forgotten when nothing shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.clock import now
from eventsapp.database import begin_writing, db
from eventsapp.media import keeping, pictures
from eventsapp.media.models import Picture
from eventsapp.people import showcase
from eventsapp.people.models import Organisation
from eventsapp.refusals import NotFound
from tests import factories
from tests.photos import a_photo
from tests.races import at_once


def given(size: tuple[int, int] = (900, 600)) -> Picture:
    return keeping.keep(pictures.renew(a_photo(size), most=10**7), now=now())


def fingerprints() -> list[str]:
    found = list(db.session.scalars(select(Picture.fingerprint).order_by(Picture.id)))
    db.session.rollback()
    return found


def test_a_picture_is_shown_by_what_it_holds(db_session: scoped_session[Session]) -> None:
    picture = given()
    large, small = (keeping.shown(picture.fingerprint, small=small) for small in (False, True))
    assert picture.fingerprint == hashlib.sha256(large).hexdigest()
    assert (picture.width, picture.height, picture.small_width, picture.small_height) == (900, 600, 480, 320)
    assert picture.weight == len(large) > len(small)
    with pytest.raises(NotFound):
        keeping.shown("0" * 64, small=False)


def test_the_same_picture_given_by_many_at_once_is_one(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    came = at_once(app, *[lambda: given().id] * 6)
    assert len(set(came)) == 1
    assert len(fingerprints()) == 1


def test_what_nothing_shows_goes_a_day_later(db_session: scoped_session[Session]) -> None:
    begin_writing()
    given()
    assert keeping.forget_unused(now() + timedelta(hours=23)) is None
    assert keeping.forget_unused(now() + timedelta(days=1)) == 1
    assert keeping.forget_unused(now() + timedelta(days=1)) is None


def test_what_is_given_again_meanwhile_stays(
    db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    begin_writing()
    old = given()
    db.session.commit()
    db.session.refresh(old)
    db.session.expunge(old)
    clock.shift(timedelta(hours=1))
    given()
    db.session.commit()
    assert keeping.forget(old) is False
    assert len(fingerprints()) == 1


def test_a_list_of_pictures_reads_no_octets(
    db_session: scoped_session[Session], statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    given()
    db.session.commit()
    with statements() as said:
        db.session.scalars(select(Picture)).one()
    assert [one for one in said if "octets" in one] == []


def test_what_an_organisation_shows_is_never_forgotten(
    db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    begin_writing()
    host = factories.an_association()
    renewed = pictures.renew(a_photo(), most=10**7)
    row = showcase.show(host, renewed, "La cour", actor="cli", now=now())
    clock.shift(timedelta(days=400))
    assert keeping.forget_unused(now()) is None
    assert keeping.forget(row.picture) is False


def test_the_one_that_is_replaced_goes_at_once_unless_another_shows_it(
    db_session: scoped_session[Session],
) -> None:
    begin_writing()
    curial, elsewhere = factories.an_association(), factories.an_association("Ailleurs")
    court, garden = (pictures.renew(a_photo(size), most=10**7) for size in ((90, 60), (80, 60)))
    first = showcase.show(curial, court, "La cour", actor="cli", now=now()).picture.fingerprint
    second = showcase.show(curial, garden, "Le jardin", actor="cli", now=now()).picture.fingerprint
    db_session.commit()
    assert fingerprints() == [second] != [first]
    begin_writing()
    showcase.show(elsewhere, garden, "Leur jardin", actor="cli", now=now())
    showcase.remove(curial, actor="cli", now=now())
    db_session.commit()
    assert fingerprints() == [second]
    begin_writing()
    showcase.remove(elsewhere, actor="cli", now=now())
    db_session.commit()
    assert fingerprints() == []
    with pytest.raises(NotFound):
        showcase.remove(elsewhere, actor="cli", now=now())


def test_given_while_it_is_removed_it_stays_or_comes_back(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    """Ailleurs gives the picture that Curial removes at the same moment: neither fails."""
    begin_writing()
    renewed = pictures.renew(a_photo((90, 60)), most=10**7)
    curial, elsewhere = factories.an_association().id, factories.an_association("Ailleurs").id
    db_session.commit()
    for _ in range(5):
        begin_writing()
        showcase.show(host(curial), renewed, "La cour", actor="cli", now=now())
        db_session.commit()
        came = at_once(
            app,
            lambda: showcase.remove(host(curial), actor="cli", now=now()),
            lambda: showcase.show(
                host(elsewhere), renewed, "Leur cour", actor="cli", now=now() + timedelta(seconds=1)
            ),
        )
        assert [one for one in came if isinstance(one, Exception)] == []
        assert len(fingerprints()) == 1
        begin_writing()
        showcase.remove(host(elsewhere), actor="cli", now=now())
        db_session.commit()
        assert fingerprints() == []


def test_two_who_answer_for_one_organisation_give_a_picture_at_once(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    begin_writing()
    curial = factories.an_association().id
    db_session.commit()
    given = [pictures.renew(a_photo((size, 60)), most=10**7) for size in (70, 80, 90)]
    came = at_once(
        app,
        *[
            lambda one=one: showcase.show(host(curial), one, "La cour", actor="cli", now=now()).id  # type: ignore[misc]  # mypy cannot infer defaults of lambdas
            for one in given
        ],
    )
    assert len(set(came)) == 1, came
    assert len(fingerprints()) == 1


def host(number: int) -> Organisation:
    return db.session.get_one(Organisation, number)
