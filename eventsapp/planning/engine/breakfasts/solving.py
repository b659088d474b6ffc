"""Seats a season of breakfasts: everybody somewhere at once, then places changed again and again.

Pure, worker only (Numba, OR-Tools). Cycles of annealing over all editions at once, each twice as long as the
one before whatever the budget, so that a longer search begins with all of a shorter one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event

from eventsapp.planning.engine.breakfasts.apart import keep_apart
from eventsapp.planning.engine.breakfasts.bounds import bound
from eventsapp.planning.engine.breakfasts.hall import Hall, row_tables, seatings
from eventsapp.planning.engine.breakfasts.impossible import causes
from eventsapp.planning.engine.breakfasts.plan import Plan, Seating
from eventsapp.planning.engine.breakfasts.problem import Problem
from eventsapp.planning.engine.breakfasts.proving import proved
from eventsapp.planning.engine.breakfasts.starting import begin
from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress, Search
from eventsapp.planning.engine.terms import Impossible

PIECES, MOVES = 8, 1 << 14
"""A round is so many pieces of so many moves: about a hundredth of a second, more where tables are large."""

COLD, HOT, HOTTER = 0.11, 0.30, 0.45
"""Temperatures at the ends of a cycle, in repeats. Every other cycle begins hotter, and all where people are
kept apart: which of both is better depends on the season."""

BEFORE_PROVING = 32
"""The length of the first cycle after which a bound by tables is looked for: a good plan is there by then."""

FAR = 4
"""When one weight is so many times the other, a cycle first cools through the larger."""


def solve(
    problem: Problem,
    budget: Budget | None = None,
    on_progress: Callable[[Progress[Plan]], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    start: Plan | Iterable[Seating] | None = None,
) -> Plan | Impossible:
    """The best plan found within the budget, or the proof that there is none.

    Never empty-handed: a search that is cancelled or out of time gives back what it holds, and says so in
    `Plan.ending`. `start`, where it keeps the rules, is never made worse. Same problem, seed, start and
    rounds done, same plan.
    """
    search = Search[Plan](budget or Budget(), on_progress, cancelled)
    search.tell(Phase.BOUNDING, None, 0, None)
    proofs = causes(problem)
    if proofs:
        return Impossible(proofs)
    least = bound(problem)
    known = start.seatings if isinstance(start, Plan) else tuple(start or ())
    first = begin(problem, known)
    hall = Hall(problem, row_tables(problem, first), search.budget.seed)
    if not hall.clashes():
        search.tell(Phase.STARTING, hall.objective(), least, lambda: _plan(hall, least, search))
    if hall.objective() > least or hall.clashes():
        # Machine code is made on a machine's first plan only; a plan is there to be shown meanwhile.
        search.wait_for(lambda: hall.change_places(0, 0, 0, 0, 1))
    refused = keep_apart(hall, search)
    if refused is not None:
        return refused
    if not len(hall.guests):
        least = hall.objective()  # nobody has a choice: this is the only plan
    ending, least = improve(hall, least, search)
    found = _plan(hall, least, search, ending)
    search.tell(Phase.DONE, found.objective, least, lambda: found)
    return found


def improve(hall: Hall, least: int, search: Search[Plan]) -> tuple[Ending, int]:
    """Change places until the bound is reached or the budget is spent: why it ended, the bound by then."""
    length, tried = 1, -1
    while not hall.reaches(least):
        ending = _cycle(hall, length, least, search)
        if ending is not None:
            return ending, least
        if hall.reaches(least):
            break
        if length >= BEFORE_PROVING and tried != hall.objective():
            tried = hall.objective()
            least = max(least, _proved(hall, search))
        length *= 2
    return (Ending.ROUNDS_DONE if hall.clashes() else Ending.PROVED), least


def _proved(hall: Hall, search: Search[Plan]) -> int:
    """A bound by tables, or 0."""
    seated = seatings(hall.problem, hall.rows())
    enough = Event()
    found = search.wait_for(lambda: proved(hall.problem, seated, enough.is_set), stop=enough.set)
    return found or 0


def _cycle(hall: Hall, length: int, least: int, search: Search[Plan]) -> Ending | None:
    """One cycle of `length` rounds; why the search is over, or None when another cycle may begin."""
    search.refresh()  # a cycle finds what it finds at its cold end: patience begins anew with each
    for turn in range(length):
        before = hall.least()
        ending = search.ending()
        for piece in range(turn * PIECES, (turn + 1) * PIECES):
            if ending is not None:
                return ending
            _change_places(hall, piece, length * PIECES)
            search.tell(Phase.IMPROVING, hall.objective(), least, lambda: _plan(hall, least, search))
            ending = search.interrupted()
        search.count(better=hall.least() != before)
        if hall.reaches(least):
            break
    return None


def _change_places(hall: Hall, piece: int, pieces: int) -> None:
    """One piece of a cycle."""
    legs = _legs(hall)
    every_other = (pieces // PIECES).bit_length() % 2 == 0
    hot = HOTTER if hall.any_apart or every_other else HOT
    leg, first = divmod(piece * len(legs), pieces)
    weight = legs[leg]
    hall.change_places(MOVES, hot * weight, COLD * weight, first * MOVES, pieces * MOVES)


def _legs(hall: Hall) -> list[int]:
    """The weights that a cycle cools through, one after the other."""
    weights = sorted({hall.repeat or hall.colleague, hall.colleague or hall.repeat}, reverse=True)
    return weights if weights[0] >= FAR * weights[-1] else [hall.repeat or hall.colleague]


def _plan(hall: Hall, least: int, search: Search[Plan], ending: Ending = Ending.ROUNDS_DONE) -> Plan:
    return Plan(
        seatings=seatings(hall.problem, hall.rows()),
        objective=hall.objective(),
        bound=least,
        ending=ending,
        rounds=search.rounds,
        seed=search.budget.seed,
    )
