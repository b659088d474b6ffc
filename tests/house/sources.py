"""Where the code base is, for the tests about it."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "eventsapp"
TEMPLATES = ROOT / "templates"


def python_files(*folders: str) -> list[Path]:
    """Every Python file of ours, or of these folders."""
    places = [ROOT / name for name in folders or ("eventsapp", "tests", "migrations", "bench")]
    found = [path for place in places for path in place.rglob("*.py")]
    return sorted(found if folders else [*found, *ROOT.glob("*.py")])


def templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".xml", ".svg"})


def written_files() -> list[Path]:
    """Every text of ours: code, templates, styles, documents, settings."""
    kinds = {".py", ".html", ".txt", ".css", ".js", ".md", ".toml", ".yaml", ".ini", ".mako", ""}
    places = ("eventsapp", "templates", "static", "migrations", "tests", "docs", "bench", ".ci")
    found = [path for place in places for path in (ROOT / place).rglob("*") if path.suffix in kinds]
    found += [path for path in ROOT.iterdir() if path.suffix in kinds]
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def spoken_strings() -> set[str]:
    """Every string constant of the program: names of templates and endpoints are among them."""
    return {
        node.value
        for path in python_files("eventsapp")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@cache
def spoken_patterns() -> tuple[re.Pattern[str], ...]:
    """Every f-string of the program that could name a file: what is filled in stands in groups."""
    joined = [
        node
        for path in python_files("eventsapp")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.JoinedStr)
    ]
    texts = ["".join(_piece(value) for value in node.values) for node in joined]
    return tuple(re.compile(text) for text in texts if "/" in text and "([^/]+)" in text)


def _piece(value: ast.expr) -> str:
    return re.escape(str(value.value)) if isinstance(value, ast.Constant) else "([^/]+)"
