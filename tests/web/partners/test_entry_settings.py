"""Nadia sets how one enters her workshop; the rule is said in words that a family understands."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.entry_rules import EntryForm, EntryRules, QueueOrder
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people.models import Account
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.pages import PageClient, PageResponse
from tests.registrations.stories import answers, kinds, register
from tests.web.conftest import SignIn


def settings_of(event: Event) -> str:
    return f"/pro/rendez-vous/{event.code}/inscriptions/reglages"


def send(client: PageClient, event: Event, **answered: object) -> PageResponse:
    db.session.rollback()
    page = client.get(settings_of(event)).page
    answer = client.submit(page.form(button="Enregistrer"), answered)
    db.session.rollback()
    return answer


def rules_of(event: Event) -> EntryRules:
    db.session.rollback()
    return db.session.get_one(Event, event.id).entry


def test_she_reads_the_rule_sets_another_and_it_is_journalled(
    event: Event, nadia: Account, sign_in: SignIn, client: PageClient
) -> None:
    desk = sign_in(nadia)
    page = desk.get(settings_of(event)).page
    assert "La règle d’aujourd’hui" in page.main.text
    assert "Au plus 3 autres peuvent passer devant une famille qui attend." in page.main.text
    done = send(desk, event, form="complete", most_under_6="4", order="ordre_strict", answer_hours="24")
    assert (done.status_code, done.location) == (303, f"/pro/rendez-vous/{event.code}/inscriptions")
    assert "C’est enregistré." in desk.get(done.location).page.text
    assert rules_of(event) == EntryRules(
        form=EntryForm.FULL, most_under_6=4, order=QueueOrder.STRICT, answer_hours=24
    )
    [line] = db.session.scalars(select(JournalLine).where(JournalLine.verb == "entry_set"))
    assert (line.thing, line.thing_id, line.actor) == ("event", event.id, nadia.actor)
    assert "et à personne d’autre. La famille choisie a 24 heures" in desk.get(settings_of(event)).page.text
    # A family reads it where there is a queue, and only there.
    home = f"/e/{event.code}-{event.slug}"
    assert "et à personne d’autre" not in client.get(home).page.text
    register(event, answers("Awa", adults=12))
    assert "Elle va à la première famille de la liste, et à personne d’autre." in client.get(home).page.text
    send(desk, event)
    assert "Rien n’a changé." in desk.get(done.location).page.text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("answered", "field", "sentence"),
    [
        ({"most_children": "beaucoup"}, "most_children", "Écrivez un nombre entre 0 et 2000, ou rien."),
        ({"most_adults": "2001"}, "most_adults", "Écrivez un nombre entre 0 et 2000, ou rien."),
        ({"most_under_6": "-1"}, "most_under_6", "Écrivez un nombre entre 0 et 2000, ou rien."),
        ({"children_per_adult": "0"}, "children_per_adult", "Écrivez un nombre entre 1 et 20, ou rien."),
        ({"most_children": "2"}, "most_children", "Le samedi 28 novembre, 3 personnes de cet âge"),
        ({"most_adults": "1"}, "most_adults", "Le samedi 28 novembre, 2 personnes de cet âge"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_changes_nothing(
    event: Event, nadia: Account, sign_in: SignIn, answered: dict[str, str], field: str, sentence: str
) -> None:
    register(event, answers("Awa", 2, 3))
    refused = send(sign_in(nadia), event, **answered, order="ordre_strict")
    assert refused.status_code == 422
    assert sentence in refused.page.main.one("p", id=f"{field}-error").text
    [typed] = answered.values()
    assert refused.page.main.one("input", id=field)["value"] == typed
    assert rules_of(event) == EntryRules()
    assert db.session.scalars(select(JournalLine).where(JournalLine.verb == "entry_set")).all() == []


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("odd", [{"order": "au_hasard"}, {"form": ""}, {"answer_hours": "100000"}])
def test_what_no_page_offers_is_refused(
    event: Event, nadia: Account, sign_in: SignIn, odd: dict[str, str]
) -> None:
    desk = sign_in(nadia)
    form = desk.get(settings_of(event)).page.form(button="Enregistrer")
    form.values |= {name: [value] for name, value in odd.items()}
    assert desk.submit(form).status_code == 422
    assert rules_of(event) == EntryRules()


def test_who_waits_and_fits_by_the_new_rule_is_seated_at_once(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    send(desk, event, most_children="2")
    register(event, answers("Awa", 1, 2))
    binta = register(event, answers("Binta", 1, 1)).registration
    assert binta.status is RegistrationStatus.WAITING
    said = desk.get(f"/pro/rendez-vous/{event.code}/inscriptions").page.main.text
    assert "Il y a des places libres, mais plus pour l’âge d’une personne du groupe." in said
    send(desk, event, most_children="3")
    assert db.session.get_one(Registration, binta.id).status is RegistrationStatus.CONFIRMED
    assert kinds("binta@example.org") == ["waiting", "promoted REQUEST"]


def test_who_was_asked_has_the_place_once_no_answer_is_asked_for(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    send(desk, event, answer_hours="24", most_children="1")
    register(event, answers("Awa", 1, 1))
    binta = register(event, answers("Binta", 1, 1)).registration
    send(desk, event, most_children="2")
    assert db.session.get_one(Registration, binta.id).status is RegistrationStatus.OFFERED
    send(desk, event, answer_hours="0")
    assert db.session.get_one(Registration, binta.id).status is RegistrationStatus.CONFIRMED
    assert kinds("binta@example.org") == ["waiting", "offered", "promoted REQUEST"]


def test_the_following_dates_of_a_series_follow_and_no_other(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    week = timedelta(days=7)
    later = factories.an_event("Atelier cuisine", starts_at=event.starts_at + week, host=event.host)
    before = factories.an_event("Atelier cuisine", starts_at=event.starts_at - timedelta(days=1))
    open_door = factories.an_event("Atelier cuisine", starts_at=event.starts_at + 2 * week, capacity=None)
    other = factories.an_event("Atelier vélo", starts_at=event.starts_at + week)
    db_session.commit()
    desk = sign_in(nadia)
    done = send(desk, event, order="ordre_strict", following="y")
    assert "C’est enregistré pour 2 dates." in desk.get(done.location).page.text
    strict = EntryRules(order=QueueOrder.STRICT)
    assert [rules_of(one) for one in (event, later)] == [strict] * 2
    assert [rules_of(one) for one in (before, open_door, other)] == [EntryRules()] * 3
    assert event.activity.asks == strict
    # All or none: one date where it cannot be, and none changes.
    register(later, answers("Awa", 1, 2))
    refused = send(desk, event, most_children="1", following="y")
    assert refused.status_code == 422
    assert "Le samedi 5 décembre, 2 personnes de cet âge" in refused.page.main.text
    assert [rules_of(one) for one in (event, later)] == [strict] * 2
    assert send(desk, event, most_children="1").status_code == 303


@pytest.mark.databases("sqlite")
def test_what_has_begun_or_needs_no_registration_is_not_set(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    with time_machine.travel(event.starts_at - timedelta(minutes=1), tick=False):
        desk = sign_in(nadia)
        form = desk.get(settings_of(event)).page.form(button="Enregistrer")
    with time_machine.travel(event.starts_at, tick=False):
        assert "ne se règlent plus" in desk.get(settings_of(event)).page.main.text
        form["order"] = "ordre_strict"
        assert desk.submit(form).status_code == 409
    assert rules_of(event) == EntryRules()
    desk = sign_in(nadia)
    free = factories.an_event("Porte ouverte", capacity=None, host=event.host)
    db_session.commit()
    page = desk.get(settings_of(free)).page
    assert "il n’y a pas de liste à régler" in page.main.text
    assert page.main.all("input", type="radio") == []
