"""The formats of a poster: their measures, and how much each has room to say."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import lazy_gettext

MILLIMETRE = 72 / 25.4
"""Points in a millimetre; every measure of a sheet is in points of 1/72 inch."""


class Kind(enum.StrEnum):
    """A file: a document that prints, or a picture that is posted."""

    PDF = "pdf"
    PNG = "png"


@dataclass(frozen=True)
class Wish:
    """An arrangement that would be good: what is tried before something else is given up."""

    scales: tuple[float, float]
    """Of the facts: the largest, the smallest."""
    title: float
    """Its size at least, as a part of the largest."""
    picture: float
    """Its height, as a part of the usual one; 0: no picture."""
    summary: bool = True


WISHES = (
    Wish(scales=(1.3, 1.1), title=0.62, picture=1),
    Wish(scales=(1, 0.88), title=0.37, picture=0.9),
    Wish(scales=(0.94, 0.82), title=0.3, picture=0.7),
    Wish(scales=(0.88, 0.76), title=0.25, picture=0.55),
    Wish(scales=(0.88, 0.7), title=0.25, picture=0.5, summary=False),
    Wish(scales=(0.82, 0.7), title=0, picture=0, summary=False),
    Wish(scales=(0.7, 0.52), title=0, picture=0, summary=False),
)
"""In the order they are tried: the picture gives way before a fact becomes hard to read."""


@dataclass(frozen=True)
class Measures:
    """What sheets/poster.typ needs to know of a format."""

    width: float
    height: float
    margin: float
    """White around: no office printer reaches the edge."""
    size: float
    """Of texts. What is read at arm's length is never below 8 points, whatever the scale."""
    gap: float
    inset: float
    radius: float
    code: float
    """The side of the QR code with its quiet zone: 40 mm on a wall, 29 in a hand."""
    link: float
    """The largest size of the address; it stays on one line."""
    picture: float
    """The height of a picture where there is room for it."""
    titles: tuple[float, ...]
    """Sizes of the title, the largest first."""
    scales: tuple[float, ...] = (1.3, 1.2, 1.1, 1, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52)
    """By how much facts grow where there is little to say, and shrink where there is much."""
    wishes: tuple[Wish, ...] = WISHES

    def for_typst(self) -> dict[str, Any]:
        """The same, as JSON."""
        return asdict(self)


class Format(enum.StrEnum):
    """What is made of an event; the value is its name in addresses."""

    POSTER = "a4"
    FLYER = "a5"
    SQUARE = "carre"

    @property
    def label(self) -> str:
        """« Affiche A4 »…"""
        return str(_LABELS[self])

    @property
    def use(self) -> str:
        """« Pour un mur, une vitrine »…"""
        return str(_USES[self])

    @property
    def measures(self) -> Measures:
        """In points."""
        return _MEASURES[self]

    @property
    def points_per_inch(self) -> int:
        """Of its PNG: 1080 pixels for the square, as networks show it; 1240 by 1754 for the sheets."""
        return {Format.POSTER: 150, Format.FLYER: 212, Format.SQUARE: 144}[self]

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of its PNG."""
        per_point = self.points_per_inch / 72
        return round(self.measures.width * per_point), round(self.measures.height * per_point)

    @property
    def most_facts(self) -> int:
        """The square is looked at on a phone: the rest is behind its address."""
        return {Format.POSTER: 12, Format.FLYER: 10, Format.SQUARE: 4}[self]

    @property
    def most_dates(self) -> int:
        """Of a series."""
        return {Format.POSTER: 8, Format.FLYER: 6, Format.SQUARE: 4}[self]

    @property
    def longest_summary(self) -> int:
        """In letters; 0: no summary."""
        return {Format.POSTER: 240, Format.FLYER: 160, Format.SQUARE: 0}[self]


_LABELS = {
    Format.POSTER: lazy_gettext("Affiche A4"),
    Format.FLYER: lazy_gettext("Tract A5"),
    Format.SQUARE: lazy_gettext("Image carrée"),
}
_USES = {
    Format.POSTER: lazy_gettext("Pour un mur, une vitrine"),
    Format.FLYER: lazy_gettext("À donner de la main à la main, deux par feuille A4"),
    Format.SQUARE: lazy_gettext("Pour un groupe de messages, un réseau social"),
}
_MEASURES = {
    Format.POSTER: Measures(
        width=210 * MILLIMETRE,
        height=297 * MILLIMETRE,
        margin=26,
        size=15,
        gap=15,
        inset=22,
        radius=18,
        code=113,
        link=21,
        picture=195,
        titles=(112, 100, 90, 82, 76, 70, 64, 58, 54, 50, 46, 42, 38, 34, 31, 28, 25, 22, 20),
    ),
    Format.FLYER: Measures(
        width=148 * MILLIMETRE,
        height=210 * MILLIMETRE,
        margin=20,
        size=11,
        gap=10.5,
        inset=15,
        radius=13,
        code=83,
        link=15,
        picture=135,
        titles=(78, 70, 64, 58, 52, 48, 44, 40, 37, 34, 31, 28, 25, 23, 21, 19, 17, 15),
    ),
    Format.SQUARE: Measures(
        width=540,
        height=540,
        margin=22,
        size=14,
        gap=12,
        inset=18,
        radius=16,
        code=96,
        link=17,
        picture=130,
        titles=(84, 76, 68, 62, 56, 52, 48, 44, 40, 37, 34, 31, 28, 25, 22, 20, 18),
    ),
}
