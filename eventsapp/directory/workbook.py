"""Reads the cells of an .xlsx file: a program of its own, which `directory.sheets` runs for each file.

A workbook from outside is a zip of XML: it can be small and unfold into gigabytes. Here it may take so much
memory and no more, and whatever it does, the process that serves pages lives on. openpyxl also loads numpy
where it is installed, 27 MB that no web process shall carry.

The octets come on the standard input. A JSON object leaves on the standard output: `rows`, lists of a line
number and its texts, of the first sheet that has any; or `error`: « not a workbook », « too large », « too
many lines ».
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime, time
from typing import Any

MOST_MEMORY = 700 * 1024**2
"""Octets of address space; reading 5,000 lines takes about 60 MB."""

MOST_UNPACKED = 24 * 1024**2
"""Octets of all parts together; a directory of 5,000 lines takes about 4 MB."""

MOST_SIGNS = 4 * 1024**2
"""Signs of all cells together. A file holds a text once however many cells show it, so a few octets of it
could say gigabytes; a directory of 5,000 lines has about a million."""

MOST_PARTS = 500
MOST_COLUMNS = 40
MOST_LINES = 5_000
"""Lines that say anything, headings apart."""

MOST_HEADINGS = 12
"""Lines above the first contact: titles, the names of the columns."""


class Refused(Exception):
    """Why a file is not read."""


def rows_of(octets: bytes) -> list[tuple[int, list[str]]]:
    """The lines of the first sheet that has any, empty ones left out. Raises Refused."""
    _inspect(octets)
    import openpyxl  # once the file has been looked at: most wrong ones stop before

    try:
        # Formulas are read as the value that they had when the file was saved.
        book = openpyxl.load_workbook(io.BytesIO(octets), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            # What a file says of its own size may be wrong or huge.
            sheet.reset_dimensions()
            found = _lines(sheet)
            if found:
                return found
    except Refused:
        raise
    except Exception as error:  # whatever is broken in it, it is broken
        raise Refused("not a workbook") from error
    return []


def _inspect(octets: bytes) -> None:
    """Looks at the zip before anything is unfolded; a part never gives more octets than it declares."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as parts:
            known = parts.infolist()
            if "xl/workbook.xml" not in {part.filename for part in known}:
                raise Refused("not a workbook")
            if len(known) > MOST_PARTS or sum(part.file_size for part in known) > MOST_UNPACKED:
                raise Refused("too large")
            for part in known:
                # ECMA-376 part 2, 8.2: no DTD. Entities that double each other need one.
                if b"<!DOCTYPE" in parts.read(part).replace(b"\0", b""):
                    raise Refused("not a workbook")
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError) as error:
        raise Refused("not a workbook") from error


def _lines(sheet: Any) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    signs = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
        texts = [said(cell) for cell in cells]
        signs += sum(map(len, texts))
        if signs > MOST_SIGNS:
            raise Refused("too large")
        if any(texts):
            found.append((number, texts))
        if len(found) > MOST_LINES + MOST_HEADINGS:
            raise Refused("too many lines")
    return found


def said(value: object) -> str:
    """A cell as whoever typed it reads it: 639980000.0 is a number without its point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value).strip()


def main() -> None:
    """Reads, answers, ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    answer: dict[str, Any]
    # Nothing here counts with it: this process need not load it either.
    sys.modules["numpy"] = None  # type: ignore[assignment]  # how an import is made to fail
    try:
        with contextlib.redirect_stdout(sys.stderr):
            answer = {"rows": rows_of(sys.stdin.buffer.read())}
    except Refused as refused:
        answer = {"error": str(refused)}
    except MemoryError:
        answer = {"error": "too large"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
