"""HTML that people write, and what somebody may send on purpose."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from eventsapp import markup


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("<p>Un</p><p>Deux</p>", "\nUn\n\nDeux\n"),
        ("Un <b>beau</b>\n  jour<br/>au parc", "Un beau jour\nau parc"),
        ("3 < 5 &amp; 7 > 6", "3 < 5 & 7 > 6"),
        ('<a title="un > deux">lien</a>', "lien"),
        ('<img src="data:' + "x" * 2000 + '">vu', "vu"),
        ("<script>if (1 < 2) alert('</p>')</SCRIPT >oui", "oui"),
        ("<style>p > a</style><title>non</title>oui<script>non", "oui"),
        ("avant<!-- <p> --> après<!-- jamais", "avant après"),
        ("<!DOCTYPE html></b></>x<?php y ?>", "x"),
        ("jusqu’ici<a b='", "jusqu’ici"),
        ("&#" + "9" * 5000 + "; &#233;&eacute;", "\N{REPLACEMENT CHARACTER} éé"),
    ],
)
def test_what_a_page_would_show(said: str, kept: str) -> None:
    assert markup.text_of(said) == kept


def test_a_room_says_what_stands_for_an_element() -> None:
    said = markup.text_of("<ul><li>Thé</li></ul><p>Oui</p>", before={"li": "\n– "}, after={"p": "\n\n"})
    assert said == "\n\n– Thé\n\n\nOui\n\n"


HOSTILE = ["<p>", "<a b='", '<a b="', "<!--", "<![", "<", "</", "<a b=\"'>", "&#", "&#9", "&amp"]
HOSTILE += [f"<{name}>" for name in sorted(markup.UNSHOWN)] + ["<script></script", "<title></title x"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_holds_its_reader(piece: str) -> None:
    """As long as a mail may be, also within a script that seems to end again and again."""
    for said in (piece * (200_000 // len(piece)), "<script>" + piece.replace("<script>", "") * 20_000):
        began = process_time()
        markup.text_of(said)
        assert process_time() - began < 1.5


@settings(max_examples=300)
@given(
    some.lists(some.sampled_from([*HOSTILE, ">", "'", '"', " ", "a", "-->", "/>", "9;", "é"]), max_size=40)
)
def test_whatever_is_written_no_tag_is_left_open(pieces: list[str]) -> None:
    said = markup.text_of("".join(pieces).replace("&", ""))
    assert "<a b" not in said
    assert "<script" not in said
