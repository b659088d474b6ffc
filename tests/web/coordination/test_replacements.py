"""« Remplacer l’intervenant »: Espace 19 cannot come; Samira finds who could, and both hosts are told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.people import accounts
from eventsapp.people.models import Account, Organisation
from tests import factories, saturdays
from tests.databases import everything
from tests.pages import PageClient
from tests.registrations.stories import answers, letters, register, text_of
from tests.web.conftest import SignIn, Statements
from tests.web.coordination.test_closures import but_for_versions, explained, figures, plain, told_at_last

ADDRESS = "/pro/paris-19/remplacement"
DO = "Valider et prévenir"


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> Organisation:
    """Nadia's Espace 19 speaks of screens at Curial on two Saturdays; the Café of parents, Karim's, could."""
    curial, *_ = saturdays.a_town()
    by_name = {one.name: one for one in db_session.scalars(select(Organisation))}
    saturdays.an_offer("La Ludothèque", "les écrans")
    for name, organisation in (("Nadia", "Espace 19"), ("Karim", "Le Café des parents")):
        account = accounts.open_account(f"{name.lower()}@example.org", name, actor="cli", now=hours.now())
        grants.give(account, Role.OWNER, by_name[organisation], by="cli", now=hours.now())
    for day in (date(2026, 12, 5), date(2026, 12, 12)):
        event = saturdays.a_saturday(
            curial, day, host=by_name["Espace 19"], topic=saturdays.a_topic("les écrans")
        )
        event.title, event.summary = "Samedi matin à l’école : les écrans", "Une rencontre, avec Espace 19."
        event.registration, event.capacity = RegistrationMode.COUNTED, 12
    db_session.commit()
    return by_name["Espace 19"]


@pytest.fixture
def desk(samira: Account, espace: Organisation, sign_in: SignIn) -> PageClient:
    return sign_in(samira)


def absent(espace: Organisation) -> str:
    return f"{ADDRESS}?structure={espace.id}&du=2026-12-01&au=2026-12-31&raison=Grippe."


def options(page: object) -> list[list[str]]:
    cards = page.main.all("fieldset", class_="card")  # type: ignore[attr-defined]  # a Page
    return [[plain(one.text) for one in card.all("label")] for card in cards]


def test_who_speaks_of_the_same_is_proposed_first_then_the_others_then_other_days(
    desk: PageClient, espace: Organisation
) -> None:
    before = everything()
    page = desk.get(absent(espace)).page
    assert everything() == before
    assert "2 rendez-vous sont concernés." in page.main.text
    assert options(page)[0] == [
        "La Ludothèque même sujet, même heure",
        "Le Café des parents parlerait de : les limites",
        "Samedi 9 janvier 2027 même lieu, même heure",
        "Samedi 16 janvier 2027 même lieu, même heure",
        "Annuler Les personnes inscrites l’apprennent.",
    ]


def test_with_the_same_topic_both_hosts_are_told_and_no_family(
    desk: PageClient, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    first = db_session.scalars(select(Event).order_by(Event.id)).first()
    assert first is not None
    register(first, answers("Awa"))
    page = desk.get(absent(espace)).page
    assert figures(page)["inscriptions"] == 0
    assert [row[0] for row in explained(page)] == ["Structure : Espace 19"]
    assert "Nous n’avons ni adresse ni téléphone pour : La Ludothèque" in plain(page.main.text)
    known = {one.id for one in letters()}
    where = desk.submit(page.form(button=DO)).headers["Location"]
    assert "Tenu par La Ludothèque." in desk.get(where).page.main.text
    [letter] = told_at_last(known)
    assert (letter.address, letter.subject) == ("nadia@example.org", "2 rendez-vous changent")
    assert "Grippe." in letter.text
    events = db_session.scalars(select(Event).order_by(Event.id)).all()
    assert [(one.host.name if one.host else "", one.title, one.summary) for one in events] == [
        ("La Ludothèque", "Samedi matin à l’école : les écrans", "Une rencontre, avec La Ludothèque.")
    ] * 2
    db_session.rollback()


def test_another_topic_is_told_to_families_in_words_and_undone(
    desk: PageClient, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    first = db_session.scalars(select(Event).order_by(Event.id)).first()
    assert first is not None
    register(first, answers("Awa"))
    register(first, answers("Dalia", number="06 39 98 00 01"))
    before = everything()
    page = desk.get(absent(espace)).page
    card = page.main.all("fieldset", class_="card")[0]
    chosen = {card.all("input")[1]["name"]: card.all("input")[1]["value"]}
    where = desk.submit(page.form(button=DO), chosen).headers["Location"]
    page = desk.get(where).page
    assert figures(page)["inscriptions"] == 2
    db_session.rollback()
    assert db_session.scalars(select(Event.title).order_by(Event.id)).first() == (
        "Samedi matin à l’école : les limites"
    )
    assert desk.submit(page.form(button="Tout annuler")).status_code == 303
    assert but_for_versions(everything(), db_session) == but_for_versions(before, db_session)

    known = {one.id for one in letters()}
    desk.submit(desk.get(absent(espace)).page.form(button=DO), chosen)
    kinds = {(one.kind, one.reader_name, one.method) for one in told_at_last(known)}
    assert kinds == {
        ("registrations/topic_changed", "Awa", None),
        ("registrations/topic_changed", "Dalia", None),
        ("disruptions/changed", "Nadia", None),
        ("disruptions/changed", "Karim", "REQUEST"),
    }
    [words] = [text_of(one) for one in letters("awa@example.org") if "topic" in one.kind]
    assert "Attention, on parlera d’autre chose : les limites." in plain(words)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("structure=&du=2026-12-01&au=2026-12-02", "structure"),
        ("structure=999&du=2026-12-01&au=2026-12-02", "structure"),
        ("structure={espace}&du=&au=2026-12-02", "du"),
        ("structure={espace}&du=2026-12-02&au=2026-12-01", "au"),
    ],
)
@pytest.mark.databases("sqlite")
def test_an_absence_that_is_none_is_refused_beside_its_field(
    desk: PageClient, espace: Organisation, query: str, field: str
) -> None:
    answer = desk.get(f"{ADDRESS}?{query.format(espace=espace.id)}")
    assert (answer.status_code, list(answer.page.mistakes)) == (422, [field])


@pytest.mark.databases("sqlite")
def test_an_absence_without_sessions_changes_nothing(desk: PageClient, espace: Organisation) -> None:
    page = desk.get(f"{ADDRESS}?structure={espace.id}&du=2027-02-01&au=2027-02-02").page
    assert "Cette structure ne tient aucun rendez-vous à ces dates." in page.main.text
    assert page.main.all("form", method="post") == []


@pytest.mark.databases("sqlite")
def test_a_preview_asks_as_much_for_two_sessions_as_for_many(
    desk: PageClient, espace: Organisation, db_session: scoped_session[Session], statements: Statements
) -> None:
    def said() -> int:
        with statements() as collected:
            assert desk.get(absent(espace)).status_code == 200
        return len(collected)

    few = said()
    for number in range(8):
        school = factories.a_school(f"École {number}")
        saturdays.an_offer(f"Association {number}", "les écrans", f"sujet {number}")
        saturdays.a_saturday(school, date(2026, 12, 5) + timedelta(weeks=number % 2), host=espace)
    db_session.commit()
    assert (few, said()) == (18, 18)
