"""One session as a file of a partner says it, or why it is left out: what every reader gives.

A record is what the file counts: a line of a table, a VEVENT, an event of OpenAgenda. It may say many
sessions. Each record ends as rows, as one refusal, or both: none is lost silently (`Reading.is_whole`).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from eventsapp.codes import fingerprint
from eventsapp.refusals import Refusal, msgid

MOST_RECORDS = 2_000
MOST_ROWS = 5_000
"""Sessions of one file, all records together."""
MOST_SESSIONS = 800
"""Sessions of one record: one a day for the two years that an agenda looks ahead."""
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_DESCRIPTION, LONGEST_PLACE, LONGEST_URL = 160, 400, 4000, 300, 500
LONGEST_PARENT = 250
LONGEST_NAME = 120
"""Signs by which a page names a record that is left out."""


class FileUnreadable(Refusal):
    """Neither a calendar, nor a table with columns that we know, nor JSON of OpenAgenda."""

    sentence = msgid(
        "Ce n’est pas un fichier que nous savons lire : un calendrier (.ics), un tableau (.csv) "
        "ou un export d’OpenAgenda (.json)."
    )


class FileEmpty(Refusal):
    """Nothing was sent."""

    sentence = msgid("Choisissez un fichier.")


class FileTooLarge(Refusal):
    """More octets than a programme of a year has. Parameter: `most`, in megabytes."""

    sentence = msgid("Ce fichier est trop lourd : %(most)s Mo au plus.")


class TooManyRecords(Refusal):
    """More than a partner holds in two years. Parameter: `most`."""

    sentence = msgid("Ce fichier a trop de lignes : %(most)s au plus. Gardez les rendez-vous à venir.")


class ReadingTooLong(Refusal):
    """A file that keeps its reader busy: usually rules that repeat without an end."""

    sentence = msgid("Ce fichier demande trop de travail. Gardez les rendez-vous à venir.")


class RowUnreadable(Refusal):
    """Something in it is broken."""

    sentence = msgid("Cette ligne est abîmée : nous n’arrivons pas à la lire.")


class TitleMissing(Refusal):
    """Nothing to put on a card."""

    sentence = msgid("Il manque le titre.")


class StartMissing(Refusal):
    """No day, or one that nobody can read."""

    sentence = msgid("Il manque la date de début, ou elle est illisible.")


class HourMissing(Refusal):
    """A day without an hour: whoever comes wants to know when."""

    sentence = msgid("Il manque l’heure : une journée entière ne dit pas quand venir.")


class EndMissing(Refusal):
    """No end, and nothing that says how long."""

    sentence = msgid("Il manque l’heure de fin, ou la durée.")


class EndsBeforeStart(Refusal):
    """An end before its start, and no evening that goes on after midnight."""

    sentence = msgid("La fin vient avant le début.")


class HourUnknown(Refusal):
    """« De 12 h à 12 h »: how some exports say that nobody knows."""

    sentence = msgid("Le début et la fin sont à la même heure : l’heure est inconnue.")


class LastsTooLong(Refusal):
    """Longer than a day: an exhibition, a season. Nobody comes for three weeks."""

    sentence = msgid("Cela dure plus d’une journée : indiquez chaque jour, avec ses heures.")


class ZoneUnknown(Refusal):
    """A time zone that neither the file nor the world knows. Parameter: `zone`."""

    sentence = msgid("Le fuseau horaire « %(zone)s » est inconnu.")


class RuleRefused(Refusal):
    """A rule that repeats more often than once a day, or is broken."""

    sentence = msgid("Cette répétition n’est pas lisible, ou elle revient plusieurs fois par jour.")


class NoDateAhead(Refusal):
    """A rule of which nothing is left to come."""

    sentence = msgid("Cette répétition ne donne plus aucune date à venir.")


class TooManySessions(Refusal):
    """More than one a day. Parameter: `most`."""

    sentence = msgid("Cette ligne donne plus de %(most)s dates.")


class RowTwice(Refusal):
    """The same again. Parameter: `number`, where it stands first."""

    sentence = msgid("Cette ligne répète la ligne %(number)s.")


class OnlineOnly(Refusal):
    """Held nowhere that one can go to."""

    sentence = msgid("Ce rendez-vous est en ligne : l’agenda montre des lieux du quartier.")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One session; its hours are aware instants, its texts plain and of a length that can be kept."""

    number: int
    """Which record of the file says it, from 1."""
    key: str
    """What tells it from every other of its source, whatever else changes."""
    parent: str
    """What all sessions of one record have in common."""
    title: str
    summary: str = ""
    description: str = ""
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    """Where, in the words of the file; empty: it does not say."""
    address: str = ""
    url: str = ""
    is_cancelled: bool = False
    is_shortened: bool = False
    """A text was longer than can be kept."""


_TEXTS = ("parent", "title", "summary", "description", "place", "address", "url")
_MOMENTS = ("starts_at", "ends_at")
_ITS_OWN = ("number", "key", "is_cancelled", "is_shortened")


@dataclass(frozen=True)
class Refused:
    """A record, or a session of one, that is left out: its number, how it is called, and why."""

    number: int
    title: str
    sentence: str
    parameters: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def because(cls, number: int, title: str, refusal: Refusal) -> Refused:
        """Left out for this reason."""
        said = {name: str(value) for name, value in refusal.parameters.items()}
        return cls(number, title[:LONGEST_NAME], refusal.sentence, said)


@dataclass(frozen=True)
class Reading:
    """What a file says: so many records, as rows or refusals."""

    records: int
    rows: tuple[Row, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every record is accounted for."""
        said = {one.number for one in self.rows} | {one.number for one in self.refused}
        return said == set(range(1, self.records + 1))

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it. What many sessions say alike (a rule that comes back for two years) stands in it
        once: else a file of 50 kB would be kept as 100 MB."""
        said: dict[tuple[str, ...], int] = {}
        rows = [
            {
                "said": said.setdefault(tuple(getattr(row, name) for name in _TEXTS), len(said)),
                **{name: getattr(row, name).isoformat() for name in _MOMENTS},
                **{name: getattr(row, name) for name in _ITS_OWN},
            }
            for row in self.rows
        ]
        return {
            "records": self.records,
            "texts": [list(texts) for texts in said],
            "rows": rows,
            "refused": [asdict(one) for one in self.refused],
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Reading:
        """What `to_dict` wrote."""
        texts = [dict(zip(_TEXTS, said, strict=True)) for said in kept["texts"]]
        return cls(
            kept["records"],
            tuple(_row(one, texts[one["said"]]) for one in kept["rows"]),
            tuple(Refused(**one) for one in kept["refused"]),
        )


def _row(kept: Mapping[str, Any], texts: Mapping[str, str]) -> Row:
    said: dict[str, Any] = {**texts, **{name: kept[name] for name in _ITS_OWN}}
    said |= {name: datetime.fromisoformat(kept[name]) for name in _MOMENTS}
    return Row(**said)


def parent_of(said: str) -> str:
    """How a record names itself, as the database can hold it: what is too long for it, or no text (half a
    character, NUL), by its fingerprint."""
    is_text = all(unicodedata.category(sign) not in {"Cc", "Cs"} for sign in said)
    return said if is_text and len(said) <= LONGEST_PARENT else fingerprint(json.dumps(said))


def key_of(parent: str, moment: datetime | None = None) -> str:
    """The key of a session: that of its record, and which of its moments it is."""
    when = "" if moment is None else moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return fingerprint(json.dumps([parent, when]))


def without_repeats(records: int, rows: Iterable[Row], refused: Iterable[Refused]) -> Reading:
    """A reading in which no session stands twice: the same key, or the same title at the same hour in the
    same place, as portals show one event under two numbers. Raises TooManyRecords."""
    kept: list[Row] = []
    left: list[Refused] = list(refused)
    seen: dict[object, int] = {}
    for row in rows:
        same = (row.title.casefold(), row.starts_at, row.place.casefold(), row.is_cancelled)
        first = seen.get(row.key, seen.get(same))
        if first is None:
            seen[row.key] = seen[same] = row.number
            kept.append(row)
        else:
            left.append(Refused.because(row.number, row.title, RowTwice(number=first)))
    if max(len(kept), len(left)) > MOST_ROWS:
        raise TooManyRecords(field="file", most=MOST_ROWS)
    return Reading(records, tuple(kept), tuple(sorted(left, key=lambda one: one.number)))
