"""The mail of a demonstration: what the catcher on this machine kept, since nothing leaves it.

Letters hold private links, so these pages exist in a demonstration only. HTML is never shown as
such: the text part says everything, and the whole letter can be downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import parseaddr

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_babel import gettext
from icalendar import Calendar

from eventsapp.languages import hour, long_day
from eventsapp.mailroom import caught

bp = Blueprint("demonstration", __name__)

PER_PAGE = 40


@bp.before_request
def only_in_a_demonstration() -> None:
    """Anywhere else these addresses do not exist."""
    if not current_app.config["DEMONSTRATION"]:
        abort(404)


@dataclass(frozen=True)
class Envelope:
    """What the list shows of a letter."""

    name: str
    arrived_at: datetime
    subject: str
    sender: str
    recipient: str
    is_text: bool


@bp.get("/demonstration/courrier")
def mail() -> str:
    """The kept letters, newest first."""
    kept = caught.folder(current_app.instance_path)
    names = caught.names(kept)
    pages = max(1, -(-len(names) // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    shown = names[(page - 1) * PER_PAGE : page * PER_PAGE]
    letters = [envelope_of(caught.read(kept, name, headers_only=True)) for name in shown]
    return render_template(
        "demonstration/mail.html", letters=letters, total=len(names), page=page, pages=pages
    )


@bp.get("/demonstration/courrier/<name>")
def message(name: str) -> str:
    """One letter: its text, and what it tells a calendar."""
    letter = caught.read(caught.folder(current_app.instance_path), name)
    return render_template(
        "demonstration/message.html",
        letter=envelope_of(letter),
        text=text_of(letter.message),
        calendars=calendars_of(letter.message),
    )


@bp.get("/demonstration/courrier/<name>/fichier")
def download(name: str) -> Response:
    """The letter as it arrived."""
    octets = caught.octets(caught.folder(current_app.instance_path), name)
    answer = Response(octets, mimetype="message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def envelope_of(letter: caught.CaughtLetter) -> Envelope:
    """Subject and people, in words."""
    headers = letter.message
    return Envelope(
        name=letter.name,
        arrived_at=letter.arrived_at,
        subject=str(headers["Subject"] or gettext("(sans objet)")),
        sender=_person(str(headers["From"] or "")),
        recipient=_person(str(headers["To"] or "")),
        is_text=letter.is_text,
    )


def text_of(message: EmailMessage) -> str:
    """The text part; empty when there is none."""
    part = message.get_body(preferencelist=("plain",))
    octets = part.get_payload(decode=True) if part is not None else b""
    if part is None or not isinstance(octets, bytes):
        return ""
    try:
        return octets.decode(part.get_content_charset("utf-8"), "replace").strip()
    except LookupError:  # anybody may send to the catcher, in an encoding that nobody knows
        return octets.decode("utf-8", "replace").strip()


def calendars_of(message: EmailMessage) -> list[list[tuple[str, str]]]:
    """What each inline calendar part says, as facts: a name and a value."""
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return [facts_of(part.get_payload(decode=True)) for part in parts]


def facts_of(octets: object) -> list[tuple[str, str]]:
    """The facts of one calendar, or that it cannot be read."""
    try:
        calendar = Calendar.from_ical(octets if isinstance(octets, bytes) else b"")
        [event] = calendar.walk("VEVENT")
    except ValueError:
        return [(gettext("Calendrier"), gettext("illisible"))]
    facts = [("METHOD", str(calendar.get("METHOD", "")))]
    for name in (
        "SUMMARY",
        "DTSTART",
        "DTEND",
        "LOCATION",
        "STATUS",
        "SEQUENCE",
        "ORGANIZER",
        "ATTENDEE",
        "UID",
    ):
        value = event.get(name)
        if value is not None:
            facts.append((name, _said(value)))
    return facts


def _said(value: object) -> str:
    moment = getattr(value, "dt", None)
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return f"{long_day(moment)}, {hour(moment)}"
    if isinstance(moment, date):
        return long_day(moment)
    return str(value).removeprefix("mailto:")


def _person(header: str) -> str:
    name, address = parseaddr(header)
    return f"{name} ({address})" if name and address else name or address
