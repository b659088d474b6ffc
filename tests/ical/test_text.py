"""Text typed by people, made fit for a calendar."""

from __future__ import annotations

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.ical.text import Text, clean, common_name, one_line

ANY_TEXT = st.text(st.characters())  # surrogates included, unlike the default


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("Bonjour", "Bonjour"),
        ("a\r\nb\rc\nd\u2028e\u2029f\x85g\vh\fi", "a\nb\nc\nd\ne\nf\ng\nh\ni"),
        ("clo\x07che\x00 \x1b[31m\x7f", "cloche [31m"),
        ("une\ttabulation", "une\ttabulation"),
        ("\ufeffcollé d’un \ufeffbloc-notes", "collé d’un bloc-notes"),
        ("moitié \ud83d d’emoji", "moitié  d’emoji"),
        ("👩‍👩‍👧 مرحبا שלום", "👩‍👩‍👧 مرحبا שלום"),
    ],
)
def test_what_is_kept_of_a_text(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    assert clean(clean(typed)) == clean(typed)
    assert one_line(one_line(typed)) == one_line(typed)
    assert common_name(common_name(typed)) == common_name(typed)


@given(ANY_TEXT)
def test_one_line_is_one_line(typed: str) -> None:
    assert len(one_line(typed).splitlines()) <= 1
    clean(typed).encode("utf-8")


def test_a_name_loses_what_a_parameter_cannot_hold() -> None:
    assert common_name('  Jeanne "Jo" \\ Dupré^n\r\nAdmin ') == "Jeanne Jo Dupren Admin".replace(
        "Dupre", "Dupré"
    )


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a, b; c: d", r"a\, b\; c: d"),
        ("ligne\nsuivante", r"ligne\nsuivante"),
        (r"C:\Nice \n", r"C:\\Nice \\n"),
    ],
)
def test_a_text_is_escaped_exactly_once(text: str, escaped: str) -> None:
    assert Text(text).to_ical() == escaped.encode()


@given(ANY_TEXT.map(clean).filter(lambda text: "\\N" not in text))
def test_the_library_escapes_alike_but_for_its_known_slip(text: str) -> None:
    assert Text(text).to_ical() == icalendar.vText(text).to_ical()
