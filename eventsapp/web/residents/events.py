"""The page of one event, and the file that keeps its date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, session, url_for
from flask_babel import force_locale, gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock, languages
from eventsapp.access import questions
from eventsapp.agenda import listings
from eventsapp.agenda.entries import address_of, cancelled_prefix, entry_of, where_of
from eventsapp.agenda.models import Event
from eventsapp.feeds import exporting, schema_org
from eventsapp.ical.calendar import single
from eventsapp.ical.entry import Entry
from eventsapp.registrations import listings as waiting
from eventsapp.registrations import referrals, seats, wording
from eventsapp.web.filters import hour_range, initial, near_day
from eventsapp.web.guards import SIGN_IN, current_account
from eventsapp.web.residents.maps import around
from eventsapp.web.residents.referrals import held

bp = Blueprint("events", __name__)


@bp.get("/e/<code:code>")
@bp.get("/e/<code:code>-<slug>")
def page(code: str, slug: str | None = None) -> str | BaseResponse:
    """An event, restricted or not: whoever has its link may read it."""
    event = listings.by_code(code)
    if slug != event.slug:
        return redirect(url_for("events.page", code=code, slug=event.slug), 301)
    entry = entry_of(event, language=languages.current().code)
    return render_template(
        "residents/events/page.html",
        territory=event.territory,
        event=event,
        action=event.activity.action,
        theme=event.activity.action.axis.theme,
        address=address_of(event),
        preview=preview_of(event, entry),
        spot=around(event.territory.drawing, event.venue),
        queue_rule=queue_rule(event),
        google=google_link(entry),
        outlook=outlook_link(entry),
        structured=None if event.is_restricted else structured_data(event),
        by_referral=referrals.is_needed(event) and held(code) is None,
        may_help=_may_help(event),
    )


def queue_rule(event: Event) -> str:
    """By which rule places go to those who wait, where it is full or somebody waits though places are left:
    those may be kept for them."""
    left = event.seats_left
    if left is None:
        return ""
    rule = wording.rule_of(event)
    if left <= 0:
        return rule
    if not waiting.how_many_wait(event):
        return ""
    kept = (
        gettext("Des personnes attendent déjà : des places libres peuvent être gardées pour elles.")
        if event.for_professionals
        else gettext("Des familles attendent déjà : des places libres peuvent être gardées pour elles.")
    )
    return f"{kept} {rule}"


def _may_help(event: Event) -> bool:
    """May the visitor register somebody else here? Nothing is asked of who is not signed in."""
    account = current_account() if SIGN_IN in session else None
    return account is not None and questions.may_register_others(account, event.territory, on=clock.today())


@dataclass(frozen=True)
class Preview:
    """What leaves the page: its title, and what messaging apps show of a shared link."""

    title: str
    sentence: str
    message: str


def preview_of(event: Event, entry: Entry) -> Preview:
    """The words of the calendar entry: neutral where the action is sensitive, since others see them."""
    day, hours = near_day(event.starts_at), hour_range(event)
    title = f"{gettext('Annulé :')} {entry.summary}" if event.is_cancelled else entry.summary
    neutral = event.activity.action.is_sensitive
    place = where_of(event.venue, neutral=neutral)["place"]
    sentence = f"{initial(day)}, {hours}. {place}."
    if event.summary and not neutral:
        sentence += f" {event.summary}"
    return Preview(title, sentence, f"{title}, {day}, {hours}. {place}.")


@bp.get("/e/<code:code>.ics")
def download(code: str) -> Response:
    """« Garder la date » : a copy of one event for any calendar program (RULES F2)."""
    event = listings.by_code(code)
    language = languages.current().code
    body = single(entry_of(event, language=language), cancelled_prefix=cancelled_prefix(language))
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{event.code}.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def google_link(entry: Entry) -> str:
    """Opens Google's form to copy one event."""
    dates = "/".join(moment.strftime("%Y%m%dT%H%M%SZ") for moment in (entry.starts_at, entry.ends_at))
    return "https://calendar.google.com/calendar/render?" + urlencode(
        {
            "action": "TEMPLATE",
            "text": entry.summary,
            "dates": dates,
            "ctz": "Europe/Paris",
            "location": entry.location,
            "details": entry.description,
        }
    )


def outlook_link(entry: Entry) -> str:
    """Opens Outlook's form on the web to copy one event."""
    return "https://outlook.live.com/calendar/0/deeplink/compose?" + urlencode(
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": entry.summary,
            "startdt": entry.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "enddt": entry.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "location": entry.location,
            "body": entry.description,
        }
    )


def structured_data(event: Event) -> Markup:
    """schema.org Event as JSON-LD: a data block, which the content policy does not forbid.

    `<`, `>` and `&` are written as escapes, so that no text can end the element that holds it.
    """
    former = exporting.former_starts([event]).get(event.id, ())
    with force_locale("fr"):  # as the events are
        data = {"@context": schema_org.CONTEXT} | schema_org.event_of(exporting.record_of(event, former))
    if event.seats_left is not None:
        data["remainingAttendeeCapacity"] = seats.open_places(event)
    text = json.dumps(data, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end its element
