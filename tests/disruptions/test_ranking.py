"""What is proposed for a session that cannot stay: never a place taken or closed, nor a day of holidays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from eventsapp.clock import day_of, local
from eventsapp.disruptions import ranking
from eventsapp.disruptions.ranking import (
    CANCEL,
    Bookings,
    Obstacle,
    Offer,
    Option,
    OptionKind,
    Place,
    Session,
    Span,
    Town,
)
from eventsapp.disruptions.surroundings import has_class, is_polling

CURIAL = Place(1, "school", (48.8936, 2.3764))
NEAR = Place(2, "school", (48.8964, 2.3764))
FAR = Place(3, "school", (48.93, 2.3764))
LIBRARY = Place(4, "bibliotheque", (48.8937, 2.3764), held=20)
SATURDAY = date(2026, 12, 5)
MORNING = (local(SATURDAY, 9, 30), local(SATURDAY, 11, 30))
LES_ECRANS, LE_SOMMEIL = 1, 2


def a_town(
    *places: Place, closed: dict[int, Sequence[Span]] | None = None, taken: Sequence[tuple[int, Span]] = ()
) -> Town:
    bookings = Bookings()
    for place, span in taken:
        bookings.add(place, None, span)
    return Town(places, bookings, {CURIAL.id: [MORNING]} | (closed or {}), has_class, is_polling)


def a_session(number: int = 1, **values: object) -> Session:
    return replace(Session(number, CURIAL, *MORNING), **values)  # type: ignore[arg-type]  # named fields


def keys(options: Sequence[Option]) -> list[str]:
    return [option.key for option in options]


def test_schools_come_first_then_the_nearest_then_days_then_nothing() -> None:
    [proposal] = ranking.propose([a_session()], a_town(CURIAL, LIBRARY, FAR, NEAR))
    assert keys(proposal.options) == [
        "lieu-2",
        "lieu-4",
        "date-20261212T0830",
        "date-20270109T0830",  # Christmas lies between
        "annuler",
    ]
    assert proposal.best.key == "lieu-2"
    assert proposal.option("lieu-3") is None


def test_metres_are_walked_not_flown() -> None:
    assert ranking.metres_between(CURIAL, NEAR) == 400  # 311 in a straight line
    assert ranking.metres_between(CURIAL, replace(NEAR, position=None)) is None


def test_what_is_small_taken_closed_unknown_or_has_steps_is_not_proposed() -> None:
    def proposed(place: Place, session: Session | None = None, **more: object) -> bool:
        town = a_town(place, **more)  # type: ignore[arg-type]  # as named
        return bool(ranking.places_for(session or a_session(), town))

    assert proposed(NEAR)
    assert not proposed(NEAR, taken=[(NEAR.id, MORNING)])
    assert not proposed(NEAR, closed={NEAR.id: [MORNING]})
    assert not proposed(replace(NEAR, position=None))
    assert proposed(LIBRARY, a_session(capacity=20))
    assert not proposed(LIBRARY, a_session(capacity=21))
    assert not proposed(replace(LIBRARY, held=None))
    step_free = replace(CURIAL, step_free=True)
    assert not proposed(NEAR, a_session(place=step_free))
    assert proposed(replace(NEAR, step_free=True), a_session(place=step_free))


def test_no_school_is_proposed_on_the_eve_of_an_election() -> None:
    eve = (local(date(2027, 4, 17), 10), local(date(2027, 4, 17), 12))
    session = a_session(starts_at=eve[0], ends_at=eve[1])
    town = a_town(CURIAL, NEAR, LIBRARY)
    assert keys(ranking.places_for(session, town)) == ["lieu-4"]
    assert ranking.obstacles(NEAR, None, eve, town) == [Obstacle.POLLING, Obstacle.NO_CLASS]


def test_two_sessions_of_one_hour_are_not_sent_to_one_place() -> None:
    first, second = ranking.propose([a_session(1), a_session(2)], a_town(CURIAL, NEAR))
    assert (first.best.key, second.best.key) == ("lieu-2", "date-20261212T0830")
    at_once = [(first.session, first.best), (second.session, first.best)]
    assert ranking.clash(at_once) == second.session
    assert ranking.clash([(first.session, first.best), (second.session, CANCEL)]) is None


def test_a_day_on_which_the_host_is_elsewhere_or_away_is_not_proposed() -> None:
    town = a_town(CURIAL)
    town.bookings.hosts[7].append((local(date(2026, 12, 12), 10), local(date(2026, 12, 12), 11)))
    town.away[7] = frozenset({date(2027, 1, 9)})
    assert keys(ranking.dates_for(a_session(host=7), town)) == ["date-20270116T0830", "date-20270123T0830"]


def test_who_speaks_of_the_same_comes_before_who_is_nearer() -> None:
    offers = [
        Offer(1, frozenset({LES_ECRANS}), CURIAL),  # who cannot come
        Offer(2, frozenset({LE_SOMMEIL}), CURIAL),
        Offer(3, frozenset({LES_ECRANS, LE_SOMMEIL}), NEAR),
        Offer(4, frozenset({LES_ECRANS}), FAR, reach=1000),  # does not come so far
        Offer(5, frozenset({LES_ECRANS}), CURIAL),  # away
        Offer(6, frozenset({LES_ECRANS}), CURIAL),  # its only crew is busy
        Offer(7, frozenset(), CURIAL),  # speaks of nothing
    ]
    town = a_town(CURIAL)
    town.away[5] = frozenset({SATURDAY})
    town.bookings.hosts[6].append(MORNING)
    session = a_session(host=1, topic=LES_ECRANS)
    assert keys(ranking.hosts_for(session, offers, town)) == ["structure-3-0", f"structure-2-{LE_SOMMEIL}"]


def test_a_host_with_two_crews_can_be_in_two_places_and_not_in_three() -> None:
    offers = [Offer(3, frozenset({LES_ECRANS}), NEAR)]
    town = a_town()
    town.bookings.crews = {3: 2}
    sessions = [a_session(number, host=1, topic=LES_ECRANS) for number in (1, 2, 3)]
    best = [one.best.key for one in ranking.propose_hosts(sessions, offers, town)]
    assert best == ["structure-3-0", "structure-3-0", "date-20261212T0830"]


HOURS = st.builds(
    lambda day, hour, lasts: (
        local(SATURDAY + timedelta(days=day), hour),
        local(SATURDAY + timedelta(days=day), hour) + timedelta(minutes=lasts),
    ),
    st.integers(0, 160),
    st.integers(8, 19),
    st.integers(30, 180),
)
PLACES = st.lists(
    st.builds(
        Place,
        st.integers(2, 40),
        st.sampled_from(["school", "bibliotheque"]),
        st.tuples(st.floats(48.88, 48.91), st.floats(2.36, 2.4)),
        st.sampled_from([True, None]),
        st.sampled_from([None, 0, 30]),
    ),
    max_size=12,
    unique_by=lambda place: place.id,
)
BUSY = st.lists(st.tuples(st.integers(1, 40), HOURS), max_size=20)


@settings(max_examples=150, deadline=None)
@given(PLACES, BUSY, BUSY, st.lists(HOURS, min_size=1, max_size=6))
def test_nothing_taken_closed_or_in_the_holidays_is_ever_proposed(
    places: list[Place],
    taken: list[tuple[int, tuple[datetime, datetime]]],
    shut: list[tuple[int, tuple[datetime, datetime]]],
    when: list[tuple[datetime, datetime]],
) -> None:
    closed: dict[int, list[Span]] = {}
    for place, span in shut:
        closed.setdefault(place, []).append(span)
    town = a_town(CURIAL, *places, taken=taken, closed={key: tuple(spans) for key, spans in closed.items()})
    known = {place.id: place for place in (CURIAL, *places)}
    sessions = [Session(number, CURIAL, *span) for number, span in enumerate(when)]
    proposals = ranking.propose(sessions, town)
    for proposal in proposals:
        assert proposal.options[-1] == CANCEL
        assert proposal.best == proposal.options[0]
        for option in proposal.options[:-1]:
            assert option.place is not None
            assert option.starts_at is not None
            assert option.ends_at is not None
            span = (option.starts_at, option.ends_at)
            assert not any(ranking.overlap(span, other) for place, other in taken if place == option.place)
            assert not any(ranking.overlap(span, other) for other in closed.get(option.place, ()))
            assert not (known[option.place].is_school and is_polling(day_of(span[0])))
            if option.kind is OptionKind.DATE:
                assert has_class(day_of(span[0]))
    assert ranking.clash([(one.session, one.best) for one in proposals]) is None
