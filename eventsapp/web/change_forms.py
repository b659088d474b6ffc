"""The questions about one event: when and where instead, why not, and in other words.

The room judges the answers; a form only reads them, and gives them back as they were typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Optional

from eventsapp.agenda.bounds import FURTHEST, DayTooFar
from eventsapp.agenda.models import ACCESSIBILITY_LABELS, Event
from eventsapp.clock import PARIS, day_of, local
from eventsapp.people import contacts
from eventsapp.places.models import Venue
from eventsapp.refusals import Refusal, msgid
from eventsapp.typed import line
from eventsapp.web.forms import DayField

LONGEST = {"title": 160, "summary": 400, "description": 4000, "room": 80, "reason": 240}
"""The columns' own lengths, and for the description what a page can bear."""


class DayMissing(Refusal):
    """A field that wants a day holds none."""

    sentence = msgid("Donnez une date : jour, mois et année.")


class HourMissing(Refusal):
    """A field that wants an hour holds none."""

    sentence = msgid("Donnez une heure : « 9:30 ».")


class PlaceMissing(Refusal):
    """None of the places that the list holds."""

    sentence = msgid("Choisissez un lieu dans la liste.")


class MomentIsPast(Refusal):
    """A mistyped year would tell people of what is over, and could not be moved again."""

    sentence = msgid("Ce jour et cette heure sont déjà passés.")


class TitleMissing(Refusal):
    """An event has a name."""

    sentence = msgid("Donnez un titre.")


class TextTooLong(Refusal):
    """Longer than the page can hold."""

    sentence = msgid("C’est trop long : %(most)d signes au plus.")


class MoveForm(FlaskForm):
    """When and where instead? Sent by GET to be looked at, by POST to be done."""

    day = DayField(lazy_gettext("Jour"), name="jour")
    starts = TimeField(lazy_gettext("Début"), name="debut")
    ends_at = TimeField(lazy_gettext("Fin"), name="fin")
    venue = SelectField(lazy_gettext("Lieu"), name="lieu", validate_choice=False)
    room = StringField(lazy_gettext("Salle"), [Optional()], name="salle")


class CancelForm(FlaskForm):
    """Why does it not take place?"""

    reason = StringField(lazy_gettext("Pourquoi ?"), [Optional()], name="motif")


class RewordForm(FlaskForm):
    """What is said of it."""

    title = StringField(lazy_gettext("Titre"))
    summary = StringField(lazy_gettext("En une phrase"), [Optional()])
    description = TextAreaField(lazy_gettext("Pour en dire plus"), [Optional()])
    capacity = IntegerField(lazy_gettext("Nombre de places"))
    spoken_languages = SelectMultipleField(
        lazy_gettext("Langues parlées, en plus du français"), validate_choice=False
    )
    accessibility = SelectMultipleField(
        lazy_gettext("Pour que tout le monde puisse venir"),
        choices=[SelectChoice(one.value, label) for one, label in ACCESSIBILITY_LABELS.items()],
        validate_choice=False,
    )


@dataclass(frozen=True)
class Wanted:
    """Where an event is wanted to go; hours are aware instants."""

    starts_at: datetime
    ends_at: datetime
    venue: Venue
    room: str

    def changes(self, event: Event) -> bool:
        """Whether anything differs from what is."""
        return (self.starts_at, self.ends_at, self.venue.id, self.room) != (
            event.starts_at,
            event.ends_at,
            event.venue_id,
            event.room,
        )

    def only_the_room(self, event: Event) -> bool:
        """Whether hour and place stay."""
        return (self.starts_at, self.ends_at, self.venue.id) == (
            event.starts_at,
            event.ends_at,
            event.venue_id,
        )


def answers_of(event: Event) -> dict[str, object]:
    """What the form of a move shows before anyone answers: how it is."""
    return {
        "day": day_of(event.starts_at),
        "starts": event.starts_at.astimezone(PARIS).time(),
        "ends_at": event.ends_at.astimezone(PARIS).time(),
        "venue": event.venue.slug,
        "room": event.room,
    }


def wanted_in(form: MoveForm, venues: Sequence[Venue], now: datetime) -> Wanted:
    """What a filled-in form asks for.

    Raises DayMissing, HourMissing, PlaceMissing, MomentIsPast, DayTooFar, TextTooLong, Unwritable.
    """
    day = form.day.data
    if not isinstance(day, date):
        raise DayMissing(field="day")
    venue = next((one for one in venues if one.slug == form.venue.data), None)
    starts_at, ends_at = _hour(day, form.starts, "starts"), _hour(day, form.ends_at, "ends_at")
    if venue is None:
        raise PlaceMissing(field="venue")
    if starts_at <= now:
        raise MomentIsPast(field="day")
    if day > day_of(now) + FURTHEST:
        raise DayTooFar(field="day")
    return Wanted(starts_at, ends_at, venue, text_in(form.room, "room"))


def text_in(field: StringField, name: str) -> str:
    """A text without spaces around it, on one line but for the description; empty for signs that say nothing.

    Raises TextTooLong, Unwritable.
    """
    text = (field.data or "").strip()
    if len(text) > LONGEST[name]:
        raise TextTooLong(field=name, most=LONGEST[name])
    # Read as other texts are, and kept as typed: no space moves because something else was corrected.
    said = (
        contacts.text(text, field=name, longest=LONGEST[name])
        if name == "description"
        else line(text, field=name)
    )
    return text if said else ""


def _hour(day: date, field: TimeField, name: str) -> datetime:
    if not isinstance(field.data, time):
        raise HourMissing(field=name)
    return local(day, field.data.hour, field.data.minute)
