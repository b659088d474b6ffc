"""Ousmane of the Relais comes to every breakfast of professionals: asked, paused, ended on his own page."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda.models import Audience, Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.jobs import timetable
from eventsapp.jobs.door import Turn, never
from eventsapp.people.models import Account, Professional
from eventsapp.registrations import standing as sign_ups
from eventsapp.registrations.models import AgeBracket, Registration, RegistrationStatus
from eventsapp.registrations.party import Member
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from eventsapp.registrations.standing_models import StandingSignUp, StandingStatus
from tests import factories
from tests.pages import PageClient
from tests.registrations.stories import a_transaction, answers, kinds, letters, register, text_of
from tests.web.conftest import SignIn
from tests.web.residents.homes import confirm

DAYS = (date(2026, 12, 1), date(2027, 1, 5), date(2027, 2, 2))
SERIES = "Petits déjeuners entre professionnels"
ADULT = Member(bracket=AgeBracket.ADULT)


@pytest.fixture
def breakfasts(db_session: scoped_session[Session]) -> list[Event]:
    """Three dates of a series; the second has one place."""
    events = [a_date(day, 1 if day == DAYS[1] else 12) for day in DAYS]
    db_session.commit()
    return events


def a_date(day: date, capacity: int = 12, audience: Audience = Audience.PROFESSIONALS) -> Event:
    return factories.an_event(
        "Petit déjeuner",
        activity=factories.an_activity(SERIES),
        starts_at=local(day, 8, 30),
        capacity=capacity,
        audience=audience,
    )


def home_of(event: Event, name: str = "Ousmane", organisation: str = "Le Relais") -> str:
    """Registers to one date, and gives the address of the own page."""
    email = f"{name.lower().replace('è', 'e')}@relais.example"
    done = register(event, ProfessionalAnswers(first_name=name, email=email, organisation=organisation))
    return f"/ma-venue/{done.link_token}"


def says_yes(client: PageClient, home: str) -> None:
    asked = client.get(client.get(home).page.link(f"Voir les dates ({SERIES})"))
    done = client.submit(asked.page.form(button="Oui, à toutes les dates"))
    assert (done.status_code, done.location) == (303, home)


def standing() -> StandingSignUp:
    db.session.rollback()
    return db.session.scalars(select(StandingSignUp)).one()


def states(name: str = "Ousmane") -> list[RegistrationStatus]:
    db.session.rollback()
    rows = db.session.scalars(select(Registration).join(Registration.event).order_by(Event.starts_at))
    return [one.status for one in rows if one.contact.first_name == name]


def a_turn(after: timedelta = timedelta(0)) -> None:
    """What the worker does of standing sign-ups."""
    db.session.commit()
    timetable.enter_standing(Turn(hours.now() + after, "house:1", never))
    db.session.commit()


CONFIRMED, WAITING, CANCELLED = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITING,
    RegistrationStatus.CANCELLED,
)


def test_from_one_date_to_all_of_them_and_each_link_opens_all_that_is_his(
    client: PageClient, breakfasts: list[Event]
) -> None:
    home_of(breakfasts[1], "Inès")
    home = home_of(breakfasts[0])
    asked = client.get(client.get(home).page.link(f"Voir les dates ({SERIES})")).page
    assert asked.heading == "Venir à toutes les dates ?"
    assert "Nous vous inscrivons aux 2 autres dates, et à celles qui seront annoncées." in asked.main.text
    assert "Pour combien" not in asked.main.text
    [waits] = [one for one in asked.all("li") if "Liste d’attente" in one.text]
    assert "Mardi 5 janvier 2027" in waits.text
    says_yes(client, home)
    page = client.get(home).page
    assert page.heading == "C’est noté, Ousmane !"
    said = " ".join(page.main.text.split())
    assert "Vous venez à toutes les dates Vous avez 2 inscriptions à venir." in said
    assert "Pour 1 d’entre elles, vous êtes sur la liste d’attente." in said
    assert "Votre rang : 1." in said
    assert "famille" not in said
    assert said.count("Le Relais") == 1
    assert said.count("Annuler ma venue") == 2
    assert states() == [CONFIRMED, WAITING, CONFIRMED]
    assert kinds("ousmane@relais.example") == ["confirmed REQUEST", "standing_dates"]
    # The letter of the other dates has a link of its own: the same page, the sign-up with it.
    [other] = re.findall(r"/ma-venue/\S+", text_of(letters("ousmane@relais.example")[-1]))
    assert other != home
    [his, same] = [
        client.get(address).page.main.text.split("Gardez cette page")[0] for address in (home, other)
    ]
    assert his == same
    client.submit(client.get(other).page.form(button="Ne plus m’inscrire aux nouvelles dates"))
    assert standing().status is StandingStatus.PAUSED


def test_a_date_added_later_is_his_with_its_calendar_entry_unless_he_pauses(
    client: PageClient, breakfasts: list[Event]
) -> None:
    home = home_of(breakfasts[0])
    says_yes(client, home)
    with a_transaction():
        a_date(date(2027, 3, 2))
    a_turn()
    a_turn(timedelta(minutes=3))
    assert states() == [CONFIRMED] * 4
    assert kinds("ousmane@relais.example")[2:] == ["confirmed REQUEST"]
    done = client.submit(client.get(home).page.form(button="Ne plus m’inscrire aux nouvelles dates"))
    assert done.location == home
    assert "En pause" in client.get(home).page.main.text
    with a_transaction():
        a_date(date(2027, 4, 6))
    a_turn()
    assert len(states()) == 4
    client.submit(client.get(home).page.form(button="M’inscrire de nouveau"))
    assert states() == [CONFIRMED] * 5


def test_who_answered_another_form_for_a_date_is_there_once_and_a_colleague_of_the_mailbox_besides(
    client: PageClient, breakfasts: list[Event]
) -> None:
    """Each form opens a page of its own; Inès writes from the mailbox of the Relais, as he does."""
    home = home_of(breakfasts[0])
    home_of(breakfasts[2])
    ines = ProfessionalAnswers(first_name="Inès", email="Ousmane@relais.example", organisation="Le Relais")
    register(breakfasts[2], ines)
    says_yes(client, home)
    assert states() == [CONFIRMED] * 3
    with a_transaction():
        later = a_date(date(2027, 3, 2))
    home_of(later)  # before the worker comes
    a_turn()
    with a_transaction():
        last = a_date(date(2027, 4, 6))
    register(last, ines)
    a_turn()
    assert states() == [CONFIRMED] * 5
    assert states("Inès") == [CONFIRMED] * 2


def test_one_date_given_up_leaves_the_rest(client: PageClient, breakfasts: list[Event]) -> None:
    home = home_of(breakfasts[0])
    says_yes(client, home)
    code = db.session.scalars(
        select(Registration.code).where(Registration.event_id == breakfasts[2].id)
    ).one()
    asked = client.get(f"{home}/inscriptions/{code}/annulation").page
    assert "Votre place ira à une autre personne." in asked.main.text
    assert client.submit(asked.form()).location == home
    a_turn()
    assert states() == [CONFIRMED, CONFIRMED, CANCELLED]
    assert standing().status is StandingStatus.ACTIVE
    assert kinds("ousmane@relais.example") == ["confirmed REQUEST", "standing_dates", "withdrawn"]


def test_the_end_asks_about_the_dates_to_come(client: PageClient, breakfasts: list[Event]) -> None:
    home = home_of(breakfasts[0])
    says_yes(client, home)
    asked = client.get(client.get(home).page.link(f"Arrêter ({SERIES})")).page
    assert "Si vous les annulez, vos places iront à d’autres personnes." in asked.main.text
    assert client.submit(asked.form(button="Arrêter, et annuler ces 2 dates")).location == home
    assert states() == [CONFIRMED, CANCELLED, CANCELLED]
    assert standing().status is StandingStatus.ENDED
    assert "Venir aussi aux prochaines dates ?" in client.get(home).page.main.text


def test_neither_a_colleague_nor_a_family_finds_or_changes_it(
    client: PageClient, breakfasts: list[Event], db_session: scoped_session[Session]
) -> None:
    """Inès works at the Relais too; Awa comes to a workshop of families."""
    ousmane, ines = home_of(breakfasts[0]), home_of(breakfasts[2], "Inès")
    says_yes(client, ousmane)
    number, code = (
        standing().id,
        db.session.scalars(select(Registration.code).order_by(Registration.id)).first(),
    )
    form = client.get(ousmane).page.form(button="Ne plus m’inscrire aux nouvelles dates")
    workshop = factories.an_event("Atelier")
    db_session.commit()
    awa = confirm(client, register(workshop, answers("Awa")))
    crossed = (awa.replace("/m/", "/ma-venue/"), ousmane.replace("ma-venue", "m"))
    pages = (f"abonnements/{number}/fin", f"inscriptions/{code}/abonnement")
    for home in (ines, awa, "/ma-venue/personne", *crossed):
        assert [client.get(f"{home}/{page}").status_code for page in pages] == [404, 404]
    for page in (
        *(f"abonnements/{number}/{verb}" for verb in ("pause", "reprise", "fin")),
        *(f"inscriptions/{code}/{verb}" for verb in ("abonnement", "annulation", "place")),
    ):
        answer = client.post(f"{ines}/{page}", data={"csrf_token": form["csrf_token"]})
        assert answer.status_code == 404
    assert standing().status is StandingStatus.ACTIVE
    assert states() == [CONFIRMED] * 3


def test_within_one_series_professionals_come_where_professionals_do_and_families_where_families_do(
    client: PageClient, breakfasts: list[Event]
) -> None:
    with a_transaction():
        open_day = a_date(date(2027, 3, 2), audience=Audience.FAMILIES)
        another = a_date(date(2027, 4, 6), audience=Audience.FAMILIES)
    home = home_of(breakfasts[0])
    awa = confirm(client, register(open_day, answers("Awa", 1, 1)))
    asked = client.get(client.get(home).page.link(f"Voir les dates ({SERIES})")).page
    assert "mars" not in asked.main.text
    says_yes(client, home)
    says_yes(client, awa)
    a_turn()
    assert states() == [CONFIRMED] * 3
    assert states("Awa") == [CONFIRMED] * 2
    db.session.refresh(another)
    assert another.seats_taken == 2


def test_a_series_that_turned_sensitive_is_offered_to_nobody_and_named_on_no_page(
    client: PageClient, breakfasts: list[Event], db_session: scoped_session[Session]
) -> None:
    ousmane, ines = home_of(breakfasts[0]), home_of(breakfasts[0], "Inès")
    says_yes(client, ousmane)
    form = client.get(client.get(ines).page.link(f"Voir les dates ({SERIES})")).page.form()
    number = standing().id
    factories.an_action().is_sensitive = True
    db_session.commit()
    assert "Venir aussi" not in client.get(ines).page.text
    assert client.submit(form).status_code == 404
    code = db.session.scalars(select(Registration.code).order_by(Registration.id)).first()
    for path in ("", f"/abonnements/{number}/fin", f"/inscriptions/{code}/annulation"):
        shown = client.get(ousmane + path)
        assert shown.status_code == 200
        assert "déjeuner" not in shown.get_data(as_text=True)


def test_the_series_says_how_many_and_nobody_who(
    client: PageClient, breakfasts: list[Event], sign_in: SignIn, samira: Account
) -> None:
    says_yes(client, home_of(breakfasts[0]))
    page = sign_in(samira).get(f"/pro/series/{breakfasts[0].activity_id}").page
    assert "Ousmane" not in page.text
    assert "Le Relais" not in page.text
    assert "soit 1 personne" in page.main.text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("series", [0, 1, 3])
def test_the_own_page_costs_the_same_whatever_they_come_to(
    series: int,
    client: PageClient,
    breakfasts: list[Event],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    home = home_of(breakfasts[0])
    ousmane = db.session.scalars(select(Professional)).one()
    for number in range(series):
        activity = factories.an_activity(f"Série {number}")
        for day in DAYS[1:]:
            factories.an_event(
                f"Série {number}",
                activity=activity,
                starts_at=local(day, 14),
                audience=Audience.PROFESSIONALS,
            )
        sign_ups.sign_up(activity, ousmane, [ADULT], actor="professional:1", now=hours.now())
    db.session.commit()
    with statements() as said:
        client.get(home)
    assert len(said) == 4
