"""Rules of the code that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import PACKAGE, ROOT, name, python_files, templates, tree, written_files

LONGEST_FILE, LONGEST_STORY = 350, 500
NAMES_NEVER_USED = {"utils", "helpers", "common", "misc", "manager", "service", "core"}
# Written in two pieces, or this file would find itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|NotImplemented" r"Error")
MACHINE_PATHS = re.compile(r"""(?<![\w.])/(?:wo""" r"""rk|tm""" r"""p|ro""" r"""ot|ho""" r"""me)/""")
SILENCED = re.compile(r"#\s*noqa\s*(?:$|[^:\s])|#\s*type:\s*ignore(?!\[)", re.MULTILINE)
WITHOUT_REASON = re.compile(r"#\s*(?:noqa:\s*[A-Z0-9, ]+|type:\s*ignore\[[\w, -]+\])\s*$", re.MULTILINE)


def test_every_file_is_of_a_size_one_can_read() -> None:
    longer = []
    for path in python_files():
        longest = LONGEST_STORY if "tests" in path.parts else LONGEST_FILE
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > longest and not {"versions", "plans"} & set(path.parts[:-1]):  # bench/plans: as it came
            longer.append(f"{name(path)}: {lines} lines, not {longest}")
    assert longer == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    named = {path.stem for path in [*python_files(), *templates()]}
    named |= {path.parent.name for path in [*python_files(), *templates()]}
    assert named & NAMES_NEVER_USED == set()


WRITTEN_ONCE = {
    "L’agenda du %(territory)s": {"eventsapp/places/wording.py"},
    # A poster is of no sensitive event; a sign on a door names the place where it has no address.
    ".full_address": {
        "eventsapp/agenda/entries.py",
        "eventsapp/disruptions/door_sign.py",
        "eventsapp/posters/content.py",
    },
}
"""Who writes in the agenda’s name, and what may be said of a place: decided in one function each, which
others ask (`agenda_name`, `where_of`)."""


def test_what_is_said_everywhere_is_written_once() -> None:
    sources = {name(path): path.read_text(encoding="utf-8") for path in python_files("eventsapp")}
    found = {what: {where for where, text in sources.items() if what in text} for what in WRITTEN_ONCE}
    assert found == WRITTEN_ONCE


def test_nothing_is_left_for_later() -> None:
    assert list(lines_with(UNFINISHED)) == []


def test_no_machine_is_named() -> None:
    assert list(lines_with(MACHINE_PATHS)) == []


def lines_with(pattern: re.Pattern[str]) -> Iterator[str]:
    for path in written_files():
        if path.name == "LICENSE" or (path.suffix == ".txt" and path.parent.name == "fonts"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                yield f"{name(path)}:{number}: {line.strip()}"


def test_a_silenced_rule_is_named_with_its_reason() -> None:
    bare = [
        f"{name(path)}: {found.strip()}"
        for path in python_files("eventsapp")
        for pattern in (SILENCED, WITHOUT_REASON)
        for found in pattern.findall(path.read_text(encoding="utf-8"))
    ]
    assert bare == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name(path)
        for path in python_files("eventsapp")
        if not ast.get_docstring(tree(path)) and path.read_text(encoding="utf-8").strip()
    ]
    assert silent == []


def test_a_deferred_import_has_its_reason_beside_it() -> None:
    """One reason may stand above a block of imports."""
    bare = [f"{name(path)}:{line}" for path in python_files("eventsapp") for line in bare_imports(path)]
    assert bare == []


def bare_imports(path: Path) -> Iterator[int]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in ast.walk(function):
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    above, own = (
                        lines[number].strip() for number in (statement.lineno - 2, statement.lineno - 1)
                    )
                    if "#" not in above + own and not above.startswith(("from ", "import ")):
                        yield statement.lineno


def test_only_settings_read_the_environment() -> None:
    readers = {
        name(path)
        for path in python_files("eventsapp")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
        if isinstance(node.value, ast.Name) and node.value.id == "os"
    }
    assert readers <= {"eventsapp/settings.py"}


def test_only_the_clock_asks_the_time() -> None:
    """Where clock.now() will not do, the reason stands beside."""
    asked = {
        f"{name(path)}:{node.lineno}"
        for path in python_files("eventsapp")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"datetime.now", "date.today", "time.time"}
        if path != PACKAGE / "clock.py" and "#" not in "".join(lines_beside(path, node))
    }
    assert asked == set()


def lines_beside(path: Path, node: ast.expr | ast.stmt) -> list[str]:
    """Its line, and the two above."""
    return path.read_text(encoding="utf-8").splitlines()[max(node.lineno - 3, 0) : node.lineno]


def test_no_test_sleeps_or_is_switched_off() -> None:
    """browsers.py alone skips, and says so loudly."""
    never = {"time.sleep", "asyncio.sleep", "pytest.skip", "pytest.xfail"}
    never |= {f"pytest.mark.{mark}" for mark in ("skip", "skipif", "xfail")}
    found = {
        f"{name(path)}:{node.lineno}"
        for path in python_files("tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in never
        if name(path) != "tests/browsers.py"
    }
    assert found == set()


def test_the_legacy_query_is_not_used() -> None:
    used = [
        f"{name(path)}:{node.lineno}"
        for path in python_files("eventsapp")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"query", "first_or_404", "get_or_404"}
        if isinstance(node.value, ast.Name) and (node.value.id[:1].isupper() or node.value.id == "session")
    ]
    assert used == []


def test_doors_commit_and_rooms_do_not() -> None:
    """The outbox loop is the one exception, said in its docstring (docs/house.md, rule 4)."""
    doors = {"web", "api", "jobs", "cli", "seeds"}
    rooms = [path for path in python_files("eventsapp") if not doors & set(path.relative_to(ROOT).parts[:2])]
    committing = {
        name(path)
        for path in rooms
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("session.commit")
    }
    assert committing <= {"eventsapp/mailroom/rounds.py"}
