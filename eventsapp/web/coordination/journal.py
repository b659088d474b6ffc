"""The journal of a territory: who did what to which thing, when; read page by page, or taken away.

A line names no resident: « une famille » did it, and whoever may read the registration looks there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from flask import Response, render_template, request
from flask_babel import gettext

from eventsapp import journal
from eventsapp.clock import PARIS, local
from eventsapp.journal import Filters, JournalLine
from eventsapp.places.models import Territory
from eventsapp.spreadsheets import Cell, Kind, Sheet
from eventsapp.web.coordination import journal_wording
from eventsapp.web.coordination.journal_actors import Actors
from eventsapp.web.coordination.journal_things import Things
from eventsapp.web.doorstep import desk, steered
from eventsapp.web.downloads import download

bp = desk("journal")

PER_PAGE = 50
MOST_EXPORTED = 20_000
"""Lines of one file, the latest: some years of a territory; a spreadsheet opens it, and so does a phone."""


@bp.get("/pro/<territory:territory>/journal")
def index(territory: str) -> str:
    """The latest first; `?quoi=` a kind of thing, `?qui=` an actor, `?mois=AAAA-MM`."""
    area = steered(territory)
    filters = _asked()
    total = journal.how_many(area.id, filters)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    lines = journal.of_territory(area.id, filters, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    actors = [one for one in journal.actors_of(area.id) if one not in {"seeds"}]
    people = Actors([*actors, *(line.actor for line in lines)])
    return render_template(
        "coordination/journal.html",
        territory=area,
        lines=lines,
        who=people.of,
        what=journal_wording.what,
        things=journal_wording.THINGS,
        actors=sorted(((one, people.of(one)) for one in actors), key=lambda pair: pair[1]),
        named=Things(lines, area),
        total=total,
        most_exported=MOST_EXPORTED,
        page=page,
        pages=pages,
    )


@bp.get("/pro/<territory:territory>/journal.csv")
def export(territory: str) -> Response:
    """The same lines for a spreadsheet: UTF-8 with its mark, semicolons, as French ones open it."""
    area = steered(territory)
    lines = journal.of_territory(area.id, _asked(), limit=MOST_EXPORTED)
    headings = [
        gettext("jour"),
        gettext("heure"),
        gettext("qui"),
        gettext("quoi"),
        gettext("chose"),
        gettext("numéro"),
        gettext("nom"),
    ]
    sheet = Sheet(gettext("Journal"), headings, _rows(lines, area))
    return download(f"journal-{area.slug}", Kind.CSV, [sheet])


def _rows(lines: Sequence[JournalLine], area: Territory) -> Iterator[Sequence[Cell]]:
    people, things = Actors(line.actor for line in lines), Things(lines, area)
    for line in lines:
        at = line.at.astimezone(PARIS)
        named = things.of(line)
        yield (
            at.date(),
            f"{at:%H:%M}",
            people.of(line.actor),
            journal_wording.what(line.thing, line.verb),
            str(journal_wording.THINGS.get(line.thing, line.thing)),
            line.thing_id,
            "" if named.is_number else named.name,
        )


def _asked() -> Filters:
    month = _month(request.args.get("mois", ""))
    return Filters(
        thing=request.args.get("quoi") or None,
        actor=request.args.get("qui") or None,
        since=local(month, 0) if month else None,
        until=local(_next(month), 0) if month else None,
    )


def _month(typed: str) -> date | None:
    try:
        return date.fromisoformat(f"{typed}-01") if len(typed) == 7 and "2000" <= typed < "2200" else None
    except ValueError:
        return None


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
