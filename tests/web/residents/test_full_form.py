"""The full form: one page a person, « Ajouter quelqu’un ? », and nothing of it in an address."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.entry_rules import EntryForm, EntryRules
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Household, Means
from eventsapp.places.models import Quartier
from eventsapp.registrations.models import AgeBracket, Enrolment, Need, Registration
from tests import factories
from tests.pages import Page, PageClient, PageResponse
from tests.registrations.stories import answers, kinds, register

AWA = {"first_name": "Awa", "email": "awa@example.org"}
RULES = EntryRules(form=EntryForm.FULL, most_under_6=2, children_per_adult=3)


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Parcours du canal", capacity=6, entry=RULES)
    territory = event.territory_id
    db_session.add_all(
        Quartier(territory_id=territory, slug=slug, name=name)
        for slug, name in (("flandre", "Flandre"), ("curial", "Curial"))
    )
    db_session.commit()
    return event


def form_of(event: Event) -> str:
    return f"/e/{event.code}/inscription"


def begin(client: PageClient, event: Event, **changes: str) -> PageResponse:
    """Awa tells who she is."""
    return client.submit(client.get(form_of(event)).page.form(), {**AWA, **changes})


def person(client: PageClient, page: Page, bracket: str, name: str | None = None, **more: str) -> Page:
    """The page of one person is filled in; the group that follows."""
    form = page.form()
    filled = {"bracket": bracket, **({} if name is None else {"first_name": name}), **more}
    sent = client.submit(form, filled)
    assert sent.status_code == 303
    return client.get(sent.location).page


def more(client: PageClient, group: Page, said: str) -> PageResponse:
    return client.submit(group.form(f"{group.address}"), {"more": said})


def one_more(client: PageClient, group: Page, bracket: str, name: str, **rest: str) -> Page:
    return person(client, client.get(more(client, group, "oui").location).page, bracket, name, **rest)


def group_of(client: PageClient, event: Event, *brackets: str) -> Page:
    """Awa and others, each of a bracket."""
    group = person(client, client.get(begin(client, event).location).page, "26-59")
    for number, bracket in enumerate(brackets):
        group = one_more(client, group, bracket, f"Enfant {number + 1}")
    return group


def registered() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Registration.id))) or 0


def test_a_family_person_by_person_to_its_own_page(client: PageClient, event: Event) -> None:
    curial = db.session.scalars(select(Quartier).where(Quartier.slug == "curial")).one()
    begun = begin(client, event, quartier=str(curial.id), means="courriel")
    assert (begun.status_code, begun.location) == (303, f"{form_of(event)}/personnes/1")
    first = client.get(begun.location).page
    assert (first.heading, first.form()["first_name"]) == ("Qui est la première personne ?", "Awa")
    assert "Étape 2 sur 3 : votre groupe" in first.main.text
    group = person(client, first, "26-59")
    assert group.heading == "Votre groupe : 1 personne"
    group = one_more(client, group, "3-5", "Issa", needs="sans_viande", interpreter="bm")
    assert group.heading == "Votre groupe : 2 personnes"
    assert "Issa 3 à 5 ans, repas sans viande, interprète : bambara" in group.main.text
    checked = more(client, group, "non")
    assert checked.location == f"{form_of(event)}/verification"
    check = client.get(checked.location).page
    for told in ("Étape 3 sur 3", "Awa", "awa@example.org", "Par e-mail", "Curial", "Issa", "26 à 59 ans"):
        assert told in check.main.text
    assert registered() == 0
    page = client.get(client.submit(check.form(button="Inscrire 2 personnes")).location).page
    assert page.heading == "C’est noté, Awa !"
    assert registered() == 1
    made = db.session.scalars(select(Registration)).one()
    assert [(one.first_name, one.bracket) for one in made.participants] == [
        ("Awa", AgeBracket.FROM_26),
        ("Issa", AgeBracket.FROM_3),
    ]
    assert [(need.need, need.language) for one in made.participants for need in one.needs] == [
        (Need.INTERPRETER, "bm"),
        (Need.NO_MEAT, ""),
    ]
    household = db.session.scalars(select(Household)).one()
    assert (household.quartier_id, household.contact.means) == (curial.id, Means.MAIL)
    assert db.session.scalars(select(Enrolment)).one().answers == {}
    assert kinds() == ["confirmed REQUEST"]


def test_somebody_is_changed_and_somebody_taken_out(client: PageClient, event: Event) -> None:
    group = group_of(client, event, "6-10", "11-14")
    changed = client.get(group.link("Modifier Enfant 1")).page
    assert changed.heading == "Changer : Enfant 1"
    group = person(client, changed, "3-5", "Issa")
    assert "Issa 3 à 5 ans" in group.main.text
    removal = group.form(f"{form_of(event)}/personnes/3/retrait")
    assert [client.submit(removal).status_code for _ in range(2)] == [303, 303]
    group = client.get(f"{form_of(event)}/personnes").page
    assert group.heading == "Votre groupe : 2 personnes"
    # The page of whoever is gone, from the browser's history: no one else's.
    gone = client.get(f"{form_of(event)}/personnes/3")
    assert gone.location == f"{form_of(event)}/personnes"
    again = client.get(more(client, group, "oui").location)
    assert again.page.address == f"{form_of(event)}/personnes/4"
    assert again.page.heading == "Qui est la 3e personne ?"


def test_a_double_click_adds_one_person_and_registers_once(client: PageClient, event: Event) -> None:
    first = client.get(begin(client, event).location).page.form()
    for _ in range(2):
        assert client.submit(first, {"bracket": "26-59"}).status_code == 303
    group = client.get(f"{form_of(event)}/personnes").page
    assert group.heading == "Votre groupe : 1 personne"
    check = client.get(more(client, group, "non").location).page.form()
    assert [client.submit(check).status_code for _ in range(2)] == [303, 303]
    assert (registered(), kinds()) == (1, ["confirmed REQUEST"])
    assert client.get(f"{form_of(event)}/personnes").location == f"{form_of(event)}/verification"


def test_what_another_tab_changed_is_read_again(client: PageClient, event: Event) -> None:
    group = group_of(client, event)
    check = client.get(more(client, group, "non").location).page.form()
    one_more(client, group, "6-10", "Issa")
    sent = client.submit(check)
    assert (sent.status_code, sent.location) == (303, f"{form_of(event)}/verification")
    assert "Inscrire 2 personnes" in client.get(sent.location).page.main.text
    assert registered() == 0


def test_the_first_page_again_keeps_the_group(client: PageClient, event: Event) -> None:
    group_of(client, event, "6-10")
    asked = client.get(form_of(event)).page.form()
    assert (asked["first_name"], asked["email"]) == ("Awa", "awa@example.org")
    again = client.submit(asked, {"first_name": "Aïssatou"})
    assert again.location == f"{form_of(event)}/personnes"
    assert client.get(again.location).page.heading == "Votre groupe : 2 personnes"
    assert "Aïssatou" in client.get(f"{form_of(event)}/verification").page.main.text


@pytest.mark.parametrize(
    ("brackets", "sentence"),
    [
        (("3-5", "0-2", "3-5"), "Nombre d’enfants de moins de 6 ans à ce rendez-vous : 2 au plus."),
        (("6-10",) * 4, "Nombre d’enfants pour un adulte : 3 au plus."),
        (("18-25",) * 6, "Vous êtes 7, et il y a 6 places en tout."),
    ],
)
def test_a_group_beyond_the_rules_is_told_which(
    client: PageClient, event: Event, brackets: tuple[str, ...], sentence: str
) -> None:
    group = group_of(client, event, *brackets)
    refused = more(client, group, "non")
    assert refused.status_code == 422
    assert sentence in refused.page.one(class_="errsum").text
    assert registered() == 0


def test_the_rules_are_said_before(client: PageClient, event: Event) -> None:
    for address in (f"/e/{event.code}-parcours-du-canal", form_of(event)):
        said = client.get(address).page.main.text
        assert "2 enfants de moins de 6 ans au plus. Un adulte pour 3 enfants au plus." in said


def test_children_alone_nobody_and_no_answer_are_refused(client: PageClient, event: Event) -> None:
    begun = begin(client, event)
    assert client.get(f"{form_of(event)}/personnes").location == begun.location
    assert client.get(f"{form_of(event)}/verification").location == f"{form_of(event)}/personnes"
    group = person(client, client.get(begun.location).page, "11-14", "Issa")
    alone = more(client, group, "non")
    assert alone.page.mistakes["more"].endswith("Un adulte accompagne les enfants. Ajoutez cette personne.")
    nothing = client.submit(group.form(group.address))
    assert nothing.page.mistakes["more"].endswith("Choisissez oui ou non.")


@pytest.mark.parametrize(
    "name",
    [
        "Awa\x07",
        "Awa\r\nBcc: x@example.org",
        "x" * 10_000,
        "\u202eawA",
        "awa@example.org",
        "http://x.example",
    ],
)
def test_odd_names_get_a_sentence_and_change_nothing(client: PageClient, event: Event, name: str) -> None:
    page = client.get(begin(client, event).location).page
    refused = client.submit(page.form(), {"first_name": name, "bracket": "26-59"})
    assert (refused.status_code, list(refused.page.mistakes)) == (422, ["first_name"])
    assert client.get(f"{form_of(event)}/personnes").location == page.address
    about, asked = client.get(form_of(event)).page.form().values, page.form().values
    for field in ("first_name", "phone", "email", "means", "quartier"):
        if (field, name) != ("email", "awa@example.org"):
            assert client.post(form_of(event), data={**about, field: name}).status_code == 422, field
    for field in ("bracket", "needs", "interpreter"):
        form = {**asked, "first_name": "Awa", "bracket": "26-59", field: name}
        assert client.post(page.address, data=form).status_code == 422, field
    assert registered() == 0


@pytest.mark.parametrize("name", ["فاطمة", "👩🏽‍🦱 Awa", "N’Déye-Anne", "אביגיל"])
def test_names_of_every_script_are_names(client: PageClient, event: Event, name: str) -> None:
    group = person(client, client.get(begin(client, event, first_name=name).location).page, "26-59")
    assert name in group.main.text
    check = client.get(more(client, group, "non").location).page
    client.submit(check.form())
    db.session.rollback()
    assert db.session.scalars(select(Registration)).one().participants[0].first_name == name


def test_answers_live_an_hour_from_the_last_one_and_are_nobody_elses(
    app: Flask, client: PageClient, event: Event, clock: time_machine.Traveller
) -> None:
    app.config.update(WTF_CSRF_TIME_LIMIT=None, PERMANENT_SESSION_LIFETIME=timedelta(days=30))
    page = client.get(begin(client, event).location).page
    other = app.test_client()
    assert isinstance(other, PageClient)
    assert other.get(page.address).location == f"{form_of(event)}/verification"
    clock.shift(timedelta(minutes=50))
    group = person(client, page, "26-59")
    clock.shift(timedelta(minutes=50))
    assert client.get(group.address).page.heading == "Votre groupe : 1 personne"
    clock.shift(timedelta(minutes=20))
    for late in (client.get(group.address), more(client, group, "non")):
        assert (late.status_code, late.page.heading) == (410, "Vos réponses ont été effacées")


def test_pages_are_private_and_say_few_statements_however_many_come(
    client: PageClient, event: Event, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    group = group_of(client, event)
    for _ in range(3):
        with statements() as said:
            shown = client.get(group.address)
        counts.append(len(said))
        assert shown.headers["Cache-Control"] == "no-store"
        assert "noindex" in shown.headers["X-Robots-Tag"]
        group = one_more(client, group, "18-25", "Binta")
    assert counts == [2, 2, 2]


def test_fewer_seats_than_people_is_a_choice(client: PageClient, event: Event) -> None:
    register(event, answers("Binta", adults=4))
    group = group_of(client, event, "6-10", "11-14")
    check = client.get(more(client, group, "non").location).page
    assert "Il y a de la place pour 2 personnes de votre groupe. Vous êtes 3." in check.main.text
    form = client.get(check.link("Venir à 2")).page
    assert form.heading == "Venir moins nombreux"
    too_many = client.submit(form.form(), {})
    assert (too_many.status_code, list(too_many.page.mistakes)) == (422, ["people"])
    children = client.submit(form.form(), {"people": ["2", "3"]})
    assert "Un adulte accompagne les enfants" in children.page.one(class_="errsum").text
    smaller = client.submit(form.form(), {"people": ["1", "3"]})
    done = client.submit(client.get(smaller.location).page.form(button="Inscrire 2 personnes"))
    assert client.get(done.location).page.heading == "C’est noté, Awa !"
    assert registered() == 2
    made = db.session.scalars(select(Registration).order_by(Registration.id.desc())).first()
    assert made is not None
    assert [one.first_name for one in made.participants] == ["Awa", "Enfant 2"]
    assert len(kinds("awa@example.org")) == 1


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("odd", ["1" * 5_000, "-1", "²", "1.0", "2147483648", "99", ""])
def test_numbers_of_nobody_are_nobody(client: PageClient, event: Event, odd: str) -> None:
    group = group_of(client, event, "6-10")
    form = client.get(f"{form_of(event)}/moins").page.form()
    given = client.post(
        f"{form_of(event)}/moins", data={"csrf_token": form["csrf_token"], "people": [odd, "2"]}
    )
    assert given.status_code == 422
    assert "Un adulte accompagne les enfants" in given.page.one(class_="errsum").text
    assert "2 personnes" in client.get(group.address).page.heading
