"""When something cannot be shown: the reason, what to do, and whom to call."""

from __future__ import annotations

import re
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp.people import sign_ins
from eventsapp.registrations.models import Enrolment
from eventsapp.web.guards import SIGN_IN
from tests import factories, saturdays
from tests.pages import PageClient
from tests.servers import LiveServer
from tests.web.conftest import SignIn

pytestmark = pytest.mark.databases("sqlite")
ENROLMENT_FIELDS = {"first_name": "Awa", "phone": "06 39 98 00 00", "adults": "1"}


@pytest.fixture
def form(db_session: scoped_session[Session]) -> str:
    """The address of a form that takes answers."""
    event = factories.an_event("Atelier cuisine")
    db_session.commit()
    return f"/e/{event.code}/inscription"


def test_an_unknown_page_offers_the_agenda_and_a_phone(client: PageClient) -> None:
    answer = client.get("/nulle-part")
    assert answer.status_code == 404
    page = answer.page
    assert (page.heading, page.title) == (
        "Cette page n’existe plus",
        "Cette page n’existe plus – L’agenda des quartiers",
    )
    assert page.main.text == (
        "Cette page n’existe plus Le rendez-vous a peut-être changé d’adresse. Cherchez-le dans l’agenda. "
        "Chercher un rendez-vous 01 99 00 19 19 Erreur 404"
    )
    assert page.one("meta", name="robots")["content"] == "noindex"


def test_a_forged_form_is_refused_and_nothing_is_kept(
    client: PageClient, db_session: scoped_session[Session], form: str
) -> None:
    answer = client.post(form, data=ENROLMENT_FIELDS | {"csrf_token": "forged"})
    assert answer.status_code == 400
    assert "Cette page est restée ouverte trop longtemps. Rechargez-la" in answer.page.main.text
    assert db_session.query(Enrolment).count() == 0


def test_a_body_over_the_limit_is_413(
    client: PageClient, db_session: scoped_session[Session], form: str
) -> None:
    answer = client.post(form, data=ENROLMENT_FIELDS | {"first_name": "A" * 70_000})
    assert (answer.status_code, answer.page.heading) == (413, "C’est trop long")
    assert db_session.query(Enrolment).count() == 0


@pytest.mark.parametrize(("letters", "status"), [(70_000, 413), (7, 400)])
def test_a_body_in_pieces_over_the_limit_is_413(
    live_server: LiveServer, form: str, letters: int, status: int
) -> None:
    """Such a body tells no length; the short one is refused for its missing token."""
    asked = HTTPConnection(urlsplit(live_server.url).netloc, timeout=10)
    asked.request(
        "POST",
        form,
        body=iter([b"first_name=", b"A" * letters]),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        encode_chunked=True,
    )
    assert asked.getresponse().status == status
    asked.close()


def test_too_many_fields_are_413(client: PageClient, form: str) -> None:
    answer = client.post(
        form, data={f"field{number}": "1" for number in range(300)}, content_type="multipart/form-data"
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml", ""])
def test_an_unknown_content_type_is_415_before_the_token_is_asked(
    client: PageClient, form: str, kind: str
) -> None:
    answer = client.post(form, data=b'{"first_name": "Awa"}', content_type=kind)
    assert (answer.status_code, answer.page.heading) == (415, "Nous ne savons pas lire cela")


def test_a_body_that_comes_in_pieces_is_of_a_known_type_too(client: PageClient, form: str) -> None:
    answer = client.post(form, headers={"Transfer-Encoding": "chunked", "Content-Type": "application/json"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "host", ["x" * 64 + ".example", "a b", "evil.example:999999", "[::1", "evil.example/"]
)
def test_a_host_that_is_none_is_400(client: PageClient, host: str) -> None:
    answer = client.get("/paris-19/", headers={"Host": host})
    assert (answer.status_code, answer.text) == (400, "400 Bad Request: Host\n")


@pytest.mark.parametrize("host", ["", "127.0.0.1:8000", "[::1]:8000", "agenda.paris.example", "localhost."])
def test_a_host_of_any_kind_is_answered(client: PageClient, host: str, form: str) -> None:
    assert client.get("/paris-19/", headers={"Host": host}).status_code == 200


def test_a_method_that_does_not_exist_here_is_405_and_says_which_do(client: PageClient) -> None:
    answer = client.get("/deconnexion")
    assert (answer.status_code, answer.page.heading) == (405, "Ce n’est pas possible ici")
    assert answer.headers["Allow"] == "OPTIONS, POST"


def test_errors_speak_the_readers_language(client: PageClient) -> None:
    answer = client.get("/nowhere", headers={"Accept-Language": "en"})
    assert (answer.page.lang, answer.page.heading) == ("en", "This page no longer exists")


@pytest.fixture
def broken(build_app: Callable[..., Flask], tmp_path: Path) -> PageClient:
    """A house whose database has no table at all."""
    client = build_app(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}").test_client()
    assert isinstance(client, PageClient)
    return client


def test_our_own_mistake_shows_a_number_and_nothing_else(
    broken: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = broken.get("/paris-19/")
    assert answer.status_code == 500
    page = answer.page
    assert page.heading == "Quelque chose ne marche pas chez nous"
    [number] = re.findall(r"donnez ce numéro\W+([0-9a-f]{8})\b", page.main.text)
    assert number in capsys.readouterr().err
    assert "territory" not in page.html
    assert "sqlite" not in page.html
    assert "01 99 00 19 19" in page.text


def test_even_who_is_signed_in_gets_that_page(broken: PageClient) -> None:
    with broken.session_transaction() as session:
        session[SIGN_IN] = "a token"
    answer = broken.get("/")
    assert (answer.status_code, answer.page.heading) == (500, "Quelque chose ne marche pas chez nous")


def test_that_page_speaks_english_too(broken: PageClient) -> None:
    page = broken.get("/", headers={"Accept-Language": "en-GB"}).page
    assert (page.lang, page.heading) == ("en", "Something is wrong on our side")


@pytest.mark.databases("sqlite")
def test_who_is_signed_in_is_shown_their_own_space_and_no_sign_in_page(
    sign_in: SignIn, client: PageClient
) -> None:
    factories.a_territory()
    paul = sign_in(saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul"))
    answer = paul.get("/pro/paris-19/")
    assert (answer.status_code, answer.page.heading) == (403, "Cette page n’est pas dans vos fonctions")
    assert answer.page.main.all("a")[0]["href"] == "/pro/"
    assert "Se connecter" not in answer.page.main.text
    token = client.get("/connexion").page.all("input", name="csrf_token")[0]["value"]
    out = client.post("/pro/paris-19/equipe", data={"csrf_token": token})
    assert (out.status_code, out.page.heading) == (403, "Cette page est pour les partenaires")
    assert out.page.link("Se connecter") == "/connexion"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("address", ["/connexion", "/connexion/mot-de-passe", "/devenir-partenaire"])
def test_a_field_without_a_name_is_400(client: PageClient, address: str) -> None:
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\nwhat\r\n--x--\r\n"
    answer = client.post(address, data=body, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.page.heading) == (400, "Nous n’avons pas compris")


@pytest.mark.databases("sqlite")
def test_who_was_signed_out_meanwhile_is_shown_the_way_in(
    sign_in: SignIn, db_session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended from another browser while this one waited for the lock (test_sign_ins has the race)."""
    account = saturdays.a_coordinator(factories.a_territory())
    samira, _ = sign_in(account), sign_in(account)
    form = samira.get("/pro/compte").page.form(button="Déconnecter tous les autres appareils")

    def ended(*given: object, **named: object) -> None:
        raise sign_ins.SignInIsOver()

    monkeypatch.setattr(sign_ins, "hold", ended)
    answer = samira.submit(form)
    assert (answer.status_code, answer.page.heading) == (403, "Cette page est pour les partenaires")
    assert "La connexion de cet appareil est terminée. Connectez-vous à nouveau." in answer.page.main.text
    assert answer.page.link("Se connecter") == "/connexion"
