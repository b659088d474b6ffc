"""Tables that people take away: CSV and XLSX, for Excel and LibreOffice, harmless to open.

A cell that somebody typed may begin like a formula ("=HYPERLINK(…)"). OWASP, "CSV Injection", and ASVS 5
requirement 1.2.10 say which first signs a spreadsheet computes; such a cell stays text. In XLSX a cell has
a type, and ours is text; a CSV file knows no types, so there an apostrophe is put before it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xlsxwriter import Workbook

Cell = str | int | float | date | None
"""What a cell holds: text, a number, a day (never a moment: its day depends on a time zone), or nothing."""

COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
"""First signs of what a spreadsheet computes; the last four are the wide ones of East Asian keyboards."""

LONGEST_CELL = 32_767
"""Signs that Excel keeps in a cell ("Excel specifications and limits")."""
LONGEST_NAME = 31
"""Signs of the name of a sheet, of the same source."""


class Kind(StrEnum):
    """How a table is written; its value is the end of the file's name."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def content_type(self) -> str:
        """As HTTP says it (RFC 7111; ISO/IEC 29500)."""
        return _CONTENT_TYPES[self]


_CONTENT_TYPES = {
    Kind.CSV: "text/csv; charset=utf-8",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Sheet:
    """A table: its name, its headings, and its rows in order, each as long as the headings."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def written(kind: Kind, sheets: Sequence[Sheet]) -> bytes:
    """The file. CSV has one sheet after the other, an empty line between them.

    The caller bounds the rows: what is written stays in memory until it is sent, the rows do not.
    """
    return as_csv(sheets) if kind is Kind.CSV else as_xlsx(sheets)


def as_csv(sheets: Sequence[Sheet]) -> bytes:
    """UTF-8 with its mark, semicolons, CRLF: as a French spreadsheet opens it without asking."""
    text = io.StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for number, sheet in enumerate(sheets):
        if number:
            table.writerow([])
        table.writerow([harmless(heading) for heading in sheet.headings])
        table.writerows([_plain(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with a sheet for each, their first line kept in sight. Rows go to a temporary file."""
    octets = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(octets, options) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:LONGEST_NAME])
            page.freeze_panes(1, 0)
            for column, heading in enumerate(sheet.headings):
                page.set_column(column, column, max(12, min(40, len(heading) + 2)))
            for column, heading in enumerate(sheet.headings):
                page.write_string(0, column, heading, bold)
            for line, row in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        page.write_string(line, column, cell[:LONGEST_CELL])
                    elif isinstance(cell, date):
                        page.write_datetime(line, column, cell, day)
                    elif cell is not None:
                        page.write_number(line, column, cell)
    return octets.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula where cells have no type."""
    return f"'{text}" if text.startswith(COMPUTED) else text


def _plain(cell: Cell) -> str | int | float:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else cell
