"""Moussa proposes sessions of Espace 19 and follows what becomes of them; nobody else does it for them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, time
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from time_machine import Traveller

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Accessibility, Event, RegistrationMode
from eventsapp.clock import local
from eventsapp.media import keeping, pictures
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation
from eventsapp.places import closures
from eventsapp.proposals import answers, deciding
from eventsapp.proposals.models import Proposal, ProposalStatus
from tests import factories
from tests.pages import Page, PageClient
from tests.photos import a_photo
from tests.web.conftest import SignIn
from tests.web.town import a_proposal

Statements = Callable[[], AbstractContextManager[list[str]]]

ONLY_SQLITE = pytest.mark.databases("sqlite")


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> Organisation:
    """Espace 19, approved in the 19e, where it held a workshop at Curial last Saturday."""
    found = factories.an_association("Espace 19")
    approvals.approve(found, factories.a_territory(), actor="cli", now=hours.now())
    db_session.commit()
    return found


@pytest.fixture
def account(espace: Organisation, db_session: scoped_session[Session]) -> Account:
    found = accounts.open_account("moussa@example.org", "Moussa", actor="cli", now=hours.now())
    grants.give(found, Role.MEMBER, espace, by="cli", now=hours.now())
    db_session.commit()
    return found


@pytest.fixture
def moussa(account: Account, sign_in: SignIn) -> PageClient:
    return sign_in(account)


@pytest.fixture
def last_week(espace: Organisation, db_session: scoped_session[Session]) -> Event:
    """What Espace 19 held last, on a Saturday from 14:00 to 16:30."""
    event = factories.an_event(
        "Atelier cuisine",
        capacity=12,
        starts_at=local(date(2026, 11, 21), 14),
        hours=2.5,
        host=espace,
        spoken_languages=("wo",),
        accessibility=(Accessibility.QUIET,),
    )
    db_session.commit()
    return event


def place(organisation: Organisation) -> str:
    return f"/pro/organisations/{organisation.id}/rendez-vous/nouveau"


def visible(page: Page) -> list[str]:
    """The fields that one sees before asking for more."""
    form = page.form().element
    below = {id(control) for control in form.one("details").all("input", "select", "textarea")}
    shown = [one for one in form.all("input", "select", "textarea") if id(one) not in below]
    return [one["name"] for one in shown if one.get("type") != "hidden"]


def stored(session: scoped_session[Session]) -> list[Proposal]:
    session.rollback()
    return list(session.scalars(select(Proposal).order_by(Proposal.id)))


def test_six_fields_of_which_five_are_filled_in_already(
    moussa: PageClient, espace: Organisation, last_week: Event, db_session: scoped_session[Session]
) -> None:
    address, venue = place(espace), str(last_week.venue_id)
    page = moussa.get(f"/pro/organisations/{espace.id}/").page
    assert page.link("Proposer un rendez-vous") == address
    page = moussa.get(address).page
    assert visible(page) == ["action", "title", "venue", "day", "start", "end"]
    form = page.form()
    assert (form["title"], form["venue"]) == ("", venue)
    # The next Saturday after Sunday 22 November.
    assert (form["day"], form["start"], form["end"]) == ("2026-11-28", "14:00", "16:30")
    assert (form["registration"], form["capacity"], form["audience"]) == ("comptee", "12", "familles")
    assert (form["spoken"], form["repeat"], form["until"]) == ("wo", "une_fois", "2027-06-30")
    answer = moussa.submit(form, {"title": "Atelier d’écriture"})
    [proposal] = stored(db_session)
    assert answer.headers["Location"] == f"/pro/organisations/{espace.id}/propositions/{proposal.id}"
    assert (proposal.title, proposal.status) == ("Atelier d’écriture", ProposalStatus.WAITING)
    assert (proposal.day, proposal.start, proposal.minutes) == (date(2026, 11, 28), time(14), 150)
    assert "C’est envoyé." in moussa.get(answer.headers["Location"]).page.text
    assert moussa.submit(form).headers["Location"] == answer.headers["Location"]  # pressed twice
    assert len(stored(db_session)) == 1


@ONLY_SQLITE
def test_the_first_form_of_all_asks_everything(
    moussa: PageClient, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    factories.an_action()
    factories.a_school()
    db_session.commit()
    hours_asked = moussa.get(place(espace)).page.form()
    assert (hours_asked["day"], hours_asked["start"], hours_asked["end"]) == ("", "", "")
    assert (hours_asked["action"], hours_asked["venue"]) == ("", "")
    refused = moussa.submit(hours_asked, {"title": "Jeux"})
    assert refused.status_code == 422
    assert list(refused.page.mistakes) == ["action"]


@ONLY_SQLITE
def test_a_coordinator_reads_on_a_desk_what_is_held_in_her_own_territory_only(
    moussa: PageClient,
    espace: Organisation,
    last_week: Event,
    samira: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
) -> None:
    """Espace 19 acts in the 10e too, where it receives women by referral only."""
    tenth = factories.a_territory(10)
    approvals.approve(espace, tenth, actor="cli", now=hours.now())
    hidden = factories.an_action("Écoute", territory=tenth, is_sensitive=True)
    activity = factories.an_activity("Groupe de parole", action=hidden)
    for day in (20, 22, 28):
        factories.an_event(
            "Groupe de parole", activity=activity, host=espace, starts_at=local(date(2026, 11, day), 9)
        )
    factories.an_event("Jardin", host=espace, starts_at=local(date(2026, 11, 28), 9))
    db_session.commit()
    address = f"/pro/organisations/{espace.id}/"
    # On Friday, this morning (twice: nobody has counted yet) and next Saturday.
    assert moussa.get(address).page.main.text.count("Groupe de parole") == 4
    hers = sign_in(samira).get(address).page.main.text
    assert "Groupe de parole" not in hers
    assert "Jardin" in hers
    assert last_week.title in hers


@ONLY_SQLITE
def test_a_series_that_meets_a_closed_place_says_on_which_day(
    moussa: PageClient, espace: Organisation, last_week: Event, db_session: scoped_session[Session]
) -> None:
    closed = local(date(2026, 12, 5), 0)
    closures.close(
        last_week.venue, closed, local(date(2026, 12, 6), 0), "Travaux", actor="cli", now=hours.now()
    )
    approval = approvals.approval_of(espace, last_week.territory)
    assert approval is not None
    approval.is_trusted = True
    db_session.commit()
    form = moussa.get(place(espace)).page.form()
    answers = {"title": "Jeux", "repeat": "semaine", "until": "2026-12-19"}
    refused = moussa.submit(form, answers)
    assert refused.status_code == 422
    assert "lieu fermé le samedi 5 décembre 2026" in refused.page.mistakes["venue"]
    assert refused.page.form()["title"] == "Jeux"
    assert stored(db_session) == []


@ONLY_SQLITE
def test_a_place_that_was_given_up_is_chosen_anew(
    moussa: PageClient, espace: Organisation, last_week: Event, db_session: scoped_session[Session]
) -> None:
    """Their last place is Curial; without it, a browser would propose the first of the list."""
    factories.a_school("École Archereau")
    last_week.venue.ended_at = hours.now()
    db_session.commit()
    form = moussa.get(place(espace)).page.form()
    assert form["venue"] == ""
    assert list(moussa.submit(form, {"title": "Jeux"}).page.mistakes) == ["venue"]


@ONLY_SQLITE
def test_places_come_in_groups_theirs_first(
    moussa: PageClient, espace: Organisation, last_week: Event, db_session: scoped_session[Session]
) -> None:
    for number in range(120):
        factories.a_school(f"École {number}")
    factories.a_school("École Récollets", territory=factories.a_territory(10))
    db_session.commit()
    groups = moussa.get(place(espace)).page.one("select", id="venue").all("optgroup")
    assert [group["label"] for group in groups] == ["Vos derniers lieux", "Écoles et collèges"]
    assert [one.text for one in groups[0].all("option")] == ["École Curial, 51 rue Curial"]
    assert len(groups[1].all("option")) == 120  # Curial is said once, the 10th's school never


def test_a_series_is_looked_at_before_it_is_sent(
    moussa: PageClient, espace: Organisation, last_week: Event, db_session: scoped_session[Session]
) -> None:
    filled = {"title": "Écriture", "day": "2026-12-05", "repeat": "mois", "until": "2027-03-31"}
    form = moussa.get(place(espace)).page.form()
    for name, value in filled.items():
        form[name] = value
    tried = moussa.post(form.action, data=form.values | {"apercu": "1"})
    assert tried.status_code == 200
    page = tried.page  # type: ignore[attr-defined]  # ours
    rows = [(row.one("th").text, row.one("td").text) for row in page.one("table").one("tbody").all("tr")]
    assert rows == [
        ("Samedi 5 décembre 2026", "Comme prévu"),
        ("Samedi 2 janvier 2027", "Pas de date (vacances de Noël)"),
        ("Samedi 6 février 2027", "Pas de date (vacances d’hiver)"),
        ("Samedi 6 mars 2027", "Comme prévu"),
    ]
    assert stored(db_session) == []
    moussa.submit(page.form(f"{place(espace)}"))
    [proposal] = stored(db_session)
    assert proposal.rule == answers.monthly(date(2026, 12, 5), date(2027, 3, 31)).to_dict()


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no title": ({"title": ""}, ["title"]),
    "no day": ({"day": "hier"}, ["day"]),
    "no hour": ({"start": "midi"}, ["start"]),
    "the end first": ({"end": "13:00"}, ["end"]),
    "a place of another": ({"venue": "99"}, ["venue"]),
    "an action of another": ({"action": "99"}, ["action"]),
    "no end of the series": ({"repeat": "semaine", "until": ""}, ["until"]),
    "the end of the series first": ({"repeat": "semaine", "until": "2026-11-01"}, ["until"]),
    "a series beyond what is known": ({"repeat": "semaine", "until": "2029-06-30"}, ["until"]),
    "places without a number": ({"registration": "comptee", "capacity": "beaucoup"}, ["capacity"]),
    "an unknown rhythm": ({"repeat": "parfois"}, ["repeat"]),
    "an unknown audience": ({"audience": "chats"}, ["audience"]),
}


@ONLY_SQLITE
@pytest.mark.parametrize("story", REFUSED)
def test_refused_beside_the_field_and_nothing_kept(
    moussa: PageClient,
    espace: Organisation,
    last_week: Event,
    db_session: scoped_session[Session],
    story: str,
) -> None:
    values, wrong = REFUSED[story]
    form = moussa.get(place(espace)).page.form()
    refused = moussa.submit(form, {"title": "Écriture"} | values)
    assert (refused.status_code, list(refused.page.mistakes)) == (422, wrong)
    assert refused.page.form()["title"] == values.get("title", "Écriture")  # as typed
    below = refused.page.one("details", class_="more").has("open")
    assert below is (wrong[0] not in {"action", "title", "venue", "day", "start", "end"})
    assert stored(db_session) == []


@ONLY_SQLITE
def test_an_event_is_held_once_more_with_all_it_says_and_its_picture(
    moussa: PageClient, espace: Organisation, last_week: Event, db_session: scoped_session[Session]
) -> None:
    last_week.description = "On cuisine."
    last_week.picture = keeping.keep(pictures.renew(a_photo((90, 60)), most=10**6), now=hours.now())
    last_week.picture_alternative = "Une grande table"
    db_session.commit()
    address = f"{place(espace)}?depuis={last_week.code}"
    form = moussa.get(address).page.form()
    assert (form["title"], form["description"].strip()) == ("Atelier cuisine", "On cuisine.")
    assert (form["day"], form["alternative"]) == ("2026-11-28", "Une grande table")
    moussa.submit(form)
    [proposal] = stored(db_session)
    assert (proposal.title, proposal.picture_alternative) == ("Atelier cuisine", "Une grande table")
    assert proposal.picture_id == db_session.scalars(select(Event.picture_id)).one()


@ONLY_SQLITE
def test_the_next_date_steps_over_holidays(
    moussa: PageClient, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    event = factories.an_event("Jeux", starts_at=local(date(2026, 12, 12), 10), host=espace)
    db_session.commit()
    form = moussa.get(f"{place(espace)}?depuis={event.code}").page.form()
    assert form["day"] == "2027-01-09"  # 19 and 26 December and 2 January are holidays


@ONLY_SQLITE
def test_a_picture_comes_with_its_words(
    moussa: PageClient, espace: Organisation, last_week: Event, db_session: scoped_session[Session]
) -> None:
    def send(alternative: str, octets: bytes) -> int:
        form = moussa.get(place(espace)).page.form()
        fields: dict[str, Any] = dict(form.values) | {"title": "Écriture", "alternative": alternative}
        fields["picture"] = (BytesIO(octets), "photo.jpg")
        return moussa.post(form.action, data=fields, content_type="multipart/form-data").status_code

    assert send("", a_photo()) == 422
    assert send("Des cahiers", b"GIF89a") == 422
    assert stored(db_session) == []
    assert send("Des cahiers", a_photo()) == 303
    [proposal] = stored(db_session)
    assert proposal.picture_alternative == "Des cahiers"
    shown = moussa.get(f"/pro/organisations/{espace.id}/propositions/{proposal.id}").page
    assert shown.main.one("img")["alt"] == "Des cahiers"


def test_the_desk_says_today_what_waits_and_what_comes(
    moussa: PageClient,
    account: Account,
    espace: Organisation,
    last_week: Event,
    db_session: scoped_session[Session],
    clock: Traveller,
) -> None:
    at_noon = factories.an_event("Aujourd’hui même", starts_at=local(date(2026, 11, 22), 9), host=espace)
    factories.an_event("Plus tard", starts_at=local(date(2026, 11, 23), 9), host=espace)
    factories.an_event("D’une autre", starts_at=local(date(2026, 11, 22), 9))
    school = factories.a_school()
    waits = a_proposal(espace, school, account, title="En attente")
    changes = a_proposal(espace, school, account, title="À changer")
    deciding.ask_for_changes(changes, "Plutôt le matin.", actor="account:9", now=hours.now())
    refused = a_proposal(espace, school, account, title="Non merci")
    deciding.refuse(refused, "Le lieu est pris.", actor="account:9", now=hours.now())
    gone = a_proposal(espace, school, account, title="Reprise")
    del waits, at_noon
    db_session.commit()
    moussa.submit(
        moussa.get(f"/pro/organisations/{espace.id}/propositions/{gone.id}").page.form(
            button="Retirer la proposition"
        )
    )
    page = moussa.get(f"/pro/organisations/{espace.id}/").page
    sections = {
        section.all("h2", "summary")[0].text: [a.text for a in section.all("a", lang="fr")]
        for section in page.main.all("section")
    }
    assert sections == {
        "Aujourd’hui": ["Aujourd’hui même"],
        "Qui est venu ?": [],
        "Attend une décision": ["À changer", "En attente"],
        "Nos prochains rendez-vous": ["Plus tard"],
        "1 proposition refusée": ["Non merci"],
        "Notre structure": [],
    }
    assert "Plutôt le matin." in page.text


def test_what_is_to_be_changed_is_corrected_and_sent_again(
    moussa: PageClient, account: Account, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    proposal = a_proposal(espace, factories.a_school(), account)
    deciding.ask_for_changes(proposal, "Plutôt le matin.", actor="account:9", now=hours.now())
    db_session.commit()
    address = f"/pro/organisations/{espace.id}/propositions/{proposal.id}"
    page = moussa.get(moussa.get(address).page.link("Corriger")).page
    assert "Plutôt le matin." in page.text
    refused = moussa.submit(page.form(), {"start": "17:00"})
    assert list(refused.page.mistakes) == ["end"]
    answer = moussa.submit(page.form(), {"start": "10:00", "end": "12:00"})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    [proposal] = stored(db_session)
    assert (proposal.start, proposal.status, proposal.reason) == (time(10), ProposalStatus.WAITING, "")


@ONLY_SQLITE
def test_who_is_trusted_publishes_at_once(
    moussa: PageClient,
    espace: Organisation,
    last_week: Event,
    client: PageClient,
    db_session: scoped_session[Session],
) -> None:
    approvals.trust(espace, factories.a_territory(), actor="account:9", now=hours.now())
    db_session.commit()
    page = moussa.get(place(espace)).page
    assert [button.text for button in page.form().buttons] == ["Publier", "Voir d’abord les dates"]
    answer = moussa.submit(page.form(), {"title": "Écriture", "registration": "sans"})
    shown = moussa.get(answer.headers["Location"]).page
    assert "C’est publié" in shown.text
    public = client.get(shown.link("Voir la page publique")).page
    assert public.heading == "Écriture"
    db_session.rollback()
    assert db_session.scalars(select(Event.registration).where(Event.title == "Écriture")).all() == [
        RegistrationMode.NONE
    ]


@ONLY_SQLITE
def test_what_is_settled_is_corrected_no_more(
    moussa: PageClient, account: Account, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    proposal = a_proposal(espace, factories.a_school(), account)
    db_session.commit()
    address = f"/pro/organisations/{espace.id}/propositions/{proposal.id}"
    form = moussa.get(f"{address}/correction").page.form()
    deciding.refuse(proposal, "Le lieu est pris.", actor="account:9", now=hours.now())
    db_session.commit()
    assert moussa.submit(form).status_code == 409
    assert moussa.get(f"{address}/correction").status_code == 409


@ONLY_SQLITE
def test_the_proposals_and_events_of_others_stay_theirs(
    moussa: PageClient, account: Account, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    other = factories.an_association("La Boussole")
    approvals.approve(other, factories.a_territory(), actor="cli", now=hours.now())
    theirs = a_proposal(other, factories.a_school(), account)
    event = factories.an_event("Le leur", host=other)
    db_session.commit()
    assert moussa.get(place(other)).status_code == 403
    for number, status in ((other.id, 403), (espace.id, 404)):
        address = f"/pro/organisations/{number}/propositions/{theirs.id}"
        assert moussa.get(address).status_code == status
        assert moussa.get(f"{address}/correction").status_code == status
    assert moussa.get(f"{place(espace)}?depuis={event.code}").status_code == 404


@ONLY_SQLITE
def test_without_an_approval_nobody_proposes(
    moussa: PageClient, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    approvals.end(espace, factories.a_territory(), actor="cli", now=hours.now())
    db_session.commit()
    page = moussa.get(f"/pro/organisations/{espace.id}/").page
    assert "Proposer un rendez-vous" not in page.text
    assert moussa.get(place(espace)).status_code == 403


@ONLY_SQLITE
def test_a_desk_costs_the_same_with_three_or_thirty_proposals(
    moussa: PageClient,
    account: Account,
    espace: Organisation,
    db_session: scoped_session[Session],
    statements: Statements,
) -> None:
    school, counted = factories.a_school(), []
    for many in (0, 1, 2, 27):
        for number in range(many):
            a_proposal(espace, school, account, title=f"Atelier {many} {number}")
            factories.an_event(
                f"Aujourd’hui {many} {number}", starts_at=local(hours.today(), 18), host=espace
            )
        db_session.commit()
        moussa.get(f"/pro/organisations/{espace.id}/")
        with statements() as said:
            moussa.get(f"/pro/organisations/{espace.id}/")
        counted.append(len(said))
    assert counted == [18, 18, 18, 18]


@ONLY_SQLITE
def test_the_public_page_says_what_is_offered_there_and_shows_its_own_picture(
    client: PageClient, espace: Organisation, last_week: Event, db_session: scoped_session[Session]
) -> None:
    event = factories.an_event(
        "Jeux",
        host=espace,
        accessibility=(Accessibility.SIGN_LANGUAGE, Accessibility.QUIET),
        spoken_languages=("wo", "ar"),
        picture=keeping.keep(pictures.renew(a_photo((90, 60)), most=10**6), now=hours.now()),
        picture_alternative="Des cartes sur une table",
    )
    db_session.commit()
    page = client.get(f"/e/{event.code}", follow_redirects=True).page
    assert page.main.one("img")["alt"] == "Des cartes sur une table"
    for said in (
        "Interprète en langue des signes.",
        "Un endroit calme.",
        "On parle aussi\u00a0: wolof et arabe.",
    ):
        assert said in page.html
