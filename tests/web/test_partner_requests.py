"""« Devenir partenaire »: an association asks, a coordinator says yes or no, somebody is left alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants, joining, listings, offers
from eventsapp.access.models import GrantOffer, Role
from eventsapp.database import begin_writing, db
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Organisation, OrganisationApproval, PartnerRequest
from tests import factories, saturdays
from tests.pages import Page, PageClient
from tests.web.conftest import SignIn, Statements

pytestmark = pytest.mark.databases("sqlite")

ANSWERS = {
    "territory": "paris-19",
    "organisation_name": "La Boussole",
    "kind": "association",
    "contact_name": "Nadia Benali",
    "email": "Contact@Boussole.example",
    "phone": "06 39 98 00 00",
    "about": "Des ateliers de cuisine\nau pied des tours.",
}


@pytest.fixture
def paris(db_session: scoped_session[Session]) -> None:
    factories.a_territory()
    factories.a_territory(10)
    db_session.commit()
    db_session.rollback()


def ask(client: PageClient, **answers: str) -> tuple[int, dict[str, str], str]:
    page = client.get("/devenir-partenaire?territoire=paris-19").page
    answer = client.submit(page.form("/devenir-partenaire"), ANSWERS | answers)
    mistakes = answer.page.mistakes if answer.status_code == 422 else {}
    return answer.status_code, mistakes, answer.headers.get("Location", "")


def letters(db_session: scoped_session[Session]) -> list[tuple[str, str, str]]:
    db_session.rollback()
    rows = db_session.scalars(select(Letter).order_by(Letter.id)).all()
    found = [(one.kind, one.address, sealing.unseal(one.text) if one.is_sealed else one.text) for one in rows]
    db_session.rollback()
    return found


@pytest.mark.usefixtures("paris")
def test_the_boussole_asks_and_is_welcomed(
    client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    assert ask(client) == (303, {}, "/devenir-partenaire/merci?territoire=paris-19")
    assert (
        client.get("/devenir-partenaire/merci?territoire=paris-19").page.heading == "Votre demande est partie"
    )
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    index = samira.get("/pro/paris-19/partenaires").page
    page = samira.get(index.link("La Boussole")).page
    for said in ("Nadia Benali", "contact@boussole.example", "06 39 98 00 00", "au pied des tours."):
        assert said in page.main.text
    answer = samira.submit(page.form(button="Accepter"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/pro/paris-19/partenaires")
    assert "La Boussole peut agir ici." in samira.get("/pro/paris-19/partenaires").page.text

    [(kind, address, text)] = letters(db_session)
    assert (kind, address) == ("access/offered", "contact@boussole.example")
    assert "Responsable de la structure\N{NO-BREAK SPACE}: La Boussole" in text
    found = re.search(r"/invitation/[\w-]+", text)
    assert found is not None
    taken = client.submit(client.get(found[0]).page.form(button="Accepter"), {"name": "L’équipe"})
    client.submit(client.get(taken.headers["Location"]).page.form(button="Entrer"))
    home = client.get("/pro/").page
    desk = client.get(home.link("Responsable de la structure : La Boussole")).page
    assert desk.heading == "La Boussole"
    assert client.get("/pro/paris-19/").status_code == 403

    # Answered twice, from a page that was left open.
    assert samira.submit(page.form(button="Accepter")).status_code == 303
    assert "Cette demande est déjà réglée." in samira.get("/pro/paris-19/partenaires").page.text
    assert db_session.scalars(select(Organisation.name)).all() == ["La Boussole"]


@pytest.mark.usefixtures("paris")
def test_a_refusal_says_why(client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]) -> None:
    ask(client)
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    page = samira.get(samira.get("/pro/paris-19/partenaires").page.link("La Boussole")).page
    blank = samira.submit(page.form(button="Refuser"), {"reason": "  "})
    assert blank.status_code == 422
    assert list(blank.page.mistakes) == ["reason"]
    assert samira.submit(blank.page.form(button="Refuser"), {"reason": "Trop loin d’ici."}).status_code == 303
    [(kind, address, text)] = letters(db_session)
    assert (kind, address) == ("access/refused", "contact@boussole.example")
    assert "Trop loin d’ici." in text
    assert db_session.scalars(select(Organisation)).all() == []


@pytest.mark.usefixtures("paris")
def test_paul_of_the_10e_sees_nothing_of_it(client: PageClient, sign_in: SignIn) -> None:
    ask(client)
    number = db.session.scalars(select(PartnerRequest.id)).one()
    db.session.rollback()
    paul = sign_in(saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul"))
    assert paul.get(f"/pro/paris-10/partenaires/demandes/{number}").status_code == 404
    assert "Boussole" not in paul.get("/pro/paris-10/partenaires").page.text


@pytest.mark.usefixtures("paris")
@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("territory", "paris-20", "Choisissez un arrondissement."),
        ("territory", "", "Choisissez un arrondissement."),
        ("organisation_name", " ", "Écrivez un nom."),
        ("organisation_name", "Gagnez sur www.exemple.org", "Écrivez un nom."),
        ("organisation_name", "x" * 121, "Écrivez 120 signes au plus."),
        ("kind", "secte", "Choisissez ce que vous êtes."),
        ("contact_name", "", "Écrivez un nom."),
        ("email", "", "Écrivez votre adresse e-mail."),
        ("email", "nadia@", "Écrivez une adresse e-mail comme prenom@exemple.fr."),
        ("phone", "appelez-moi", "Écrivez un numéro de téléphone comme 06 39 98 00 00."),
        ("about", "\n \n", "Dites en quelques mots ce que vous voulez proposer."),
        ("about", "a" * 601, "Écrivez 600 signes au plus."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    client: PageClient, db_session: scoped_session[Session], field: str, typed: str, sentence: str
) -> None:
    status, mistakes, _ = ask(client, **{field: typed})
    assert (status, list(mistakes)) == (422, [field])
    assert mistakes[field].endswith(sentence)
    assert db_session.scalars(select(PartnerRequest)).all() == []


@pytest.mark.usefixtures("paris")
def test_asked_twice_it_waits_once(client: PageClient, db_session: scoped_session[Session]) -> None:
    ask(client)
    ask(client, about="Des ateliers de couture")
    assert db_session.scalars(select(PartnerRequest.about)).all() == ["Des ateliers de couture"]


def demand(samira: PageClient, slug: str = "paris-19") -> Page:
    return samira.get(samira.get(f"/pro/{slug}/partenaires").page.link("La Boussole")).page


@pytest.mark.usefixtures("paris")
def test_an_organisation_of_the_same_name_is_shown_and_never_presumed(
    client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    known = factories.an_association("La boussole", email="bonjour@la-boussole.example")
    db_session.commit()
    ask(client)
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    blank = samira.submit(demand(samira).form(button="Accepter"))
    assert (blank.status_code, list(blank.page.mistakes)) == (422, ["organisation"])
    form = blank.page.form(button="Accepter")
    assert [one.text for one in blank.page.main.all("label", class_="opt")] == [
        "La boussole (nulle part encore) Personne n’en est responsable : l’invitation part à "
        "bonjour@la-boussole.example.",
        "Une autre structure, qui porte le même nom Ce contact est invité à en devenir responsable.",
    ]
    assert blank.page.main.all("input", type="radio", checked="") == []
    assert samira.submit(form, {"organisation": str(known.id)}).status_code == 303
    db_session.rollback()
    approved = db_session.execute(
        select(OrganisationApproval.organisation_id, OrganisationApproval.territory_id)
    ).all()
    assert approved == [(known.id, factories.a_territory().id)]
    # Its own address is invited, not the one that somebody typed.
    told = letters(db_session)
    assert [(kind, address) for kind, address, _ in told] == [
        ("access/known", "contact@boussole.example"),
        ("access/offered", "bonjour@la-boussole.example"),
    ]
    assert "Une invitation est partie à son adresse habituelle." in told[0][2]
    assert "bonjour@" not in told[0][2]


@pytest.mark.usefixtures("paris")
def test_many_of_one_name_ask_no_more_of_the_database(
    client: PageClient, sign_in: SignIn, db_session: scoped_session[Session], statements: Statements
) -> None:
    ask(client)
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    address = samira.get("/pro/paris-19/partenaires").page.link("La Boussole")
    asked = []
    for number in range(6):
        boussole = factories.an_association("La Boussole", slug=f"la-boussole-{number}")
        approvals.approve(boussole, factories.a_territory(), actor="cli", now=hours.now())
        db_session.commit()
        db_session.rollback()
        with statements() as said:
            page = samira.get(address).page
        assert len(page.main.all("label", class_="opt")) == number + 2  # and « une autre »
        asked.append(len(said))
    assert asked == [asked[0]] * 6


@pytest.mark.usefixtures("paris")
def test_another_of_the_same_name_is_another(
    client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    factories.an_association("La boussole", email="bonjour@la-boussole.example")
    db_session.commit()
    ask(client)
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    form = demand(samira).form(button="Accepter")
    assert samira.submit(form, {"organisation": "autre"}).status_code == 303
    assert db_session.scalars(select(Organisation.slug).order_by(Organisation.id)).all() == [
        "la-boussole",
        "la-boussole-2",
    ]
    assert [address for _, address, _ in letters(db_session)] == ["contact@boussole.example"]


@pytest.mark.usefixtures("paris")
def test_a_name_opens_nothing_in_an_organisation_that_somebody_answers_for(
    client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """Mallory asks in the 10e in the name of La Boussole of the 19e. Paul believes her; Nadia hears of it,
    and Mallory holds nothing."""
    boussole = factories.an_association("La Boussole", email="bonjour@la-boussole.example")
    approvals.approve(boussole, factories.a_territory(), actor="cli", now=hours.now())
    nadia = accounts.open_account("nadia@la-boussole.example", "Nadia", actor="cli", now=hours.now())
    grants.give(nadia, Role.OWNER, boussole, by="cli", now=hours.now())
    db_session.commit()
    ask(client, territory="paris-10", email="mallory@example.org", contact_name="Mallory")
    paul = sign_in(saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul"))
    page = demand(paul, "paris-10")
    assert page.main.all("label", class_="opt")[0].text == (
        "La Boussole (19e) Ses responsables l’apprennent, et invitent qui leur convient."
    )
    assert paul.submit(page.form(button="Accepter"), {"organisation": str(boussole.id)}).status_code == 303
    assert (
        "La Boussole peut agir ici. Ses responsables le savent."
        in paul.get("/pro/paris-10/partenaires").page.text
    )
    db_session.rollback()
    assert [one.slug for one in listings.territories_of(boussole)] == ["paris-10", "paris-19"]
    assert db_session.scalars(select(GrantOffer)).all() == []
    told = letters(db_session)
    assert [(kind, address) for kind, address, _ in told] == [
        ("access/asked_for", "nadia@la-boussole.example"),
        ("access/known", "mallory@example.org"),
    ]
    assert "Mallory (mallory@example.org) l’a demandé." in told[0][2]
    assert "nadia" not in told[1][2].lower()
    # The coordination of the 10e sees who is in it; its people stay its owners' business.
    team = paul.get(f"/pro/organisations/{boussole.id}/equipe").page
    assert [form["action"] for form in team.main.all("form")] == []


@pytest.mark.usefixtures("paris")
def test_an_owner_asks_for_one_more_territory_and_is_told_once(
    client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    boussole = factories.an_association("La Boussole")
    nadia = accounts.open_account("contact@boussole.example", "Nadia", actor="cli", now=hours.now())
    grants.give(nadia, Role.OWNER, boussole, by="cli", now=hours.now())
    db_session.commit()
    ask(client)
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    samira.submit(demand(samira).form(button="Accepter"), {"organisation": str(boussole.id)})
    assert [(kind, address) for kind, address, _ in letters(db_session)] == [
        ("access/asked_for", "contact@boussole.example")
    ]


@pytest.mark.usefixtures("paris")
def test_samira_who_asked_for_an_organisation_herself_invites_somebody_else(
    client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """She filled the form in with her own address, on the phone with somebody of La Boussole."""
    account = saturdays.a_coordinator(factories.a_territory())
    samira, email = sign_in(account), account.email
    db_session.rollback()
    ask(client, email=email)
    samira.submit(demand(samira).form(button="Accepter"))
    page = samira.get("/pro/paris-19/partenaires").page
    assert "La Boussole peut agir ici. Invitez une personne dans son équipe." in page.text
    assert [tag.text for tag in page.main.all(class_="tag")] == ["Invitation restée sans réponse"]
    assert db_session.scalars(select(GrantOffer)).all() == []


@pytest.mark.usefixtures("paris")
def test_an_approval_is_per_territory_and_can_end(
    sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    espace = factories.an_association("Espace 19")
    for number in (19, 10):
        approvals.approve(espace, factories.a_territory(number), actor="cli", now=hours.now())
    db_session.commit()
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    page = samira.get("/pro/paris-19/partenaires").page
    assert samira.submit(page.form(button="Retirer l’accord")).status_code == 303
    assert [one.slug for one in listings.territories_of(espace)] == ["paris-10"]
    db_session.rollback()
    assert samira.submit(page.form(button="Retirer l’accord")).status_code == 404


def invited(now: datetime) -> list[tuple[str, Role]]:
    """Whom the nightly jobs invite at that moment."""
    begin_writing()
    joining.invite_orphans(now)
    offers.forget_settled(now)
    db.session.flush()
    sent = db.session.execute(
        select(GrantOffer.email, GrantOffer.role).where(GrantOffer.offered_at == now).order_by(GrantOffer.id)
    ).all()
    found = [(row.email, row.role) for row in sent]
    db.session.commit()
    return found


@pytest.mark.usefixtures("paris")
def test_an_orphaned_organisation_is_noticed_and_invited_again(
    sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """Nadia leaves Espace 19. Its general address is invited that night, then every sixty days. « Jamais
    venue » was never anybody's, and « Nulle part » acts nowhere: both are left in peace."""
    names = ("Espace 19", "Jamais venue", "Nulle part")
    espace, never, nowhere = (
        factories.an_association(name, email=f"contact{place}@example.org")
        for place, name in enumerate(names)
    )
    for one in (espace, never):
        approvals.approve(one, factories.a_territory(), actor="cli", now=hours.now())
    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    for one in (espace, nowhere):
        grants.give(nadia, Role.OWNER, one, by="cli", now=hours.now())
    db_session.commit()
    today = hours.now()
    assert {one.is_orphaned for one in listings.partners(factories.a_territory(), now=today)} == {False}
    db_session.rollback()
    assert invited(today) == []

    begin_writing()
    grants.leave(nadia, by="cli", now=today)
    db_session.commit()
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    page = samira.get("/pro/paris-19/partenaires").page
    assert [tag.text for tag in page.main.all(class_="tag")] == ["Plus personne"]
    assert samira.get("/pro/paris-19/").page.link("structure sans responsable") == "/pro/paris-19/partenaires"
    db_session.rollback()
    days = [
        day
        for day in range(130)
        if invited(today + timedelta(days=day)) == [("contact0@example.org", Role.OWNER)]
    ]
    assert days == [0, 60, 120]


@pytest.mark.usefixtures("paris")
def test_a_first_invitation_without_an_answer_is_noticed_too(
    client: PageClient, sign_in: SignIn, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    ask(client)
    account = saturdays.a_coordinator(factories.a_territory())
    samira = sign_in(account)
    samira.submit(demand(samira).form(button="Accepter"))
    begun = hours.now()
    db_session.rollback()
    days = [day for day in range(1, 130) if invited(begun + timedelta(days=day))]
    assert days == [60, 120]
    clock.shift(timedelta(days=150))
    tags = sign_in(account).get("/pro/paris-19/partenaires").page.main.all(class_="tag")
    assert [tag.text for tag in tags] == ["Invitation restée sans réponse"]
    team = sign_in(account)
    number = db_session.scalars(select(Organisation.id)).one()
    db_session.rollback()
    address = f"/pro/organisations/{number}/equipe"
    form = team.get(address).page.form(address)
    assert [one["value"] for one in team.get(address).page.main.one("select", name="role").all("option")] == [
        "responsable"
    ]
    assert team.submit(form, {"email": account.email, "role": "responsable"}).status_code == 422  # herself
    assert team.submit(form, {"email": "awa@boussole.example", "role": "responsable"}).status_code == 303
