"""Reads the agendas of partners that have an address: one source at a time, each step a commit.

The address is asked outside of any transaction, by the worker alone: no request of anybody waits for a site
that is slow, and nobody's page goes out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.clock import day_of
from eventsapp.database import begin_writing, db
from eventsapp.imports import fetching, reading_apart, sources, taking
from eventsapp.imports.fetching import Fetched, Known
from eventsapp.imports.models import ImportSource
from eventsapp.imports.rows import Reading
from eventsapp.jobs.door import Turn
from eventsapp.refusals import Refusal, msgid
from eventsapp.settings import setting

log = structlog.get_logger("eventsapp.job")

Fetch = Callable[..., Fetched]


class NobodyFollows(Refusal):
    """Whoever set it up acts for the organisation no more: nothing is published in their name."""

    sentence = msgid(
        "La personne qui suit cet agenda n’agit plus pour la structure. "
        "Ouvrez ses réglages, puis enregistrez-les à votre nom."
    )


def read_due(turn: Turn, *, fetch: Fetch = fetching.fetch) -> str:
    """Reads what is due, and takes over what a source lets pass by itself."""
    numbers = sources.due(turn.now)
    db.session.rollback()
    read = failed = 0
    for number in numbers:
        if turn.is_ending():
            break
        try:
            outcome = _read(number, fetch)
        except Exception:
            db.session.rollback()
            log.exception("agenda not read", source_id=number)
            failed += 1
        else:
            read, failed = read + (outcome is True), failed + (outcome is False)
    return f"{read} read, {failed} failed" if read or failed else ""


def _read(number: int, fetch: Fetch) -> bool | None:
    """Reads one source; False where its address refuses, None where another worker has it.

    By the hour at which it does, not that of its turn: a turn of many slow sites lasts longer than a claim,
    and what was read by an old hour would be due again at once.
    """
    now = clock.now()
    begin_writing()
    source = sources.claim(number, now)
    if source is None:
        db.session.rollback()
        return None
    url, known = source.url, Known(source.etag, source.modified)
    db.session.commit()
    most = setting("IMPORT_BYTES")
    answer: tuple[Fetched, Reading | None] | Refusal
    try:
        fetched = fetch(url, most=most, known=known)
        octets = fetched.octets
        answer = fetched, None if octets is None else reading_apart.read(octets, most=most, now=now)
    except Refusal as refusal:
        answer = refusal
    now = clock.now()
    begin_writing()
    source = db.session.get(ImportSource, number)
    if source is None or source.url != url:  # given up, or another address, meanwhile
        db.session.rollback()
        return None
    taking.lock(source)
    if isinstance(answer, Refusal):
        sources.failed(source, answer, now=now)
    else:
        _keep(source, *answer, now)
    db.session.commit()
    return not isinstance(answer, Refusal)


def _keep(source: ImportSource, fetched: Fetched, reading: Reading | None, now: datetime) -> None:
    if reading is None:
        sources.answered(source, now=now)
    else:
        sources.keep(source, reading, now=now, etag=fetched.etag, modified=fetched.modified)
    if not questions.may_act_for(source.asked_by, source.organisation, on=day_of(now)):
        source.problem, source.problem_values = NobodyFollows.sentence, {}
        return
    taking.by_itself(source, now=now)
