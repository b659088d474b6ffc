"""From what a poster says to the files that Typst sets: words as JSON, pictures, icons, the code to scan.

Nothing typed by anybody becomes Typst source: it stands in poster.json, which the sheets read as data.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno

from eventsapp.languages import Language
from eventsapp.media import pictures
from eventsapp.posters import faces
from eventsapp.posters.content import Date, Poster
from eventsapp.posters.formats import Format, Kind
from eventsapp.settings import folder

SHEETS = Path(__file__).parent / "sheets"
INK, CANAL, DEEP_MIMOSA, GLYPH = "#0f2f2a", "#0b5f56", "#f5bd1f", "#ffffff"
THEMES = {
    "petite-enfance": "#f6407f",
    "enfance": "#ba8214",
    "jeunesse": "#b33c02",
    "parentalite": "#5a0046",
    "lien-social": "#236f50",
    "sport": "#007be2",
    "droits": "#482cb3",
}
"""static/tokens.css, in its light colours: paper is white."""


@dataclass(frozen=True)
class Shown:
    """A picture as it is kept (WebP), what tells it from others, and what one sees in it."""

    read: Callable[[], bytes]
    """Reads its octets, once a sheet is really made."""
    fingerprint: str
    alternative: str


@dataclass(frozen=True)
class Order:
    """A sheet to make. The same order gives the same octets on every machine."""

    poster: Poster
    format: Format
    kind: Kind
    changed_at: datetime
    """When what it says last changed: the document's own date."""
    picture: Shown | None = None
    """The event's own, large."""
    emblem: Shown | None = None
    """Its host's, small and whole: often a logo."""

    @property
    def fingerprint(self) -> str:
        """What tells this sheet from every other: everything that it is made of, and how."""
        shown = [one and (one.fingerprint, one.alternative) for one in (self.picture, self.emblem)]
        made_of = [_making(), words_of(self), shown, self.kind, self.changed_at.isoformat()]
        return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:32]


def files(order: Order) -> dict[str, bytes]:
    """The files of a sheet, by name; `main.typ` is where Typst begins."""
    poster = order.poster
    found = {path.name: path.read_bytes() for path in SHEETS.glob("*.typ")}
    found["main.typ"] = found.pop("poster.typ")
    found["poster.json"] = json.dumps(words_of(order), ensure_ascii=False).encode()
    found["code.svg"] = _code(poster.link)
    found["logo.svg"] = (folder("static") / "logo.svg").read_bytes()
    found["theme.svg"] = _symbol(f"p-{poster.theme}", THEMES[poster.theme])
    found["shape.svg"] = _symbol(f"t-{poster.theme}", DEEP_MIMOSA)
    icons = {"calendar-days", "map-pin", "phone", *(fact.icon for fact in poster.facts)}
    for name in icons:
        found[f"icon-{name}.svg"] = _symbol(f"i-{name}", CANAL)
    if order.picture:
        found["picture.jpg"] = pictures.for_paper(order.picture.read())
    if order.emblem:
        found["emblem.jpg"] = pictures.for_paper(order.emblem.read())
    return found


def words_of(order: Order) -> dict[str, Any]:
    """What poster.json holds."""
    poster, measures = order.poster, order.format.measures
    title = {
        "text": faces.breakable(poster.title),
        "display": faces.has(faces.DISPLAY, poster.title),
        "rtl": faces.runs_right_to_left(poster.title),
    }
    return {
        "format": measures.for_typst(),
        "name": poster.name,
        "publisher": poster.publisher,
        "languages": [_language(one) for one in poster.languages],
        "title": title,
        "summary": _line(poster.summary),
        "site": _lines(poster.site),
        "theme": _lines(poster.theme_names),
        "cancelled": _lines(poster.cancelled),
        "days": _lines(poster.days),
        "hours": _lines(poster.hours),
        "next": _lines(poster.next),
        "dates": [_date(one) for one in poster.dates],
        "place": _line(poster.place),
        "address": _line(poster.address),
        "door": _line(poster.door),
        "facts": [{"icon": fact.icon, "words": _lines(fact.words)} for fact in poster.facts],
        "invitation": _lines(poster.invitation),
        "link": poster.link,
        "short": poster.short,
        "code": poster.code_alternative,
        "question": _lines(poster.question),
        "phone": poster.phone,
        "host-label": _lines(poster.host_label),
        "host": _line(poster.host),
        "picture": order.picture.alternative if order.picture else None,
        "emblem": order.emblem.alternative if order.emblem else None,
    }


def _date(one: Date) -> dict[str, Any]:
    return {"days": _lines(one.days), "hours": _lines(one.hours), "note": _line(one.note)}


def _language(language: Language) -> dict[str, Any]:
    return {"code": language.code, "rtl": language.dir == "rtl"}


def _line(text: str) -> dict[str, Any] | None:
    """A text, and whether the face of texts has all its letters; None where nothing is said."""
    return {"text": faces.breakable(text), "plain": faces.has(faces.TEXT, text)} if text else None


def _lines(texts: tuple[str, ...]) -> list[dict[str, Any] | None]:
    return [_line(text) for text in texts]


def _code(address: str) -> bytes:
    """The QR code of an address, its quiet zone of four modules included (ISO/IEC 18004)."""
    file = io.BytesIO()
    segno.make(address, error="m", micro=False).save(file, kind="svg", border=4, dark="#000", xmldecl=False)
    return file.getvalue()


def _symbol(name: str, colour: str) -> bytes:
    """One drawing of the site's sprite, by itself and in a colour."""
    opening, inside = _sprite()[name]
    opening = opening.replace("currentColor", colour)
    inside = inside.replace("currentColor", colour).replace("var(--glyph,#fff)", GLYPH)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" stroke-width="2"{opening}>{inside}</svg>'
    return svg.encode()


@cache
def _sprite() -> dict[str, tuple[str, str]]:
    text = (folder("static") / "icons.svg").read_text(encoding="utf-8")
    found = re.findall(r'<symbol id="([\w-]+)"([^>]*)>(.*?)</symbol>', text, re.S)
    return {name: (attributes, inside) for name, attributes, inside in found}


@cache
def _making() -> str:
    """What the same words are set with: sheets, faces, icons, Typst; a change of one makes new sheets."""
    here = [*SHEETS.glob("*.typ"), *faces.FONTS.glob("*.ttf"), folder("static") / "icons.svg"]
    seen = hashlib.sha256()
    for path in sorted(here):
        seen.update(path.read_bytes())
    return seen.hexdigest()
