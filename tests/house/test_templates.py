"""Templates: all reachable, every macro used, nothing inline, nothing from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

from tests.house.sources import TEMPLATES, name, spoken_patterns, spoken_strings, templates

PARSER = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
INLINE = re.compile(
    r"""\sstyle\s*=|<style[\s>]|\son[a-z]+\s*=\s*["']|javascript:|<script(?![^>]*(?:\ssrc=|application/ld\+json))""",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"""<(?:script|img|link|iframe|source)\b[^>]*(?:src|href)\s*=\s*["'](?:https?:)?//""")
LETTERS = [path for path in templates() if path.relative_to(TEMPLATES).parts[0] == "mail"]
PARTS_OF_LETTERS = {"layouts/mail.html", "components/letter.html"}
"""Read by mail programs, which know no style sheet of ours, and not under our content policy."""


@cache
def asts() -> dict[Path, nodes.Template]:
    """Every template, parsed."""
    return {path: PARSER.parse(path.read_text(encoding="utf-8"), name(path)) for path in templates()}


def said_names() -> set[str]:
    """Names of templates said by the program or by other templates; a letter is said by its folder."""
    said = spoken_strings()
    for tree in asts().values():
        for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            said |= {str(constant.value) for constant in node.find_all(nodes.Const)}
    return said


def test_every_template_is_reached() -> None:
    said = said_names()
    lost = {path.relative_to(TEMPLATES).as_posix() for path in templates() if not is_said(path, said)}
    assert lost == set()


def is_said(path: Path, said: set[str]) -> bool:
    """By its name, by its folder (a letter), or by a name with a hole and what fills it."""
    address = path.relative_to(TEMPLATES).as_posix()
    letter = path.parent.relative_to(TEMPLATES / "mail").as_posix() if path in LETTERS else ""
    fillings = (hole.fullmatch(text) for hole in spoken_patterns() for text in (address, letter))
    return bool({address, letter} - {""} & said) or any(
        found and {*found.groups()} <= said for found in fillings
    )


def test_every_macro_is_used() -> None:
    made = {macro.name: name(path) for path, tree in asts().items() for macro in tree.find_all(nodes.Macro)}
    used: set[str] = set()
    for tree in asts().values():  # called, or handed to another macro
        used |= {said.name for said in tree.find_all(nodes.Name) if said.ctx == "load"}
        used |= {said.attr for said in tree.find_all(nodes.Getattr)}
        for imported in tree.find_all(nodes.FromImport):
            used |= {pair[0] for pair in imported.names if isinstance(pair, tuple) and pair[1] in used}
    assert {f"{place}: {macro}" for macro, place in made.items() if macro not in used} == set()


def test_every_page_keeps_the_strict_content_policy() -> None:
    broken = []
    for path in templates():
        if path not in LETTERS:
            text, parts = path.read_text(encoding="utf-8"), path.relative_to(TEMPLATES).as_posix()
            inline = INLINE.findall(text) if parts not in PARTS_OF_LETTERS else []
            broken += [f"{name(path)}: {found}" for found in inline + ELSEWHERE.findall(text)]
    assert broken == []


def test_nothing_is_marked_safe_in_a_template() -> None:
    safe = [
        f"{name(path)}:{found.lineno}"
        for path, tree in asts().items()
        for found in tree.find_all(nodes.Filter)
        if found.name == "safe"
    ]
    assert safe == []


def test_every_letter_has_its_subject_and_a_text_of_its_own() -> None:
    mail, call, text = {"subject.txt", "body.txt", "body.html"}, {"subject.txt", "call.txt"}, {"sms.txt"}
    shared = TEMPLATES / "mail" / "mailroom" / "shared_phone"  # no letter: what stands in for any text
    for folder in {path.parent for path in LETTERS if path.parent.parent.parent == TEMPLATES / "mail"} - {
        shared
    }:
        assert {path.name for path in folder.iterdir()} - text in (mail, call, mail | call), name(folder)


def test_every_letter_to_residents_can_go_as_a_text() -> None:
    """By mail, by text or by a call is their choice: a letter without words for one takes it away."""
    residents = TEMPLATES / "mail" / "registrations"
    folders = {path for path in residents.iterdir() if path.is_dir()}
    # Whoever asks for a new link by a number is called: a link by text would open to whoever holds it.
    called = {residents / "lost_link"}
    # What is said to a calendar alone goes where calendars read.
    mailed = {residents / one for one in ("asked_again", "calendar_again", "left_mailbox")}
    assert {
        name(folder) for folder in folders - called - mailed if not (folder / "sms.txt").is_file()
    } == set()
    assert len(folders) > 10
