"""The small problems that are solved to have everything compiled."""

from __future__ import annotations

from typing import Any

import pytest

from bench.plans import verify
from eventsapp.planning.engine import files, solving, warming


@pytest.mark.parametrize("problem", [warming.trail_day(), warming.breakfast()], ids=["trail", "breakfast"])
def test_they_are_searched_and_solved(problem: dict[str, Any]) -> None:
    """Were one of them proved at once, nothing would be compiled for it."""
    asked = files.read(problem)
    plan = solving.solve(asked.problem, solving.budget(None, 2, 1))
    assert plan.rounds > 0
    given = {**problem, "id": "small", "met_extra": [], "base": None}
    assert verify.verify(given, files.write(asked, plan))["valid"]
