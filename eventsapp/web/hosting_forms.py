"""What a school and those who come to it are asked; the room judges the answers."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Optional

from eventsapp.agenda.models import Event
from eventsapp.hosting import gate
from eventsapp.hosting.answers import Said
from eventsapp.hosting.listings import HostedDate
from eventsapp.hosting.models import Answer, terms_of


class AnswerForm(FlaskForm):
    """Does this date suit the school?"""

    answer = RadioField(lazy_gettext("Cette date vous convient ?"), validate_choice=False)
    wished = StringField(lazy_gettext("Sinon, quelles dates ?"), validators=[Optional()])
    room = StringField(lazy_gettext("Quelle salle ?"), validators=[Optional()])
    words = TextAreaField(lazy_gettext("Un mot pour l’équipe"), validators=[Optional()])
    shown, former_room = HiddenField(), HiddenField()

    @property
    def said(self) -> Said:
        """What was typed."""
        return Said(
            self.answer.data or "",
            self.wished.data or "",
            self.words.data or "",
            self.room.data or "",
            former_room=self.former_room.data,
            shown=self.shown.data or "",
        )


class ConfirmedForm(AnswerForm):
    """What did she answer on the phone, and who was it?"""

    answer = RadioField(lazy_gettext("Sa réponse"), validate_choice=False)
    confirmed_by = StringField(lazy_gettext("Qui a répondu ?"))


class ComingForm(FlaskForm):
    """Does who holds this date come? Two buttons, and some words."""

    coming = StringField()
    words = StringField(lazy_gettext("Un mot pour l’équipe"), validators=[Optional()])
    shown = HiddenField()


class SpeakerForm(FlaskForm):
    """Who comes, when, and what do they need?"""

    name = StringField(lazy_gettext("Prénom et nom"))
    organisation = StringField(lazy_gettext("Pour quelle structure ?"), validators=[Optional()])
    arrives = TimeField(lazy_gettext("Heure d’arrivée"))
    leaves = TimeField(lazy_gettext("Heure de départ"))
    needs = TextAreaField(lazy_gettext("De quoi cette personne a besoin"), validators=[Optional()])


class DetailsForm(FlaskForm):
    """Are these still right?"""

    phone = TelField(lazy_gettext("Votre téléphone"))
    hours = StringField(lazy_gettext("Quand vous appeler ?"), validators=[Optional()])


class DepartureForm(FlaskForm):
    """Who follows?"""

    successor = StringField(lazy_gettext("Qui prend la suite ?"), validators=[Optional()])


class LinkForm(FlaskForm):
    """Where is the new link sent?"""

    email = EmailField(lazy_gettext("Votre adresse e-mail"))


def answer_form(date: HostedDate, kind: type[AnswerForm] = AnswerForm) -> AnswerForm:
    """The form of one date, with what is known of it; its ids are its own, since a page holds many."""
    known = date.answer
    form = kind(
        formdata=None,
        answer=known.answer.value if known else None,
        wished=known.wished if known else "",
        words=known.words if known else "",
        room=date.event.room,
        former_room=date.event.room,
        shown=terms_of(date.event),
    )
    return named(form, date.event.code)


def coming_form(event: Event, typed: ComingForm | None = None) -> ComingForm:
    """The question whether who holds an event comes, as the event stands by now; with what was typed, where
    that was refused."""
    form = typed or ComingForm(formdata=None)
    form.shown.data = terms_of(event)
    return form


def given_back(form: AnswerForm, event: Event) -> AnswerForm:
    """A form that was refused, as the event stands by now."""
    if form.room.data == form.former_room.data:
        form.room.data = event.room
    form.shown.data, form.former_room.data = terms_of(event), event.room
    return form


def named(form: AnswerForm, code: str) -> AnswerForm:
    """The same form, its ids told apart by the event's code and its choices in the reader's language."""
    for field in form:
        field.id = f"{code}-{field.short_name}"
    form.answer.choices = [SelectChoice(one.value, one.label) for one in Answer]
    return form


def speaker_form(event: Event, organisation: str) -> SpeakerForm:
    """An empty line of the gate list, at the usual hours."""
    arrives, leaves = gate.usual_hours(event)
    return SpeakerForm(formdata=None, arrives=arrives, leaves=leaves, organisation=organisation)
