"""Tables of contacts as people send them: an .xlsx file, or text with columns in whatever encoding.

Octets in, dataclasses out; nothing here asks the database. Columns are known by their names, wherever they
stand; a title above them, empty lines and columns of somebody's own are passed over.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from eventsapp.codes import slug_from
from eventsapp.directory import workbook
from eventsapp.directory.workbook import MOST_COLUMNS, MOST_HEADINGS
from eventsapp.refusals import Refusal, msgid
from eventsapp.spreadsheets import COMPUTED

LONGEST_CELL = 2_000
"""Signs of a cell that are read: no field of a contact is that long, and what is too long is refused."""

MOST_LINES = workbook.MOST_LINES
"""Contacts that are read from one file."""

SECONDS = 20
"""How long a workbook may take to be read: 5,000 lines take about a second."""

PLACE, VENUE, ORGANISATION = "place", "venue", "organisation"
NAME, FIRST_NAME, FUNCTION = "name", "first_name", "function"
EMAIL, PHONE, HOURS = "email", "phone", "hours"

COLUMNS = {
    PLACE: "lieu-ou-structure structure-ou-lieu lieu-structure place-or-organisation",
    VENUE: "lieu lieux place school ecole etablissement site nom-du-lieu nom-de-l-ecole",
    ORGANISATION: "structure organisation association organisme partenaire nom-de-la-structure",
    NAME: "nom name contact personne nom-du-contact nom-et-prenom nom-prenom prenom-et-nom prenom-nom",
    FIRST_NAME: "prenom",
    FUNCTION: "fonction job role poste titre qualite",
    EMAIL: "courriel e-mail email mail mel adresse-e-mail adresse-mail adresse-electronique adresse-courriel",
    PHONE: "telephone phone tel portable mobile numero numero-de-telephone telephone-portable",
    HOURS: "horaires horaire hours heures quand-appeler quand-l-appeler disponibilites",
}
"""What each column may be called, as `codes.slug_from` writes it."""

_KNOWN = {name: column for column, names in COLUMNS.items() for name in names.split()}

Lines: TypeAlias = Sequence[tuple[int, Sequence[str]]]
"""Lines of a file: the number that a spreadsheet shows beside it, and its cells."""


class FileMissing(Refusal):
    """Nothing was sent."""

    sentence = msgid("Choisissez un fichier.")


class FileTooLarge(Refusal):
    """More octets than a directory has, or a workbook that unfolds into too many."""

    sentence = msgid("Ce fichier est trop lourd. Gardez seulement la feuille des contacts.")


class FileUnreadable(Refusal):
    """No table: another kind of file under this name, or a broken one."""

    sentence = msgid(
        "Ce fichier n’est pas un tableau lisible. Enregistrez-le en .xlsx ou en .csv, puis recommencez."
    )


class OldWorkbook(Refusal):
    """The format of Excel before 2007."""

    sentence = msgid("C’est un fichier .xls, trop ancien. Enregistrez-le en .xlsx, puis recommencez.")


class TooManyLines(Refusal):
    """More than a territory has."""

    sentence = msgid("Ce fichier a trop de lignes : 5 000 au plus. Coupez-le en plusieurs.")


class NoLines(Refusal):
    """Nothing below the names of the columns."""

    sentence = msgid("Ce fichier n’a aucun contact.")


class BrokenQuotes(Refusal):
    """Quotation marks of a CSV file that do not close. Parameter: `line`."""

    sentence = msgid("Ligne %(line)s : des guillemets ne se ferment pas.")


class ColumnsMissing(Refusal):
    """No line names a place and a person."""

    sentence = msgid(
        "Il manque des colonnes : « lieu » ou « structure », et « nom ». "
        "Écrivez leur nom sur la première ligne."
    )


class ColumnTwice(Refusal):
    """Two columns that mean the same. Parameter: `column`, as the file names the second."""

    sentence = msgid("Deux colonnes veulent dire la même chose : « %(column)s ». Gardez-en une.")


@dataclass(frozen=True)
class Line:
    """One line of a table: its number in the file, and its cells by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """What a file says, and the columns of it that nobody here knows."""

    lines: tuple[Line, ...]
    ignored: tuple[str, ...] = ()


def read(octets: bytes, *, most: int) -> Table:
    """The table of a file of `most` octets at most.

    Raises FileMissing, FileTooLarge, FileUnreadable, OldWorkbook, TooManyLines, NoLines, BrokenQuotes,
    ColumnsMissing, ColumnTwice.
    """
    if not octets:
        raise FileMissing(field="file")
    if len(octets) > most:
        raise FileTooLarge(field="file")
    if octets.startswith(b"\xd0\xcf\x11\xe0"):
        raise OldWorkbook(field="file")
    if octets.startswith(b"PK"):
        return _table(_of_workbook(octets))
    return _table(_of_text(octets))


def _of_workbook(octets: bytes) -> Lines:
    """The lines of a workbook, read by a process of its own (`directory.workbook`)."""
    program = str(Path(__file__).with_name("workbook.py"))
    try:
        # Nothing of our environment: no secret is needed to read a table.
        done = subprocess.run(  # noqa: S603 - our own program, no shell, nothing of the file in its arguments
            [sys.executable, "-I", program], input=octets, capture_output=True, timeout=SECONDS, env={}
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise FileUnreadable(field="file") from error
    problem = answer.get("error")
    if problem == "too large":
        raise FileTooLarge(field="file")
    if problem == "too many lines":
        raise TooManyLines(field="file")
    if problem:
        raise FileUnreadable(field="file")
    return [(number, cells) for number, cells in answer["rows"]]


def _of_text(octets: bytes) -> Lines:
    """The lines of a text with columns, parted by whichever of « ; », « , » and tab names most of them."""
    text = decoded(octets)
    if any(sign < " " and sign not in "\t\r\n" for sign in text):
        raise FileUnreadable(field="file")
    first = "\n".join(text.split("\n")[:MOST_HEADINGS])
    delimiter = max(";,\t", key=lambda sign: _columns_named(first, sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((number, [cell.strip() for cell in cells[:MOST_COLUMNS]]))
            if len(found) > MOST_LINES + MOST_HEADINGS:
                raise TooManyLines(field="file")
            number = reader.line_num + 1  # a cell between quotes may go over several
    except csv.Error as error:
        raise BrokenQuotes(field="file", line=number) from error
    return found


def decoded(octets: bytes) -> str:
    """The text of a file. Excel writes Windows-1252 where others write UTF-8, and files that were put
    together from both hold both: each line is read as UTF-8 if it is, else as Windows-1252."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return octets.decode("utf-16")
        except UnicodeDecodeError as error:
            raise FileUnreadable(field="file") from error
    lines = octets.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return "\n".join(_decoded_line(line) for line in lines)


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return line.decode("cp1252")
        except UnicodeDecodeError as error:
            raise FileUnreadable(field="file") from error


def _columns_named(text: str, delimiter: str) -> int:
    """How many columns that we know one of the first lines names, parted by this sign."""
    return max(len({_named(cell) for cell in line.split(delimiter)} - {None}) for line in text.split("\n"))


def _named(cell: str) -> str | None:
    return _KNOWN.get(slug_from(cell.strip().strip('"')))


def _table(lines: Lines) -> Table:
    """Finds the line that names the columns, and reads what is below it."""
    heading = next(
        (index for index in range(min(len(lines), MOST_HEADINGS)) if _heads(lines[index][1])), None
    )
    if heading is None:
        raise ColumnsMissing(field="file")
    cells = lines[heading][1]
    columns = [_named(cell) for cell in cells]
    for position, column in enumerate(columns):
        if column and column in columns[:position]:
            raise ColumnTwice(field="file", column=cells[position])
    below = lines[heading + 1 :]
    if not below:
        raise NoLines(field="file")
    if len(below) > MOST_LINES:
        raise TooManyLines(field="file")
    ignored = tuple(cell for cell, column in zip(cells, columns, strict=True) if cell and not column)
    return Table(tuple(_line(number, texts, columns) for number, texts in below), ignored)


def _heads(cells: Sequence[str]) -> bool:
    """Whether a line names the columns."""
    columns = {_named(cell) for cell in cells}
    return bool({NAME, FIRST_NAME} & columns and {PLACE, VENUE, ORGANISATION} & columns)


def _line(number: int, texts: Sequence[str], columns: Sequence[str | None]) -> Line:
    named = zip(columns, (_unquoted(text) for text in texts), strict=False)
    return Line(number, {column: text[:LONGEST_CELL] for column, text in named if column and text})


def _unquoted(text: str) -> str:
    """A cell as it was before a table of ours made it harmless to open (`spreadsheets`): « '+33 6… »."""
    return text[1:] if text[:1] == "'" and text[1:2] in COMPUTED else text
