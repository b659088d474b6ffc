"""Which means is chosen, whoever they are: their choice first, the quickest when it presses."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.mailroom import means
from eventsapp.mailroom.models import Channel
from eventsapp.mailroom.outbox import Reader
from eventsapp.setting_values import calling_codes
from tests.texting import KEY

MAIL, SMS, CALL = Channel.MAIL, Channel.SMS, Channel.CALL
ADDRESS, MOBILE, LANDLINE = "awa@example.org", "+33639980000", "+33199001919"

pytestmark = [pytest.mark.databases("sqlite"), pytest.mark.usefixtures("db_session")]


@pytest.fixture
def with_gateway(app: Flask) -> Flask:
    app.config["SMS_API_KEY"] = KEY
    return app


@pytest.mark.parametrize(
    ("email", "phone", "wish", "usually", "at_once"),
    [
        (ADDRESS, None, None, [MAIL], [MAIL]),
        (ADDRESS, MOBILE, None, [MAIL, SMS, CALL], [SMS, CALL, MAIL]),
        (ADDRESS, LANDLINE, None, [MAIL, CALL], [CALL, MAIL]),
        (None, MOBILE, None, [SMS, CALL], [SMS, CALL]),
        (None, LANDLINE, None, [CALL], [CALL]),
        (ADDRESS, MOBILE, MAIL, [MAIL, SMS, CALL], [MAIL, SMS, CALL]),
        (ADDRESS, MOBILE, SMS, [SMS, MAIL, CALL], [SMS, MAIL, CALL]),
        (ADDRESS, MOBILE, CALL, [CALL], [CALL]),
        (ADDRESS, LANDLINE, SMS, [MAIL, CALL], [MAIL, CALL]),
        (ADDRESS, None, CALL, [MAIL], [MAIL]),
        (None, None, MAIL, [], []),
    ],
)
def test_the_means_of_each(
    with_gateway: Flask,
    email: str | None,
    phone: str | None,
    wish: Channel | None,
    usually: list[Channel],
    at_once: list[Channel],
) -> None:
    reader = Reader(name="Awa", language="fr", email=email, phone=phone, wish=wish)
    assert list(reader.means()) == usually
    assert list(reader.means(urgent=True)) == at_once
    nothing = Reader(name="Awa", language="fr", email=email, phone=phone, wish=wish, wants_nothing=True)
    assert nothing.means() == nothing.means(urgent=True) == ()


def test_without_a_gateway_nobody_is_texted(app: Flask) -> None:
    assert means.in_order(email=None, phone=MOBILE, wish=SMS) == (CALL,)
    assert means.in_order(email=ADDRESS, phone=MOBILE) == (MAIL, CALL)


@pytest.mark.parametrize(
    ("number", "of"),
    [
        ("+33639980000", 33),
        ("+33712345678", 33),
        ("06 39 98 00 00", 33),
        ("+33199001919", None),
        ("+33970000000", None),
        ("+447400123456", 44),
        ("+442079460000", None),
        ("+16502530000", 1),
        ("+262692123456", 262),
        ("12", None),
        ("rien", None),
    ],
)
def test_a_text_goes_to_mobiles(number: str, of: int | None) -> None:
    assert means.mobile_of(number) == of


def test_all_of_france_gets_texts_as_far_as_wallis(app: Flask) -> None:
    app.config["SMS_API_KEY"] = KEY
    overseas = ("+262692123456", "+508551234", "+590690123456", "+594694123456", "+596696123456")
    for number in (*overseas, "+681821234", "+687751234", "+68987123456"):
        assert means.in_order(email=None, phone=number) == (SMS, CALL)


def test_no_stranger_makes_us_text_the_other_end_of_the_world(app: Flask) -> None:
    app.config["SMS_API_KEY"] = KEY
    by_text, by_call = (SMS, CALL), (CALL,)
    numbers = (MOBILE, "+262692123456", "+32470123456", "+447400123456", "+16502530000")
    assert [means.in_order(email=None, phone=one) for one in numbers] == [by_text] * 2 + [by_call] * 3
    app.config["SMS_COUNTRIES"] = calling_codes("33 +32")
    assert [means.in_order(email=None, phone=one) for one in numbers] == [
        by_text, by_call, by_text, by_call, by_call,
    ]  # fmt: skip


@given(
    email=st.sampled_from([None, ADDRESS]),
    phone=st.sampled_from([None, MOBILE, LANDLINE]),
    wish=st.sampled_from([None, *Channel]),
    urgent=st.booleans(),
    gateway=st.booleans(),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_they_left_and_wish(
    app: Flask, email: str | None, phone: str | None, wish: Channel | None, urgent: bool, gateway: bool
) -> None:
    app.config["SMS_API_KEY"] = KEY if gateway else ""
    order = means.in_order(email=email, phone=phone, wish=wish, urgent=urgent)
    assert bool(order) == bool(email or phone)  # whoever can be reached is
    assert len(set(order)) == len(order)  # and by no means twice
    assert MAIL not in order or email
    assert SMS not in order or (phone == MOBILE and gateway)
    assert CALL not in order or phone
    possible = {MAIL: bool(email), SMS: phone == MOBILE and gateway, CALL: bool(phone)}
    if wish and possible[wish]:
        assert order[0] is wish
    if wish is CALL and phone:
        assert order == (CALL,)  # never texted, never written to
    if wish is None and urgent and phone:
        assert order[0] is not MAIL  # a mailbox is the slowest
    if CALL in order and not (urgent and wish is None):
        assert order[-1] is CALL  # nobody's time is taken before machines have tried
