"""The slip (« bulletin ») of a registration: a page to print and carry, for the desk and for who registered.

Its square holds a code for the door and nothing else: no link, no name. Whoever finds the paper learns when
and where; of an event of a sensitive action not even what it is.
"""

from __future__ import annotations

from typing import Any

import segno
from flask import render_template, url_for
from flask_babel import force_locale
from markupsafe import Markup
from werkzeug.exceptions import Forbidden

from eventsapp import clock, languages
from eventsapp.access import questions
from eventsapp.agenda import listings as agenda
from eventsapp.agenda.models import Event
from eventsapp.registrations import helped, roster
from eventsapp.registrations.listings import Line
from eventsapp.registrations.models import CHILD_BRACKETS, Registration, RegistrationStatus
from eventsapp.web import spelled
from eventsapp.web.doorstep import desk, desk_of, who
from eventsapp.web.residents.groups import group_of

bp = desk("slips")

ATTENDANCE = "EA1:"
"""What stands before the code of a registration in the square of its slip: version 1 of our own format. Large
letters and digits alone, so that the square stays coarse (ISO/IEC 18004 7.4.4, alphanumeric mode)."""


@bp.get("/pro/rendez-vous/<code:code>/inscriptions/<code:registration>/bulletin")
def show(code: str, registration: str) -> str:
    """The slip, in the language of the person it is for."""
    event, line = opened(code, registration)
    return page(event, line)


def page(event: Event, line: Line) -> str:
    """The page of a slip at a desk, with the ways on for who may have them."""
    one, runs = line.registration, questions.may_run_event(who(), event, on=clock.today())
    return render_template(
        "slips/desk.html",
        event=event,
        one=one,
        runs=runs,
        **(desk_of(event) if runs else {}),
        may_tell=helped.asks_for(one)
        and helped.takes_answers(one, clock.now())
        and (runs or not helped.is_told(one)),
        may_cancel=one.is_active and event.starts_at > clock.now() and one.helped_by == who().actor,
        back=url_for("event_registrations.index", code=event.code) if runs else url_for("relay.search"),
        slip=drawn(line),
        language_of_slip=languages.known(one.contact.language) or languages.DEFAULT,
    )


def opened(code: str, registration: str) -> tuple[Event, Line]:
    """A registration whose slip the visitor may open. Raises NotFound, Forbidden."""
    event = agenda.by_code(code)
    today = clock.today()
    # Whoever may do nothing here does not learn which codes there are.
    if not questions.may_register_others(who(), event.territory, on=today):
        raise Forbidden()
    line = roster.by_code(event, registration)
    if not questions.may_open_slip(who(), line.registration, on=today):
        raise Forbidden()
    return event, line


def drawn(line: Line) -> Markup:
    """The slip itself, in the language of the person."""
    language = languages.known(line.registration.contact.language) or languages.DEFAULT
    with force_locale(language.locale):
        return Markup(render_template("slips/slip.html", slip=content(line)))  # noqa: S704 - a template of ours


def content(line: Line) -> dict[str, Any]:
    """What a slip says, in the language of the page."""
    registration = line.registration
    event = registration.event
    brackets = [one.bracket for one in registration.participants]
    children = sum(bracket in CHILD_BRACKETS for bracket in brackets)
    holds = registration.is_active and not event.is_cancelled
    return {
        "event": event,
        "one": registration,
        "rank": line.rank,
        "is_neutral": event.activity.action.is_sensitive,
        "day": spelled.day(event.starts_at),
        "group": group_of(brackets),
        "adults": len(brackets) - children,
        "children": children,
        "holds": holds,
        "is_offered": registration.status is RegistrationStatus.OFFERED,
        "code": registration.code.upper(),
        "square": square(registration),
    }


def square(registration: Registration) -> Markup:
    """The square to scan, an SVG inside the page (the content policy lets no data: picture in)."""
    drawing = segno.make(f"{ATTENDANCE}{registration.code.upper()}", error="m", micro=False).svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    drawing = drawing.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return Markup(drawing)  # noqa: S704 - drawn by segno out of squares, no text of anybody's


def code_in(typed: str) -> str:
    """The code of a registration as somebody types it from a slip, or as a phone reads it from its square:
    spaces, hyphens and large letters do not matter."""
    text = "".join(sign for sign in typed[:40].lower() if sign not in " -.\u00a0\u202f")
    return text.removeprefix(ATTENDANCE.lower())
