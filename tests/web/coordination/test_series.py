"""Samira reads her series, tries another rule, saves it, changes dates by hand, announces what is missing."""

from __future__ import annotations

from datetime import date, time
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling, series
from eventsapp.agenda.models import Activity, ActivityKind, Event, RecurrenceException
from eventsapp.agenda.rules import Avoid, Ordinal, Rule, Weekday, WhenClosed
from tests import factories
from tests.pages import Page, PageClient

SECOND_TUESDAYS = Rule(
    weekday=Weekday.TUESDAY,
    first=date(2026, 10, 1),
    last=date(2027, 3, 31),
    ordinals=(Ordinal.SECOND,),
    avoid=frozenset(Avoid),
    when_closed=WhenClosed.NEXT,
)
FIRST_AND_THIRD_THURSDAYS = {
    "jour": "thursday",
    "rang": ["first", "third"],
    "tous": "1",
    "hors": ["school_holidays", "public_holidays"],
    "sinon": "nothing",
    "du": "2026-12-01",
    "au": "2027-01-31",
}
TRY, SAVE = "Voir les dates", "Enregistrer cette règle"
ADD, DROP, MOVE = "Ajouter cette date", "Retirer cette date", "Déplacer cette date"


@pytest.fixture
def breakfasts(db_session: scoped_session[Session]) -> str:
    """The address of the breakfasts: nothing announced yet."""
    activity = factories.an_activity(
        "Petits déjeuners",
        kind=ActivityKind.BREAKFAST,
        rule=SECOND_TUESDAYS.to_dict(),
        venue=factories.a_school(),
        usual_start=time(8, 30),
        usual_minutes=90,
    )
    db_session.commit()
    address = f"/pro/series/{activity.id}"
    db_session.rollback()
    return address


def rows(page: Page) -> list[tuple[str, str, str]]:
    """The dates to come, as they are read: day, why, what the agenda holds."""
    table = page.all("table")[0]
    found = []
    for row in table.all("tr")[1:]:
        day, why, agenda, *_ = [cell.text for cell in row.all("th", "td")]
        found.append((day, why.replace("\xa0", " ").replace("\u202f", " "), agenda))
    return found


def stored(db_session: scoped_session[Session]) -> Activity:
    db_session.rollback()  # what requests wrote meanwhile is seen
    return db_session.scalars(select(Activity).where(Activity.kind == ActivityKind.BREAKFAST)).one()


def test_the_series_of_a_territory_with_their_rule_and_next_date(desk: PageClient, breakfasts: str) -> None:
    page = desk.get("/pro/paris-19/series").page
    [row] = page.all("table")[0].all("tr")[1:]
    assert [cell.text for cell in row.all("th", "td")] == [
        "Petits déjeuners",
        "Le 2e mardi de chaque mois, hors vacances scolaires et jours fériés, sinon le mardi suivant",
        "mar. 8 déc.",
        "4 dates à annoncer",
    ]


@pytest.mark.databases("sqlite")
def test_no_series_yet(desk: PageClient) -> None:
    assert "Aucune activité ne revient encore." in desk.get("/pro/paris-19/series").page.text


@pytest.mark.databases("sqlite")
def test_the_series_of_another_territory_stay_there(
    desk: PageClient, breakfasts: str, db_session: scoped_session[Session]
) -> None:
    tenth = factories.an_action("Ateliers du 10e", territory=factories.a_territory(10))
    factories.an_activity("Couture du 10e", action=tenth, rule=SECOND_TUESDAYS.to_dict())
    factories.an_activity("Lecture du 10e", action=tenth)
    db_session.commit()
    db_session.rollback()
    text = desk.get("/pro/paris-19/series").page.text
    assert "Petits déjeuners" in text
    assert "du 10e" not in text


def test_each_date_says_what_became_of_it(desk: PageClient, breakfasts: str) -> None:
    page = desk.get(breakfasts).page
    assert rows(page) == [
        ("Mardi 8 décembre 2026", "Comme prévu", "À annoncer"),
        ("Mardi 12 janvier 2027", "Comme prévu", "À annoncer"),
        (
            "Mardi 23 février 2027",
            "Déplacé du mardi 9 février 2027 (vacances d’hiver)",
            "À annoncer",
        ),
        ("Mardi 9 mars 2027", "Comme prévu", "À annoncer"),
    ]
    assert "2 dates passées" in page.text


def test_samira_tries_a_rule_reads_what_it_does_and_then_saves_it(
    desk: PageClient, breakfasts: str, db_session: scoped_session[Session]
) -> None:
    desk.submit(desk.get(breakfasts).page.form(button="Annoncer les 4 dates manquantes"))
    desk.submit(desk.get(breakfasts).page.form(button=DROP), {"retrait": "2027-03-09"})

    tried = desk.submit(desk.get(breakfasts).page.form(button=TRY), FIRST_AND_THIRD_THURSDAYS).page
    gone = "annoncée, ne serait plus dans la série"
    nothing = "La règle ne donne pas ce jour"
    assert [(day, why, "plus" in agenda or agenda) for day, why, agenda in rows(tried)] == [
        ("Jeudi 3 décembre 2026", "Comme prévu", "À annoncer"),
        ("Mardi 8 décembre 2026", nothing, True),
        ("Jeudi 17 décembre 2026", "Comme prévu", "À annoncer"),
        ("Jeudi 7 janvier 2027", "Comme prévu", "À annoncer"),
        ("Mardi 12 janvier 2027", nothing, True),
        ("Jeudi 21 janvier 2027", "Comme prévu", "À annoncer"),
        ("Mardi 23 février 2027", nothing, True),
        ("Mardi 9 mars 2027", "Retrait sans effet : la règle ne donne plus ce jour", True),
    ]
    assert gone in tried.text
    assert "4 dates annoncées ne seraient plus dans la série." in tried.text
    assert series.rule_of(stored(db_session)) == SECOND_TUESDAYS

    saved = desk.submit(tried.form(button=SAVE))
    assert (saved.status_code, saved.headers["Location"]) == (303, breakfasts)
    page = desk.get(breakfasts).page
    assert "La règle est enregistrée." in page.text
    assert "le 1er jeudi et le 3e jeudi de chaque mois" in page.text.lower()
    assert "Retrait sans effet" in page.text
    rule = series.rule_of(stored(db_session))
    assert rule is not None
    assert (rule.weekday, rule.ordinals) == (Weekday.THURSDAY, (Ordinal.FIRST, Ordinal.THIRD))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"du": "8 décembre"}, "Donnez une date : jour, mois et année."),
        ({"au": "2026-10-01"}, "La série finit avant d’avoir commencé : donnez une fin qui suit le début."),
        ({"au": "2031-12-31"}, "Une série dure au plus quatre ans"),
        ({"tous": "souvent"}, "Choisissez un rythme compris entre 1 et 12."),
        ({"tous": "99"}, "Choisissez un rythme compris entre 1 et 12."),
        ({"jour": "caturday"}, "Nous ne comprenons pas cette partie des dates"),
        ({"rang": ["fifth"]}, "Nous ne comprenons pas cette partie des dates"),
        ({"hors": ["mondays"]}, "Nous ne comprenons pas cette partie des dates"),
        ({"du": "2028-01-01", "au": "2029-01-31"}, "Nous ne connaissons pas les vacances scolaires"),
    ],
)
@pytest.mark.databases("sqlite")
def test_an_odd_rule_comes_back_with_a_sentence_beside_its_field(
    desk: PageClient,
    breakfasts: str,
    db_session: scoped_session[Session],
    answer: dict[str, str | list[str]],
    sentence: str,
) -> None:
    asked = {**FIRST_AND_THIRD_THURSDAYS, **answer}
    tried = desk.get(f"{breakfasts}?{urlencode(asked, doseq=True)}")
    token = tried.page.all("input", name="csrf_token")[0]["value"]
    sent = desk.post(f"{breakfasts}/regle", data=asked | {"csrf_token": token})
    for given_back in (tried, sent):
        assert given_back.status_code == 422
        [wrong] = [one for one in given_back.page.all("p") if "err" in one.get("class").split()]
        assert sentence in wrong.text
    assert series.rule_of(stored(db_session)) == SECOND_TUESDAYS


def test_samira_adds_moves_and_takes_back(desk: PageClient, breakfasts: str) -> None:
    desk.submit(desk.get(breakfasts).page.form(button=ADD), {"ajout": "2026-12-17"})
    moved = {"depart": "2027-02-09", "arrivee": "2027-02-25"}
    desk.submit(desk.get(breakfasts).page.form(button=MOVE), moved)
    page = desk.get(breakfasts).page
    assert [(day, why) for day, why, _ in rows(page)] == [
        ("Mardi 8 décembre 2026", "Comme prévu"),
        ("Jeudi 17 décembre 2026", "Ajouté à la main"),
        ("Mardi 12 janvier 2027", "Comme prévu"),
        ("Jeudi 25 février 2027", "Déplacé à la main, au lieu du mardi 9 février 2027"),
        ("Mardi 9 mars 2027", "Comme prévu"),
    ]

    taken_back = desk.submit(page.form(button="Annuler ce changement : jeudi 17 décembre 2026"))
    assert taken_back.status_code == 303
    assert "Jeudi 17 décembre 2026" not in desk.get(breakfasts).page.text


@pytest.mark.parametrize(
    ("button", "answer", "sentence"),
    [
        (ADD, {"ajout": ""}, "Donnez une date : jour, mois et année."),
        (ADD, {"ajout": "2026-11-01"}, "Le 01/11/2026 est passé : choisissez un jour à venir."),
        (ADD, {"ajout": "2026-12-08"}, "Le 08/12/2026 est déjà dans la série : choisissez un autre jour."),
        (ADD, {"ajout": "2031-12-08"}, "Nous ne connaissons pas les vacances scolaires du 08/12/2031"),
        (DROP, {"retrait": "2026-12-09"}, "La règle ne donne pas le 09/12/2026"),
        (DROP, {"retrait": "Noël"}, "Nous ne comprenons pas cette partie des dates"),
        (MOVE, {"depart": "2026-12-08", "arrivee": "2026-12-08"}, "est déplacée sur elle-même"),
        (MOVE, {"depart": "2026-12-08", "arrivee": "bientôt"}, "Donnez une date : jour, mois et année."),
    ],
)
@pytest.mark.databases("sqlite")
def test_a_date_that_cannot_be_changed_comes_back_with_the_reason(
    desk: PageClient,
    breakfasts: str,
    db_session: scoped_session[Session],
    button: str,
    answer: dict[str, str],
    sentence: str,
) -> None:
    given_back = desk.submit(desk.get(breakfasts).page.form(button=button), answer)
    assert given_back.status_code == 422
    [wrong] = [one for one in given_back.page.all("p") if "err" in one.get("class").split()]
    assert sentence in wrong.text
    assert db_session.scalar(select(func.count(RecurrenceException.id))) == 0


@pytest.mark.databases("sqlite")
def test_a_change_made_twice_is_said_to_be_done(desk: PageClient, breakfasts: str) -> None:
    form = desk.get(breakfasts).page.form(button=DROP)
    assert desk.submit(form, {"retrait": "2026-12-08"}).status_code == 303
    again = desk.submit(form, {"retrait": "2026-12-08"})
    assert again.status_code == 409
    assert "Le 08/12/2026 est déjà changé à la main" in again.page.text

    back = desk.get(breakfasts).page.form(button="Annuler ce changement : mardi 8 décembre 2026")
    desk.submit(back)
    assert desk.submit(back).status_code == 303
    assert "Le 08/12/2026 n’est plus changé à la main." in desk.get(breakfasts).page.text
    assert desk.submit(back, {"day": "demain"}).status_code == 303
    assert "La situation a changé entre-temps." in desk.get(breakfasts).page.text


def test_what_is_missing_is_announced_once(
    desk: PageClient, breakfasts: str, db_session: scoped_session[Session]
) -> None:
    form = desk.get(breakfasts).page.form(button="Annoncer les 4 dates manquantes")
    assert desk.submit(form).status_code == 303
    assert "4 dates sont annoncées dans l’agenda." in desk.get(breakfasts).page.text
    assert desk.submit(form).status_code == 303
    assert "sont déjà annoncées." in desk.get(breakfasts).page.text
    assert db_session.scalar(select(func.count(Event.id))) == 4


@pytest.mark.databases("sqlite")
def test_a_date_called_off_shows_as_such(
    desk: PageClient, breakfasts: str, db_session: scoped_session[Session]
) -> None:
    december, *_ = series.announce_missing(stored(db_session), actor="account:1", now=clock.now())
    scheduling.cancel(december, actor="account:1", now=clock.now())
    db_session.commit()
    db_session.rollback()
    assert rows(desk.get(breakfasts).page)[0][2].endswith("Annulé")


@pytest.mark.databases("sqlite")
def test_an_activity_without_rule_is_given_one(desk: PageClient, db_session: scoped_session[Session]) -> None:
    number = factories.an_activity("Couture").id
    db_session.commit()
    db_session.rollback()
    assert "Couture" in desk.get("/pro/paris-19/series").page.text
    page = desk.get(f"/pro/series/{number}").page
    assert "Cette activité n’a pas de règle" in page.text
    tried = desk.submit(page.form(button=TRY)).page
    assert desk.submit(tried.form(button=SAVE)).status_code == 303
    page = desk.get(f"/pro/series/{number}").page
    assert "Le 2e samedi de chaque mois" in page.text
    assert "il faut d’abord le lieu, l’heure et la durée habituels" in page.text
