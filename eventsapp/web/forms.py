"""What several forms share: a refusal said beside its field, and questions asked in several places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Protocol

from flask import flash
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, EmailField, RadioField, SelectChoice, StringField
from wtforms.validators import Optional

from eventsapp.database import begin_writing, db
from eventsapp.media import pictures
from eventsapp.media.pictures import Renewed
from eventsapp.people import showcase
from eventsapp.people.means import LABELS
from eventsapp.refusals import Refusal, msgid
from eventsapp.settings import setting

FIRST_YEAR, LAST_YEAR = 1900, 2199


class DayField(DateField):
    """A day from FIRST_YEAR to LAST_YEAR. Another is no day, as letters are: it was mistyped, and the first
    and the last that Python knows have no midnight in UTC, or no day after them."""

    data: date | None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Reads what was typed. Raises ValueError, which WTForms keeps."""
        super().process_formdata(valuelist)
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            super().process_formdata(["-"])


class AddressForm(FlaskForm):
    """Whom is it sent to?"""

    email = EmailField(lazy_gettext("Son adresse e-mail"))


class AbsenceForm(AddressForm):
    """From when to when, and who stands in?"""

    first_day = DayField(lazy_gettext("Premier jour d’absence"))
    last_day = DayField(lazy_gettext("Dernier jour d’absence"))


def means_field(question: LazyString) -> RadioField:
    """How somebody wants to be told things; "" where they do not mind."""
    named = [SelectChoice(one.value, label) for one, label in LABELS.items()]
    choices = [SelectChoice("", lazy_gettext("Peu importe")), *named]
    return RadioField(question, choices=choices, default="", validators=[Optional()], validate_choice=False)


class WithPicture(Protocol):
    """A form that asks for a picture and what one sees in it."""

    picture: FileField
    alternative: StringField


def renewed_picture(asked: WithPicture) -> Renewed | None:
    """The picture that was sent, made anew; None where none was.

    Nobody waits for the write lock meanwhile: it is given back, and taken again.
    Raises what `showcase.described` and `pictures.renew` do.
    """
    if not asked.picture.data:
        return None
    showcase.described(asked.alternative.data or "")  # what costs nothing is asked first
    most = setting("PICTURE_BYTES")
    octets = asked.picture.data.read(most + 1)
    db.session.rollback()
    renewed = pictures.renew(octets, most=most)
    begin_writing()
    return renewed


class RoleMissing(Refusal):
    """None of the roles that the form offers."""

    sentence = msgid("Choisissez une fonction.")


def refuse(form: FlaskForm, refusal: Refusal) -> int:
    """Undoes what was begun and says why not, beside the field concerned or above all; gives the status."""
    db.session.rollback()
    sentence = gettext(refusal.sentence, **refusal.parameters)
    if refusal.field and refusal.field in form:
        form[refusal.field].errors = [sentence]
    else:
        form.form_errors.append(sentence)
    return refusal.status


@contextmanager
def told(done: str) -> Iterator[None]:
    """Commits what one button does and says `done`, or undoes it and says why not, above the page that comes
    next: for forms in which hardly anything is typed that would have to be given back."""
    try:
        yield
        db.session.commit()
        said, kind = done, "ok"
    except Refusal as refusal:
        db.session.rollback()
        said, kind = gettext(refusal.sentence, **refusal.parameters), "warn"
    flash(said, kind)
