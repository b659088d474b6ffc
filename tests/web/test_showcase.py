"""Nadia shows a picture of Espace 19; nobody else does it for her, and nothing but a picture comes in."""

from __future__ import annotations

from http.client import HTTPConnection
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event
from eventsapp.journal import JournalLine
from eventsapp.media import pictures
from eventsapp.media.models import Picture
from eventsapp.media.pictures import Renewed
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Organisation, OrganisationPicture
from tests import factories, saturdays
from tests.pages import PageClient, PageResponse
from tests.photos import a_drawing, a_photo, a_png, written
from tests.servers import LiveServer
from tests.web.conftest import SignIn

pytestmark = pytest.mark.databases("sqlite")
MIB = 1024**2


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> Organisation:
    found = factories.an_association("Espace 19")
    db_session.commit()
    return found


@pytest.fixture
def page(espace: Organisation) -> str:
    return f"/pro/organisations/{espace.id}/vitrine"


@pytest.fixture
def nadia(espace: Organisation, sign_in: SignIn, db_session: scoped_session[Session]) -> PageClient:
    account = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=clock.now())
    grants.give(account, Role.OWNER, espace, by="cli", now=clock.now())
    return sign_in(account)


def give(
    desk: PageClient, page: str, octets: bytes | None, says: str = "La cour", **more: Any
) -> PageResponse:
    """Sends the form as a browser does."""
    form = desk.get(page).page.form(page)
    assert form.element["enctype"] == "multipart/form-data"
    fields: dict[str, Any] = {name: values[0] for name, values in form.values.items()} | more
    fields |= {"alternative": says, "picture": (BytesIO(octets or b""), "photo.jpg" if octets else "")}
    return desk.post(page, data=fields, content_type="multipart/form-data")  # type: ignore[return-value]  # ours


def shown(db_session: scoped_session[Session]) -> list[tuple[int, str, str]]:
    db_session.rollback()
    rows = db_session.execute(
        select(OrganisationPicture.organisation_id, OrganisationPicture.alternative, Picture.fingerprint)
        .join(OrganisationPicture.picture)
        .order_by(OrganisationPicture.id)
    )
    found = [(row[0], row[1], row[2]) for row in rows]
    db_session.rollback()
    return found


def test_nadia_shows_a_picture_changes_its_words_and_takes_it_back(
    nadia: PageClient,
    page: str,
    espace: Organisation,
    db_session: scoped_session[Session],
    client: PageClient,
) -> None:
    number = espace.id
    assert "Pas encore d’image." in nadia.get(page).page.main.text
    answer = give(nadia, page, a_photo(), "  La cour   de l’Espace 19 ")
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    [(organisation, says, fingerprint)] = shown(db_session)
    assert (organisation, says) == (number, "La cour de l’Espace 19")
    again = nadia.get(page).page
    picture = again.main.one("img")
    assert (picture["alt"], picture["loading"], picture["width"], picture["height"]) == (
        says,
        "lazy",
        "480",
        "320",
    )
    assert picture["src"] == f"/images/petites/{fingerprint}.webp"
    assert again.form(page)["alternative"] == says
    assert client.get(again.link("Voir en grand")).status_code == 200
    # Words alone: the picture stays.
    assert give(nadia, page, None, "La cour, un soir de fête").status_code == 303
    assert shown(db_session) == [(number, "La cour, un soir de fête", fingerprint)]
    # Another picture: the first is gone at once.
    assert give(nadia, page, a_photo((800, 600))).status_code == 303
    assert client.get(f"/images/{fingerprint}.webp").status_code == 404
    assert nadia.submit(nadia.get(page).page.form(button="Retirer l’image")).status_code == 303
    assert shown(db_session) == []
    assert db_session.scalars(select(Picture)).all() == []
    verbs = db_session.scalars(select(JournalLine.verb).where(JournalLine.thing == "organisation_picture"))
    assert list(verbs) == ["showed a picture"] * 3 + ["removed a picture"]


@pytest.mark.parametrize(
    ("octets", "says", "beside", "sentence"),
    [
        (None, "La cour", "picture", "Choisissez une image."),
        (a_photo(), "   ", "alternative", "Décrivez l’image en quelques mots"),
        (a_photo(), "!?", "alternative", "Décrivez l’image en quelques mots"),
        (a_photo(), "a" * 161, "alternative", "160"),
        (a_photo(), "La\u202ecour", "alternative", ""),
        (b"GIF89a" + b"alert(1)" * 9, "La cour", "picture", "Nous ne savons pas lire cette image."),
        (b"<svg onload=alert(1)>", "La cour", "picture", "Nous ne savons pas lire cette image."),
        (a_photo()[:900], "La cour", "picture", "Nous ne savons pas lire cette image."),
        (a_png(9000, 9000), "La cour", "picture", "trop grande : 24 millions de points au plus."),
        (b"\xff\xd8\xff" + b"\0" * 6 * MIB, "La cour", "picture", "trop lourde : 6 Mo au plus."),
    ],
)
def test_a_mistake_is_said_beside_its_field(
    nadia: PageClient,
    page: str,
    db_session: scoped_session[Session],
    octets: bytes | None,
    says: str,
    beside: str,
    sentence: str,
) -> None:
    answer = give(nadia, page, octets, says)
    assert (answer.status_code, list(answer.page.mistakes)) == (422, [beside])
    assert sentence in answer.page.mistakes[beside]
    assert answer.page.title.startswith("Erreur : ")
    assert shown(db_session) == []
    assert db_session.scalars(select(Picture)).all() == []


def test_only_these_two_fields_are_read(
    nadia: PageClient, page: str, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    other = factories.an_association("Ailleurs")
    db_session.commit()
    before = (espace.id, espace.name, other.id)
    more = {"organisation_id": str(other.id), "picture_id": "99", "fingerprint": "0" * 64, "name": "Autre"}
    assert give(nadia, page, a_photo(), **more).status_code == 303
    [(organisation, _, fingerprint)] = shown(db_session)
    assert organisation == before[0]
    assert fingerprint != "0" * 64
    assert db_session.get_one(Organisation, before[0]).name == before[1]


def test_a_form_from_elsewhere_is_refused(
    nadia: PageClient, page: str, db_session: scoped_session[Session]
) -> None:
    fields = {"alternative": "La cour", "picture": (BytesIO(a_photo()), "photo.jpg"), "csrf_token": "forged"}
    assert nadia.post(page, data=fields, content_type="multipart/form-data").status_code == 400
    assert nadia.post(f"{page}/image/retrait", data={"csrf_token": "forged"}).status_code == 400
    assert shown(db_session) == []


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.OWNER, "Ailleurs"), (Role.MEMBER, "Espace 19"), (Role.COORDINATOR, "le 19e"), (None, "")],
)
def test_only_who_answers_for_it_may(
    espace: Organisation,
    page: str,
    nadia: PageClient,
    sign_in: SignIn,
    db_session: scoped_session[Session],
    role: Role | None,
    where: str,
) -> None:
    assert give(nadia, page, a_photo()).status_code == 303
    before = shown(db_session)
    other = accounts.open_account("paul@example.org", "Paul", actor="cli", now=clock.now())
    places = {
        "Ailleurs": factories.an_association("Ailleurs"),
        "Espace 19": espace,
        "le 19e": factories.a_territory(),
    }
    if role:
        grants.give(other, role, places[where], by="cli", now=clock.now())
    desk = sign_in(other)
    token = desk.get("/pro/").page.all("input", name="csrf_token")[0]["value"]
    fields = {"csrf_token": token, "alternative": "À moi", "picture": (BytesIO(a_photo((80, 80))), "x.jpg")}
    assert desk.get(page).status_code == 403
    assert desk.post(page, data=fields, content_type="multipart/form-data").status_code == 403
    assert desk.post(f"{page}/image/retrait", data={"csrf_token": token}).status_code == 403
    assert shown(db_session) == before


def test_nobody_signs_in_first(client: PageClient, page: str) -> None:
    assert client.get(page).headers["Location"] == f"/connexion?next={page}"


def test_an_organisation_that_is_not_there_is_not_found(nadia: PageClient) -> None:
    assert nadia.get("/pro/organisations/99999/vitrine").status_code == 404


def test_who_loses_the_role_meanwhile_shows_nothing(
    nadia: PageClient,
    page: str,
    espace: Organisation,
    db_session: scoped_session[Session],
    monkeypatch: pytest.MonkeyPatch,
    app: Flask,
) -> None:
    """While an image is decoded nobody waits for the write lock: the role is asked again afterwards."""
    really = pictures.renew

    def slowly(octets: bytes, *, most: int) -> Renewed:
        renewed = really(octets, most=most)
        with app.app_context():
            from eventsapp.access.models import Grant  # of this story alone
            from eventsapp.database import begin_writing, db

            begin_writing()  # would wait, were the lock held
            for grant in db.session.scalars(select(Grant)):
                grant.ended_at = clock.now()
            db.session.commit()
        return renewed

    monkeypatch.setattr(pictures, "renew", slowly)
    assert give(nadia, page, a_photo()).status_code == 403
    assert shown(db_session) == []


HEAVY = written(a_drawing((64, 64)), "PNG") + b"\0" * (5 * MIB)


def test_a_photo_of_five_megabytes_is_taken_here_and_nowhere_else(
    nadia: PageClient, page: str, db_session: scoped_session[Session]
) -> None:
    assert give(nadia, page, HEAVY).status_code == 303
    token = nadia.get(page).page.form(page)["csrf_token"]
    for address in (f"{page}/image/retrait", "/connexion", page.replace("vitrine", "equipe")):
        fields = {"csrf_token": token, "picture": (BytesIO(HEAVY), "photo.png")}
        answer = nadia.post(address, data=fields, content_type="multipart/form-data")
        assert (answer.status_code, answer.page.heading) == (413, "C’est trop long"), address
        assert "Écrivez moins de texte" in answer.page.main.text
    assert len(shown(db_session)) == 1
    long = {"csrf_token": token, "alternative": "a" * 70_000}
    assert nadia.post(page, data=long, content_type="multipart/form-data").status_code == 413
    assert nadia.post(page, data=long).status_code == 413


def test_a_heavier_one_is_told_how_heavy_it_may_be(
    nadia: PageClient, page: str, app: Flask, db_session: scoped_session[Session]
) -> None:
    fields = {"picture": (BytesIO(b"\0" * 7 * MIB), "photo.jpg")}
    answer = nadia.post(page, data=fields, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert "Une image pèse 6 Mo au plus." in answer.page.main.text
    app.config["PICTURE_BYTES"] = MIB
    assert nadia.post(page, data={"picture": (BytesIO(HEAVY), "x.png")}).status_code == 413


@pytest.mark.parametrize(("size", "status"), [(7 * MIB, 413), (MIB, 400)])
def test_a_body_in_pieces_has_the_same_limit(
    live_server: LiveServer, page: str, size: int, status: int
) -> None:
    """The smaller one is refused for its missing token."""
    head = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="x.jpg"\r\n\r\n'
    asked = HTTPConnection(urlsplit(live_server.url).netloc, timeout=10)
    asked.request(
        "POST",
        page,
        body=iter([head, b"\1" * size, b"\r\n--x--\r\n"]),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
        encode_chunked=True,
    )
    assert asked.getresponse().status == status
    asked.close()


def test_it_stands_beside_the_events_and_in_the_agenda_elsewhere(
    nadia: PageClient,
    page: str,
    espace: Organisation,
    client: PageClient,
    db_session: scoped_session[Session],
) -> None:
    approvals.approve(espace, factories.a_territory(), actor="cli", now=clock.now())
    event: Event = factories.an_event("Atelier cuisine en famille", host=espace)
    other = factories.an_event("Balade")
    addresses = [f"/e/{one.code}-{one.slug}" for one in (event, other)]
    db_session.commit()
    assert client.get(addresses[0]).page.all("img", class_="photo") == []
    assert give(nadia, page, a_photo(), "La cour & le « jardin » <b>").status_code == 303
    for address in (addresses[0], "/integration/espace-19"):
        answer = client.get(address)
        picture = answer.page.main.one("img", class_="photo")
        assert picture["alt"] == "La cour & le « jardin » <b>"
        assert (picture["width"], picture["height"], picture["loading"]) == ("480", "320", "lazy")
        assert "Set-Cookie" not in answer.headers
    assert client.get(addresses[1]).page.all("img", class_="photo") == []


def test_the_coordination_takes_down_what_somebody_in_it_does_not_want(
    nadia: PageClient,
    page: str,
    espace: Organisation,
    sign_in: SignIn,
    client: PageClient,
    db_session: scoped_session[Session],
) -> None:
    """A mother is in the photo; she asks Samira of the 19e. Paul of the 10e has no say: Espace 19 acts in the
    19e only."""
    approvals.approve(espace, factories.a_territory(), actor="cli", now=clock.now())
    home = f"/pro/organisations/{espace.id}/"
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    paul = sign_in(saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul"))
    give(nadia, page, a_photo())
    [(_, _, fingerprint)] = shown(db_session)
    token = paul.get("/pro/").page.all("input", name="csrf_token")[0]["value"]
    assert paul.post(f"{page}/image/retrait", data={"csrf_token": token}).status_code == 403
    assert len(shown(db_session)) == 1
    answer = samira.submit(samira.get(home).page.form(button="Retirer l’image"))
    assert (answer.status_code, answer.headers["Location"]) == (303, home)
    assert client.get(f"/images/{fingerprint}.webp").status_code == 404
    assert "Retirer l’image" not in samira.get(home).page.main.text
    lines = samira.get("/pro/paris-19/journal").page.main.one("ul", class_="sum").all("li")
    assert ["a retiré une image de structure" in lines[0].text, lines[0].one("strong").text] == [
        True,
        "Samira",
    ]
    assert ["a montré une image de sa structure" in lines[1].text, lines[1].one("strong").text] == [
        True,
        "Nadia",
    ]
