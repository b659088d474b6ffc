"""The answers of the full form and of professionals: read, kept, and refused with a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.agenda.entry_rules import QueueOrder
from eventsapp.languages import SPOKEN
from eventsapp.people.models import Means
from eventsapp.refusals import NotFound, Refusal
from eventsapp.registrations import party, people_answers, professional_answers, reached
from eventsapp.registrations.capacity import Limits, Load, Waiting, admitted, fits, largest_admitted
from eventsapp.registrations.models import AgeBracket, Need
from eventsapp.registrations.party import AnswersRefused, Member, PartyAnswers, PartyTooLarge
from eventsapp.registrations.people_answers import (
    BRACKETS,
    TICKED_NEEDS,
    AdultNotListed,
    BracketMissing,
    LanguageUnknown,
    NeedUnknown,
    NobodyListed,
    PeopleAnswers,
    PersonsNameMissing,
    QuartierUnknown,
)
from eventsapp.registrations.professional_answers import OrganisationMissing, WorkEmailMissing
from eventsapp.registrations.reached import MeansLacksEmail, MeansLacksPhone, MeansUnknown, Reached

pytestmark = pytest.mark.databases("sqlite")
AWA = Reached(first_name="Awa", email="awa@example.org")
ADULT = Member(bracket=AgeBracket.FROM_26, first_name="Awa")
CHILD = Member(
    bracket=AgeBracket.FROM_6,
    first_name="Issa",
    needs=frozenset({Need.NO_MEAT, Need.INTERPRETER}),
    interpreter="bm",
)


def reasons(refused: AnswersRefused) -> list[tuple[type, str | None]]:
    return [(type(refusal), refusal.field) for refusal in refused.refusals]


def test_a_person_is_a_first_name_a_bracket_and_what_they_need() -> None:
    typed = {"first_name": " Issa ", "bracket": "6-10", "interpreter": "bm"}
    assert people_answers.read_person(typed, ["sans_viande"]) == CHILD
    assert people_answers.read_person({"first_name": "Awa", "bracket": "26-59"}, []) == ADULT


def test_every_reason_of_a_person_is_told_at_once() -> None:
    typed = {"first_name": "awa@example.org", "bracket": "18+", "interpreter": "klingon"}
    with pytest.raises(AnswersRefused) as refused:
        people_answers.read_person(typed, ["allergie"])
    assert reasons(refused.value) == [
        (PersonsNameMissing, "first_name"),
        (BracketMissing, "bracket"),
        (NeedUnknown, "needs"),
        (LanguageUnknown, "interpreter"),
    ]


def test_a_quartier_of_elsewhere_is_none() -> None:
    typed = {"first_name": "Awa", "email": "awa@example.org", "quartier": "3"}
    assert people_answers.read_about(typed, [3, 4]) == (AWA, 3)
    assert people_answers.read_about(typed | {"quartier": ""}, [3, 4]) == (AWA, None)
    for wrong in ("5", "٣", "3; DROP", "9" * 10_000):
        with pytest.raises(AnswersRefused) as refused:
            people_answers.read_about(typed | {"quartier": wrong}, [3, 4])
        assert reasons(refused.value) == [(QuartierUnknown, "quartier")]


def test_the_means_must_reach_what_was_left() -> None:
    by_mail = {"first_name": "Awa", "email": "awa@example.org"}
    by_phone = {"first_name": "Awa", "phone": "06 39 98 00 00"}
    for typed, chosen, wrong in (
        (by_phone, "courriel", MeansLacksEmail),
        (by_mail, "sms", MeansLacksPhone),
        (by_mail, "appel", MeansLacksPhone),
        (by_mail, "pigeon", MeansUnknown),
    ):
        known, refusals = reached.read(typed | {"means": chosen})
        assert known is None
        assert [(type(one), one.field) for one in refusals] == [(wrong, "means")]
    for typed, chosen in ((by_mail, "courriel"), (by_phone, "sms"), (by_phone, "appel")):
        known, refusals = reached.read(typed | {"means": chosen})
        assert (known and known.means, refusals) == (Means(chosen), [])
    known, _ = reached.read(by_mail | {"means": ""})
    assert known == AWA


def test_a_number_is_one_persons_for_good() -> None:
    answers = PeopleAnswers.begun(AWA, None).with_person(1, ADULT).with_person(2, CHILD)
    assert answers.with_person(2, CHILD) == answers  # a double click
    without = answers.keeping({1})
    assert (without.members, without.next_number) == ([ADULT], 3)
    for gone in (2, 4, 0, 10**9):
        with pytest.raises(NotFound):
            without.with_person(gone, CHILD)
    assert list(without.with_person(3, CHILD).people) == [1, 3]


def test_a_group_is_complete_with_an_adult() -> None:
    nobody = PeopleAnswers.begun(AWA, None)
    with pytest.raises(NobodyListed):
        nobody.require_complete()
    teenager = Member(bracket=AgeBracket.FROM_15, first_name="Issa")
    with pytest.raises(AdultNotListed):
        nobody.with_person(1, teenager).require_complete()
    nobody.with_person(1, teenager).with_person(2, ADULT).require_complete()


def test_twenty_and_no_more() -> None:
    answers = PeopleAnswers.begun(AWA, None)
    for number in range(1, 21):
        answers = answers.with_person(number, ADULT)
    with pytest.raises(PartyTooLarge):
        answers.with_person(21, ADULT)


def test_a_professional_leaves_an_address_and_says_for_whom() -> None:
    typed = {"first_name": "Ousmane", "email": "ousmane@relais.example", "organisation": "Le Relais"}
    answers = professional_answers.read(typed)
    assert (answers.organisation, answers.seats, answers.brackets) == ("Le Relais", 1, [AgeBracket.ADULT])
    with pytest.raises(AnswersRefused) as refused:
        professional_answers.read({"first_name": "Ousmane", "phone": "06 39 98 00 00", "organisation": " "})
    assert reasons(refused.value) == [(WorkEmailMissing, "email"), (OrganisationMissing, "organisation")]


text = st.text(max_size=80)
people = st.lists(
    st.builds(
        lambda bracket, name, needs, language: Member(
            bracket=bracket,
            first_name=name,
            needs=frozenset(needs) | ({Need.INTERPRETER} if language else set()),
            interpreter=language,
        ),
        st.sampled_from(BRACKETS),
        st.text(min_size=1, max_size=20),
        st.sets(st.sampled_from(TICKED_NEEDS)),
        st.sampled_from(("", *SPOKEN)),
    ),
    max_size=20,
)


@given(people, st.none() | st.integers(1, 99))
def test_what_is_kept_comes_back_as_it_was(members: list[Member], quartier: int | None) -> None:
    answers = PeopleAnswers.begun(AWA, quartier)
    for member in members:
        answers = answers.with_person(answers.next_number, member)
    assert PeopleAnswers.from_json(json.loads(json.dumps(answers.to_json()))) == answers
    assert answers.seats == len(members)


fields = st.fixed_dictionaries(
    {},
    optional={
        name: text | st.sampled_from(["Awa", "06 39 98 00 00", "awa@example.org", "sms", "6-10", "bm", "1"])
        for name in (
            *("first_name", "phone", "email", "means", "quartier", "organisation", "adults", "children_3_5"),
            *("bracket", "interpreter"),
        )
    },
)


@given(fields, st.lists(text, max_size=3))
def test_whatever_is_typed_is_read_or_refused_with_sentences(typed: dict[str, str], needs: list[str]) -> None:
    for read in (
        lambda: party.read(typed),
        lambda: people_answers.read_about(typed, [1]),
        lambda: people_answers.read_person(typed, needs),
        lambda: professional_answers.read(typed),
    ):
        answers, refusals = read_or_refusals(read)
        assert (answers is None) == bool(refusals)
        assert all(isinstance(one, Refusal) and str(one) and one.field for one in refusals)
        if isinstance(answers, Reached):
            assert answers.first_name
            assert "\n" not in answers.first_name
        if isinstance(answers, PartyAnswers):
            assert answers.adults > 0
            assert PartyAnswers.from_json(json.loads(json.dumps(answers.to_json()))) == answers


def read_or_refusals(read: Callable[[], object]) -> tuple[object, list[Refusal]]:
    try:
        return read(), []
    except AnswersRefused as refused:
        return None, refused.refusals


counts = st.integers(0, 6)
quota = st.none() | st.integers(0, 8)


loads = st.builds(lambda a, o, y: Load(a + o + y, o + y, y), counts.filter(bool), counts, counts)
queues = st.lists(st.builds(Waiting[str], st.just("Binta"), loads, st.integers(0, 4)), max_size=3)


@given(
    loads,
    st.builds(Limits, st.integers(0, 12), quota, quota, quota),
    queues,
    st.sampled_from(QueueOrder),
    st.none() | counts,
)
def test_the_largest_part_is_the_largest_that_is_seated_at_once(
    party_: Load, limits: Limits, queue: list[Waiting[str]], order: QueueOrder, per_adult: int | None
) -> None:
    parts = [
        Load(a + o + y, o + y, y)
        for a in range(1, party_.adults + 1)
        for o in range(party_.children - party_.under_6 + 1)
        for y in range(party_.under_6 + 1)
        if per_adult is None or o + y <= a * per_adult
    ]
    seated = [part for part in parts if admitted(order, limits, Load(), queue, part)[0] is None]
    best = max((part.seats for part in seated), default=0)
    found = largest_admitted(order, limits, Load(), queue, party_, per_adult)
    assert found.seats == best
    assert not best or fits(found, limits, Load())
