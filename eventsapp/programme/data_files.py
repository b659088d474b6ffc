"""Reading the data files shipped with the program, and refusing a broken one by its file and line.

Pure, and strict: a cell too many, an empty cell, a date that is none stops the start, since a hole in a
holiday file would be read as "open". The seeds above read their own files through it too.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Parsed = TypeVar("Parsed")


class BrokenDataFile(Exception):
    """A data file shipped with the program cannot be trusted; the start must stop.

    `path` and `line` (the header is line 1) say where, `reason` what is wrong, in English: its reader
    runs or maintains the program.
    """

    def __init__(self, path: Path, line: int, reason: str) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        super().__init__(f"{path}, line {line}: {reason}")


@dataclass(frozen=True)
class Row:
    """A line of a file, its cells by column name."""

    path: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def parsed(self, column: str, parse: Callable[[str], Parsed]) -> Parsed:
        """The cell, read by `parse`; its ValueError becomes a BrokenDataFile."""
        try:
            return parse(self.cells[column])
        except ValueError as error:
            raise BrokenDataFile(self.path, self.line, f"{column}: {error}") from error

    def check(self, right: bool, reason: str) -> None:
        """Raises BrokenDataFile, with this line and that reason, unless `right`."""
        if not right:
            raise BrokenDataFile(self.path, self.line, reason)


def rows(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """Each row of a UTF-8 CSV file with exactly these columns and no empty cell.

    Raises BrokenDataFile when the file cannot be read or is not so.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenDataFile(path, 1, f"cannot be read: {error}") from error
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        if next(reader, None) != list(columns):
            raise BrokenDataFile(path, 1, f"its columns must be {','.join(columns)}")
        for cells in reader:
            row = Row(path, reader.line_num, dict(zip(columns, cells, strict=False)))
            row.check(len(cells) == len(columns), f"{len(cells)} cells for {len(columns)} columns")
            row.check(all(cell.strip() for cell in cells), "an empty cell")
            yield row
    except csv.Error as error:
        raise BrokenDataFile(path, reader.line_num, str(error)) from error
