"""« Programme », written at the desk: what residents read follows."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Event
from eventsapp.people.models import Account
from eventsapp.programme.models import Action, Theme
from tests import factories
from tests.pages import PageClient
from tests.web.conftest import SignIn

Db = scoped_session[Session]
PAGE = "/pro/paris-19/programme"


@pytest.fixture
def desk(samira: Account, sign_in: SignIn) -> PageClient:
    return sign_in(samira)


def test_a_territory_opens_its_project_keeps_three_themes_and_writes_an_action(desk: PageClient) -> None:
    assert desk.get(PAGE).page.link("Ouvrir le projet") == f"{PAGE}/projet"
    assert desk.get(f"{PAGE}/axes").status_code == 404
    answer = desk.submit(desk.get(f"{PAGE}/projet").page.form(), {"diagnosis": "Des familles seules"})
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"status"})
    said = {"status": "signe", "signed_on": "2026-01-05", "ends_on": "2025-01-05"}
    answer = desk.submit(answer.page.form(), said)
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"ends_on"})
    answer = desk.submit(answer.page.form(), {"ends_on": "demain"})
    assert set(answer.page.mistakes) == {"ends_on"}
    assert desk.submit(answer.page.form(), {"ends_on": "2029-12-31"}).status_code == 303
    for theme in ("sport", "parentalite", "droits"):
        page = desk.get(f"{PAGE}/axes").page
        assert desk.submit(page.form(button="Ajouter"), {"theme": theme}).status_code == 303
    page = desk.get(f"{PAGE}/axes").page
    assert "Les trois axes sont là." in page.main.text
    form = desk.get(f"{PAGE}/actions/nouvelle").page.form()
    answer = desk.submit(form, {"name": "Vélo-école"})
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"axis"})
    first = [one["value"] for one in answer.page.main.one("select").all("option")][1]
    assert desk.submit(answer.page.form(), {"axis": first, "need": "Peu savent"}).status_code == 303
    text = desk.get(PAGE).page.main.text
    assert "Des familles seules" in text
    assert "Vélo-école" in text
    assert "Vélo-école" in desk.get("/paris-19/projet").page.main.text


def test_axes_and_actions_move_up_and_an_empty_axis_goes(desk: PageClient, db_session: Db) -> None:
    factories.an_action("Samedis")
    second = factories.an_action("Cafés", position=2)
    sport = factories.an_axis(factories.a_territory(), Theme.SPORT)
    db_session.commit()
    assert desk.submit(desk.get(PAGE).page.form(f"{PAGE}/actions/{second.id}/montee")).status_code == 303
    actions = [row.all("th")[0].text for row in desk.get(PAGE).page.main.all("tbody")[0].all("tr")]
    assert actions == ["Cafés", "Samedis"]
    up = desk.get(f"{PAGE}/axes").page.form(f"{PAGE}/axes/{sport.id}/montee")
    assert desk.submit(up).status_code == 303
    page = desk.get(f"{PAGE}/axes").page
    assert [one.text for one in page.main.one("ul", class_="sum").all("strong")] == [
        "Sport, loisirs, vacances",
        "Parentalité",
    ]
    removal = [one for one in page.main.all("form") if one["action"].endswith("/retrait")]
    assert len(removal) == 1
    assert desk.submit(page.form(removal[0]["action"])).status_code == 303
    assert "Sport" not in desk.get(f"{PAGE}/axes").page.main.one("ul", class_="sum").text


def test_an_action_that_turns_discreet_leaves_the_public_pages_and_cannot_come_back(
    desk: PageClient, client: PageClient, db_session: Db
) -> None:
    event = factories.an_event("Répit parental")
    action = event.activity.action
    db_session.commit()
    assert "Répit parental" in client.get("/paris-19/").page.main.text
    form = desk.get(f"{PAGE}/actions/{action.id}").page.form()
    answer = desk.submit(form, {"public_name": "Un temps pour soi", "is_sensitive": "y"})
    assert answer.status_code == 303
    assert "1 rendez-vous est mis à jour" in desk.get(answer.headers["Location"]).page.text
    assert "Répit parental" not in client.get("/paris-19/").page.text
    assert "Répit" not in client.get("/agendas/paris-19.ics").get_data(as_text=True)
    assert client.get("/paris-19/actions/un-temps-pour-soi").status_code == 200
    answer = desk.submit(desk.get(f"{PAGE}/actions/{action.id}").page.form(), {"is_sensitive": None})
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"is_sensitive"})
    db_session.rollback()
    assert db_session.scalars(select(Event.is_restricted)).all() == [True]


def test_nothing_of_another_territory_is_written(desk: PageClient, db_session: Db) -> None:
    theirs = factories.an_action("Répit", territory=factories.a_territory(10))
    factories.an_action("Samedis")
    db_session.commit()
    assert desk.get(f"{PAGE}/actions/{theirs.id}").status_code == 404
    form = desk.get(f"{PAGE}/actions/nouvelle").page.form()
    token = {"csrf_token": form["csrf_token"], "name": "Prise", "axis": str(theirs.axis_id)}
    for address in (
        f"actions/{theirs.id}",
        f"actions/{theirs.id}/montee",
        f"axes/{theirs.axis_id}/montee",
        f"axes/{theirs.axis_id}/retrait",
    ):
        assert desk.post(f"{PAGE}/{address}", data=token).status_code == 404
    answer = desk.post(f"{PAGE}/actions/nouvelle", data=token)
    assert set(answer.page.mistakes) == {"axis"}  # type: ignore[attr-defined]  # ours
    db_session.rollback()
    assert set(db_session.scalars(select(Action.name))) == {"Répit", "Samedis"}
