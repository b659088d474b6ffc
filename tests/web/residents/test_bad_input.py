"""Whatever is typed or sent to the form of a registration gets a sentence, never our own mistake, and keeps
nothing; what is only unusual is taken as it is. On both databases: each refuses something of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from urllib.parse import urlencode

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Event
from tests import factories
from tests.databases import everything
from tests.pages import PageClient, PageResponse

AWA = {"first_name": "Awa", "phone": "", "email": "awa@example.org", "adults": "2", "children_3_5": "1"}
SIGN = "Ce texte contient un signe illisible."
NUMBER = "Écrivez un nombre entre 0 et 20."
LONG = "Écrivez un prénom de 60 signes au plus."
EMAIL = "Écrivez une adresse e-mail"
PHONE = "Écrivez un numéro de téléphone"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


def rows() -> dict[str, list[object]]:
    """All there is, but how often somebody tried."""
    return {name: found for name, found in everything().items() if name != "attempts"}


def opened(client: PageClient, event: Event) -> tuple[str, dict[str, str]]:
    """The form's address and what a browser sends with it besides."""
    address = f"/e/{event.code}/inscription"
    form = client.get(address).page.form(address)
    return address, {name: form[name] for name in form.values if name not in AWA}


REFUSED = {
    "nobody": ({"adults": "0", "children_3_5": "0"}, "adults", "Dites combien d’adultes viennent."),
    "too many": ({"adults": "20"}, "adults", "Vous êtes 21. Ici, on inscrit 20 personnes au plus."),
    "more than places": ({"adults": "12"}, "adults", "Vous êtes 13, et il y a 12 places en tout."),
    "beyond the list": ({"adults": "21"}, "adults", NUMBER),
    "a column's worth": ({"adults": "9" * 19}, "adults", NUMBER),
    "10,000 digits": ({"adults": "9" * 10_000}, "adults", NUMBER),
    "negative": ({"adults": "-1"}, "adults", NUMBER),
    "negative children": ({"children_3_5": "-3"}, "children_3_5", NUMBER),
    "a half": ({"adults": "1.5"}, "adults", NUMBER),
    "a half, in French": ({"adults": "1,5"}, "adults", NUMBER),
    "exponent": ({"adults": "1e1"}, "adults", NUMBER),
    "underscore": ({"adults": "1_0"}, "adults", NUMBER),
    "hexadecimal": ({"adults": "0x2"}, "adults", NUMBER),
    "Arabic digits": ({"adults": "٢"}, "adults", NUMBER),
    "full-width digits": ({"adults": "２"}, "adults", NUMBER),
    "superscript": ({"adults": "²"}, "adults", NUMBER),
    "infinity": ({"adults": "Infinity"}, "adults", NUMBER),
    "not a number": ({"children_3_5": "NaN"}, "children_3_5", NUMBER),
    "no name": ({"first_name": " \t "}, "first_name", "Écrivez votre prénom."),
    "10,000 signs": ({"first_name": "x" * 10_000}, "first_name", LONG),
    "4,000 emoji": ({"first_name": "🌻" * 4_000}, "first_name", LONG),
    "61 signs": ({"first_name": "x" * 61}, "first_name", LONG),
    "header in the name": ({"first_name": "Awa\r\nBcc: eve@example.org"}, "first_name", SIGN),
    "line feed": ({"first_name": "Awa\nSow"}, "first_name", SIGN),
    "line separator": ({"first_name": "Awa\u2028Sow"}, "first_name", SIGN),
    "bell": ({"first_name": "Awa\x07"}, "first_name", SIGN),
    "escape": ({"first_name": "\x1b[31mAwa"}, "first_name", SIGN),
    "delete": ({"first_name": "Awa\x7f"}, "first_name", SIGN),
    "no character": ({"first_name": "Awa\uffff"}, "first_name", SIGN),
    "no character either": ({"first_name": "\U0001fffeAwa"}, "first_name", SIGN),
    "nothing to see, in Hangul": ({"first_name": "\u3164\u1160"}, "first_name", "Écrivez votre prénom."),
    "nothing to see, in braille": ({"first_name": "\u2800"}, "first_name", "Écrivez votre prénom."),
    "C1": ({"first_name": "Awa\x9b"}, "first_name", SIGN),
    "turned round": ({"first_name": "Awa\u202egro.live"}, "first_name", SIGN),
    "isolate": ({"first_name": "\u2066Awa"}, "first_name", SIGN),
    "header in the address": ({"email": "awa@example.org\r\nBcc: eve@example.org"}, "email", EMAIL),
    "header, percent": ({"email": "awa%0d%0aBcc:eve@example.org"}, "email", EMAIL),
    "two addresses": ({"email": "awa@example.org, eve@example.org"}, "email", EMAIL),
    "an address with a name": ({"email": "Awa <awa@example.org>"}, "email", EMAIL),
    "an endless address": ({"email": "a@" + "b" * 10_000 + ".fr"}, "email", EMAIL),
    "turned address": ({"email": "awa@\u202egro.elpmaxe"}, "email", EMAIL),
    "10,000 digits of phone": ({"phone": "0" * 10_000}, "phone", PHONE),
    "letters in a phone": ({"phone": "06 39 98 zéro"}, "phone", PHONE),
    "header in a phone": ({"phone": "06 39 98 00 00\r\nBcc: x"}, "phone", PHONE),
}
"""What is typed instead, the field that says so, and how."""


@pytest.mark.parametrize(("typed", "field", "sentence"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_taken_is_said_beside_its_field_and_keeps_nothing(
    client: PageClient, event: Event, typed: dict[str, str], field: str, sentence: str
) -> None:
    address, carried = opened(client, event)
    before = rows()
    answer = client.post(address, data=AWA | carried | typed)
    assert isinstance(answer, PageResponse)
    assert answer.status_code == 422
    assert sentence in answer.page.mistakes[field]
    assert list(answer.page.mistakes) == [field]
    assert rows() == before
    assert "Bcc" not in str(answer.headers)


TAKEN = {
    "emoji": "Zoé 🌻👩‍👩‍👧",
    "right to left": "فاطمة الزهراء",
    "Hebrew": "יעל",
    "Tamil": "தமிழ்",
    "Vietnamese": "Nguyễn Thị Ánh",
    "combining": "Zoe\u0301",
    "astral": "𝓐𝔀𝓪",
    "quotes": 'O’Neill "d\'Arc" & <b>Cie</b>',
    "a formula": "=1+1",
    "SQL": "'; DROP TABLE event; --",
    "60 emoji": "🌻" * 60,
}
"""Names that are somebody's, or could be."""


@pytest.mark.parametrize("name", TAKEN.values(), ids=list(TAKEN))
def test_what_is_only_unusual_is_shown_as_it_was_written(client: PageClient, event: Event, name: str) -> None:
    address, carried = opened(client, event)
    assert client.post(address, data=AWA | carried | {"first_name": name}).status_code == 303
    check = client.get(f"{address}/verification").page
    assert name in check.main.text or name == "Zoe\u0301"
    confirmed = client.submit(check.form())
    assert confirmed.status_code == 303
    page = client.get(confirmed.location).page
    assert page.heading.startswith("C’est noté, ")
    assert name in page.main.text or name == "Zoe\u0301"


FORM = "application/x-www-form-urlencoded"
Body = Callable[[Mapping[str, str]], tuple[bytes, str]]


def as_form(more: bytes = b"", without: str = "") -> Body:
    """The right answers, and these octets behind them."""
    return lambda sent: (urlencode({k: v for k, v in sent.items() if k != without}).encode() + more, FORM)


def as_parts(more: bytes, end: bytes = b"--x--\r\n") -> Body:
    def body(sent: Mapping[str, str]) -> tuple[bytes, str]:
        parts = b"".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in sent.items()
        )
        return parts + more + end, "multipart/form-data; boundary=x"

    return body


FILE = b'--x\r\nContent-Disposition: form-data; name="first_name"; filename="a.png"\r\n\r\nPNG\r\n'
BODIES: dict[str, tuple[Body, int]] = {
    "NUL": (as_form(b"%00", without=""), 400),
    "NUL in a name of a field": (as_form(b"&a%00b=1"), 400),
    "JSON": (lambda sent: (b'{"first_name": "Awa"}', "application/json"), 415),
    "XML": (lambda sent: (b"<a/>", "text/xml"), 415),
    "plain text": (lambda sent: (urlencode(sent).encode(), "text/plain"), 415),
    "no type": (lambda sent: (urlencode(sent).encode(), ""), 415),
    "huge": (as_form(b"&more=" + b"x" * 70_000), 413),
    "a huge field in parts": (
        as_parts(b'--x\r\nContent-Disposition: form-data; name="more"\r\n\r\n' + b"x" * 70_000 + b"\r\n"),
        413,
    ),
    "300 parts": (as_parts(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 300), 413),
    "a file as a name": (as_parts(FILE), 400),
    "a file of no name as a name": (as_parts(FILE.replace(b"a.png", b"")), 400),
    "a file besides": (as_parts(FILE.replace(b"first_name", b"more")), 400),
    "no boundary": (lambda sent: (b"--x", "multipart/form-data"), 400),
    "cut off": (as_parts(b"--x\r\nContent-Dispo", b""), 400),
    "no token": (as_form(without="csrf_token"), 400),
    "10,000 emoji": (as_form(b"&more=" + b"%F0%9F%8C%BB" * 10_000), 413),
    "nothing": (lambda sent: (b"", FORM), 400),
    "rubbish": (lambda sent: (bytes(range(256)) * 20, FORM), 400),
}
"""What no browser sends, and the answer."""


@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=list(BODIES))
def test_what_no_browser_sends_gets_a_page_and_keeps_nothing(
    client: PageClient, event: Event, body: Body, status: int
) -> None:
    address, carried = opened(client, event)
    before = rows()
    octets, kind = body(AWA | carried)
    answer = client.post(address, input_stream=BytesIO(octets), content_length=len(octets), content_type=kind)
    assert isinstance(answer, PageResponse)
    assert answer.status_code == status
    assert answer.page.heading
    assert rows() == before


ODD_BUT_READ = {
    "twice the same field": b"&first_name=Eve&adults=20",
    "fields that are none": b"&seats=99&status=confirmee&household_id=1&event_id=1",
    "half a percent": b"&more=%",
    "a lone surrogate elsewhere": b"&more=%ED%A0%80",
    "500 fields more": b"".join(b"&f%d=1" % number for number in range(500)),
}
"""What is behind the right answers and changes nothing of them."""


@pytest.mark.parametrize("more", ODD_BUT_READ.values(), ids=list(ODD_BUT_READ))
def test_what_is_sent_besides_changes_nothing(client: PageClient, event: Event, more: bytes) -> None:
    address, carried = opened(client, event)
    octets = urlencode(AWA | carried).encode() + more
    answer = client.post(address, data=octets, content_type=FORM)
    assert answer.status_code == 303
    check = client.get(f"{address}/verification").page
    assert "3 personnes" in check.main.text
    assert "Eve" not in check.main.text


@pytest.mark.parametrize("octets", [b"\xed\xa0\x80", b"\xed\xb0\x80Awa", b"\xff\xfe", b"Awa\xc3"])
def test_what_is_no_text_at_all_is_no_name(client: PageClient, event: Event, octets: bytes) -> None:
    """A lone half of a surrogate pair, or octets that are no UTF-8."""
    address, carried = opened(client, event)
    before = rows()
    named = {name: value for name, value in (AWA | carried).items() if name != "first_name"}
    parts = [(name.encode(), value.encode()) for name, value in named.items()] + [(b"first_name", octets)]
    body = b"".join(
        b'--limit\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value + b"\r\n"
        for name, value in parts
    )
    answer = client.post(
        address, data=body + b"--limit--\r\n", content_type="multipart/form-data; boundary=limit"
    )
    assert isinstance(answer, PageResponse)
    assert (answer.status_code, rows() == before) == (422, True)
    assert SIGN in answer.page.mistakes["first_name"]


def test_percent_signs_that_are_no_text_stay_percent_signs(client: PageClient, event: Event) -> None:
    """Werkzeug gives octets of an address that are no UTF-8 as they were written."""
    address, carried = opened(client, event)
    named = {name: value for name, value in (AWA | carried).items() if name != "first_name"}
    body = urlencode(named).encode() + b"&first_name=%ED%A0%80"
    assert client.post(address, data=body, content_type=FORM).status_code == 303
    assert "%ED%A0%80" in client.get(f"{address}/verification").page.main.text
