"""What the address of a feed asks for, and the one address of what is asked."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.agenda.models import Audience
from eventsapp.feeds.selection import MOST_VALUES, Selection, address, read
from eventsapp.programme.models import Theme
from eventsapp.refusals import NotFound

SLUGS = st.text("abcxyz-019", min_size=1, max_size=6)


def of(kind: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(kind, max_size=3).map(tuple)


SELECTIONS = st.builds(
    Selection,
    territory=st.just("paris-19"),
    themes=of(st.sampled_from(Theme)),
    quartiers=of(SLUGS),
    audiences=of(st.sampled_from(Audience)),
    actions=of(SLUGS),
    organisations=of(SLUGS),
    venues=of(SLUGS),
    activities=of(SLUGS),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SELECTIONS)
def test_an_address_asks_for_what_it_is_the_address_of(selection: Selection) -> None:
    path, query = urlsplit(address(selection))[2:4]
    asked = parse_qs(query, strict_parsing=bool(query))
    if path != "/agendas/paris-19.ics":
        asked["theme"] = [path.removeprefix("/agendas/paris-19/").removesuffix(".ics")]
    assert read("paris-19", asked) == selection


def test_the_order_and_repetition_of_wishes_say_nothing() -> None:
    asked = {"quartier": ["villette", "flandre", "villette"], "public": ["", "tous"], "theme": ["sport"]}
    assert address(read("paris-19", asked)) == (
        "/agendas/paris-19.ics?theme=sport&quartier=flandre&quartier=villette&public=tous"
    )


def test_a_theme_alone_keeps_the_address_that_its_readers_know() -> None:
    assert address(Selection(territory="paris-19", themes=(Theme.SPORT,))) == "/agendas/paris-19/sport.ics"
    assert address(Selection(territory="paris-19")) == "/agendas/paris-19.ics"


def test_what_is_no_parameter_of_ours_says_nothing() -> None:
    asked = {"langue": ["en"], "utm_source": ["flyer"], "theme": [""], "page": ["2"]}
    assert read("paris-19", asked) == Selection(territory="paris-19")


@pytest.mark.parametrize(
    "asked",
    [
        {"theme": ["cuisine"]},
        {"theme": ["sport", "cuisine"]},
        {"public": ["chats"]},
        {"quartier": ["Flandre"]},
        {"lieu": ["école"]},
        {"structure": ["a/b"]},
        {"serie": ["x" * 121]},
        {"lieu": [f"ecole-{number}" for number in range(MOST_VALUES + 1)]},
        {"lieu": ["ecole"] * (MOST_VALUES + 1)},
    ],
)
def test_what_can_be_no_wish_is_not_found(asked: dict[str, list[str]]) -> None:
    with pytest.raises(NotFound):
        read("paris-19", asked)
