"""Who knocks at the doors of the town, and what a row of the table of routes says."""

from __future__ import annotations

from typing import NamedTuple

from tests.web.town import PEOPLE

COORDINATION = frozenset({"samira", "ines"})
"""Samira coordinates the 19e, Inès stands in for her."""
TEAM = COORDINATION | {"nadia", "moussa"}
"""Who may run what Espace 19 holds in the 19e."""
HOSTS = COORDINATION | {"nadia", "moussa"}
"""And who works on the sessions of Espace 19."""
ESPACE = frozenset({"nadia", "moussa"})
"""Nadia answers for Espace 19, Moussa works there."""
SIGNED_IN = frozenset(PEOPLE) - {"nobody"}
EVERYBODY = frozenset(PEOPLE)


class Route(NamedTuple):
    """A route, an address of it, who is let in, and what they get."""

    method: str
    endpoint: str
    rule: str
    who: frozenset[str]
    status: int
    also: int | None = None
    """What whoever is signed in gets, where that is something else."""


def desk(method: str, endpoint: str, rule: str, status: int) -> Route:
    return Route(method, endpoint, f"/pro/{rule}", COORDINATION, status)
