"""Paul calls to come to a meeting of professionals: Nadia registers him for his organisation."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Audience, Event
from eventsapp.database import db
from eventsapp.people.models import Account, Household
from eventsapp.registrations.models import Registration, WayIn
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from tests.pages import PageClient
from tests.registrations.stories import cancel, kinds, letters, register, text_of
from tests.web.conftest import SignIn

PAUL = {"first_name": "Paul", "email": "paul@relais.example", "organisation": "Le Relais", "agrees": "y"}


@pytest.fixture
def desk(event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]) -> PageClient:
    event.audience = Audience.PROFESSIONALS
    db_session.commit()
    return sign_in(nadia)


def test_who_calls_is_registered_for_an_organisation(desk: PageClient, event: Event) -> None:
    base = f"/pro/rendez-vous/{event.code}/inscriptions"
    form = desk.get(f"{base}/nouvelle").page.form()
    assert "adults" not in form.values
    refused = desk.submit(form, PAUL | {"email": "", "organisation": ""})
    assert {name: said.split("Erreur : ")[1] for name, said in refused.page.mistakes.items()} == {
        "organisation": "Écrivez le nom de sa structure.",
        "email": "Écrivez son adresse e-mail : l’invitation y arrive.",
    }
    assert [desk.submit(form, PAUL).location for _ in range(2)] == [base, base]
    db.session.rollback()
    [paul] = db.session.scalars(select(Registration)).all()
    assert paul.professional is not None
    assert (paul.professional.works_for, paul.seats, paul.way) == ("Le Relais", 1, WayIn.DESK)
    assert db.session.scalars(select(Household)).all() == []
    assert kinds() == ["confirmed REQUEST"]
    assert "/ma-venue/" in text_of(letters("paul@relais.example")[0])
    assert "Le Relais" in desk.get(base).page.main.text
    page = desk.get(f"{base}/{paul.code}").page
    assert "Le Relais" in page.main.text
    assert "Changer le nombre de personnes" not in page.main.text


def test_no_other_way_in_makes_a_family_of_a_professional(desk: PageClient, event: Event) -> None:
    base = f"/pro/rendez-vous/{event.code}"
    assert "Feuille papier" not in desk.get(f"{base}/inscriptions").page.main.text
    assert event.title not in desk.get("/pro/inscrire").page.main.text
    for closed in (f"{base}/inscriptions/feuille", f"{base}/inscrire"):
        said = desk.get(desk.get(closed).location).page.text
        assert "Ce rendez-vous est entre professionnels : chacun s’y inscrit pour sa structure." in said


FAMILY = {"fr": "famille", "en": "famil"}


@pytest.mark.parametrize(("language", "said"), [("fr", "première personne"), ("en", "first person")])
def test_where_professionals_meet_no_page_and_no_letter_speaks_of_families(
    desk: PageClient,
    client: PageClient,
    event: Event,
    db_session: scoped_session[Session],
    language: str,
    said: str,
) -> None:
    """One place, a yes within a day: Ousmane has it and cancels, Paul is asked and declines, Lise waits."""
    event.capacity, event.entry = 1, EntryRules(answer_hours=24)
    event.title = "Petit déjeuner"
    db_session.commit()
    for visitor in (desk, client):
        visitor.get(f"/?langue={language}")
    ousmane, paul, lise = (
        register(
            event,
            ProfessionalAnswers(first_name=name, email=f"{name}@relais.example", organisation="Relais"),
            language=language,
        )
        for name in ("Ousmane", "Paul", "Lise")
    )
    own = [f"/ma-venue/{one.link_token}" for one in (ousmane, paul, lise)]
    base = f"/pro/rendez-vous/{event.code}/inscriptions"
    form = client.get(f"/e/{event.code}/inscription").page.form()
    check = client.submit(form, {"first_name": "Inès", "email": "i@relais.example", "organisation": "R"})
    pages = [
        client.get(one, follow_redirects=True).page for one in (f"/e/{event.code}", check.location, *own)
    ]
    pages.append(client.get(f"{own[0]}/inscriptions/{ousmane.registration.code}/annulation").page)
    pages += [desk.get(one).page for one in (base, f"{base}/reglages")]
    told = [page.main.text for page in pages]
    cancel(ousmane.registration)
    told += [desk.get(f"{base}/{paul.registration.code}").page.main.text]
    decline = desk.get(f"{base}/{paul.registration.code}").page.form(button=_NO[language])
    told.append(desk.get(desk.submit(decline).location).page.text)
    told += [text_of(letter) for letter in letters()]
    assert [one for one in told if FAMILY[language] in one.lower()] == []
    assert said in told[0]
    assert said in told[4]
    assert said in told[6]


_NO = {"fr": "Elle ne vient pas", "en": "They do not come"}
