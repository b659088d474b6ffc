"""Nobody registers alone at an event of a sensitive action: Fatou gives one family a link of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Grant
from eventsapp.agenda.models import Event
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people.models import Account
from eventsapp.registrations import referrals
from eventsapp.registrations.models import Enrolment, Registration, WayIn
from eventsapp.registrations.referral_models import Referral
from tests.pages import PageClient, PageResponse
from tests.registrations.stories import answers, register
from tests.web.conftest import SignIn

SECRETS = ("Atelier cuisine", "Espace 19", "Maison des Familles", "École Curial", "Fatou")
AWA = {"first_name": "Awa", "email": "awa@example.org", "adults": "2"}


@pytest.fixture
def respite(event: Event, db_session: scoped_session[Session]) -> Event:
    """The workshop is of a sensitive action."""
    event.activity.action.is_sensitive = True
    event.is_restricted = True
    db_session.commit()
    return event


def page_of(event: Event) -> str:
    return f"/pro/rendez-vous/{event.code}/orientations"


def given(desk: PageClient, event: Event) -> str:
    """The path of a link that was just made."""
    db.session.rollback()
    answer = desk.submit(desk.get(page_of(event)).page.form(button="Faire un lien"))
    assert answer.status_code == 303
    shown = desk.get(answer.headers["Location"]).page
    return "/orientation/" + shown.one("input", id="lien")["value"].rpartition("/")[2]


def through(client: PageClient, link: str) -> str:
    """Opens the link and goes on; where it leads."""
    answer = client.submit(client.get(link).page.form(button="Continuer"))
    assert answer.status_code == 303
    return answer.headers["Location"]


def registers(client: PageClient, form: str) -> list[PageResponse]:
    """Every page of it, to her own."""
    questions = client.get(form)
    answer = client.submit(questions.page.form(), AWA)
    check = client.get(answer.headers["Location"])
    done = client.submit(check.page.form(form + "/verification"))
    return [questions, check, client.get(done.headers["Location"])]


def test_the_public_form_is_closed_and_says_neither_why_nor_what(
    respite: Event, client: PageClient, db_session: scoped_session[Session]
) -> None:
    form = f"/e/{respite.code}/inscription"
    db_session.rollback()
    said = client.get(form)
    assert "On s’inscrit avec l’aide d’un travailleur social, ou appelez-nous." in said.page.main.text
    assert [secret for secret in SECRETS if secret in said.get_data(as_text=True)] == []
    public = client.get(f"/e/{respite.code}").page
    assert "On s’inscrit avec l’aide d’un travailleur social." in public.main.text
    assert "Je m’inscris" not in public.main.text
    token = client.get("/connexion").page.form()["csrf_token"]
    posted = client.post(form, data=AWA | {"csrf_token": token})
    assert posted.status_code == 409
    assert [secret for secret in SECRETS if secret in posted.get_data(as_text=True)] == []
    db_session.rollback()
    assert db_session.scalar(select(func.count(Enrolment.id))) == 0


def test_one_family_registers_by_the_link_and_it_is_used_up(
    respite: Event, fatou: Account, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(fatou)
    link = given(desk, respite)
    db_session.rollback()
    kept = db_session.scalars(select(Referral)).one()
    assert (kept.fingerprint, kept.made_by, kept.expires_at - kept.made_at) == (
        fingerprint(link.removeprefix("/orientation/")),
        fatou.actor,
        timedelta(days=7),
    )
    assert kept.organisation is not None
    assert kept.organisation.name == "La Maison des Familles"
    db_session.rollback()
    opened = client.get(link)
    assert [secret for secret in SECRETS if secret in opened.get_data(as_text=True)] == []
    pages = registers(client, through(client, link))
    assert [one.status_code for one in pages] == [200, 200, 200]
    assert "C’est noté, Awa !" in pages[-1].page.main.text
    said = "".join(one.get_data(as_text=True) for one in pages)
    assert [secret for secret in SECRETS if secret in said] == []
    db_session.rollback()
    made = db_session.scalars(select(Registration)).one()
    referral = db_session.scalars(select(Referral)).one()
    assert (made.way, made.helped_by, made.seats) == (WayIn.ONLINE, "", 2)
    assert (referral.used_at, referral.registration_id) == (hours.now(), made.id)
    verbs = db_session.scalars(
        select(JournalLine.verb).where(JournalLine.thing == "referral").order_by(JournalLine.id)
    ).all()
    assert verbs == ["made"]
    db_session.rollback()
    assert client.get(link).status_code == 410
    home = desk.get("/pro/inscrire").page.main.text
    assert ("Utilisé" in home, "Awa" in home) == (True, False)


def test_two_browsers_with_one_link_register_once(
    respite: Event, fatou: Account, sign_in: SignIn, client: PageClient
) -> None:
    link = given(sign_in(fatou), respite)
    other = client.application.test_client()
    assert isinstance(other, PageClient)
    forms = [through(visitor, link) for visitor in (client, other)]
    checks = [
        visitor.get(visitor.submit(visitor.get(form).page.form(), AWA).headers["Location"]).page
        for visitor, form in zip((client, other), forms, strict=True)
    ]
    sent = [
        visitor.submit(check.form(forms[0] + "/verification")).status_code
        for visitor, check in zip((client, other), checks, strict=True)
    ]
    assert sent == [303, 409]
    db.session.rollback()
    assert db.session.scalar(select(func.count(Registration.id))) == 1


def test_it_opens_no_other_event_and_lasts_seven_days(
    respite: Event,
    fatou: Account,
    sign_in: SignIn,
    client: PageClient,
    clock: time_machine.Traveller,
    db_session: scoped_session[Session],
) -> None:
    respite.starts_at += timedelta(days=30)
    respite.ends_at += timedelta(days=30)
    db_session.commit()
    link = given(sign_in(fatou), respite)
    form = through(client, link)
    assert client.get("/e/zzzzzzz/inscription").status_code == 404
    clock.shift(timedelta(days=7))
    assert client.get(link).status_code == 410
    assert "On s’inscrit avec l’aide" in client.get(form).page.main.text
    db_session.rollback()
    assert referrals.forget_old(hours.now()) is None
    clock.shift(timedelta(days=30))
    assert referrals.forget_old(hours.now()) == 1


@pytest.mark.databases("sqlite")
def test_no_link_outlives_the_rights_of_whoever_gave_it(
    respite: Event, fatou: Account, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    link = given(sign_in(fatou), respite)
    db_session.rollback()
    grant = db_session.scalars(select(Grant).where(Grant.account_id == fatou.id)).one()
    grants.end(grant, by="cli", now=hours.now())
    db_session.commit()
    assert client.get(link).status_code == 410


@pytest.mark.databases("sqlite")
def test_nobody_gives_links_without_end(respite: Event, fatou: Account, sign_in: SignIn) -> None:
    desk = sign_in(fatou)
    for _ in range(referrals.MOST):
        given(desk, respite)
    answer = desk.submit(desk.get(page_of(respite)).page.form(button="Faire un lien"))
    assert answer.status_code == 409
    assert "Vous avez déjà 20 liens en attente pour ce rendez-vous." in answer.page.main.text


@pytest.mark.databases("sqlite")
def test_an_ordinary_event_needs_none(event: Event, fatou: Account, sign_in: SignIn) -> None:
    assert sign_in(fatou).get(page_of(event)).status_code == 404


@pytest.mark.databases("sqlite")
def test_the_coordination_gives_one_in_its_own_name(
    respite: Event, samira: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    given(sign_in(samira), respite)
    db_session.rollback()
    assert db_session.scalars(select(Referral.organisation_id)).all() == [None]


def test_letters_stay_neutral(respite: Event, db_session: scoped_session[Session]) -> None:
    made = register(respite, answers("Awa"))
    assert made.registration.is_active
    assert db_session.scalars(select(Referral.registration_id)).all() == [made.registration.id]
