"""Tables as people send them: every encoding, every separator, workbooks whole, odd and hostile."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest

from eventsapp.directory import sheets
from eventsapp.directory.sheets import Line, Table

MOST = 2 * 1024**2

HEADINGS = ("Lieu", "Nom", "Courriel", "Téléphone")
ROY = ("École Curial", "Madame Roy", "roy@ecole.example", "01 99 00 00 01")


def read(octets: bytes) -> Table:
    return sheets.read(octets, most=MOST)


def roy(number: int = 2, **cells: str) -> Line:
    said = {"venue": ROY[0], "name": ROY[1], "email": ROY[2], "phone": ROY[3]}
    return Line(number, said | cells)


def text(*rows: tuple[str, ...], sign: str = ";") -> str:
    return "\r\n".join(sign.join(row) for row in rows)


def a_workbook(*rows: tuple[Any, ...], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def zipped(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, octets in parts.items():
            made.writestr(name.replace("__", "/").replace("_", "."), octets)
    return written.getvalue()


@pytest.mark.parametrize("sign", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_text_in_any_encoding_parted_by_any_sign(sign: str, encoding: str) -> None:
    assert read(text(HEADINGS, ROY, sign=sign).encode(encoding)) == Table((roy(),))


def test_a_text_put_together_from_two_encodings_is_read_line_by_line() -> None:
    octets = "Lieu;Nom\nÉcole Curial;Hélène".encode() + "\nÉcole Manin;Zoé".encode("cp1252")
    assert [line.cells for line in read(octets).lines] == [
        {"venue": "École Curial", "name": "Hélène"},
        {"venue": "École Manin", "name": "Zoé"},
    ]


def test_a_cell_between_quotes_holds_separators_and_lines_and_the_next_line_keeps_its_number() -> None:
    table = read(
        b'structure;nom;horaires\nEspace 19;Awa;"le matin;\npas le mercredi"\nEspace 19;Zo\xc3\xa9;\n'
    )
    assert table.lines == (
        Line(2, {"organisation": "Espace 19", "name": "Awa", "hours": "le matin;\npas le mercredi"}),
        Line(4, {"organisation": "Espace 19", "name": "Zoé"}),
    )


def test_columns_are_known_by_their_names_wherever_they_stand() -> None:
    table = read("Mél,Remarque,PRÉNOM,nom,Lieu ou structure\na@b.example,non,Anna,Roy,Curial".encode())
    assert table == Table(
        (Line(2, {"email": "a@b.example", "first_name": "Anna", "name": "Roy", "place": "Curial"}),),
        ignored=("Remarque",),
    )


def test_a_title_and_empty_lines_are_passed_over_and_numbers_stay_those_of_the_file() -> None:
    octets = a_workbook(("Contacts 2026",), (), HEADINGS, (), ROY, merged="A1:D1")
    assert read(octets) == Table((roy(5),))


def test_a_merged_place_stands_on_its_first_line_only() -> None:
    octets = a_workbook(HEADINGS, ROY, (None, "Le gardien", None, "01 99 00 00 02"), merged="A2:A3")
    assert read(octets).lines == (roy(), Line(3, {"name": "Le gardien", "phone": "01 99 00 00 02"}))


def test_cells_of_a_workbook_are_read_as_they_look() -> None:
    octets = a_workbook(
        (*HEADINGS, "Horaires"), ("École Curial", "Roy", None, 139980000, date(2026, 9, 1)), ("Manin", 19.5)
    )
    assert read(octets).lines == (
        Line(2, {"venue": "École Curial", "name": "Roy", "phone": "139980000", "hours": "2026-09-01"}),
        Line(3, {"venue": "Manin", "name": "19.5"}),
    )


def test_a_formula_is_its_last_value_and_never_its_text() -> None:
    """openpyxl writes none, as if nobody had opened the file since."""
    octets = a_workbook(HEADINGS, ("École Curial", '=HYPERLINK("https://mal.example";"Roy")', ROY[2], None))
    assert read(octets).lines == (Line(2, {"venue": "École Curial", "email": ROY[2]}),)


def test_five_thousand_lines_are_read_and_one_more_is_not() -> None:
    rows = "\n".join(f"Curial;Personne {number}" for number in range(5000))
    assert len(read(f"lieu;nom\n{rows}".encode()).lines) == 5000
    with pytest.raises(sheets.TooManyLines):
        read(f"lieu;nom\n{rows}\nCurial;De trop".encode())


@pytest.mark.slow
def test_nor_in_a_workbook() -> None:
    rows = [("Curial", f"Personne {number}") for number in range(5001)]
    assert len(read(a_workbook(("lieu", "nom"), *rows[:-1])).lines) == 5000
    with pytest.raises(sheets.TooManyLines):
        read(a_workbook(("lieu", "nom"), *rows))


BOMB = zipped(xl__workbook_xml=b"<workbook/>", xl__sharedStrings_xml=b" " * 30 * 1024**2)
LETTER = zipped(word__document_xml=b"<document/>")
ENTITIES = zipped(xl__workbook_xml=b'<!DOCTYPE w [<!ENTITY a "aa">]><workbook/>')
REPEATED = a_workbook(HEADINGS, *[(*ROY, "x" * 30_000)] * 150)
assert len(REPEATED) < 20_000, "a workbook says a text once"
SHORT = a_workbook(HEADINGS, ROY)[:-200]
LYING = BOMB.replace(struct.pack("<L", 30 * 1024**2), struct.pack("<L", 1000))


@pytest.mark.parametrize(
    ("octets", "refused"),
    [
        (b"", sheets.FileMissing),
        (b"x" * (MOST + 1), sheets.FileTooLarge),
        (BOMB, sheets.FileTooLarge),
        (REPEATED, sheets.FileTooLarge),
        (LYING, sheets.FileUnreadable),
        (LETTER, sheets.FileUnreadable),
        (ENTITIES, sheets.FileUnreadable),
        (SHORT, sheets.FileUnreadable),
        (b"\xd0\xcf\x11\xe0" + bytes(512), sheets.OldWorkbook),
        (b"%PDF-1.7\n\x00\x01", sheets.FileUnreadable),
        (b"lieu;nom\nCurial;\x8d", sheets.FileUnreadable),
        (b"lieu;nom\n", sheets.NoLines),
        (b"\n\n", sheets.ColumnsMissing),
        (b"nom;courriel\nRoy;roy@ecole.example", sheets.ColumnsMissing),
        (b"lieu;nom;mail;courriel\nCurial;Roy;a;b", sheets.ColumnTwice),
        (b'lieu;nom\nCurial;Roy\nManin;"Weil', sheets.BrokenQuotes),
        (a_workbook(("lieu", "nom")), sheets.NoLines),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_no_table_is_refused_beside_the_file(octets: bytes, refused: type[Exception]) -> None:
    with pytest.raises(refused) as said:
        read(octets)
    assert type(said.value) is refused
    assert getattr(said.value, "field", "") == "file"
