"""Letters that people type, and signs that somebody pastes a hundred thousand times."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from eventsapp import codes, typed
from eventsapp.typed import MOST_MARKS

PACKAGE = Path(typed.__file__).parent


@pytest.mark.parametrize(
    "said", ["École", "E\u0301cole", "Nguyễn Thị Hồng", "تَعَلُّم", "བོད་ཡིག", "中文", "👩🏽‍🍳"]
)
def test_what_languages_write_is_composed_and_whole(said: str) -> None:
    assert typed.composed(said * 40) == unicodedata.normalize("NFC", said * 40)


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u0f73", "\uff9e\u0301", "\u0344\u0316"])
@pytest.mark.parametrize("form", ["NFC", "NFKD"])
def test_a_letter_with_marks_without_an_end_holds_nobody(marks: str, form: str) -> None:
    """It took thirty seconds of a mail of 400 kB, and nothing else of the process ran meanwhile."""
    began = process_time()
    found = typed.composed("e" + marks * 100_000, form)  # type: ignore[arg-type]  # one of its forms
    assert process_time() - began < 1
    assert len(found) <= 3 * MOST_MARKS
    assert typed.line("e" + marks * 100_000, field="name") == typed.shown("e" + marks * 100_000)


@given(some.text(some.sampled_from("e\u0301\u0323\u0f73\uff9e中é "), max_size=200))
def test_no_letter_bears_more_marks_than_languages_write(said: str) -> None:
    run = longest = 0
    for sign in unicodedata.normalize("NFD", typed.composed(said)):
        run = run + 1 if unicodedata.combining(sign) else 0
        longest = max(longest, run)
    assert longest <= 2 * MOST_MARKS + 1  # a mark may be two, once taken apart
    assert typed.composed(typed.composed(said)) == typed.composed(said)


def test_of_a_text_without_an_end_an_address_is_made_of_its_beginning() -> None:
    assert codes.slug_from("Été " * 500_000, longest=12) == "ete-ete-ete"


def test_nothing_else_normalises_what_strangers_wrote() -> None:
    found = {path.name for path in PACKAGE.rglob("*.py") if "unicodedata.normalize(" in path.read_text()}
    assert found == {"typed.py"}
