"""Two people press at once: each gets an answer, and it is done once. On both databases."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.orm.exc import StaleDataError

from eventsapp import attempts
from eventsapp import clock as hours
from eventsapp.access import grants, offers
from eventsapp.access.models import Grant, GrantOffer, Role
from eventsapp.access.offers import Sender
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import Model
from eventsapp.people import accounts, approvals, partner_requests, showcase
from eventsapp.people.models import (
    Account,
    EmbedOrigin,
    Organisation,
    OrganisationApproval,
    OrganisationKind,
    OrganisationPicture,
)
from eventsapp.web import again
from tests import factories, saturdays
from tests.pages import PageClient
from tests.photos import a_photo
from tests.races import pressed_at_once
from tests.web.conftest import SignIn

PARTNERS = "/pro/paris-19/partenaires"


@pytest.fixture
def rachid(samira: Account, db_session: scoped_session[Session]) -> Account:
    account = saturdays.a_coordinator(factories.a_territory(), email="rachid@example.org", name="Rachid")
    db_session.commit()
    return account


def how_many(db_session: scoped_session[Session], *kinds: type[Model]) -> list[int]:
    db_session.rollback()
    found = [db_session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]
    db_session.rollback()
    return found


def offered(account: Account, role: Role, email: str, db_session: scoped_session[Session]) -> str:
    """The address of an invitation that Samira sends."""
    where = factories.a_territory() if role is Role.COORDINATOR else factories.a_school()
    offer = offers.send(role, where, email, by=Sender.of(account), now=hours.now())
    token = link_token()
    offer.fingerprint = fingerprint(token)
    db_session.commit()
    db_session.rollback()
    return f"/invitation/{token}"


def test_one_invitation_pressed_four_times_is_accepted_once(
    app: Flask, samira: Account, db_session: scoped_session[Session]
) -> None:
    address = offered(samira, Role.COORDINATOR, "nadia@example.org", db_session)
    before = how_many(db_session, Account, Grant)
    visitors = [app.test_client() for _ in range(4)]
    forms = []
    for visitor in visitors:
        assert isinstance(visitor, PageClient)
        form = visitor.get(address).page.form(button="Accepter")
        form["name"] = "Nadia"
        forms.append((visitor, form))
    assert sorted(pressed_at_once(*forms)) == [303, 410, 410, 410]
    assert how_many(db_session, Account, Grant) == [count + 1 for count in before]


def test_two_invitations_of_one_newcomer_open_one_account(
    app: Flask, samira: Account, db_session: scoped_session[Session]
) -> None:
    forms = []
    before = how_many(db_session, Account, Grant)
    for role in (Role.COORDINATOR, Role.SCHOOL_CONTACT):
        visitor = app.test_client()
        assert isinstance(visitor, PageClient)
        address = offered(samira, role, "nadia@example.org", db_session)
        form = visitor.get(address).page.form(button="Accepter")
        form["name"] = "Nadia"
        forms.append((visitor, form))
    assert pressed_at_once(*forms) == [303, 303]
    assert how_many(db_session, Account, Grant) == [before[0] + 1, before[1] + 2]


@pytest.mark.parametrize(
    ("asked", "answered"), [(("Espace 19",), [303, 303]), (("Espace 19", "Espace 19"), [303, 422])]
)
def test_two_coordinators_accept_at_once(
    samira: Account,
    rachid: Account,
    asked: tuple[str, ...],
    answered: list[int],
    sign_in: SignIn,
    db_session: scoped_session[Session],
) -> None:
    """The same request: settled once. Two of one name: the second is asked whether it is the first. No
    organisation twice because of that, and no invitation."""
    numbers = []
    for place, name in enumerate(asked):
        answers = partner_requests.Answers(
            organisation_name=name,
            kind=OrganisationKind.ASSOCIATION,
            contact_name="Nadia",
            email=f"nadia{place}@example.org",
            phone="",
            about="Des ateliers.",
        )
        numbers.append(
            partner_requests.ask(factories.a_territory(), answers, language="fr", now=hours.now()).id
        )
    db_session.commit()
    forms = []
    for account, number in zip((samira, rachid), numbers * 2, strict=False):
        desk = sign_in(account)
        forms.append((desk, desk.get(f"{PARTNERS}/demandes/{number}").page.form(button="Accepter")))
    assert sorted(pressed_at_once(*forms)) == answered
    assert how_many(db_session, Organisation, OrganisationApproval, GrantOffer) == [1, 1, 1]


def test_one_site_added_and_taken_away_by_three_at_once(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    espace = factories.an_association("Espace 19")
    grants.give(samira, Role.OWNER, espace, by="cli", now=hours.now())
    page = f"/pro/organisations/{espace.id}/integration"
    db_session.commit()
    desks = [sign_in(samira) for _ in range(3)]
    forms = [(desk, desk.get(page).page.form(page)) for desk in desks]
    for _, form in forms:
        form["site"] = "https://www.espace19.example"
    assert pressed_at_once(*forms) == [303, 303, 303]
    assert how_many(db_session, EmbedOrigin) == [1]
    forms = [(desk, desk.get(page).page.form(button="Retirer")) for desk in desks]
    assert set(pressed_at_once(*forms)) <= {303, 404}
    assert how_many(db_session, EmbedOrigin) == [0]


def test_an_agreement_ended_by_three_at_once(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    espace = factories.an_association("Espace 19")
    approvals.approve(espace, factories.a_territory(), actor="cli", now=hours.now())
    db_session.commit()
    desks = [sign_in(samira) for _ in range(3)]
    forms = [(desk, desk.get(PARTNERS).page.form(button="Retirer l’accord")) for desk in desks]
    assert sorted(pressed_at_once(*forms)) == [303, 404, 404]
    assert how_many(db_session, OrganisationApproval) == [0]


class Unlucky:
    """Another was faster, so many times; then the room does as ever."""

    def __init__(self, times: int, error: Exception) -> None:
        self.times, self.error, self.asked = times, error, 0
        self.room = showcase.show

    def __call__(self, *given: object, **named: object) -> object:
        self.asked += 1
        if self.asked <= self.times:
            raise self.error
        return self.room(*given, **named)  # type: ignore[arg-type]  # as given


class TakenAlready(Exception):
    sqlstate = "23505"


class IsNull(Exception):
    sqlstate = "23502"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("times", "error", "status", "asked"),
    [
        (1, IntegrityError("INSERT", {}, TakenAlready()), 303, 2),
        (again.MOST, StaleDataError(), 303, again.MOST + 1),
        (again.MOST + 1, StaleDataError(), 500, again.MOST + 1),
        (1, IntegrityError("INSERT", {}, IsNull()), 500, 1),
    ],
)
def test_a_picture_comes_through_whole_though_another_was_faster(
    samira: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    error: Exception,
    status: int,
    asked: int,
) -> None:
    """The file that was sent is read from its beginning each time; what is no race is a mistake at once."""
    espace = factories.an_association("Espace 19")
    grants.give(samira, Role.OWNER, espace, by="cli", now=hours.now())
    page = f"/pro/organisations/{espace.id}/vitrine"
    db_session.commit()
    desk, unlucky = sign_in(samira), Unlucky(times, error)
    monkeypatch.setattr(showcase, "show", unlucky)
    fields = {name: values[0] for name, values in desk.get(page).page.form(page).values.items()}
    fields |= {"alternative": "La cour", "picture": (BytesIO(a_photo()), "photo.jpg")}  # type: ignore[dict-item]  # a file
    answer = desk.post(page, data=fields, content_type="multipart/form-data")
    assert (answer.status_code, unlucky.asked) == (status, asked)
    assert how_many(db_session, OrganisationPicture) == [1 if status == 303 else 0]
    assert accounts.names_of({samira.id}) == {samira.id: "Samira"}


@pytest.mark.databases("sqlite")
def test_what_is_asked_before_the_door_is_asked_again_too(
    app: Flask,
    samira: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The race is lost where attempts are counted. Samira owes a second factor: that is asked after it."""
    espace = factories.an_association("Espace 19")
    grants.give(samira, Role.OWNER, espace, by="cli", now=hours.now())
    page = f"/pro/organisations/{espace.id}/vitrine"
    db_session.commit()
    desk = sign_in(samira)
    fields = {name: values[0] for name, values in desk.get(page).page.form(page).values.items()}
    app.config["SECOND_FACTOR_REQUIRED"] = True
    real, asked = attempts.count_all, []

    def count_all(*given: object, **named: object) -> int:
        asked.append(given)
        if len(asked) == 1:
            raise StaleDataError()
        return real(*given, **named)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(attempts, "count_all", count_all)
    assert desk.post(page, data=fields, content_type="multipart/form-data").status_code == 403
    assert len(asked) == 2
    assert how_many(db_session, OrganisationPicture) == [0]
