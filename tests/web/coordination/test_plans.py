"""Samira has a school year proposed, reads it, accepts it; what she is told when it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.places.models import Quartier
from eventsapp.planning import drafting
from eventsapp.planning.models import Draft, DraftStatus
from eventsapp.tasks import queue
from tests import factories, saturdays
from tests.pages import Page, PageClient
from tests.web.conftest import SignIn

PROPOSE = "Proposer des dates"


def solved(db_session: scoped_session[Session]) -> int:
    draft = saturdays.a_draft()
    db_session.commit()
    number = draft.id
    db_session.rollback()
    return number


def events(db_session: scoped_session[Session]) -> int:
    db_session.rollback()  # what requests wrote meanwhile is seen
    count = db_session.scalar(select(func.count(Event.id))) or 0
    db_session.rollback()
    return count


def grid(page: Page) -> list[list[str]]:
    """The words of the grid, row by row, without the reasons."""
    [table] = [one for one in page.all("table") if "plan" in one.get("class").split()]
    return [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")]


def test_samira_has_a_year_proposed_and_accepts_it(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    index = desk.get("/pro/paris-19/plans").page
    assert "Aucune proposition pour le moment." in index.text
    asked = desk.submit(index.form(button=PROPOSE), {"school_year": saturdays.YEAR})
    assert asked.status_code == 303
    task = desk.get(asked.headers["Location"]).page
    assert "En attente d’un moment libre." in task.text

    draft = db_session.scalars(select(Draft)).one()
    claim = queue.claim(clock.now(), only=draft.task_id)
    assert claim is not None
    drafting.solve(draft, now=clock.now(), seconds=None, iterations=20)
    queue.finish(claim, result_id=draft.id, now=clock.now())
    db_session.commit()

    done = desk.get(asked.headers["Location"]).page
    assert "La proposition est prête." in done.text
    page = desk.get(done.link("Regarder la proposition")).page
    assert events(db_session) == 0
    [accept] = [b.text for b in page.all("button") if b.text.startswith("Accepter")]
    assert accept == f"Accepter : annoncer {draft.figures['proposed']} séances"
    answer = desk.submit(page.form(button=accept))
    assert answer.status_code == 303

    accepted = desk.get(answer.headers["Location"]).page
    assert f"{draft.figures['proposed']} séances sont annoncées dans l’agenda." in accepted.text
    assert events(db_session) == draft.figures["proposed"]
    assert not [b for b in accepted.all("button") if b.text.startswith(("Accepter", "Mettre de côté"))]
    [code, *_] = [a["href"] for a in accepted.main.all("a") if a["href"].startswith("/e/")]
    assert desk.get(code).status_code == 301


def test_the_page_says_who_goes_where_when_and_why(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    number = solved(db_session)
    page = desk.get(f"/pro/plans/{number}").page
    head, *rows = grid(page)
    assert head[:3] == ["École", "Novembre 2026 1 samedi ouvert", "Décembre 2026 2 samedis ouverts"]
    assert [row[0].split()[0] for row in rows] == ["Curial", "Manin", "Tandou"]
    assert all(len(row) == 9 for row in rows)
    [figures] = page.all("dl", class_="kpis")
    assert [dd.text for dd in figures.all("dd")][1:] == ["24", str(24 - covered(db_session)), "2"]
    assert "séances au mieux : aucun plan ne peut en couvrir plus" in figures.text
    reasons = {one.text for one in page.main.all("p")}
    assert "Aucune proposition ne peut faire mieux : c’est démontré." in reasons
    assert "Cette association vient ici pour la première fois de l’année." in reasons


def test_the_page_says_by_how_much_another_plan_could_be_better_at_most(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    number = solved(db_session)
    draft = db_session.get_one(Draft, number)
    draft.figures = {
        **draft.figures, "ending": "time_up", "objective": 2000, "objective_bound": 1990,
        "wishes": 7, "wishes_met": 4, "wishes_bound": 5,
    }  # fmt: skip
    db_session.commit()
    page = desk.get(f"/pro/plans/{number}").page
    [said] = [one.text for one in page.main.all("p") if one.text.startswith("C’est la meilleure")]
    assert said == (
        "C’est la meilleure proposition trouvée dans le temps donné. "
        "Aucune proposition ne peut faire mieux de plus de 0,5 %. "
        "Sujets demandés par les écoles : 4 sur 7, et aucun plan ne peut en servir plus de 5."
    )


def covered(db_session: scoped_session[Session]) -> int:
    draft = db_session.scalars(select(Draft).order_by(Draft.id.desc())).first()
    assert draft is not None
    db_session.refresh(draft)
    number = int(draft.figures["covered"])
    db_session.rollback()
    return number


def test_what_is_missing_is_said_with_its_reason(
    sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    factories.an_action("Samedis Matins à l’école")
    for name in ("Curial", "Manin", "Tandou"):
        factories.a_school(f"École {name}")
    away = [f"{month}-{day:02d}" for month, days in saturdays.OPEN_SATURDAYS.items() for day in days][1:]
    saturdays.an_offer("Espace 19", "les écrans", crews=1, away=away)
    client = sign_in(saturdays.a_coordinator(factories.a_territory()))
    page = client.get(f"/pro/plans/{solved(db_session)}").page

    months = [one for one in page.all("details") if "more" in one.get("class").split()]
    assert months[0].text.startswith("Novembre 2026 2 écoles sans séance")
    assert "Ce mois-ci, aucun plan ne peut couvrir plus d’une école." in months[0].text
    assert "La seule place possible ce mois-ci va à une autre école." in months[0].text
    assert "Les associations qui se déplacent jusqu’ici sont absentes ces samedis-là." in months[1].text
    assert "Curial, Manin, Tandou" in months[1].text


def test_one_quartier_at_a_time(desk: PageClient, db_session: scoped_session[Session]) -> None:
    quartier = Quartier(territory=factories.a_territory(), slug="danube", name="Danube")
    factories.a_school("École Fessart", quartier=quartier)
    number = solved(db_session)
    page = desk.get(f"/pro/plans/{number}?quartier=danube").page
    assert [row[0].split()[0] for row in grid(page)[1:]] == ["Fessart"]
    assert [option.text for option in page.main.all("option")] == ["Tous les quartiers", "Danube"]
    nowhere = desk.get(f"/pro/plans/{number}?quartier=atlantide").page
    assert "Ce plan n’a pas d’école dans ce quartier." in nowhere.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Novembre", "Décembre", "Janvier", "Février", "Mars", "Avril", "Mai", "Juin"]),
        ("?semestre=1", ["Novembre", "Décembre", "Janvier"]),
        ("?semestre=2&vue=liste", ["Février", "Mars", "Avril", "Mai", "Juin"]),
        ("?semestre=3", ["Novembre", "Décembre", "Janvier", "Février", "Mars", "Avril", "Mai", "Juin"]),
    ],
)
def test_half_a_year_fits_a_screen_and_the_year_stays_counted(
    desk: PageClient, db_session: scoped_session[Session], query: str, shown: list[str]
) -> None:
    number = solved(db_session)
    page = desk.get(f"/pro/plans/{number}{query}").page
    heads, *rows = grid(page)
    assert [head.split()[0] for head in heads[1:]] == shown
    assert {len(row) for row in rows} == {len(shown) + 1}
    whole = grid(desk.get(f"/pro/plans/{number}").page)[1:]
    assert [row[0] for row in rows] == [row[0] for row in whole]
    [months] = [nav for nav in page.main.all("nav") if nav.get("aria-label") == "Mois affichés"]
    assert [link.text for link in months.all("a")] == [
        "Toute l’année",
        "Novembre à janvier",
        "Février à juin",
    ]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("query", ["", "?vue=grille", "?vue=liste", "?vue=cube"])
def test_grid_and_list_hold_the_same(
    desk: PageClient, db_session: scoped_session[Session], query: str
) -> None:
    number = solved(db_session)
    assert grid(desk.get(f"/pro/plans/{number}{query}").page) == grid(desk.get(f"/pro/plans/{number}").page)


def test_what_is_announced_already_is_shown_as_such(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    curial = factories.a_school("École Curial")
    event = saturdays.a_saturday(curial, date(2026, 12, 5))
    db_session.flush()
    code = event.code
    page = desk.get(f"/pro/plans/{solved(db_session)}").page
    [link] = [a for a in page.main.all("a") if a["href"] == f"/e/{code}"]
    assert link.text == "Sam. 5"
    assert page.text.count("Déjà annoncée") == 1


def test_setting_aside_announces_nothing(desk: PageClient, db_session: scoped_session[Session]) -> None:
    number = solved(db_session)
    page = desk.get(f"/pro/plans/{number}").page
    answer = desk.submit(page.form(button="Mettre de côté"))
    assert answer.headers["Location"] == "/pro/paris-19/plans"
    index = desk.get("/pro/paris-19/plans").page
    assert "Cette proposition est mise de côté. Rien n’a été annoncé." in index.text
    assert "Mis de côté" in index.main.text
    assert events(db_session) == 0


def test_a_second_yes_is_told_that_it_is_done(desk: PageClient, db_session: scoped_session[Session]) -> None:
    number = solved(db_session)
    page = desk.get(f"/pro/plans/{number}").page
    [accept] = [b.text for b in page.all("button") if b.text.startswith("Accepter")]
    desk.submit(page.form(button=accept))
    announced = events(db_session)
    assert desk.submit(page.form(button=accept)).status_code == 303
    assert (
        "Cette proposition a déjà été acceptée ou mise de côté." in desk.get(f"/pro/plans/{number}").page.text
    )
    assert events(db_session) == announced


def test_a_stale_plan_is_refused_on_its_page(desk: PageClient, db_session: scoped_session[Session]) -> None:
    number = solved(db_session)
    page = desk.get(f"/pro/plans/{number}").page
    saturdays.a_saturday(factories.a_school("École Curial"), date(2027, 6, 26))
    db_session.commit()
    db_session.rollback()
    [accept] = [b.text for b in page.all("button") if b.text.startswith("Accepter")]
    desk.submit(page.form(button=accept))
    told = desk.get(f"/pro/plans/{number}").page.one(role="alert").text
    assert told.startswith("Depuis cette proposition, des séances ont été annoncées ou annulées")
    assert events(db_session) == 1


def test_a_year_that_cannot_be_planned_is_refused_beside_its_field(
    sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    client = sign_in(saturdays.a_coordinator(factories.a_territory()))
    page = client.get("/pro/paris-19/plans").page
    answer = client.submit(page.form(button=PROPOSE), {"school_year": "2026-2027"})
    assert answer.status_code == 422
    assert answer.page.title.startswith("Erreur : ")
    assert "Erreur : Cet arrondissement n’a pas encore d’école" in answer.page.mistakes["school_year"]
    for label, start in (("2031-2032", "Nous ne connaissons pas les vacances"), ("<b>", "Écrivez une année")):
        factories.a_school()
        db_session.commit()
        db_session.rollback()
        refused = client.submit(page.form(button=PROPOSE), {"school_year": label})
        assert f"Erreur : {start}" in refused.page.mistakes["school_year"]
    assert db_session.scalars(select(Draft)).all() == []


def test_only_years_that_can_be_planned_are_offered(desk: PageClient) -> None:
    page = desk.get("/pro/paris-19/plans").page
    assert [option.text for option in page.main.all("option")] == ["2026-2027", "2027-2028"]


def test_as_many_statements_for_six_schools_as_for_thirty(
    desk: PageClient,
    db_session: scoped_session[Session],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    def said() -> int:
        number = solved(db_session)
        with statements() as collected:
            assert desk.get(f"/pro/plans/{number}").status_code == 200
        return len(collected)

    for number in range(3):
        factories.a_school(f"École {number}")  # more than two associations can serve: gaps name them
    few = said()
    for number in range(3, 30):
        factories.a_school(f"École {number}")
    assert (few, said()) == (6, 6)


def test_drafts_are_listed_with_where_they_stand(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    solved(db_session)
    failed = drafting.request(factories.a_territory(), saturdays.YEAR, requested_by=None, now=clock.now())
    claim = queue.claim(clock.now(), only=failed.task_id)
    assert claim is not None
    queue.fail(claim, "MemoryError", now=clock.now())
    drafting.request(factories.a_territory(), saturdays.YEAR, requested_by=None, now=clock.now())
    db_session.commit()
    db_session.rollback()
    page = desk.get("/pro/paris-19/plans").page
    states = [tag.text for tag in page.main.all("span", class_="tag")]
    assert states == ["En cours de calcul", "Le calcul a échoué", "À regarder"]
    assert db_session.scalars(select(Draft.status).order_by(Draft.id)).all() == [
        DraftStatus.PROPOSED,
        DraftStatus.SOLVING,
        DraftStatus.SOLVING,
    ]
