"""Squares to scan, drawn inside the page: the content policy lets no data: picture in."""

from __future__ import annotations

import segno
from markupsafe import Markup


def of_address(address: str) -> Markup:
    """The square of an address of ours, for who reads this on a computer and wants it on the phone."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    drawn = drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return Markup(drawn)  # noqa: S704 - drawn by segno out of squares, no text of anybody's
