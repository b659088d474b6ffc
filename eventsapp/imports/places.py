"""Which of our places the words of a file mean: by name, by street and number, or as somebody chose once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sqlalchemy import select

from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.imports.models import ImportPlace, ImportSource
from eventsapp.imports.rows import Row
from eventsapp.places.models import Venue

LEAST_NAME = 8
"""Letters of a name that is recognised within longer words: « Le 104 » would be found everywhere."""

_POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)")


_TOWN = re.compile(r"|paris|france|arrondissement|\d{5}|\d{1,2}(er?|eme)")
_COMMON = frozenset(
    "a au aux d de des du en et l la le les rue avenue boulevard place paris ecole elementaire maternelle "
    "polyvalente college lycee creche centre social espace maison salle bibliotheque mediatheque jardin "
    "square".split()
)
"""Words that tell no place from another."""
LEAST_ALIKE = 0.5
"""Of a name’s letters, how many the words have to hold."""
MOST_LIKELY = 5


class Elsewhere:
    """Somebody said that these words mean no place of the territory."""


ELSEWHERE = Elsewhere()


def words_of(row: Row) -> str:
    """Where a session is held, in the words of its file; empty: it names none, or but a town."""
    said = ", ".join(part for part in (row.place, row.address) if part)
    return said if any(not _TOWN.fullmatch(word) for word in folded(said).split("-")) else ""


def folded(words: str) -> str:
    """« École Curial, 51 rue Curial » and « ecole curial 51, rue CURIAL » are one; empty for no words."""
    return slug_from(words, longest=200) if words.strip() else ""


class Places:
    """The places of a source's territory, and what was chosen for it; two statements."""

    def __init__(self, source: ImportSource) -> None:
        self.source = source
        self.venues: Sequence[Venue] = db.session.scalars(
            select(Venue)
            .where(Venue.territory_id == source.territory_id, Venue.ended_at.is_(None))
            .order_by(Venue.name, Venue.id)
        ).all()
        self.by_id = {venue.id: venue for venue in self.venues}
        chosen = db.session.scalars(select(ImportPlace).where(ImportPlace.source_id == source.id))
        self.chosen = {one.words: one.venue_id for one in chosen}
        self._found: dict[str, Venue | Elsewhere | None] = {}

    def meant(self, row: Row) -> Venue | Elsewhere | None:
        """The place of a session; None: nobody knows yet."""
        said = words_of(row)
        if said not in self._found:
            self._found[said] = self._meant(row, folded(said))
        return self._found[said]

    def likely(self, words: str) -> list[Venue]:
        """Places that these words may mean, the likeliest first: of their street, or of a name alike."""
        said = set(words.split("-"))

        def alike(venue: Venue) -> float:
            if _is_street(venue.address) and _holds(words, folded(venue.address)):
                return 1.0
            name = [word for word in folded(venue.name).split("-") if word not in _COMMON]
            return sum(len(word) for word in name if word in said) / max(1, sum(map(len, name)))

        found = sorted(self.venues, key=alike, reverse=True)[:MOST_LIKELY]
        return [venue for venue in found if alike(venue) >= LEAST_ALIKE]

    def _meant(self, row: Row, words: str) -> Venue | Elsewhere | None:
        if words in self.chosen:
            number = self.chosen[words]
            return ELSEWHERE if number is None else self.by_id.get(number)
        if not words:
            return self.by_id.get(self.source.venue_id or 0)
        postcodes = set(_POSTCODE.findall(words_of(row)))
        near = [
            one for one in self.venues if not postcodes or not one.postal_code or one.postal_code in postcodes
        ]
        return (
            _only(
                near,
                lambda one: folded(row.place) in {folded(one.name), folded(one.short_name)} and row.place,
            )
            or _only(near, lambda one: _is_street(one.address) and _holds(words, folded(one.address)))
            or _only(
                near, lambda one: len(folded(one.name)) >= LEAST_NAME and _holds(words, folded(one.name))
            )
        )


def choose(source: ImportSource, words: str, venue: Venue | None) -> None:
    """Remembers what these words mean, for this source; None: elsewhere. Said again, the last counts."""
    known = db.session.scalars(
        select(ImportPlace).where(ImportPlace.source_id == source.id, ImportPlace.words == words)
    ).first()
    if known is None:
        known = ImportPlace(source_id=source.id, words=words)
        db.session.add(known)
    known.venue = venue
    db.session.flush()


def _only(venues: Sequence[Venue], fits: Callable[[Venue], object]) -> Venue | None:
    """The one that fits; None where several do: somebody chooses."""
    found = [one for one in venues if fits(one)]
    return found[0] if len(found) == 1 else None


def _holds(words: str, part: str) -> bool:
    """Whether words hold a part of them, whole."""
    return f"-{part}-" in f"-{words}-"


def _is_street(address: str) -> bool:
    """A number and a name: « 51 rue Curial », not « Paris »."""
    words = folded(address).split("-")
    return len(words) >= 3 and words[0][:1].isdigit()
