"""What somebody gave ends with the right by which they gave it; nobody gives to themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import accepting, day_links, grants, joining, offers, questions
from eventsapp.access.accepting import OfferDoesNotWork
from eventsapp.access.models import DayLink, Grant, GrantOffer, Role, StandIn
from eventsapp.access.offers import Sender, ToYourself
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import begin_writing, db
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation
from tests import factories
from tests.pages import PageClient
from tests.races import at_once, pressed_at_once
from tests.web import town
from tests.web.conftest import SignIn


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> Organisation:
    found = factories.an_association("Espace 19")
    approvals.approve(found, factories.a_territory(), actor="cli", now=hours.now())
    db_session.commit()
    return found


def somebody(name: str, role: Role, where: object) -> tuple[Account, Grant]:
    account = accounts.open_account(f"{name.lower()}@example.org", name, actor="cli", now=hours.now())
    return account, grants.give(account, role, where, by="cli", now=hours.now())  # type: ignore[arg-type]  # a place


def link_to(address: str, session: scoped_session[Session]) -> str:
    """The token of the last invitation that was sent to an address."""
    session.flush()
    letter = session.scalars(
        select(Letter).where(Letter.address == address).order_by(Letter.id.desc()).limit(1)
    ).one()
    found = re.search(r"/invitation/([\w-]+)", sealing.unseal(letter.text))
    assert found is not None
    return found[1]


def accept(token: str, name: str = "Léna") -> Account:
    return accepting.accept(token, name, language="fr", now=hours.now())[0]


def ends_the_member(member: Grant, event: Event) -> None:
    grants.end(member, by="cli", now=hours.now())


def ends_the_agreement(member: Grant, event: Event) -> None:
    assert event.host is not None
    approvals.end(event.host, event.territory, actor="cli", now=hours.now())


def closes_the_account(member: Grant, event: Event) -> None:
    grants.leave(member.account, by="cli", now=hours.now())


def cancels(member: Grant, event: Event) -> None:
    scheduling.cancel(event, reason="Panne d’eau", actor="cli", now=hours.now())


@pytest.mark.parametrize("happens", [ends_the_member, ends_the_agreement, closes_the_account, cancels])
def test_a_helper_s_link_ends_with_the_right_behind_it(
    espace: Organisation,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
    happens: Callable[[Grant, Event], None],
) -> None:
    """Moussa has made a link for himself, and leaves Espace 19."""
    event = factories.an_event("Atelier", host=espace)
    moussa, member = somebody("Moussa", Role.MEMBER, espace)
    token = day_links.make(event, "Moussa", actor=f"account:{moussa.id}", now=hours.now())
    day = event.starts_at
    db_session.commit()
    clock.move_to(day)
    assert client.get(f"/jour/{token}").status_code == 200
    begin_writing()
    happens(db_session.get_one(Grant, member.id), db_session.get_one(Event, event.id))
    db_session.commit()
    assert client.get(f"/jour/{token}").status_code == 410


def test_what_a_stand_in_rightly_gave_stays_when_the_replacement_is_over(
    samira: Account,
    espace: Organisation,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    """Inès stands in for Samira today. She accepts La Boussole and makes a helper's link; both are still good
    next week, when she coordinates nothing any more."""
    event = factories.an_event("Atelier", host=espace)
    ines = accounts.open_account("ines@example.org", "Inès", actor="cli", now=hours.now())
    [hers] = grants.holders(Role.COORDINATOR, factories.a_territory())
    today = hours.today()
    db_session.add(
        StandIn(
            grant=hers, account=ines, first_day=today, last_day=today, noted_at=hours.now(), noted_by="cli"
        )
    )
    joining.approve(town.a_request(factories.a_territory()), None, by=ines, now=hours.now())
    invitation = link_to("awa@boussole.example", db_session)
    token = day_links.make(event, "Awa", actor=f"account:{ines.id}", now=hours.now())
    day = event.starts_at
    db_session.commit()
    clock.move_to(day)
    assert client.get(f"/jour/{token}").status_code == 200
    assert client.get(f"/invitation/{invitation}").status_code == 200
    # Had Samira come back early, it would stay as well; with the role itself it goes.
    begin_writing()
    grants.end_stand_in(db_session.scalars(select(StandIn)).one(), by="cli", now=hours.now())
    db_session.commit()
    assert client.get(f"/jour/{token}").status_code == 200
    assert client.get(f"/invitation/{invitation}").status_code == 200
    begin_writing()
    grants.end_whatever_remains(db_session.get_one(Grant, hers.id), by="cli", now=hours.now())
    db_session.commit()
    assert client.get(f"/jour/{token}").status_code == 410
    assert client.get(f"/invitation/{invitation}").status_code == 410


def test_what_samira_gave_goes_along_when_she_hands_over(
    samira: Account, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    """Her invitations without an answer and her helpers' links are Léna's now, who may take them back; what
    Samira offered by another right stays hers."""
    event = factories.an_event("Atelier", host=espace)
    grants.give(samira, Role.OWNER, espace, by="cli", now=hours.now())
    [hers] = grants.holders(Role.COORDINATOR, factories.a_territory())
    elsewhere = factories.an_event("Balade")
    now, by = hours.now(), Sender.of(samira)
    offers.send(Role.SCHOOL_CONTACT, factories.a_school(), "roy@example.org", by=by, now=now)
    offers.send(Role.MEMBER, espace, "moussa@example.org", by=by, now=now)
    for one in (event, elsewhere):
        day_links.make(one, "Awa", actor=by.actor, now=now)
    offers.pass_on(hers, "lena@example.org", by=by, now=now)
    lena = accept(link_to("lena@example.org", db_session))
    rows = db_session.execute(select(GrantOffer.email, GrantOffer.offered_by).order_by(GrantOffer.id)).all()
    assert [tuple(row) for row in rows[:2]] == [
        ("roy@example.org", f"account:{lena.id}"),
        ("moussa@example.org", by.actor),
    ]
    made = db_session.scalars(select(DayLink.made_by).order_by(DayLink.id)).all()
    assert made == [by.actor, f"account:{lena.id}"]
    for address in ("roy@example.org", "moussa@example.org"):
        assert accept(link_to(address, db_session), "Quelqu’un").email == address


def test_of_two_first_owners_at_once_one_comes_in(
    app: Flask, samira: Account, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    for address in ("nadia@example.org", "moussa@example.org"):
        offers.send(Role.OWNER, espace, address, by=Sender.of(samira), now=hours.now())
    tokens = [link_to(address, db_session) for address in ("nadia@example.org", "moussa@example.org")]
    db_session.commit()
    came = at_once(app, *(partial(accept, token) for token in tokens))
    assert sorted(type(one).__name__ for one in came) == ["Account", "OfferDoesNotWork"]
    db_session.rollback()
    assert len(grants.holders(Role.OWNER, espace)) == 1


def test_whoever_stands_in_for_an_owner_invites_members_and_no_owner(
    espace: Organisation, db_session: scoped_session[Session]
) -> None:
    _, hers = somebody("Nadia", Role.OWNER, espace)
    moussa = accounts.open_account("moussa@example.org", "Moussa", actor="cli", now=hours.now())
    now, today = hours.now(), hours.today()
    db_session.add(
        StandIn(grant=hers, account=moussa, first_day=today, last_day=today, noted_at=now, noted_by="cli")
    )
    db_session.flush()
    may = [questions.may_offer(moussa, role, espace, on=today) for role in (Role.MEMBER, Role.OWNER)]
    assert may == [True, False]


def test_nobody_invites_themselves(
    samira: Account, espace: Organisation, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """Nobody answers for Espace 19: Samira may invite somebody, and not become its owner by that."""
    with pytest.raises(ToYourself):
        offers.send(Role.OWNER, espace, " Samira@Example.org", by=Sender.of(samira), now=hours.now())
    db_session.rollback()
    address = f"/pro/organisations/{espace.id}/equipe"
    desk = sign_in(samira)
    answer = desk.submit(desk.get(address).page.form(address), {"email": "samira@example.org"})
    assert (answer.status_code, list(answer.page.mistakes)) == (422, ["email"])
    assert answer.page.mistakes["email"].endswith("C’est votre adresse. Écrivez celle d’une autre personne.")


def test_the_second_owner_to_be_is_too_late(
    samira: Account, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    """Samira has invited two. Once Nadia has said yes, who else answers for Espace 19 is her business."""
    for address in ("nadia@example.org", "mallory@example.org"):
        offers.send(Role.OWNER, espace, address, by=Sender.of(samira), now=hours.now())
    accept(link_to("nadia@example.org", db_session), "Nadia")
    with pytest.raises(OfferDoesNotWork):
        accept(link_to("mallory@example.org", db_session), "Mallory")


def test_a_replacement_is_not_accepted_when_it_is_over(
    samira: Account, client: PageClient, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    [hers] = grants.holders(Role.COORDINATOR, factories.a_territory())
    days = (hours.today(), hours.today() + timedelta(days=2))
    offers.pass_on(hers, "nadia@example.org", by=Sender.of(samira), days=days, now=hours.now())
    token = link_to("nadia@example.org", db_session)
    db_session.commit()
    clock.shift(timedelta(days=2))
    assert client.get(f"/invitation/{token}").status_code == 200
    clock.shift(timedelta(days=1))
    assert client.get(f"/invitation/{token}").status_code == 410
    assert accounts.at_address("nadia@example.org") is None


def test_invitations_to_somebody_who_leaves_are_taken_back(
    samira: Account, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    moussa, _ = somebody("Moussa", Role.MEMBER, espace)
    offers.send(
        Role.COORDINATOR, factories.a_territory(), moussa.email, by=Sender.of(samira), now=hours.now()
    )
    token = link_to("moussa@example.org", db_session)
    grants.leave(moussa, by="cli", now=hours.now())
    with pytest.raises(OfferDoesNotWork):
        accept(token, "Moussa")


def test_whose_role_a_colleague_has_handed_over_is_told(
    samira: Account, db_session: scoped_session[Session]
) -> None:
    rachid, his = somebody("Rachid", Role.COORDINATOR, factories.a_territory())
    offers.pass_on(his, "lena@example.org", by=Sender.of(samira), now=hours.now())
    accept(link_to("lena@example.org", db_session))
    db.session.flush()
    told = db_session.scalars(select(Letter).where(Letter.address == rachid.email).order_by(Letter.id)).all()
    assert [letter.kind for letter in told] == ["access/ended"]
    assert "Samira a mis fin à votre fonction" in told[0].text


def test_of_two_who_end_each_other_at_once_one_stays(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """Rachid and Samira quarrel; Léna looks on."""
    rachid, his = somebody("Rachid", Role.COORDINATOR, factories.a_territory())
    somebody("Lena", Role.COORDINATOR, factories.a_territory())
    [hers] = db_session.scalars(select(Grant).where(Grant.account_id == samira.id))
    targets = ((samira, f"/pro/fonctions/{his.id}/fin"), (rachid, f"/pro/fonctions/{hers.id}/fin"))
    db_session.commit()
    forms = []
    for account, address in targets:
        desk = sign_in(account)
        forms.append((desk, desk.get("/pro/paris-19/equipe").page.form(address)))
    assert sorted(pressed_at_once(*forms)) == [303, 403]
    db_session.rollback()
    assert len(grants.holders(Role.COORDINATOR, factories.a_territory())) == 2
