"""A paper sheet, filled in at a door or a stand, typed in later: several households at once, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap

from eventsapp.agenda.models import Event
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import admission, desk, party, referrals, seats
from eventsapp.registrations.models import CHILD_BRACKETS, Registration, WayIn
from eventsapp.registrations.party import AnswersRefused, PartyAnswers

MOST_LINES = 15
"""Lines of one sheet of A4 that leave room to write."""

_FIELDS = {"first_name", "phone", "email", "adults", *map(party.child_field, CHILD_BRACKETS)}


class SheetEmpty(Refusal):
    """Nothing was typed."""

    sentence = msgid("Recopiez au moins une ligne.")


class SheetRefused(Refusal):
    """Some lines cannot be taken: nobody is registered. `lines` says which and why, by their number."""

    sentence = msgid("Relisez les lignes signalées. Personne n’est encore inscrit.")

    def __init__(self, lines: Mapping[int, list[Refusal]]) -> None:
        super().__init__()
        self.lines = lines


class NoSheetHere(Conflict):
    """A sheet shows who signed before: at an event of a sensitive action nobody is shown to anybody."""

    sentence = msgid("Une feuille montre qui s’est inscrit avant. Ici, inscrivez chaque personne à part.")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as it was typed: the fields of `party.read`, and whether it is signed."""

    typed: Mapping[str, str | None]
    agrees: bool

    @property
    def is_empty(self) -> bool:
        """Nothing is typed in it, nor ticked; a zero says nothing."""
        typed = (text for name, text in self.typed.items() if name in _FIELDS)
        return not self.agrees and all((text or "").strip() in ("", "0") for text in typed)


class SheetUsed(Conflict):
    """The token of a sheet that was typed in, with other lines: a page that was gone back to."""

    sentence = msgid(
        "Une feuille de cette page est déjà enregistrée. C’en est une autre ? Envoyez-la encore une fois."
    )


def require_sheet(event: Event) -> None:
    """Raises NoSheetHere, admission.ForProfessionals."""
    admission.require_families(event)
    if referrals.is_needed(event):
        raise NoSheetHere()


def type_in(
    event_id: int,
    lines: Sequence[Line],
    *,
    once: str,
    language: str,
    actor: str,
    now: datetime,
) -> list[Registration]:
    """Registers every line that is not empty, in the order of the sheet: each seated, or waiting.

    `once` is the token of the form: the same form sent again gives the same registrations. Raises SheetEmpty,
    SheetRefused, SheetUsed, what `require_sheet` does and the refusals of `admission.require_open`.
    """
    event = seats.locked(event_id)
    made = [desk.made_before(event_id, _once(once, number)) for number in range(MOST_LINES)]
    if any(made):
        if not all(starmap(_says, zip(made, [*lines, *[None] * MOST_LINES][:MOST_LINES], strict=True))):
            raise SheetUsed()
        return [one for one in made if one is not None]
    require_sheet(event)
    admission.require_open(event, now)
    read = _read(event, lines)
    return [
        desk.enter(
            event,
            answers,
            once=_once(once, number),
            language=language,
            way=WayIn.PAPER,
            actor=actor,
            now=now,
        )
        for number, answers in read.items()
    ]


def _read(event: Event, lines: Sequence[Line]) -> dict[int, PartyAnswers]:
    """The answers by the number of their line. Raises SheetEmpty, SheetRefused."""
    read: dict[int, PartyAnswers] = {}
    refused: dict[int, list[Refusal]] = {}
    for number, line in enumerate(lines[:MOST_LINES]):
        if line.is_empty:
            continue
        why: list[Refusal] = []
        try:
            read[number] = party.read(line.typed)
            desk.require_possible(event, read[number])
        except AnswersRefused as answers:
            why += answers.refusals
        except Refusal as refusal:
            why.append(refusal)
        if not line.agrees:
            why.append(desk.AgreementMissing(field="agrees"))
        if why:
            refused[number] = why
    if refused:
        raise SheetRefused(refused)
    if not read:
        raise SheetEmpty()
    return read


def _says(made: Registration | None, line: Line | None) -> bool:
    """Whether it is the line by which that registration was made; nobody, of an empty one."""
    if made is None or line is None or line.is_empty:
        return made is None and (line is None or line.is_empty)
    try:
        return desk.says(made, party.read(line.typed))
    except AnswersRefused:
        return False


def _once(token: str, number: int) -> str:
    """The token of one line."""
    return f"{token}\x1f{number}"
