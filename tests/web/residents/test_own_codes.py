"""A forwarded link reveals no child: whom it is about is shown where it was made, or a code was typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom import rounds
from eventsapp.mailroom.models import Letter
from eventsapp.people import household_browsers, household_codes
from eventsapp.people.household_models import HouseholdBrowser, HouseholdCode
from eventsapp.people.models import Household, Means
from eventsapp.registrations import booking, seats
from eventsapp.registrations.booking import Confirmed
from eventsapp.registrations.models import AgeBracket, Enrolment, Need, WayIn
from eventsapp.registrations.party import Member
from tests import factories
from tests.pages import PageClient
from tests.registrations.stories import a_transaction, answers, letters, register
from tests.servers import PostOffice
from tests.texting import a_gateway
from tests.web.residents.homes import code_for, confirm

SEND, OPEN = "Recevoir un code", "Ouvrir ma page"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


@pytest.fixture
def awa(event: Event) -> Confirmed:
    """She comes with Ibrahim, who needs somebody to interpret; her number stands beside her address."""
    made = register(event, answers("Awa", 1, number="06 39 98 00 01", email="awa@example.org"))
    child = Member(
        bracket=AgeBracket.FROM_11,
        first_name="Ibrahim",
        needs=frozenset({Need.INTERPRETER}),
        interpreter="bm",
    )
    other = factories.an_event("Balade", starts_at=event.starts_at + timedelta(days=7))
    with a_transaction():
        held, household = seats.locked(other.id), made.registration.household
        assert household is not None
        adult = Member(bracket=AgeBracket.FROM_26, first_name="Awa")
        booking.enter(held, household, [adult, child], way=WayIn.ONLINE, now=time.now())
    return made


NOT_FOR_STRANGERS = ("Ibrahim", "11 à 14", "bambara", "Un interprète", "awa@example.org", "06 39 98", "3998")


def test_a_forwarded_link_says_when_and_where_and_whom_to_nobody(
    app: Flask, client: PageClient, awa: Confirmed
) -> None:
    address = f"/m/{awa.link_token}"
    answer = client.get(address)
    said = answer.page.main.text
    assert answer.page.heading == "C’est noté, Awa !"
    assert "École Curial" in said
    assert "2 personnes" in said
    pages = [answer, *(client.get(path) for path in own_links(answer.page.html, awa.link_token))]
    for page in pages:
        everything = page.get_data(as_text=True) + str(page.headers)
        assert [word for word in NOT_FOR_STRANGERS if word in everything] == [], page.request.path
    shown = client.get(confirm(client, awa)).page.main.text
    assert [word for word in ("Ibrahim", "11 à 14", "awa@example.org") if word not in shown] == []


def own_links(html: str, token: str) -> set[str]:
    parts = html.split(f'href="/m/{token}')[1:]
    return {f"/m/{token}" + part.split('"')[0] for part in parts if "?" not in part.split('"')[0]}


def test_the_browser_that_registered_is_confirmed_at_once(
    app: Flask, client: PageClient, event: Event
) -> None:
    path = f"/e/{event.code}/inscription"
    typed = {"first_name": "Awa", "email": "awa@example.org", "adults": "1", "children_6_10": "1"}
    client.submit(client.get(path).page.form(path), typed)
    check = path + "/verification"
    address = client.submit(client.get(check).page.form(check)).headers["Location"]
    opened = client.get(address)
    assert "1 enfant de 6 à 10 ans" in opened.page.main.text
    [cookie] = [line for line in opened.headers.getlist("Set-Cookie") if line.startswith("foyer=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/m"} <= {part.strip() for part in cookie.split(";")}
    assert "1 enfant de 6 à 10 ans" in client.get(address).page.main.text
    other = app.test_client().get(address)
    assert "1 enfant" not in other.get_data(as_text=True)


def test_two_families_of_one_browser_stay_apart_and_both_open(client: PageClient, event: Event) -> None:
    """A shared telephone holds both; neither opens the other's page."""
    awa, binta = (register(event, answers(name, 1, 1)) for name in ("Awa", "Binta"))
    confirm(client, awa)
    assert "1 enfant" not in client.get(f"/m/{binta.link_token}").page.html
    tokens = client.get_cookie("foyer", path="/m").value  # type: ignore[union-attr]  # it was set just now
    confirm(client, binta)
    assert "1 enfant" not in client.get(f"/m/{awa.link_token}").page.html
    client.set_cookie(
        "foyer",
        f"{tokens}.{client.get_cookie('foyer', path='/m').value}",
        path="/m",  # type: ignore[union-attr]
    )
    for made in (awa, binta):
        assert "1 enfant" in client.get(f"/m/{made.link_token}").page.html


def test_a_code_from_the_mailbox_confirms_another_telephone(client: PageClient, awa: Confirmed) -> None:
    address = f"/m/{awa.link_token}"
    asked = client.get(client.get(address).page.link("Confirmer avec un code"))
    assert asked.page.heading == "C’est votre page ?"
    client.submit(asked.page.form(button=SEND))
    code = code_for("awa@example.org")
    form = client.get(f"{address}/confirmation").page.form(button=OPEN)
    assert client.submit(form, {"code": code.replace("-", " ")}).location == address
    assert "Ibrahim" in client.get(address).page.main.text
    # Used once: it is gone.
    db.session.rollback()
    assert db.session.scalars(select(HouseholdCode)).all() == []


def test_the_code_is_stored_as_a_fingerprint_and_erased_from_the_letter_that_left(
    client: PageClient, awa: Confirmed, smtp: PostOffice
) -> None:
    client.submit(client.get(f"/m/{awa.link_token}/confirmation").page.form(button=SEND))
    code = code_for("awa@example.org")
    kept = db.session.scalars(select(HouseholdCode.fingerprint)).one()
    assert (len(kept), code.replace("-", "") in kept) == (64, False)
    assert code not in letters("awa@example.org")[-1].text
    db.session.rollback()
    rounds.deliver_due(time.now())
    assert code in smtp.to("awa@example.org")[-1].part("text/plain")
    left = db.session.scalars(select(Letter).where(Letter.kind == "people/household_code")).one()
    assert code not in left.text + left.html


def test_five_tries_then_another_code(client: PageClient, awa: Confirmed) -> None:
    path = f"/m/{awa.link_token}/confirmation"
    client.submit(client.get(path).page.form(button=SEND))
    code = code_for("awa@example.org")
    wrong = "000-000" if code != "000-000" else "111-111"
    form = client.get(path).page.form(button=OPEN)
    empty = client.submit(form, {"code": "bonjour"})
    assert empty.page.mistakes["code"].endswith("Écrivez les 6 chiffres du message.")
    for _ in range(5):
        answer = client.submit(form, {"code": wrong})
        assert "Ce code n’est pas le bon. Relisez le message." in answer.page.one(class_="errsum").text
    late = client.submit(form, {"code": code})
    assert late.status_code == 422
    assert "Ce code ne marche plus. Demandez-en un autre." in late.page.main.text
    assert db.session.scalars(select(HouseholdBrowser)).all() == []


def test_a_code_ends_after_fifteen_minutes_and_the_next_replaces_it(
    client: PageClient, awa: Confirmed, clock: time_machine.Traveller
) -> None:
    path = f"/m/{awa.link_token}/confirmation"
    client.submit(client.get(path).page.form(button=SEND))
    first = code_for("awa@example.org")
    form = client.get(path).page.form(button=OPEN)
    clock.shift(timedelta(minutes=15))
    assert client.submit(form, {"code": first}).status_code == 422
    client.submit(client.get(path).page.form(button=SEND))
    form = client.get(path).page.form(button=OPEN)
    assert client.submit(form, {"code": code_for("awa@example.org")}).status_code == 303


def test_five_codes_an_hour_whichever_link_asks(client: PageClient, awa: Confirmed) -> None:
    path = f"/m/{awa.link_token}/confirmation"
    form = client.get(path).page.form(button=SEND)
    statuses = [client.submit(form).status_code for _ in range(6)]
    assert statuses == [303] * 5 + [422]
    assert len([one for one in letters("awa@example.org") if one.kind == "people/household_code"]) == 5


def test_who_left_only_a_number_is_shown_ours(client: PageClient, event: Event) -> None:
    made = register(event, answers("Binta", number="06 39 98 00 02"))
    page = client.get(f"/m/{made.link_token}/confirmation").page
    assert "01 99 00 19 19" in page.main.text
    assert page.main.all("form") == []


def test_other_telephones_are_forgotten_and_so_is_a_borrowed_one(
    app: Flask, client: PageClient, awa: Confirmed
) -> None:
    borrowed = app.test_client()
    assert isinstance(borrowed, PageClient)
    address = confirm(borrowed, awa)
    confirm(client, awa)
    page = client.get(address).page
    assert client.submit(page.form(button="Oublier les autres téléphones")).location == address
    assert "Ibrahim" not in borrowed.get(address).page.html
    page = client.get(address).page
    assert "1 autre téléphone est oublié." in page.main.text
    client.submit(page.form(button="Ce téléphone n’est pas à moi"))
    assert "Ibrahim" not in client.get(address).page.html


def test_whoever_has_the_borrowed_telephone_next_finds_no_way_back(
    app: Flask, client: PageClient, event: Event
) -> None:
    """The form that registered her is not a key: sent again from a browser that she left, or that she had
    forgotten, it would open her page and confirm it anew."""
    path = f"/e/{event.code}/inscription"
    typed = {"first_name": "Awa", "email": "awa@example.org", "adults": "1", "children_6_10": "1"}
    check = f"{path}/verification"
    borrowed = app.test_client()
    assert isinstance(borrowed, PageClient)
    for browser, button in (
        (borrowed, "Ce téléphone n’est pas à moi"),
        (client, "Oublier les autres téléphones"),
    ):
        browser.submit(browser.get(path).page.form(path), typed)
        form = browser.get(check).page.form(check)
        home = browser.submit(form).location
        browser.get(home)
        with browser.session_transaction() as kept:
            copied = dict(kept)
        db.session.rollback()
        household = db.session.scalars(select(Household).order_by(Household.id.desc())).first()
        assert household is not None
        with a_transaction():
            mine = household_browsers.confirm(household, "", now=time.now())
        hers = app.test_client()
        assert isinstance(hers, PageClient)
        hers.set_cookie("foyer", mine, path="/m")
        at = browser if browser is borrowed else hers
        at.submit(at.get(home).page.form(button=button))
        with browser.session_transaction() as kept:
            kept.update(copied)  # somebody kept the cookie
        assert browser.submit(form).status_code == 410
        assert "1 enfant" not in browser.get(home).page.html


def test_what_was_typed_for_another_event_goes_with_a_borrowed_telephone(
    client: PageClient, event: Event, awa: Confirmed
) -> None:
    path = f"/e/{event.code}/inscription"
    client.submit(client.get(path).page.form(path), {"first_name": "Zawadie", "email": "z@example.org"})
    home = confirm(client, awa)
    assert "Zawadie" in client.get(path).page.html
    client.submit(client.get(home).page.form(button="Ce téléphone n’est pas à moi"))
    assert "Zawadie" not in client.get(path).page.html
    db.session.rollback()
    assert db.session.scalars(select(Enrolment).where(Enrolment.registration_id.is_(None))).all() == []


def test_a_month_later_a_code_is_asked_for_again_and_the_row_is_gone(
    client: PageClient, awa: Confirmed, clock: time_machine.Traveller
) -> None:
    address = confirm(client, awa)
    clock.shift(timedelta(days=30))
    assert "Ibrahim" not in client.get(address).page.html
    with a_transaction():
        assert household_browsers.forget_old(time.now()) == 1
        assert household_codes.forget_old(time.now()) is None


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("spoilt", ["", ".", "x" * 3000, "é", "a.b.c.d.e.f.g.h.i.j"])
def test_a_spoilt_cookie_opens_nothing(client: PageClient, awa: Confirmed, spoilt: str) -> None:
    client.set_cookie("foyer", spoilt, path="/m")
    assert "Ibrahim" not in client.get(f"/m/{awa.link_token}").page.html


MOBILE, MOBILE_DIALLED = "06 39 98 00 07", "+33639980007"


@pytest.mark.parametrize(
    ("reach", "means", "shared", "channel"),
    [
        ({}, None, False, "sms"),  # a mobile and nothing else
        ({}, Means.CALL, False, "sms"),  # whoever wishes calls types a code all the same
        ({"email": "awa@example.org"}, None, False, "courriel"),
        ({"email": "awa@example.org"}, Means.SMS, False, "sms"),
        ({"email": "awa@example.org"}, Means.SMS, True, "courriel"),
        ({}, None, True, None),  # others read that phone
    ],
)
def test_the_code_goes_by_a_text_where_that_is_the_means_and_nobody_else_reads_it(
    app: Flask,
    client: PageClient,
    event: Event,
    reach: dict[str, str],
    means: Means | None,
    shared: bool,
    channel: str | None,
) -> None:
    with a_gateway(app) as gateway:
        made = register(event, answers("Awa", number=MOBILE, **reach))
        with a_transaction():
            made.registration.contact.means, made.registration.contact.phone_is_shared = means, shared
        path = f"/m/{made.link_token}/confirmation"
        page = client.get(path).page
        if channel is None:
            assert "Nous ne pouvons pas vous envoyer de code." in page.main.text
            assert page.main.all("form") == []
            return
        assert client.submit(page.form(button=SEND)).location == path
        [code] = [one for one in letters() if one.kind == "people/household_code"]
        assert (code.channel, code.is_sealed) == (channel, True)
        if channel == "sms":
            assert "Un SMS est parti au numéro de l’inscription." in client.get(path).page.main.text
            assert "3998" not in client.get(path).page.html.replace(" ", "")
        digits = code_for(MOBILE_DIALLED if channel == "sms" else "awa@example.org")
        db.session.rollback()
        rounds.deliver_due(time.now())
        [text] = [said for said in gateway.to(MOBILE_DIALLED) if digits in said] or [digits]
        form = client.get(path).page.form(button=OPEN)
        assert client.submit(form, {"code": digits if digits in text else ""}).location == (
            f"/m/{made.link_token}"
        )
        db.session.rollback()
        db.session.refresh(code)
        assert digits not in code.text


def test_without_a_gateway_a_number_alone_gets_no_code(client: PageClient, event: Event) -> None:
    made = register(event, answers("Awa", number=MOBILE))
    page = client.get(f"/m/{made.link_token}/confirmation").page
    assert page.main.all("form") == []
    [token, *_] = page.all("input", name="csrf_token") or [{"value": ""}]
    sent = client.post(f"/m/{made.link_token}/confirmation/code", data={"csrf_token": token["value"]})
    assert sent.status_code in {400, 409}
    assert [one for one in letters() if one.kind == "people/household_code"] == []
