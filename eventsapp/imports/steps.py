"""What a plan is made of: what a file says of a session, and what taking it over does to what stands here."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from eventsapp.agenda.models import Event
from eventsapp.clock import PARIS
from eventsapp.codes import fingerprint
from eventsapp.imports.models import ImportedRow
from eventsapp.imports.rows import LONGEST_DESCRIPTION, LONGEST_SUMMARY, Refused, Row, TitleMissing
from eventsapp.people import contacts
from eventsapp.places.models import Venue
from eventsapp.proposals.models import Proposal
from eventsapp.typed import line


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a file says of a session, in the letters in which it is kept."""

    title: str
    summary: str
    description: str
    starts_at: datetime
    ends_at: datetime
    venue_id: int
    is_cancelled: bool

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self) | {"starts_at": self.starts_at.isoformat(), "ends_at": self.ends_at.isoformat()}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Content:
        """What `to_dict` wrote."""
        moments = {name: datetime.fromisoformat(kept[name]) for name in ("starts_at", "ends_at")}
        return cls(**(dict(kept) | moments))

    @classmethod
    def of_row(cls, row: Row, venue_id: int) -> Content:
        """As `proposals` writes it. Raises TitleMissing, Unwritable."""
        title, summary, description = _written(row.title, row.summary, row.description)
        return cls(
            title=title,
            summary=summary,
            description=description,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            venue_id=venue_id,
            is_cancelled=row.is_cancelled,
        )

    def unlike(self, other: Content) -> tuple[str, ...]:
        """Which of its parts differ."""
        names = (one.name for one in fields(self))
        return tuple(name for name in names if getattr(self, name) != getattr(other, name))


@lru_cache(maxsize=64)
def _written(title: str, summary: str, description: str) -> tuple[str, str, str]:
    """Texts in the letters in which they are kept: once for all the sessions of a rule, of which there may be
    thousands. Raises TitleMissing, Unwritable."""
    title = line(title, field="title")
    if not title:
        raise TitleMissing()
    summary = contacts.text(summary, field="summary", longest=LONGEST_SUMMARY)
    description = contacts.text(description, field="description", longest=LONGEST_DESCRIPTION)
    return title, " ".join(summary.splitlines()), description


class Kind(StrEnum):
    """What a step does."""

    NEW = "nouveau"
    CHANGED = "change"
    CANCELLED = "annule"
    RESTORED = "retabli"
    VANISHED = "disparu"
    SAME = "pareil"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One session, and what taking it over does to it."""

    kind: Kind
    wanted: Content
    """As the file says it; of one that vanished, as it last did."""
    row: Row | None = None
    known: ImportedRow | None = None
    event: Event | None = None
    venue: Venue | None = None
    before: Content | None = None
    """What stands here."""
    venue_before: Venue | None = None
    """Where, of what stands here."""
    changes: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    """Those of the changes that somebody has made otherwise here."""

    @property
    def is_looked_at(self) -> bool:
        """Whether it stands alone on a page: somebody is registered, or it was edited by hand here; what the
        file says no more has no changes of its own, so all that stands here otherwise was."""
        is_edited = self.before != self.wanted if self.kind is Kind.VANISHED else bool(self.by_hand)
        return is_edited or (self.event is not None and self.event.seats_taken > 0)

    @property
    def key(self) -> str:
        """Names it in a form."""
        return self.row.key if self.row is not None else self.known.key if self.known is not None else ""


@dataclass(frozen=True)
class Addition:
    """New sessions of one record that say the same of one place, in their order."""

    steps: tuple[Step, ...]
    joins: Proposal | None = None
    """The proposal of earlier sessions of that record: these join its series."""

    @property
    def parent(self) -> str:
        """Which record says them."""
        return self.steps[0].row.parent if self.steps[0].row is not None else ""

    @property
    def hours_are_one(self) -> bool:
        """Whether each begins and ends at the same hour, on a Paris clock."""
        spans = ((step.wanted.starts_at, step.wanted.ends_at) for step in self.steps)
        return len({tuple(one.astimezone(PARIS).time() for one in span) for span in spans}) == 1

    @property
    def is_shortened(self) -> bool:
        """A text of it was longer than can be kept."""
        return any(step.row.is_shortened for step in self.steps if step.row is not None)


@dataclass
class Unplaced:
    """Words that mean no place yet, and the sessions that wait for them."""

    words: str
    said: str
    rows: list[Row] = field(default_factory=list)
    likely: list[Venue] = field(default_factory=list)
    """Places of ours that it may mean."""

    @property
    def count(self) -> int:
        """How many sessions wait for it."""
        return len(self.rows)


@dataclass
class Plan:
    """What taking a reading over would do. Every row of the file stands in one list, and in one only."""

    records: int = 0
    steps: dict[Kind, list[Step]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    additions: list[Addition] = field(default_factory=list)
    """What is new, as it is proposed."""
    unplaced: dict[str, Unplaced] = field(default_factory=dict)
    past: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many sessions and refusals of the file are accounted for."""
        inside = sum(len(steps) for kind, steps in self.steps.items() if kind is not Kind.VANISHED)
        waiting = sum(len(one.rows) for one in self.unplaced.values())
        return inside + waiting + len(self.past) + len(self.refused)

    @property
    def to_do(self) -> list[Step]:
        """What would change here."""
        return [step for kind, steps in self.steps.items() if kind is not Kind.SAME for step in steps]

    @property
    def waiting(self) -> int:
        """How much waits for somebody."""
        return len(self.to_do) + len(self.unplaced)

    @property
    def unread(self) -> int:
        """How many sessions were proposed, and wait for the project team."""
        return sum(step.event is None for step in self.steps[Kind.SAME])

    @property
    def conflicts(self) -> list[Step]:
        """What has changed there, and was edited by hand here."""
        return [step for step in self.to_do if step.by_hand]

    @property
    def fingerprint(self) -> str:
        """Says whether what would happen is what was shown; and, of what vanished, whether it was looked at
        by itself, as where somebody has registered since."""
        said = [[step.kind, step.key, step.changes, step.by_hand] for step in self.to_do]
        alone = [step.key for step in self.steps[Kind.VANISHED] if step.is_looked_at]
        return fingerprint(json.dumps([said, alone]))


def additions(steps: Iterable[Step], series: Mapping[str, Proposal]) -> list[Addition]:
    """What is new, record by record; `series`: what earlier sessions of a record are in."""
    groups: dict[tuple[object, ...], list[Step]] = defaultdict(list)
    for step in steps:
        said = step.wanted
        parent = step.row.parent if step.row else ""
        groups[parent, said.title, said.summary, said.description, said.venue_id].append(step)
    return [Addition(_in_order(group), series.get(str(key[0]))) for key, group in groups.items()]


def alike(steps: Iterable[Step]) -> list[tuple[Step, ...]]:
    """What happens in one way to several sessions of one title in one place, together, in their order; but
    for those that are looked at one by one."""
    groups: dict[tuple[object, ...], list[Step]] = defaultdict(list)
    for number, step in enumerate(steps):
        venue = step.venue.id if step.venue is not None else None
        said = step.wanted.title, step.kind, step.changes, venue
        groups[*said, number if step.is_looked_at else None].append(step)
    return [_in_order(group) for group in groups.values()]


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: step.wanted.starts_at))
