"""What a text costs: signs of GSM 03.38, and segments as providers count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.mailroom import gsm


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("é" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" + "a" * 133, 2),
        ("ê" + "a" * 134, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_providers_count_them(text: str, segments: int) -> None:
    assert gsm.segments(text) == segments


def test_typographic_signs_and_rare_accents_become_those_that_cost_least() -> None:
    said = "«\u00a0C’est noté\u00a0» – à la fête de Noël, cœur\u202f! ça… où ?"
    assert gsm.plain(said) == '"  C\'est noté  " - à la fete de Noel, coeur ! ca... où ?'.replace("  ", " ")
    assert gsm.is_basic(gsm.plain(said))


def test_what_has_no_such_form_is_left_alone() -> None:
    for name in ("عائشة", "小明", "Ольга", "😀"):
        assert gsm.plain(name) == name
        assert not gsm.is_basic(name)


@given(st.text(max_size=80), st.integers(min_value=10, max_value=60))
def test_what_is_cut_is_never_longer_and_begins_as_it_did(text: str, most: int) -> None:
    cut = gsm.cut(text, most)
    assert len(cut) <= most
    whole = " ".join(text.split())
    assert cut == whole or whole.startswith(cut.removesuffix("..."))
