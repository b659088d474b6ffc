"""The desk's form pressed several times at once, and a desk and a family that cancel in the same moment."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Event
from eventsapp.journal import JournalLine
from eventsapp.people.models import Account
from eventsapp.registrations.models import Participant, Registration, RegistrationStatus
from tests.pages import PageClient
from tests.races import pressed_at_once
from tests.registrations.stories import answers, kinds, register
from tests.web.conftest import SignIn


def found(db_session: scoped_session[Session]) -> tuple[list[tuple[RegistrationStatus, int]], int, int]:
    """Registrations as they came; seats taken; participants."""
    db_session.rollback()
    rows = db_session.scalars(select(Registration).order_by(Registration.id))
    registrations = [(one.status, one.seats) for one in rows]
    taken = db_session.scalars(select(Event.seats_taken)).one()
    people = db_session.scalar(select(func.count(Participant.id))) or 0
    db_session.rollback()
    return registrations, taken, people


def test_somebody_who_calls_is_registered_once(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(nadia)
    form = desk.get(f"/pro/rendez-vous/{event.code}/inscriptions/nouvelle").page.form(button="Inscrire")
    for name, typed in {"first_name": "Awa", "email": "awa@example.org", "adults": 1, "agrees": "y"}.items():
        form[name] = typed
    db_session.remove()
    assert pressed_at_once(*[(desk, form)] * 4) == [303] * 4
    assert found(db_session) == ([(RegistrationStatus.CONFIRMED, 1)], 1, 1)
    assert kinds() == ["confirmed REQUEST"]
    lines = db_session.scalars(select(JournalLine.verb).where(JournalLine.thing == "registration"))
    assert lines.all() == ["registered by desk"]


@pytest.mark.parametrize("door", ["inscriptions/nouvelle", "inscrire"])
def test_a_page_that_was_gone_back_to_loses_nobody(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session], door: str
) -> None:
    """The form of Awa, filled in again for Binta: it says so, and registers her when it is sent once more."""
    desk = sign_in(nadia)
    form = desk.get(f"/pro/rendez-vous/{event.code}/{door}").page.form(button="Inscrire")
    awa = {"first_name": "Awa", "email": "awa@example.org", "adults": "1", "agrees": "y"}
    binta = awa | {"first_name": "Binta", "email": "", "phone": "06 39 98 00 02"}
    assert [desk.submit(form, awa).status_code for _ in range(2)] == [303, 303]
    for other in (binta, awa | {"adults": "2"}):
        asked = desk.submit(form, other)
        assert asked.status_code == 409
        said = "Ce formulaire a déjà inscrit Awa. C’est une autre personne ? Envoyez-le encore une fois."
        assert said in asked.page.main.text
        again = asked.page.form(button="Inscrire")
        assert (again["first_name"], again["adults"]) == (other["first_name"], other["adults"])
    assert found(db_session)[1] == 1
    again = desk.submit(form, binta).page.form(button="Inscrire")
    again["agrees"] = "y"
    assert [desk.submit(again).status_code for _ in range(2)] == [303, 303]
    assert found(db_session) == ([(RegistrationStatus.CONFIRMED, 1)] * 2, 2, 2)


def test_a_desk_and_a_family_cancel_and_its_place_is_given_once(
    app: Flask, event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """Awa's twelve go; Binta's seven sit down, once, and Cam's seven wait on."""
    made = register(event, answers("Awa", 12))
    for name in ("Binta", "Cam"):
        register(event, answers(name, 7))
    visitor, own = app.test_client(), f"/m/{made.link_token}"
    at_desk = f"/pro/rendez-vous/{event.code}/inscriptions/{made.registration.code}"
    db_session.rollback()
    assert isinstance(visitor, PageClient)
    question = visitor.get(own).page.link("Annuler ma venue (Atelier cuisine)")
    desk = sign_in(nadia)
    theirs = (visitor, visitor.get(question).page.form(button="Oui, annuler ma venue"))
    ours = (desk, desk.get(at_desk).page.form(f"{at_desk}/annulation"))
    db_session.remove()
    assert set(pressed_at_once(theirs, ours, theirs, ours)) == {303}
    assert found(db_session) == (
        [
            (RegistrationStatus.CANCELLED, 12),
            (RegistrationStatus.CONFIRMED, 7),
            (RegistrationStatus.WAITING, 7),
        ],
        7,
        26,
    )
    assert kinds("awa@example.org") == ["confirmed REQUEST", "withdrawn CANCEL"]
    assert kinds("binta@example.org")[1:] == ["promoted REQUEST"]
