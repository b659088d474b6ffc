"""Fatou imports the agenda of the Maison des femmes de Flandre, page by page."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.database import db
from eventsapp.imports.models import ImportSource
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation
from tests import factories
from tests.imports import upgrades
from tests.imports.exports import an_event, openagenda, timing
from tests.pages import Form, Page, PageClient, PageResponse
from tests.web.conftest import SignIn


@pytest.fixture
def maison(db_session: scoped_session[Session]) -> Organisation:
    found, area = factories.an_association("Maison des femmes de Flandre"), factories.a_territory()
    approvals.approve(found, area, actor="cli", now=hours.now())
    approvals.trust(found, area, actor="cli", now=hours.now())
    factories.a_school()
    factories.an_action()
    db_session.commit()
    return found


@pytest.fixture
def fatou(maison: Organisation, db_session: scoped_session[Session], sign_in: SignIn) -> PageClient:
    account = accounts.open_account("fatou@example.org", "Fatou", actor="cli", now=hours.now())
    grants.give(account, Role.MEMBER, maison, by="cli", now=hours.now())
    db_session.commit()
    return sign_in(account)


def follows(client: PageClient, maison: Organisation, **answers: str) -> str:
    """Adds a source: the address of its page."""
    page = client.get(f"/pro/organisations/{maison.id}/imports/nouveau").page
    action = str(factories.an_action().id)
    db.session.rollback()  # to see what is committed meanwhile
    answer = client.submit(page.form(button="Continuer"), {"name": "OpenAgenda", "action": action} | answers)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def sends(client: PageClient, address: str, octets: bytes, name: str = "export.json") -> PageResponse:
    form = client.get(address).page.form(button="Voir ce qui va se passer")
    assert form.element["enctype"] == "multipart/form-data"
    fields = {"csrf_token": form["csrf_token"], "file": (io.BytesIO(octets), name)}
    return client.post(form.action, data=fields, content_type="multipart/form-data")  # type: ignore[return-value]


def all_of_each_series(page: Page) -> Form:
    """« Annuler toutes ces dates » is ticked for all that vanished together."""
    return ticked(page, "annuler-ensemble")


def ticked(page: Page, *names: str) -> Form:
    """All boxes of these names that there are."""
    form = page.form(button="Reprendre ces rendez-vous")
    for name in names:
        if boxes := form.element.all("input", name=name):
            form[name] = [box["value"] for box in boxes]
    return form


def cancelled(session: scoped_session[Session]) -> list[bool]:
    """Of each session, in the order they were announced."""
    session.expire_all()
    return [event.is_cancelled for event in session.scalars(select(Event).order_by(Event.id))]


def test_from_an_empty_desk_to_a_published_session(
    maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    desk = f"/pro/organisations/{maison.id}/"
    assert "Agendas importés" in fatou.get(desk).page.main.text
    assert "Aucun agenda n’est encore importé." in fatou.get(f"{desk}imports").page.main.text
    address = follows(fatou, maison)
    assert "Rien n’a encore été lu." in fatou.get(address).page.main.text
    assert sends(fatou, address, openagenda(an_event(), an_event(2, ""))).status_code == 303
    shown = fatou.get(address).page
    assert "Café des femmes" in shown.main.text
    assert "Il manque le titre." in shown.main.text
    assert db_session.scalars(select(Event)).all() == []
    db_session.rollback()
    assert "1 changement de l’agenda" in fatou.get(desk).page.main.text.replace("\u00a0", " ")
    assert fatou.submit(shown.form(button="Reprendre ces rendez-vous")).status_code == 303
    after = fatou.get(address).page.main.text.replace("\u00a0", " ")
    assert "C’est fait : 1 rendez-vous proposé." in after
    assert "Rien à reprendre" in after
    assert db_session.scalars(select(Event.title)).all() == ["Café des femmes"]


def test_an_unknown_place_is_chosen_on_the_page(
    maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    address = follows(fatou, maison)
    sends(fatou, address, openagenda(an_event(location={"name": "Salle Tanger"})))
    page = fatou.get(address).page
    form = page.form(button="Retenir ces lieux")
    school = str(factories.a_school().id)
    db_session.rollback()
    assert fatou.submit(form, {"lieu-1": school}).status_code == 303
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    assert db_session.scalars(select(Event)).one().venue.name == "École Curial"


def test_what_vanished_is_cancelled_when_it_is_ticked(
    maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    address = follows(fatou, maison)
    two = [timing("2026-12-05", "10:00", "12:00"), timing("2026-12-12", "10:00", "12:00")]
    sends(fatou, address, openagenda(an_event(timings=two)))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    sends(fatou, address, openagenda(an_event(timings=two[:1])))
    page = fatou.get(address).page
    assert "Disparus du fichier" in page.main.text
    (box,) = [one for one in page.main.all("input") if one.get("name") == "annuler"]
    fatou.submit(page.form(button="Reprendre ces rendez-vous"), {"annuler": box.get("value") or ""})
    found = db_session.scalars(select(Event).order_by(Event.starts_at))
    assert [event.is_cancelled for event in found] == [False, True]


def test_what_cannot_be_read_is_said_beside_the_file(maison: Organisation, fatou: PageClient) -> None:
    address = follows(fatou, maison)
    answer = sends(fatou, address, b"%PDF-1.7 bonjour", "programme.pdf")
    assert answer.status_code == 422
    assert "Il manque des colonnes" in answer.page.main.text


def test_an_address_is_kept_for_the_worker_and_shown_to_her_people_only(
    maison: Organisation,
    fatou: PageClient,
    samira: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
) -> None:
    secret = "https://agenda.example.org/prive/4f9a.ics"
    address = follows(fatou, maison, url=secret)
    page = fatou.get(address).page
    assert secret in page.main.text
    assert "Nous lisons cet agenda." in page.main.text
    coordinator = sign_in(samira)
    seen = coordinator.get(address)
    assert "4f9a" not in seen.text
    assert "agenda.example.org" in seen.page.main.text
    assert [one.get("method") for one in seen.page.main.all("form") if one.get("method") == "post"] == []
    assert coordinator.get(f"{address}/reglages").status_code == 403
    source = db_session.scalars(select(ImportSource)).one()
    assert source.next_at == hours.now()


@pytest.mark.parametrize(
    "url", ["ftp://agenda.example.org/", "http://127.0.0.1/", "https://moi:x@a.example.org/"]
)
def test_an_address_that_is_none_is_refused_in_the_form(
    maison: Organisation, fatou: PageClient, db_session: scoped_session[Session], url: str
) -> None:
    page = fatou.get(f"/pro/organisations/{maison.id}/imports/nouveau").page
    answers = {"name": "Notre agenda", "action": str(factories.an_action().id), "url": url}
    db_session.rollback()
    answer = fatou.submit(page.form(button="Continuer"), answers)
    assert answer.status_code == 422
    assert "Écrivez une adresse comme" in answer.page.main.text


def test_a_session_that_moved_meanwhile_is_shown_again(
    app: Flask, maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    address = follows(fatou, maison)
    sends(fatou, address, openagenda(an_event()))
    old = fatou.get(address).page.form(button="Reprendre ces rendez-vous")
    sends(fatou, address, openagenda(an_event(2, "Autre chose")))
    assert fatou.submit(old).status_code == 303
    assert "Relisez ce qui va se passer" in fatou.get(address).page.main.text
    assert db_session.scalars(select(Event)).all() == []


def test_a_source_given_up_leaves_its_sessions(
    maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    address = follows(fatou, maison)
    sends(fatou, address, openagenda(an_event()))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    fatou.submit(fatou.get(f"{address}/reglages").page.form(button="Ne plus suivre"))
    assert fatou.get(address).status_code == 404
    assert db_session.scalars(select(Event.title)).all() == ["Café des femmes"]


def test_new_dates_of_a_record_are_said_to_join_its_series(maison: Organisation, fatou: PageClient) -> None:
    address, lines = follows(fatou, maison), [timing("2026-12-05", "10:00", "12:00")]
    sends(fatou, address, openagenda(an_event(timings=lines)))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    lines += [timing(f"2026-12-{day}", "10:00", "12:00") for day in (12, 19, 26)]
    sends(fatou, address, openagenda(an_event(timings=lines)))
    said = fatou.get(address).page.main.text.replace("\u00a0", " ")
    assert "3 nouvelles dates de « Café des femmes »" in said
    assert "Du samedi 12 décembre 2026 au samedi 26 décembre 2026, de 10 h à 12 h" in said
    assert "S’ajoutent à la série déjà ici" in said


def test_dates_that_vanish_are_cancelled_together_but_for_those_where_somebody_is_registered(
    maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    address = follows(fatou, maison)
    lines = [timing(f"2026-12-{day:02}", "10:00", "12:00") for day in (5, 12, 19, 26)]
    sends(fatou, address, openagenda(an_event(timings=lines)))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    event = db_session.scalars(select(Event).order_by(Event.id).limit(1)).one()
    event.registration, event.capacity, event.seats_taken = RegistrationMode.COUNTED, 12, 3
    db_session.commit()
    sends(fatou, address, openagenda(an_event(timings=lines[3:])))
    page = fatou.get(address).page
    said = page.main.text.replace("\u00a0", " ")
    assert "2 dates de « Café des femmes »" in said
    assert "3 personnes inscrites" in said
    assert fatou.submit(all_of_each_series(page)).status_code == 303
    assert cancelled(db_session) == [False, True, True, False]


def test_a_date_that_vanished_and_was_moved_by_hand_here_is_cancelled_alone(
    maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    address = follows(fatou, maison)
    lines = [timing(f"2026-12-{day:02}", "10:00", "12:00") for day in (5, 12, 19)]
    sends(fatou, address, openagenda(an_event(timings=lines)))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    event = db_session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    later = {"starts_at": event.starts_at + timedelta(days=1), "ends_at": event.ends_at + timedelta(days=1)}
    manin = factories.a_school("École Manin")
    scheduling.reschedule(event, **later, venue=manin, actor="account:1", now=hours.now())
    db_session.commit()
    sends(fatou, address, openagenda())
    page = fatou.get(address).page
    said = page.main.text.replace("\u00a0", " ")
    assert "2 dates de « Café des femmes »" in said
    assert "Du samedi 5 décembre 2026 au samedi 12 décembre 2026" in said
    assert "Dimanche 20 décembre 2026, de 10 h à 12 h – Manin" in said
    assert fatou.submit(all_of_each_series(page)).status_code == 303
    assert cancelled(db_session) == [True, True, False]


def test_a_series_of_many_dates_is_cancelled_by_a_form_of_few_signs(
    app: Flask, maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    """Two daily series of two years were more than a form may say: nothing at all was taken over."""
    address = follows(fatou, maison)
    lines = [timing(f"2026-12-{day:02}", "10:00", "12:00") for day in range(1, 32)]
    sends(fatou, address, openagenda(an_event(timings=lines), an_event(2, "Couture", timings=lines)))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    sends(fatou, address, openagenda())
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = 1024
    assert fatou.submit(all_of_each_series(fatou.get(address).page)).status_code == 303
    assert cancelled(db_session) == [True] * 62


def test_one_date_of_a_series_is_cancelled_alone_even_its_first(
    maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    address = follows(fatou, maison)
    lines = [timing(f"2026-12-{day:02}", "10:00", "12:00") for day in (19, 5, 12, 26)]
    sends(fatou, address, openagenda(an_event(timings=lines)))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    sends(fatou, address, openagenda())
    form = fatou.get(address).page.form(button="Reprendre ces rendez-vous")
    first = form.element.all("input", name="annuler")[0]
    assert fatou.submit(form, {"annuler": first["value"]}).status_code == 303
    assert cancelled(db_session) == [True, False, False, False]


@pytest.mark.parametrize(("days", "day"), [((5, 12, 19), 5), ((5, 12, 19), 12), ((5,), 5)])
def test_what_somebody_registers_for_meanwhile_is_shown_again(
    days: tuple[int, ...],
    day: int,
    maison: Organisation,
    fatou: PageClient,
    db_session: scoped_session[Session],
) -> None:
    """The first date of a series, another, or one that stood alone: nobody has seen who is registered."""
    address = follows(fatou, maison)
    lines = [timing(f"2026-12-{one:02}", "10:00", "12:00") for one in days]
    sends(fatou, address, openagenda(an_event(timings=lines)))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    sends(fatou, address, openagenda())
    old = ticked(fatou.get(address).page, "annuler", "annuler-ensemble")
    event = next(one for one in db_session.scalars(select(Event)) if one.starts_at.day == day)
    event.registration, event.capacity, event.seats_taken = RegistrationMode.COUNTED, 12, 3
    db_session.commit()
    assert fatou.submit(old).status_code == 303
    said = fatou.get(address).page.main.text.replace("\u00a0", " ")
    assert "Relisez ce qui va se passer" in said
    assert "3 personnes inscrites" in said
    assert cancelled(db_session) == [False] * len(days)


def test_an_agenda_that_was_read_before_the_upgrade_is_opened_and_taken_over_after_it(
    maison: Organisation, fatou: PageClient, db_session: scoped_session[Session]
) -> None:
    address = follows(fatou, maison)
    lines = [timing(f"2026-12-{day:02}", "10:00", "12:00") for day in (5, 12)]
    sends(fatou, address, openagenda(an_event(timings=lines), an_event(2, ""), an_event(3, "Couture")))
    upgrades.read_before_the_upgrade()
    shown = fatou.get(address)
    assert shown.status_code == 200
    assert "2 nouvelles dates de « Café des femmes »" in shown.page.main.text.replace("\u00a0", " ")
    assert "Il manque le titre." in shown.page.main.text
    assert fatou.submit(shown.page.form(button="Reprendre ces rendez-vous")).status_code == 303
    found = db_session.execute(select(Event.title, Event.description).order_by(Event.id)).all()
    assert [tuple(one) for one in found] == [
        ("Café des femmes", "Avec Fatou.\nEntrée libre."),
        ("Café des femmes", "Avec Fatou.\nEntrée libre."),
        ("Couture", "Avec Fatou.\nEntrée libre."),
    ]


def test_dates_that_change_together_are_shown_in_their_order_whatever_that_of_the_file(
    maison: Organisation, fatou: PageClient
) -> None:
    address, days = follows(fatou, maison), ("2026-12-19", "2026-12-05", "2026-12-12")
    sends(fatou, address, openagenda(an_event(timings=[timing(day, "10:00", "12:00") for day in days])))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    sends(fatou, address, openagenda(an_event(timings=[timing(day, "14:00", "16:00") for day in days])))
    changed = fatou.get(address).page.one("section", aria_labelledby="changes")
    assert "Du samedi 5 décembre 2026 au samedi 19 décembre 2026" in changed.text
    assert [one.text for one in changed.one("details").all("s")] == [
        f"samedi {day} décembre 2026, de 10 h à 12 h" for day in (5, 12, 19)
    ]


def test_another_place_is_shown_beside_the_one_of_before(maison: Organisation, fatou: PageClient) -> None:
    factories.a_school("École Tanger", address="41 rue de Tanger")
    db.session.commit()
    address = follows(fatou, maison)
    sends(fatou, address, openagenda(an_event()))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    there = {"name": "École Tanger", "address": "41 rue de Tanger", "postalCode": "75019"}
    sends(fatou, address, openagenda(an_event(location=there)))
    assert [was.text for was in fatou.get(address).page.main.all("s")] == ["Curial"]


def test_what_the_project_team_has_not_read_is_no_agenda_yet(maison: Organisation, fatou: PageClient) -> None:
    approvals.distrust(maison, factories.a_territory(), actor="cli", now=hours.now())
    db.session.commit()
    address = follows(fatou, maison)
    sends(fatou, address, openagenda(an_event()))
    fatou.submit(fatou.get(address).page.form(button="Reprendre ces rendez-vous"))
    said = fatou.get(address).page.main.text.replace("\u00a0", " ")
    assert "Rien à reprendre : 1 date attend la réponse de l’équipe du projet." in said
    assert "dit la même chose" not in said


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, "Écrivez un nom."),
        ({"name": "OpenAgenda"}, "Choisissez l’action de ces rendez-vous."),
    ],
)
def test_what_lacks_is_said_in_the_order_of_the_page(
    answers: dict[str, str], wrong: str, maison: Organisation, fatou: PageClient
) -> None:
    form = fatou.get(f"/pro/organisations/{maison.id}/imports/nouveau").page.form(button="Continuer")
    answer = fatou.submit(form, answers)
    assert answer.status_code == 422
    assert wrong in answer.page.main.text
