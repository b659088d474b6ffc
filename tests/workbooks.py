"""XLSX files as their cells say themselves, read without what wrote them (ISO/IEC 29500-1, 18.3)."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells_of(octets: bytes, *, first_row: int = 1) -> list[tuple[str, list[list[str]]]]:
    """Each sheet, by name, and its cells from a row on: the type, what it shows, its formula."""
    with zipfile.ZipFile(io.BytesIO(octets)) as file:
        book = ElementTree.fromstring(file.read("xl/workbook.xml"))
        names = [sheet.get("name", "") for sheet in book.iter(f"{MAIN}sheet")]
        return [
            (name, _cells(file.read(f"xl/worksheets/sheet{number}.xml"), first_row))
            for number, name in enumerate(names, start=1)
        ]


def rows_of(octets: bytes) -> dict[str, list[list[str]]]:
    """What each sheet shows, row by row."""
    with zipfile.ZipFile(io.BytesIO(octets)) as file:
        book = ElementTree.fromstring(file.read("xl/workbook.xml"))
        pages = {
            sheet.get("name", ""): ElementTree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))
            for number, sheet in enumerate(book.iter(f"{MAIN}sheet"), start=1)
        }
    return {
        name: [[_shown(cell) for cell in row.iter(f"{MAIN}c")] for row in page.iter(f"{MAIN}row")]
        for name, page in pages.items()
    }


def _cells(page: bytes, first_row: int) -> list[list[str]]:
    rows = ElementTree.fromstring(page).iter(f"{MAIN}row")
    return [
        [cell.get("t", ""), _shown(cell), cell.findtext(f"{MAIN}f") or ""]
        for row in rows
        if int(row.get("r", "0")) >= first_row
        for cell in row.iter(f"{MAIN}c")
    ]


def _shown(cell: ElementTree.Element) -> str:
    inline = "".join(text.text or "" for text in cell.iter(f"{MAIN}t"))
    inline = re.sub(r"_x([0-9A-F]{4})_", lambda sign: chr(int(sign[1], 16)), inline)  # 22.9.2.19, ST_Xstring
    return inline or cell.findtext(f"{MAIN}v") or ""
