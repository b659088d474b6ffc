"""Posters with much or little to say, and PDF files read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from eventsapp.languages import LANGUAGES
from eventsapp.media import pictures
from eventsapp.posters import press
from eventsapp.posters.composing import Order, Shown
from eventsapp.posters.content import Date, Fact, Poster
from eventsapp.posters.formats import Format, Kind
from tests.photos import a_photo

CHANGED = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)

SHORT = Poster(
    name="Bal, samedi 12 décembre 2026",
    languages=LANGUAGES[:1],
    title="Bal",
    summary="",
    site=("L’agenda du 19e",),
    theme="parentalite",
    theme_names=("Être parent",),
    cancelled=(),
    days=("Samedi 12 décembre 2026",),
    hours=("de 9 h 30 à 11 h 30",),
    next=("Prochaines dates",),
    dates=(),
    place="École Curial",
    address="51 rue Curial, 75019 Paris",
    door="",
    facts=(Fact("euro", ("Gratuit",)), Fact("check", ("Venez comme vous êtes",))),
    invitation=("Pour en savoir plus, scannez ou tapez :",),
    link="https://agenda.paris.example/e/k7mw2pa",
    short="agenda.paris.example/e/k7mw2pa",
    code_alternative="Code QR qui ouvre https://agenda.paris.example/e/k7mw2pa",
    question=("Une question ?",),
    phone="01 99 00 19 19",
    host_label=("Proposé par",),
    host="",
    publisher="Espace 19",
)
"""As little as a poster may say."""

BAMBARA = replace(SHORT, title="Kɔnɔ ni ŋanaw ɛ", name="Kɔnɔ ni ŋanaw ɛ", host="Association Ɲɛtaa")

FULL = replace(
    SHORT,
    languages=LANGUAGES,
    title="Rencontre en famille : apprendre à cuisiner ensemble des plats d’ici et d’ailleurs, à petit prix, "
    "avec les habitantes et les habitants du quartier Flandre-Aubervilliers",
    summary="On cuisine ensemble, on goûte, on échange nos recettes. " * 4,
    site=("L’agenda du 19e", "What’s on in the 19e"),
    days=("Samedi 12 décembre 2026", "Saturday 12 December 2026"),
    hours=("de 9 h 30 à 11 h 30", "9:30 am – 11:30 am"),
    next=("Prochaines dates", "Next dates"),
    place="Bibliothèque Jacqueline-Dreyfus-Weill, salle du premier étage",
    door="Portail vert, sonner à « gardien », puis traverser la cour jusqu’au préau et prendre l’escalier",
    facts=tuple(
        Fact(icon, (f"{french} et encore quelques mots", f"{english} and some more words"))
        for icon, french, english in (
            ("euro", "Gratuit", "Free"),
            ("list-checks", "Sur inscription", "Please register"),
            ("users", "Parents et enfants", "Parents and children"),
            ("languages", "On parle arabe, bambara, chinois, tamoul", "We speak Arabic, Bambara, Chinese"),
            ("accessibility", "Entrée sans marche", "Step-free entrance"),
            ("baby", "Les enfants sont gardés sur place", "Children are looked after"),
            ("message-circle", "On parle français simplement", "Simple French is spoken"),
            ("heart-handshake", "Un endroit calme", "A quiet place"),
        )
    ),
    invitation=("Pour s’inscrire, scannez ou tapez :", "To register, scan or type:"),
    question=("Une question ?", "Any questions?"),
    host_label=("Proposé par", "Hosted by"),
    host="Union des associations et des habitants du quartier Flandre-Aubervilliers",
)
"""As much: 160 letters of title, two languages, everything else long."""

UNBROKEN = replace(SHORT, title="W" * 160, summary="x" * 240, place="y" * 110)

SERIES = replace(
    FULL,
    title="Samedis matins, école Curial",
    dates=(Date(FULL.days, FULL.hours, "les écrans, École élémentaire Archereau (26)"),) * 4,
)
CANCELLED = replace(FULL, cancelled=("Annulé", "Cancelled"), facts=())

POSTERS = {
    "short": SHORT,
    "bambara": BAMBARA,
    "full": FULL,
    "unbroken": UNBROKEN,
    "series": SERIES,
    "cancelled": CANCELLED,
}


def shown(alternative: str, size: tuple[int, int] = (900, 600)) -> Shown:
    octets = pictures.renew(a_photo(size), most=10**7).large.octets
    return Shown(lambda: octets, f"{size}", alternative)


def order(poster: Poster, shape: Format = Format.POSTER, kind: Kind = Kind.PDF, **values: Any) -> Order:
    return Order(poster=poster, format=shape, kind=kind, changed_at=CHANGED, **values)


def pdf(poster: Poster, shape: Format = Format.POSTER, **values: Any) -> PdfReader:
    return PdfReader(BytesIO(press.made(order(poster, shape, **values))))


def text_of(reader: PdfReader) -> str:
    """What is read on its only page, on one line, words whole again where they were broken."""
    [page] = reader.pages
    return " ".join(page.extract_text().replace("\u00ad\n", "").replace("-\n", "-").split())


def tags(reader: PdfReader) -> list[tuple[str, dict[str, str]]]:
    """The elements of its structure in reading order, with what they say of themselves."""
    return list(_walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"]))


def _walk(node: Any) -> Iterator[tuple[str, dict[str, str]]]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            yield from _walk(child)
    elif isinstance(node, dict) and "/S" in node:
        yield str(node["/S"]), {key: str(node[key]) for key in ("/Alt", "/Lang") if key in node}
        if "/K" in node:
            yield from _walk(node["/K"])
