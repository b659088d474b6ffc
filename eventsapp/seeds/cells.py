"""Cells and lines of the data files: `-` means "not known" or "none"; each line of a map is a feature."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from eventsapp.agenda.rules import Ordinal, Weekday
from eventsapp.places.outlines import Geometry, ShapeNotUnderstood
from eventsapp.programme.data_files import BrokenDataFile, Row, rows

Parsed = TypeVar("Parsed")


def names(path: Path, *columns: str) -> tuple[str, ...]:
    """The last column of a list without repetition."""
    found: dict[str, None] = {}
    for row in rows(path, columns):
        row.check(row[columns[-1]] not in found or len(columns) > 1, f"{row[columns[-1]]} stands twice")
        found[row[columns[-1]]] = None
    return tuple(found)


def features(path: Path, check: Callable[[Geometry], object]) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Each feature of a file that holds one a line, its geometry checked. Raises BrokenDataFile."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenDataFile(path, 1, f"cannot be read: {error}") from error
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            feature = json.loads(line)
            check(feature["geometry"])
        except (json.JSONDecodeError, ShapeNotUnderstood) as error:
            raise BrokenDataFile(path, number, str(error)) from error
        except (KeyError, TypeError, AttributeError) as error:
            raise BrokenDataFile(path, number, "not a GeoJSON feature with a geometry") from error
        yield Row(path, number, {}), feature


def text_property(row: Row, feature: dict[str, Any], name: str) -> str:
    properties = feature.get("properties")
    found = properties.get(name) if isinstance(properties, dict) else None
    if not isinstance(found, str) or not found:
        raise BrokenDataFile(row.path, row.line, f"the feature has no {name}")
    return found


def or_none(row: Row, column: str, parse: Callable[[str], Parsed]) -> Parsed | None:
    return None if row[column] == "-" else row.parsed(column, parse)


def yes_or_no(text: str) -> bool:
    if text not in ("oui", "non"):
        raise ValueError(f"oui or non, not {text}")
    return text == "oui"


def weekday(text: str) -> Weekday:
    return _member(Weekday, text)


def ordinals(text: str) -> tuple[Ordinal, ...]:
    return tuple(_member(Ordinal, name) for name in text.split(";"))


Named = TypeVar("Named", Weekday, Ordinal)


def _member(kind: type[Named], name: str) -> Named:
    for member in kind:
        if member.name.lower() == name:
            return member
    raise ValueError(f"unknown {kind.__name__.lower()}: {name}")
