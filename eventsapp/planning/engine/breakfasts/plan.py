"""What an answer to a season of breakfasts is made of: frozen dataclasses and stable keys, nothing else.

Pure, like `problem`, and like it free of any solver: pages and tests may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eventsapp.planning.engine.breakfasts.problem import Tables
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Id


class WhySeat(StrEnum):
    """What a seat brings to a person, and what it costs; parameters in brackets."""

    PINNED = "pinned"  # table: from 0
    HOSTS = "hosts"  # table: from 0
    MEETS = "meets"  # persons: met for the first time, of another organisation
    AGAIN = "again"  # persons: met before
    COLLEAGUES = "colleagues"  # persons: of the same organisation
    ALONE = "alone"  # nobody else at the table
    MET_EVERYONE = "met_everyone"  # everybody else of that morning is met already, or a colleague
    NO_BETTER_SWAP = "no_better_swap"  # cost, person (None: an empty seat), table: the cheapest other seat
    BETTER_SWAP = "better_swap"  # the same, with a cost below 0: the search ended too soon
    NO_OTHER_SEAT = "no_other_seat"  # every other seat breaks a rule


class WhyNot(StrEnum):
    """Why no plan exists; parameters in brackets, all of them with the `edition`."""

    NOT_ENOUGH_SEATS = "not_enough_seats"  # seats, people
    MORE_HOSTS_THAN_TABLES = "more_hosts_than_tables"  # hosts, tables, persons: the hosts
    APART_CLIQUE = "apart_clique"  # tables, persons: one more than tables, each apart from each
    PINS_CLASH = "pins_clash"  # table, persons: pinned together; rule: seats, hosts or apart; table None: all
    TOO_MANY_APART = "too_many_apart"  # tables: no way to share them out, hosts and pins included


@dataclass(frozen=True, slots=True)
class Seating:
    """One edition: who sits at each table, in the order of `Edition.table_sizes`; a table may be empty."""

    edition: Id
    tables: Tables


@dataclass(frozen=True, slots=True)
class Plan:
    """A complete answer: a seating for each edition, in order. `bound`: what no plan can beat, proved."""

    seatings: tuple[Seating, ...]
    objective: int
    bound: int
    ending: Ending
    rounds: int
    seed: int
