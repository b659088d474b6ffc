"""What people who register are asked; `registrations.party`, `people_answers` and `professional_answers`
read and judge the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
)
from wtforms.validators import Optional

from eventsapp import languages
from eventsapp.people.contacts import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_NUMBER
from eventsapp.people.professionals import LONGEST_ORGANISATION
from eventsapp.places.models import Quartier
from eventsapp.refusals import Refusal
from eventsapp.registrations.models import CHILD_BRACKETS
from eventsapp.registrations.party import LARGEST_PARTY, Member, Numbers, PartyAnswers, child_field
from eventsapp.registrations.people_answers import BRACKETS, TICKED_NEEDS, PeopleAnswers
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from eventsapp.registrations.reached import Reached
from eventsapp.web.forms import means_field


class ReachedForm(FlaskForm):
    """Who are you, how to reach you, how to tell you?"""

    first_name = StringField(lazy_gettext("Votre prénom"), render_kw={"maxlength": LONGEST_NAME})
    phone = TelField(lazy_gettext("Votre téléphone"), render_kw={"maxlength": LONGEST_NUMBER})
    email = EmailField(lazy_gettext("Votre e-mail"), render_kw={"maxlength": LONGEST_ADDRESS})
    means = means_field(lazy_gettext("Comment vous prévenir ?"))


class NumbersForm(FlaskForm):
    """How many of you come, by age?"""

    most = LARGEST_PARTY
    adults = StringField(lazy_gettext("Adultes, avec vous"), default="1")
    children_0_2 = StringField(lazy_gettext("0 à 2 ans"), default="0")
    children_3_5 = StringField(lazy_gettext("3 à 5 ans"), default="0")
    children_6_10 = StringField(lazy_gettext("6 à 10 ans"), default="0")
    children_11_14 = StringField(lazy_gettext("11 à 14 ans"), default="0")
    children_15_17 = StringField(lazy_gettext("15 à 17 ans"), default="0")

    @property
    def child_fields(self) -> list[Field]:
        """Those of children, the youngest first."""
        return [self[child_field(bracket)] for bracket in CHILD_BRACKETS]


class PartyForm(ReachedForm, NumbersForm):
    """The questions of the short form, on one page."""


class AboutForm(ReachedForm):
    """The first page of the full form."""

    quartier = SelectField(
        lazy_gettext("Votre quartier"), choices=[], validators=[Optional()], validate_choice=False
    )

    def offer(self, quartiers: Sequence[Quartier]) -> None:
        """Which quartiers there are to choose from."""
        self.quartier.choices = [
            SelectChoice("", gettext("Je préfère ne pas le dire")),
            *(SelectChoice(str(one.id), one.name) for one in quartiers),
        ]


class NeedsForm(FlaskForm):
    """What one person needs that day."""

    needs = SelectMultipleField(
        lazy_gettext("Cette personne a besoin de…"),
        choices=[],
        validators=[Optional()],
        validate_choice=False,
    )
    interpreter = SelectField(
        lazy_gettext("Un interprète"), choices=[], validators=[Optional()], validate_choice=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs.choices = [SelectChoice(need.value, need.label) for need in TICKED_NEEDS]
        spoken = sorted((languages.names([code]), code) for code in languages.SPOKEN)
        self.interpreter.choices = [
            SelectChoice("", gettext("Pas besoin")),
            *(SelectChoice(code, name) for name, code in spoken),
        ]


class PersonForm(NeedsForm):
    """The page of one person of the full form."""

    first_name = StringField(lazy_gettext("Prénom"))
    bracket = RadioField(lazy_gettext("Âge"), choices=[], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bracket.choices = [SelectChoice(one.value, one.label) for one in BRACKETS]


class OneMoreForm(NeedsForm):
    """« Ajouter quelqu’un ? » of an own page."""

    first_name = StringField(lazy_gettext("Son prénom"), [Optional()])
    bracket = SelectField(lazy_gettext("Son âge"), [Optional()], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bracket.choices = [
            SelectChoice("", gettext("Choisissez")),
            *(SelectChoice(one.value, one.label) for one in BRACKETS),
        ]


class MoreForm(FlaskForm):
    """« Ajouter quelqu’un ? »"""

    more = RadioField(
        lazy_gettext("Ajouter quelqu’un ?"),
        choices=[SelectChoice("oui", lazy_gettext("Oui")), SelectChoice("non", lazy_gettext("Non"))],
        validate_choice=False,
    )


class WhoComesForm(FlaskForm):
    """Which of a group come, when there is no room for all."""

    people = SelectMultipleField(lazy_gettext("Qui vient ?"), choices=[], validate_choice=False)

    def offer(self, answers: PeopleAnswers) -> None:
        """Those of the group."""
        self.people.choices = [
            SelectChoice(str(number), f"{member.first_name}, {member.bracket.label}")
            for number, member in answers.people.items()
        ]


class ProfessionalForm(ReachedForm):
    """A professional registers, on one page."""

    organisation = StringField(lazy_gettext("Votre structure"), render_kw={"maxlength": LONGEST_ORGANISATION})


def show_refusals(form: FlaskForm, refusals: Sequence[Refusal]) -> None:
    """Says each reason beside its field, or above all where the form has no such field."""
    for refusal in refusals:
        sentence = gettext(refusal.sentence, **refusal.parameters)
        if refusal.field and refusal.field in form:
            field: Field = form[refusal.field]
            field.errors = [*field.errors, sentence]
        else:
            form.form_errors.append(sentence)


def reached_as_typed(known: Reached) -> dict[str, str]:
    """The fields of a ReachedForm."""
    return {
        "first_name": known.first_name,
        "phone": known.phone.typed if known.phone else "",
        "email": known.email or "",
        "means": known.means.value if known.means else "",
    }


def numbers_as_typed(numbers: Numbers) -> dict[str, str]:
    """The fields of a NumbersForm."""
    counts = {child_field(bracket): str(numbers.children.get(bracket, 0)) for bracket in CHILD_BRACKETS}
    return counts | {"adults": str(numbers.adults)}


def person_as_typed(member: Member) -> dict[str, Any]:
    """The fields of a PersonForm."""
    return {
        "first_name": member.first_name,
        "bracket": member.bracket.value,
        "needs": [need.value for need in member.needs],
        "interpreter": member.interpreter,
    }


def answers_as_typed(answers: PartyAnswers | PeopleAnswers | ProfessionalAnswers) -> dict[str, str]:
    """The fields of the first page of each form."""
    typed = reached_as_typed(answers)
    if isinstance(answers, PartyAnswers):
        return typed | numbers_as_typed(answers)
    if isinstance(answers, ProfessionalAnswers):
        return typed | {"organisation": answers.organisation}
    return typed | {"quartier": str(answers.quartier_id or "")}
