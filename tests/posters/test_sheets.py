"""The sheets themselves, read back: one page, tagged, titled, every word on it, the same on every machine."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import pytest
import structlog.testing
from flask import Flask
from PIL import Image, ImageColor
from pypdf import PdfReader

from eventsapp.languages import Language
from eventsapp.posters import composing, press
from eventsapp.posters.content import Fact
from eventsapp.posters.formats import Format, Kind
from eventsapp.programme.models import Theme
from tests.house.sources import ROOT
from tests.posters.sheets import (
    BAMBARA,
    FULL,
    POSTERS,
    SERIES,
    SHORT,
    order,
    pdf,
    shown,
    tags,
    text_of,
)

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture(autouse=True)
def rooms(app: Flask) -> None:
    """Settings are there, and no sheet of another test."""
    press.shelf.clear()


@pytest.mark.parametrize("shape", Format)
@pytest.mark.parametrize("name", POSTERS)
def test_a_sheet_is_one_page_with_every_word_of_it(name: str, shape: Format) -> None:
    poster = POSTERS[name]
    with structlog.testing.capture_logs() as said:
        reader = pdf(poster, shape)
    assert said == []  # Typst warns of nothing: a face that is missing, a word that overflows
    text = text_of(reader)  # and of exactly one page
    # A word too long is broken; read back, its hyphens are joined again.
    plain = text.replace("-", "") if name == "unbroken" else text
    assert poster.title in plain
    assert [fact.words for fact in poster.facts if any(word not in plain for word in fact.words)] == []
    assert [
        line for line in (poster.place, poster.address, poster.door, poster.host) if line not in plain
    ] == []
    assert [line for line in (*poster.invitation, poster.short, poster.phone) if line not in plain] == []
    days = poster.days if not poster.dates else poster.dates[0].days + poster.next
    assert [line for line in (*days, *poster.cancelled, *poster.site) if line not in plain] == []


@pytest.mark.parametrize("shape", Format)
def test_nothing_is_outside_the_page_or_the_margins(shape: Format) -> None:
    """What a printer cannot reach stays white, even with as much to say as there can be."""
    for poster in (FULL, SERIES, POSTERS["unbroken"]):
        octets = press.made(order(poster, shape, Kind.PNG))
        image = Image.open(BytesIO(octets)).convert("L")
        assert image.size == shape.pixels
        edge = int(shape.measures.margin * shape.points_per_inch / 72) - 2
        width, height = image.size
        frame = [(0, 0, width, edge), (0, height - edge, width, height)]
        frame += [(0, 0, edge, height), (width - edge, 0, width, height)]
        assert [image.crop(box).getextrema() for box in frame] == [(255, 255)] * 4


def test_a_pdf_is_tagged_titled_and_in_its_language() -> None:
    reader = pdf(FULL)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - pypdf's own boolean
    assert root["/Lang"] == "fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712 - the same
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (FULL.name, "Espace 19")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    kinds = [kind for kind, _ in tags(reader)]
    assert kinds.count("/H1") == 1
    # Each line of English says that it is: when, eight facts, how to register.
    assert [own["/Lang"] for kind, own in tags(reader) if kind == "/P" and "/Lang" in own] == ["en"] * 10


def test_pictures_and_the_code_say_what_they_show_and_ornaments_are_silent() -> None:
    reader = pdf(
        SHORT,
        picture=shown("Des familles cuisinent"),
        emblem=shown("Le logo de l’Espace 19", (300, 300)),
    )
    figures = [own["/Alt"] for kind, own in tags(reader) if kind == "/Figure"]
    assert figures[0] == "Des familles cuisinent"
    assert figures[-1] == "Code QR qui ouvre https://agenda.paris.example/e/k7mw2pa"
    assert len(figures) == 2  # no host is named: its emblem is not there either
    named = pdf(BAMBARA, emblem=shown("Le logo de l’Ɲɛtaa", (300, 300)))
    assert [own["/Alt"] for kind, own in tags(named) if kind == "/Figure"] == [
        "Le logo de l’Ɲɛtaa",
        "Code QR qui ouvre https://agenda.paris.example/e/k7mw2pa",
    ]


def test_a_photo_stays_light() -> None:
    photo = shown("La cour", (1600, 1067))
    reader = pdf(SHORT, picture=photo)
    assert [image.name.rpartition(".")[2] for image in reader.pages[0].images] == ["jpg"]


def test_letters_of_bambara_come_from_one_face_and_are_all_there() -> None:
    reader = pdf(BAMBARA)
    assert "Kɔnɔ ni ŋanaw ɛ" in text_of(reader)
    assert "Association Ɲɛtaa" in text_of(reader)
    assert faces_of(reader) == {
        "AtkinsonHyperlegibleNext-Bold",
        "AtkinsonHyperlegibleNext-Regular",
        "BricolageGrotesque-ExtraBold",  # the day
        "NotoSans-Bold",  # the title and the host, whole
    }


def test_arabic_needs_a_catalogue_and_nothing_else() -> None:
    arabic = Language("ar", "ar", "العربية", "rtl")
    said = ("site", "theme_names", "days", "hours", "next", "invitation", "question", "host_label")
    words = {name: (*getattr(SHORT, name), "مجاني") for name in said}
    poster = replace(
        SHORT,
        title="فطور الأولياء",
        languages=(*SHORT.languages, arabic),
        facts=(Fact("euro", ("Gratuit", "مجاني")),),
        **words,
    )
    reader = pdf(poster)
    assert {own["/Lang"] for _, own in tags(reader) if "/Lang" in own} == {"ar"}
    assert "NotoSansArabic-Bold" in faces_of(reader)


def test_the_same_order_gives_the_same_octets() -> None:
    for kind in Kind:
        asked = order(FULL, Format.SQUARE, kind, picture=shown("La cour"))
        first = press.made(asked)
        press.shelf.clear()
        assert press.made(order(FULL, Format.SQUARE, kind, picture=shown("La cour"))) == first


def test_every_difference_makes_another_sheet() -> None:
    photo = shown("La cour")
    orders = [
        order(SHORT),
        order(SHORT, Format.FLYER),
        order(SHORT, kind=Kind.PNG),
        order(replace(SHORT, door="Portail vert")),
        order(SHORT, picture=photo),
        order(SHORT, picture=replace(photo, alternative="Le jardin")),
        order(SHORT, picture=replace(photo, fingerprint="other")),
        order(SHORT, emblem=photo),
        replace(order(SHORT), changed_at=order(SHORT).changed_at.replace(hour=12)),
    ]
    assert len({one.fingerprint for one in orders}) == len(orders)
    assert order(SHORT).fingerprint == orders[0].fingerprint


def test_what_is_typed_is_never_read_as_typst() -> None:
    wild = '#panic("x") $a$ *b* _c_ @d <e> `f` \\ #read("/etc/passwd") // g'
    reader = pdf(replace(SHORT, title=wild, host=wild, door=wild))
    assert text_of(reader).replace(" ", "").count(wild.replace(" ", "")) == 3


def test_colours_are_the_sites_and_stand_out_in_a_photocopy() -> None:
    css = (ROOT / "static" / "tokens.css").read_text(encoding="utf-8")
    light = css.partition("prefers-color-scheme: dark")[0]
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    pieces = (composing.SHEETS / "pieces.typ").read_text(encoding="utf-8")
    ours = dict(re.findall(r'(\w+): rgb\("(#[0-9a-f]{6})"\)', pieces))
    same = ("ink", "wash", "canal", "mimosa")
    assert ours == {name: tokens[name] for name in same} | {
        "soft": tokens["ink-2"],
        "tint": tokens["canal-tint"],
    }
    assert {theme: tokens[f"t-{theme}"] for theme in composing.THEMES} == composing.THEMES
    assert list(composing.THEMES) == [theme.value for theme in Theme]
    grey = {name: ImageColor.getcolor(colour, "L") for name, colour in ours.items()}
    assert [grey[name] > 190 for name in ("mimosa", "wash", "tint")] == [True] * 3
    assert [grey[name] < 90 for name in ("ink", "soft", "canal")] == [True] * 3


def test_titles_shrink_and_nothing_else_is_bigger() -> None:
    for shape in Format:
        titles = shape.measures.titles
        assert all(larger > smaller for larger, smaller in pairwise(titles))


def faces_of(reader: PdfReader) -> set[str]:
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    return {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in fonts}
