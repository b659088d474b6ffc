"""People change places, again and again: the compiled loop of breakfast tables.

Pure, worker only (Numba). Annealing over all editions in `Hall` at once: somebody drawn at random changes
places with somebody at another table of that edition, or takes an empty seat there. What such a swap costs
is read from one matrix, how often two people meet, in a time that grows with the table and with nothing else.
"""

from __future__ import annotations

from math import log
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from eventsapp.planning.engine.kernels import compiled, draw
from eventsapp.planning.engine.networks import Ints

Whole: TypeAlias = NDArray[np.integer[Any]]
"""Whole numbers, of whatever width is kept of them."""

NOBODY = -1

LUCKY = 1 << 10
"""Temperatures are given in 1024ths, so that whole numbers are fine enough."""

STEPS = 1 << 12
"""How many values chance takes when a swap for the worse is judged."""

LUCK: Whole = np.array([round(-LUCKY * log((step + 0.5) / STEPS)) for step in range(STEPS)], dtype=np.int64)
"""For each draw, how many temperatures (in 1024ths, too) a swap may cost: Metropolis, the other way round."""

STAY = 1 << 10
"""Moves tried at one temperature before it is set anew."""


@compiled
def meet(
    seat: Whole, met: Whole, where: tuple[int, int, int], person: int, instead_of: int, times: int
) -> None:
    """`person` meets the others of a table, less one, `times` more."""
    e, t, people = where
    for k in range(people):
        x = seat[e, t, k]
        if x != person and x != instead_of:
            met[person, x] += times
            met[x, person] += times


@compiled
def hosted(seat: Whole, host: Whole, where: tuple[int, int, int]) -> bool:
    """Whether a host sits at the table."""
    e, t, people = where
    hosts = 0
    for k in range(people):
        hosts += host[e, seat[e, t, k]] & 1
    return hosts > 0


@compiled
def change(seat: Whole, count: Whole, place: Whole, e: int, u: int, there: int, k: int) -> None:
    """Seat `u` at a table, on the k-th chair: whoever sits there takes the seat that `u` leaves."""
    width = seat.shape[2]
    here, old = place[e, u] // width, place[e, u] % width
    v = seat[e, there, k]
    if v < 0:  # an empty seat: the last of the table that `u` leaves closes the gap
        count[e, there] += 1
        count[e, here] -= 1
        v = seat[e, here, count[e, here]]
        seat[e, here, count[e, here]] = NOBODY
    if v != u:
        seat[e, here, old] = v
        place[e, v] = here * width + old
    seat[e, there, k] = u
    place[e, u] = there * width + k


@compiled
def keep(best: Whole, seat: Whole) -> None:
    """Copy the seats: written out, it is compiled in half the time that a slice takes."""
    for e in range(seat.shape[0]):
        for t in range(seat.shape[1]):
            for k in range(seat.shape[2]):
                best[e, t, k] = seat[e, t, k]


@compiled
def anneal(  # noqa: C901, PLR0915 - called functions make a compiled loop three times as slow
    seat: Whole,
    count: Whole,
    place: Whole,
    met: Whole,
    same: Whole,
    apart: Whole,
    room: Whole,
    tables: Whole,
    host: Whole,
    guests: Whole,
    weights: Whole,
    luck: Whole,
    best: Whole,
    state: Ints,
    figures: Whole,
    schedule: Whole,
) -> None:
    """Try `schedule[0]` moves; `figures` = (cost, clashes) now, then the least, whose seats `best` keeps.

    `seat[e, t, k]` is a person or NOBODY, filled from k = 0 on, `count[e, t]` of them; `place[e, p]` is
    t · width + k; `met[p, q]` counts their meetings, those before the plan as one. `guests[i]` = (e, p) may
    be moved; who is pinned is not among them and has host[e, p] & 2. `weights` = (repeat, clash: two at
    one table who are kept apart). Fewer clashes are always better; on the way there may be more.
    `schedule` = (moves, hot, cold, first, length): temperatures at the ends of a cycle of `length` moves,
    of which this call does those from `first` on.
    """
    heat = schedule[1]
    for step in range(schedule[0]):
        if step % STAY == 0:
            heat = schedule[1] + (schedule[2] - schedule[1]) * (schedule[3] + step) // schedule[4]
        who = draw(state, guests.shape[0])
        e, u = guests[who, 0], guests[who, 1]
        t = place[e, u] // seat.shape[2]
        other = draw(state, tables[e] - 1)
        other += other >= t
        seats = min(count[e, other] + 1, room[e, other])
        if seats == 0:
            continue
        k = draw(state, seats)
        v = seat[e, other, k]
        here, there = (e, t, count[e, t]), (e, other, count[e, other])
        leads, follows = host[e, u] & 1, 0
        if v >= 0:
            if host[e, v] & 2:
                continue
            follows = host[e, v] & 1
        if leads != follows and hosted(seat, host, there if leads else here):
            continue
        cost = clash = 0
        for j in range(count[e, t]):
            x = seat[e, t, j]
            if x != u:
                clash -= apart[e, u, x]
                cost -= same[u, x] + weights[0] * (met[u, x] > 1)
                if v >= 0:
                    clash += apart[e, v, x]
                    cost += same[v, x] + weights[0] * (met[v, x] > 0)
        for j in range(count[e, other]):
            x = seat[e, other, j]
            if x != v:
                clash += apart[e, u, x]
                cost += same[u, x] + weights[0] * (met[u, x] > 0)
                if v >= 0:
                    clash -= apart[e, v, x]
                    cost -= same[v, x] + weights[0] * (met[v, x] > 1)
        worse = cost + weights[1] * clash
        if worse > 0 and worse > (heat * luck[draw(state, luck.shape[0])]) >> 20:
            continue
        meet(seat, met, here, u, u, -1)
        meet(seat, met, there, u, v, 1)
        if v >= 0:
            meet(seat, met, there, v, v, -1)
            meet(seat, met, here, v, u, 1)
        change(seat, count, place, e, u, other, k)
        figures[0] += cost
        figures[1] += clash
        if figures[1] < figures[3] or (figures[1] == figures[3] and figures[0] < figures[2]):
            figures[2], figures[3] = figures[0], figures[1]
            keep(best, seat)
