"""Names, addresses and numbers as people type them."""

from __future__ import annotations

import pytest

from eventsapp.people import contacts
from eventsapp.people.contacts import (
    EmailUnreadable,
    FirstNameMissing,
    FirstNameTooLong,
    Phone,
    PhoneUnreadable,
)
from eventsapp.typed import Unwritable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Awa", "Awa"),
        ("  Jean   Luc ", "Jean Luc"),
        ("e\u0301lise", "élise"),
        ("N’Deye-Fatou", "N’Deye-Fatou"),
        ("فاطمة", "فاطمة"),
        ("李", "李"),
        ("👩‍👧 Mimi", "👩‍👧 Mimi"),
        ("🌻", "🌻"),
        ("Awa/Moussa", "Awa/Moussa"),
        ("J.-B. ou M.Ali", "J.-B. ou M.Ali"),
    ],
)
def test_any_name_is_a_name(typed: str, kept: str) -> None:
    assert contacts.first_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "--", "…"])
def test_a_name_is_asked_for(typed: str) -> None:
    with pytest.raises(FirstNameMissing):
        contacts.first_name(typed)


@pytest.mark.parametrize(
    "typed",
    ["Gagnez http://evil.example", "WWW.evil.example", "Cadeau evil.example/x", "awa@example.org"],
)
def test_our_letters_carry_no_link_in_place_of_a_name(typed: str) -> None:
    with pytest.raises(FirstNameMissing):
        contacts.first_name(typed)


@pytest.mark.parametrize(
    "typed", ["A\x00wa", "Awa\nBcc: all@example.org", "Awa\u2028Ba", "\x07", "Awa\u202egnp.exe", "Awa\ud800"]
)
def test_no_sign_in_a_name_can_break_a_line_or_turn_a_page_around(typed: str) -> None:
    with pytest.raises(Unwritable):
        contacts.first_name(typed)


def test_sixty_signs_are_a_name_and_sixty_one_are_not() -> None:
    assert contacts.first_name("é" * 60) == "é" * 60
    with pytest.raises(FirstNameTooLong) as refused:
        contacts.first_name("é" * 61)
    assert (refused.value.field, refused.value.parameters) == ("first_name", {"most": 60})
    with pytest.raises(FirstNameTooLong):
        contacts.first_name("a" * 10_000)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("awa@example.org", "awa@example.org"),
        (" Awa.Diallo@Example.ORG ", "Awa.Diallo@example.org"),
        ("awa+ecole@example.org", "awa+ecole@example.org"),
        ("o'neill@example.org", "o'neill@example.org"),
        ("jeanne@écoles.example", "jeanne@xn--coles-9ra.example"),
        ("", None),
        ("   ", None),
    ],
)
def test_addresses_are_kept_as_mail_servers_want_them(typed: str, kept: str | None) -> None:
    assert contacts.email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "awa",
        "awa@",
        "@example.org",
        "awa@example",
        "awa @example.org",
        "awa@example.org, eve@example.org",
        "Awa <awa@example.org>",
        '"awa\r\nBcc: eve"@example.org',
        "awa@example.org\r\nBcc: eve@example.org",
        "awa\x00@example.org",
        "jéanne@example.org",
        "awa@[127.0.0.1]",
        "a" * 65 + "@example.org",
        "a@" + "b" * 10_000 + ".org",
    ],
)
def test_what_no_server_takes_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(EmailUnreadable) as refused:
        contacts.email(typed)
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("06 39 98 00 00", "+33639980000"),
        ("06.39.98.00.00", "+33639980000"),
        ("0639980000", "+33639980000"),
        ("+33 6 39 98 00 00", "+33639980000"),
        ("0033 6 39 98 00 00", "+33639980000"),
        ("+33 (0)6 39 98 00 00", "+33639980000"),
        ("01 99 00 19 19", "+33199001919"),
        ("+221 77 123 45 67", "+221771234567"),
        ("٠٦ ٣٩ ٩٨ ٠٠ ٠٠", "+33639980000"),
    ],
)
def test_numbers_are_shown_as_typed_and_dialled_as_meant(typed: str, e164: str) -> None:
    assert contacts.phone(typed) == Phone(typed, e164)


@pytest.mark.parametrize(
    "typed",
    [
        "06 39 98",
        "0639",
        "123",
        "06 39 98 00 00 00",
        "téléphone",
        "tel:0639980000",
        "06 39 98 00 00 ext 3",
        "+",
        "0" * 40,
        "+49 123456789012345",
    ],
)
def test_what_cannot_be_dialled_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(PhoneUnreadable) as refused:
        contacts.phone(typed)
    assert refused.value.field == "phone"


def test_no_number_typed_is_no_number() -> None:
    assert contacts.phone("  ") is None
