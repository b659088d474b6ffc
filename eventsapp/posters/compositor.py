"""Sets one sheet in Typst, in a process of its own: `python compositor.py < order > sheet`.

The only module that loads typst, and it is started, never imported (eventsapp.posters.press): a web process
stays without an engine of 84 MB, and a sheet that takes too long can be ended. It knows nothing but what it
reads: a folder with the files of the sheet, one with the faces, a kind, a resolution, an instant.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import typst

STANDARD: Final = "ua-1"
"""PDF/UA-1 (ISO 14289-1): tagged, titled, every picture described; Typst refuses to write less."""


class MoreThanOnePage(RuntimeError):
    """A sheet is one page."""


def set_sheet(order: dict[str, Any]) -> bytes:
    """The octets of a sheet. Raises typst.TypstError, MoreThanOnePage."""
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[order["faces"]])
    found, warnings = typst.compile_with_warnings(
        Path(order["folder"]) / "main.typ",
        root=Path(order["folder"]),  # it reads nothing outside
        font_paths=faces,
        ignore_system_fonts=True,
        format=order["kind"],
        ppi=order["points_per_inch"],
        pdf_standards=[STANDARD] if order["kind"] == "pdf" else [],
        timestamp=order["made_at"],
    )
    for warning in warnings:
        sys.stderr.write(f"{warning}\n")
    if not isinstance(found, bytes):
        raise MoreThanOnePage()
    return found


if __name__ == "__main__":
    sys.stdout.buffer.write(set_sheet(json.load(sys.stdin)))
