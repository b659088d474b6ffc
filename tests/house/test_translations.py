"""Every French sentence has its English, compiled. `make translations` collects and compiles."""

from __future__ import annotations

import io
import re
from functools import cache

import polib
import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import _parse_mapping_toml, parse_keywords
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.house.sources import PACKAGE, ROOT

CATALOGUE = PACKAGE / "translations/en/LC_MESSAGES/messages.po"
PLACES = re.compile(r"%\((\w+)\)[sd]")
MAY_BREAK = re.compile(r"\S [:;?!»](?:\s|$|[’'\"<%])|« \S")
"""An ordinary space where French wants one that no line breaks at."""


@cache
def said() -> dict[str, str]:
    """Every msgid of the program and its templates, with where it is said first."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        methods, options = _parse_mapping_toml(file, "pyproject.toml", "pyproject.toml")
    line = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("KEYWORDS"))
    keywords = DEFAULT_KEYWORDS | parse_keywords(
        [word for word in line.split(":=")[1].split() if word != "-k"]
    )
    found: dict[str, str] = {}
    for place, number, message, _, _ in extract_from_dir(
        str(ROOT), methods, options, keywords, directory_filter=lambda path: "/." not in path
    ):
        found.setdefault(message[0] if isinstance(message, tuple) else message, f"{place}:{number}")
    return found


@cache
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def test_no_line_breaks_before_a_sign_that_stands_apart() -> None:
    assert {text: place for text, place in said().items() if MAY_BREAK.search(text)} == {}
    assert [one.msgid_plural for one in catalogue() if MAY_BREAK.search(one.msgid_plural)] == []


def test_every_sentence_is_translated() -> None:
    translated = {entry.msgid for entry in catalogue() if entry.translated()}
    missing = {text: place for text, place in said().items() if text not in translated}
    assert missing == {}, f"{len(missing)} sentences: run `make translations`, then translate them"


def test_no_translation_is_left_of_a_sentence_nobody_says() -> None:
    assert {entry.msgid for entry in catalogue()} - set(said()) == set()
    assert [entry.msgid for entry in catalogue().obsolete_entries()] == []


def test_no_translation_is_a_guess() -> None:
    assert [entry.msgid for entry in catalogue() if entry.fuzzy] == []


@pytest.mark.parametrize("plural", [False, True])
def test_translations_keep_the_places_of_their_sentence(plural: bool) -> None:
    for entry in catalogue():
        if bool(entry.msgid_plural) is plural:
            asked = set(PLACES.findall(entry.msgid + entry.msgid_plural))
            given = set(PLACES.findall(" ".join([entry.msgstr, *entry.msgstr_plural.values()])))
            assert given == asked, entry.msgid


def test_what_is_compiled_is_what_is_written() -> None:
    with CATALOGUE.open("rb") as file:
        written = read_po(file, locale="en")
    compiled = io.BytesIO()
    write_mo(compiled, written)
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make translations`"
