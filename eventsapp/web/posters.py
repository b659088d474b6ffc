"""The poster of an event: its format and languages are chosen, looked at, and taken away."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, render_template, request

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.codes import slug_from
from eventsapp.languages import LANGUAGES, Language
from eventsapp.media import keeping
from eventsapp.media.models import Picture
from eventsapp.posters import content, press
from eventsapp.posters.composing import Order, Shown
from eventsapp.posters.formats import Format, Kind
from eventsapp.posters.listings import next_dates
from eventsapp.posters.sharing import share_text
from eventsapp.refusals import NotFound
from eventsapp.web.doorstep import desk, desk_of, run_here

bp = desk("posters")

ALL_DATES = "toutes"
FORMATS, KINDS = {one.value for one in Format}, {one.value for one in Kind}
TYPES = {Kind.PDF: "application/pdf", Kind.PNG: "image/png"}


@dataclass(frozen=True)
class Choice:
    """What was asked for in an address; what nobody knows becomes the usual."""

    format: Format
    languages: tuple[Language, ...]
    all_dates: bool

    @property
    def query(self) -> dict[str, str | None]:
        """The same, for the address of a file."""
        return {
            "langues": ",".join(one.code for one in self.languages),
            "dates": ALL_DATES if self.all_dates else None,
        }


@bp.get("/pro/rendez-vous/<code:code>/affiche")
def show(code: str) -> str:
    """What the poster looks like, the files, and words to send."""
    event, choice = run_here(code), _choice(request.args.get("format", ""))
    if event.activity.action.is_sensitive:
        return render_template(
            "posters/none.html", event=event, why=content.PosterRefused.sentence, **desk_of(event)
        )
    coming = next_dates(event, now=clock.now(), limit=choice.format.most_dates)
    return render_template(
        "posters/show.html",
        event=event,
        choice=choice,
        formats=Format,
        languages=LANGUAGES,
        recurs=len(coming) > 1,
        left_out=content.left_out(event, coming if choice.all_dates else ()),
        texts=[(language, share_text(event, language)) for language in choice.languages],
        **desk_of(event),
    )


@bp.get("/pro/rendez-vous/<code:code>/affiche/<format>.<kind>")
def file(code: str, format: str, kind: str) -> Response:  # noqa: A002 - as the address says
    """A sheet. It says what anybody may read, so browsers may keep it; each time they ask whether it still
    holds. Raises NotFound, PosterRefused, PressBusy."""
    event = run_here(code)
    if format not in FORMATS or kind not in KINDS:
        raise NotFound()
    order = _order(event, _choice(format), Kind(kind))
    answer = Response(content_type=TYPES[order.kind])
    answer.set_etag(order.fingerprint)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Disposition"] = f'attachment; filename="{_name(event, order)}"'
    if not request.if_none_match.contains(order.fingerprint):
        answer.set_data(press.made(order))
    answer.make_conditional(request)
    return answer


def _choice(format: str) -> Choice:  # noqa: A002 - as the address says
    codes = [code for text in request.args.getlist("langues") for code in text.split(",")]
    return Choice(
        format=Format(format) if format in FORMATS else Format.POSTER,
        languages=content.chosen(codes),
        all_dates=request.args.get("dates") == ALL_DATES,
    )


def _order(event: Event, choice: Choice, kind: Kind) -> Order:
    content.refuse_sensitive(event)
    dates = next_dates(event, now=clock.now(), limit=choice.format.most_dates) if choice.all_dates else ()
    emblem = event.host.picture if event.host else None
    return Order(
        poster=content.poster_of(event, choice.languages, choice.format, dates=dates),
        format=choice.format,
        kind=kind,
        changed_at=max(one.changed_at for one in (event, *dates)),
        picture=_shown(event.picture, event.picture_alternative) if event.picture else None,
        emblem=_shown(emblem.picture, emblem.alternative) if emblem else None,
    )


def _shown(picture: Picture, alternative: str) -> Shown:
    return Shown(lambda: keeping.shown(picture.fingerprint, small=False), picture.fingerprint, alternative)


def _name(event: Event, order: Order) -> str:
    """« affiche-a4-petit-dejeuner-2026-12-12.pdf »: found again in a folder of downloads."""
    what = slug_from(order.poster.title, 40)
    day = clock.day_of(event.starts_at).isoformat()
    return f"affiche-{order.format}-{what}-{day}.{order.kind}"
