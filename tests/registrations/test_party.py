"""The answers of the short form, judged all at once."""

from __future__ import annotations

import pytest

from eventsapp.people.contacts import (
    ContactMissing,
    EmailUnreadable,
    FirstNameMissing,
    Phone,
    PhoneUnreadable,
)
from eventsapp.registrations import party
from eventsapp.registrations.models import AgeBracket
from eventsapp.registrations.party import (
    AdultMissing,
    AnswersRefused,
    CountUnreadable,
    NobodyComes,
    PartyAnswers,
    PartyTooLarge,
)

AWA = {
    "first_name": "Awa",
    "phone": "06 39 98 00 00",
    "adults": "2",
    "children_3_5": "1",
    "children_6_10": "2",
}


def reasons(typed: dict[str, str]) -> list[tuple[type, str | None]]:
    with pytest.raises(AnswersRefused) as refused:
        party.read(typed)
    return [(type(refusal), refusal.field) for refusal in refused.value.refusals]


def test_awa_comes_with_another_adult_and_three_children() -> None:
    answers = party.read(AWA)
    assert answers == PartyAnswers(
        first_name="Awa",
        phone=Phone("06 39 98 00 00", "+33639980000"),
        adults=2,
        children={AgeBracket.FROM_3: 1, AgeBracket.FROM_6: 2},
    )
    assert answers.seats == 5
    assert answers.brackets == [
        AgeBracket.ADULT,
        AgeBracket.ADULT,
        AgeBracket.FROM_3,
        AgeBracket.FROM_6,
        AgeBracket.FROM_6,
    ]
    assert PartyAnswers.from_json(answers.to_json()) == answers


def test_one_way_to_reach_somebody_is_enough_and_both_are_kept() -> None:
    by_mail = party.read({"first_name": "Binta", "email": "binta@example.org", "adults": "1"})
    assert (by_mail.email, by_mail.phone, by_mail.seats) == ("binta@example.org", None, 1)
    both = party.read(AWA | {"email": "awa@example.org"})
    assert (both.email, both.phone) == ("awa@example.org", Phone("06 39 98 00 00", "+33639980000"))
    assert PartyAnswers.from_json(both.to_json()) == both


def test_every_reason_is_told_at_once_in_the_order_of_the_form() -> None:
    assert reasons({"first_name": "", "phone": "", "email": "", "adults": "zéro", "children_0_2": "-1"}) == [
        (FirstNameMissing, "first_name"),
        (ContactMissing, "phone"),
        (CountUnreadable, "children_0_2"),
        (CountUnreadable, "adults"),
    ]
    assert reasons({}) == [
        (FirstNameMissing, "first_name"),
        (ContactMissing, "phone"),
        (NobodyComes, "adults"),
    ]


def test_a_bad_number_beside_a_good_address_is_told() -> None:
    assert reasons(AWA | {"phone": "06", "email": "awa@example.org"}) == [(PhoneUnreadable, "phone")]
    assert reasons(AWA | {"email": "awa"}) == [(EmailUnreadable, "email")]


def test_children_come_with_an_adult() -> None:
    assert reasons(AWA | {"adults": "0"}) == [(AdultMissing, "adults")]
    assert reasons({"first_name": "Awa", "phone": "06 39 98 00 00", "adults": "0"}) == [
        (NobodyComes, "adults")
    ]


def test_twenty_people_at_once_and_no_more() -> None:
    assert party.read(AWA | {"adults": "17"}).seats == 20
    assert reasons(AWA | {"adults": "18"}) == [(PartyTooLarge, "adults")]


@pytest.mark.parametrize(
    "typed", ["21", "999", "9" * 10_000, "1.5", "½", "²", "٣", "1e1", "+1", "deux", "\x00"]
)
def test_what_is_no_count_is_refused(typed: str) -> None:
    assert reasons(AWA | {"adults": typed}) == [(CountUnreadable, "adults")]
