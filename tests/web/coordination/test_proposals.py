"""Samira reads what partners propose: yes, not like that, no; and whom she lets publish alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, time

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation, OrganisationApproval
from eventsapp.proposals import answers, submitting
from eventsapp.proposals.answers import Answers
from eventsapp.proposals.models import Proposal, ProposalStatus
from tests import factories
from tests.pages import PageClient
from tests.web.conftest import SignIn
from tests.web.town import a_proposal

Statements = Callable[[], AbstractContextManager[list[str]]]

QUEUE = "/pro/paris-19/propositions"


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> Organisation:
    found = factories.an_association("Les Amis de Curial")
    approvals.approve(found, factories.a_territory(), actor="cli", now=hours.now())
    db_session.commit()
    return found


@pytest.fixture
def moussa(db_session: scoped_session[Session]) -> Account:
    found = accounts.open_account("moussa@example.org", "Moussa", actor="cli", now=hours.now())
    db_session.commit()
    return found


@pytest.fixture
def proposal(espace: Organisation, moussa: Account, db_session: scoped_session[Session]) -> Proposal:
    """A workshop every first Saturday of the winter."""
    day = date(2026, 12, 5)
    found = a_proposal(
        espace, factories.a_school(), moussa, day=day, rule=answers.monthly(day, date(2027, 3, 31))
    )
    db_session.commit()
    return found


def how_far(session: scoped_session[Session]) -> tuple[ProposalStatus, str]:
    session.rollback()
    row = session.execute(select(Proposal.status, Proposal.reason)).one()
    return row[0], row[1]


def test_samira_publishes_a_series(
    desk: PageClient, proposal: Proposal, client: PageClient, db_session: scoped_session[Session]
) -> None:
    number = proposal.id
    assert "Atelier d’écriture" not in client.get("/paris-19/").page.text
    page = desk.get("/pro/paris-19/").page
    page = desk.get(page.link("rendez-vous à publier")).page
    assert [a.text for a in page.main.all("a", lang="fr")] == ["Atelier d’écriture"]
    page = desk.get(page.link("Atelier d’écriture")).page
    rows = [row.one("th").text for row in page.main.one("tbody").all("tr")]
    assert rows == [
        "Samedi 5 décembre 2026",
        "Samedi 2 janvier 2027",
        "Samedi 6 février 2027",
        "Samedi 6 mars 2027",
    ]
    form = page.form(button="Publier")
    answer = desk.submit(form)
    assert (answer.status_code, answer.headers["Location"]) == (303, QUEUE)
    page = desk.get(QUEUE).page
    assert "C’est publié\u00a0: 2 dates dans l’agenda." in page.html
    assert "Rien n’attend votre réponse." in page.text
    assert "Atelier d’écriture" in client.get("/paris-19/").page.text
    assert desk.submit(form).status_code == 409  # pressed twice: published once
    db_session.rollback()
    assert db_session.scalar(select(func.count(Event.id))) == 2
    page = desk.get(f"{QUEUE}/{number}").page
    assert not page.main.all("form")
    assert page.link("Voir la page publique").startswith("/e/")


@pytest.mark.parametrize(
    ("button", "status", "kind"),
    [
        ("Demander ce changement", ProposalStatus.CHANGES_ASKED, "proposals/changes_asked"),
        ("Refuser", ProposalStatus.REFUSED, "proposals/refused"),
    ],
)
def test_a_no_needs_its_reason(
    desk: PageClient,
    proposal: Proposal,
    db_session: scoped_session[Session],
    button: str,
    status: ProposalStatus,
    kind: str,
) -> None:
    page = desk.get(f"{QUEUE}/{proposal.id}").page
    refused = desk.submit(page.form(button=button), {"reason": " "})
    assert refused.status_code == 422
    assert "Écrivez la raison" in refused.page.mistakes["reason"]
    assert how_far(db_session) == (ProposalStatus.WAITING, "")
    answer = desk.submit(page.form(button=button), {"reason": "La salle est prise."})
    assert (answer.status_code, answer.headers["Location"]) == (303, QUEUE)
    assert how_far(db_session) == (status, "La salle est prise.")
    letter = db_session.scalars(select(Letter)).one()
    assert (letter.kind, letter.address) == (kind, "moussa@example.org")
    assert db_session.scalars(select(Event)).all() == []
    waits = "Chez les partenaires, à corriger" in desk.get(QUEUE).page.text
    assert waits is (status is ProposalStatus.CHANGES_ASKED)


@pytest.mark.databases("sqlite")
def test_samira_publishes_only_what_she_has_read(
    desk: PageClient,
    proposal: Proposal,
    moussa: Account,
    db_session: scoped_session[Session],
) -> None:
    form = desk.get(f"{QUEUE}/{proposal.id}").page.form(button="Publier")
    corrected = Answers(
        action=proposal.action,
        venue=proposal.venue,
        title="Tout autre chose",
        day=date(2027, 1, 12),
        start=time(10),
        end=time(12),
    )
    submitting.correct(proposal, corrected, by=moussa, now=hours.now())
    db_session.commit()
    answer = desk.submit(form)
    assert answer.status_code == 409
    assert "La structure vient de corriger sa proposition" in answer.page.text
    assert db_session.scalars(select(Event)).all() == []


@pytest.mark.databases("sqlite")
def test_samira_sees_what_else_is_held_there_at_that_hour(
    desk: PageClient, proposal: Proposal, db_session: scoped_session[Session]
) -> None:
    curial, elsewhere = proposal.venue, factories.a_school("École Manin")
    march = date(2027, 3, 6)
    for title, day, hour, venue in (
        ("Au milieu", march, 15, curial),
        ("Juste avant", march, 12, curial),
        ("Juste après", march, 16, curial),
        ("Un jour sauté", date(2027, 2, 6), 15, curial),
        ("Ailleurs", march, 15, elsewhere),
    ):
        factories.an_event(title, starts_at=local(day, hour), venue=venue)
    scheduling.cancel(
        factories.an_event("Annulé", starts_at=local(march, 15), venue=curial),
        actor="cli",
        now=hours.now(),
    )
    db_session.commit()
    page = desk.get(f"{QUEUE}/{proposal.id}").page
    [note] = page.main.all("div", class_="note")
    assert [a.text for a in note.all("a")] == ["Au milieu"]


@pytest.mark.databases("sqlite")
def test_what_waited_too_long_is_not_published(
    desk: PageClient, espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    proposal = a_proposal(espace, factories.a_school(), moussa)
    proposal.day = date(2026, 11, 21)
    db_session.commit()
    form = desk.get(f"{QUEUE}/{proposal.id}").page.form(button="Publier")
    answer = desk.submit(form)
    assert answer.status_code == 422
    assert "Cette date est passée" in answer.page.text


@pytest.mark.databases("sqlite")
def test_the_proposals_of_another_territory_are_not_hers(
    desk: PageClient, espace: Organisation, moussa: Account, db_session: scoped_session[Session]
) -> None:
    tenth = factories.a_territory(10)
    approvals.approve(espace, tenth, actor="cli", now=hours.now())
    there = a_proposal(espace, factories.a_school("École Récollets", territory=tenth), moussa)
    db_session.commit()
    assert "Rien n’attend votre réponse." in desk.get(QUEUE).page.text
    assert desk.get(f"{QUEUE}/{there.id}").status_code == 404
    assert desk.get("/pro/paris-10/propositions").status_code == 403


@pytest.mark.databases("sqlite")
def test_samira_lets_a_partner_publish_alone_and_looks_first_again(
    desk: PageClient,
    paul: Account,
    sign_in: SignIn,
    espace: Organisation,
    db_session: scoped_session[Session],
) -> None:
    number = espace.id

    def trusted() -> list[bool]:
        db_session.rollback()
        of = select(OrganisationApproval.is_trusted)
        return list(db_session.scalars(of.where(OrganisationApproval.organisation_id == number)))

    approvals.approve(espace, factories.a_territory(10), actor="cli", now=hours.now())
    db_session.commit()
    partners = "/pro/paris-19/partenaires"
    desk.submit(desk.get(partners).page.form(f"{partners}/{number}/confiance"))
    assert sorted(trusted()) == [False, True]
    page = desk.get(partners).page
    assert "Publie sans attendre" in page.text
    assert "Publie sans attendre" not in sign_in(paul).get("/pro/paris-10/partenaires").page.text
    desk.submit(page.form(button="Relire avant de publier"))
    assert trusted() == [False, False]


@pytest.mark.databases("sqlite")
def test_the_queue_costs_the_same_with_none_or_thirty(
    desk: PageClient,
    espace: Organisation,
    moussa: Account,
    db_session: scoped_session[Session],
    statements: Statements,
) -> None:
    school, counted = factories.a_school(), []
    for many in (0, 1, 2, 27):
        for number in range(many):
            a_proposal(espace, school, moussa, title=f"Atelier {many} {number}")
        db_session.commit()
        with statements() as said:
            assert desk.get(QUEUE).status_code == 200
        counted.append(len(said))
    assert counted == [4, 4, 4, 4]
