"""What an answer to a planning problem is made of: frozen dataclasses and stable keys, nothing else.

Pure, like `problem`, and like it free of any solver: pages and tests may import it. Reasons are keys with
parameters (identifiers, dates, numbers); whoever shows them finds the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from eventsapp.planning.engine.saturdays.problem import Line, Weights
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Id, Reason


class WhyLine(StrEnum):
    """Why this association comes to this school on this date; parameters in brackets."""

    PUBLISHED = "published"
    SERVES_WISH = "serves_wish"  # topic
    FIRST_VISIT = "first_visit"  # association
    NEW_TOPIC = "new_topic"  # topic
    COMES_BACK = "comes_back"  # association, date: of its visit before
    ONLY_CHOICE = "only_choice"  # association: nobody else could come in this period


class WhyGap(StrEnum):
    """Why a school has no session in a period; parameters in brackets."""

    NO_OPEN_SATURDAY = "no_open_saturday"
    SCHOOL_CLOSED = "school_closed"  # dates
    NOBODY_IN_REACH = "nobody_in_reach"
    NOBODY_AVAILABLE = "nobody_available"  # dates, associations: those in reach, away on these dates
    TOO_SOON = "too_soon"  # days: every date on which somebody could come is closer to another session
    WOULD_REPEAT = "would_repeat"  # associations: all that could come hold the session before or after
    ALL_TAKEN = "all_taken"  # dates, associations, places, schools: N places for M schools
    YEAR_LIMITS = "year_limits"  # the same; these associations are free, but at their yearly limit
    NOT_FOUND = "not_found"  # the search ended without a session here; no proof that there is none


@dataclass(frozen=True, slots=True)
class Gap:
    """A session owed that the plan does not hold, and why."""

    school: Id
    period: Id
    reason: Reason


@dataclass(frozen=True, slots=True)
class Objective:
    """The faults of a plan, counted; `total` weighs them. A pair is two of the same thing at one school."""

    uncovered: int
    gap_pairs: int
    wishes_unmet: int
    association_pairs: int
    topic_pairs: int
    load_squares: int
    changed: int = 0

    def parts(self, weights: Weights) -> dict[str, int]:
        """The weighed parts, by name; their sum is the objective."""
        return {
            "uncovered": weights.uncovered * self.uncovered,
            "gap_pairs": weights.gap_pair * self.gap_pairs,
            "wishes_unmet": weights.wish_unmet * self.wishes_unmet,
            "association_pairs": weights.association_pair * self.association_pairs,
            "topic_pairs": weights.topic_pair * self.topic_pairs,
            "load_squares": weights.load_square * self.load_squares,
            "changed": weights.changed * self.changed,
        }

    def total(self, weights: Weights) -> int:
        return sum(self.parts(weights).values())


@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan can beat: proved, not guessed. Coverage counts the published sessions that are due."""

    due: int
    coverage: int
    coverage_by_period: Mapping[Id, int]
    wishes: int
    objective: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A complete answer: `lines` (published ones included) and `gaps` together are the sessions due."""

    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    objective: Objective
    bound: Bound
    ending: Ending
    rounds: int
    seed: int
