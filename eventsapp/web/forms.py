"""What several forms share: a refusal said beside its field, and questions asked in several places."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField

from eventsapp.database import db
from eventsapp.refusals import Refusal, msgid


class AddressForm(FlaskForm):
    """Whom is it sent to?"""

    email = EmailField(lazy_gettext("Son adresse e-mail"))


class AbsenceForm(AddressForm):
    """From when to when, and who stands in?"""

    first_day = DateField(lazy_gettext("Premier jour d’absence"))
    last_day = DateField(lazy_gettext("Dernier jour d’absence"))


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
