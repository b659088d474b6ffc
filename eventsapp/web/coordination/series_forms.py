"""The questions about a series: its rule, and a date to add, to drop or to move.

The room judges the answers; a form only reads them, and gives them back as they were typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectChoice, SelectField, SelectMultipleField

from eventsapp import languages
from eventsapp.agenda.outlook import SeriesDate
from eventsapp.agenda.rule_json import RuleNotUnderstood, rule_from_dict
from eventsapp.agenda.rules import Avoid, Ordinal, Rule, Weekday, WhenClosed
from eventsapp.refusals import Refusal, msgid
from eventsapp.web.forms import DayField

ORDINALS = [
    SelectChoice("first", lazy_gettext("1er")),
    SelectChoice("second", lazy_gettext("2e")),
    SelectChoice("third", lazy_gettext("3e")),
    SelectChoice("fourth", lazy_gettext("4e")),
    SelectChoice("last", lazy_gettext("dernier")),
]

AVOIDED = [
    SelectChoice(Avoid.SCHOOL_HOLIDAYS.value, lazy_gettext("vacances scolaires")),
    SelectChoice(Avoid.PUBLIC_HOLIDAYS.value, lazy_gettext("jours fériés")),
]

WHEN_CLOSED = [
    SelectChoice(WhenClosed.NOTHING.value, lazy_gettext("pas de date")),
    SelectChoice(WhenClosed.NEXT.value, lazy_gettext("la semaine suivante qui est libre")),
    SelectChoice(WhenClosed.PREVIOUS.value, lazy_gettext("la semaine précédente qui est libre")),
]


class DayNotGiven(Refusal):
    """A field that wants a day holds none."""

    sentence = msgid("Donnez une date : jour, mois et année.")


class RuleForm(FlaskForm):
    """A rule, as people say it; sent by GET to be tried, so that a trial is an address to pass on."""

    weekday = SelectField(lazy_gettext("Quel jour ?"), name="jour", validate_choice=False)
    ordinals = SelectMultipleField(
        lazy_gettext("Lequel du mois ?"), name="rang", choices=ORDINALS, validate_choice=False
    )
    every = IntegerField(lazy_gettext("Tous les combien ?"), name="tous")
    avoid = SelectMultipleField(lazy_gettext("Hors"), name="hors", choices=AVOIDED, validate_choice=False)
    when_closed = SelectField(
        lazy_gettext("Quand ce jour est fermé"), name="sinon", choices=WHEN_CLOSED, validate_choice=False
    )
    first = DayField(lazy_gettext("À partir du"), name="du")
    last = DayField(lazy_gettext("Jusqu’au"), name="au")

    def ask(self) -> RuleForm:
        """Names the days in the reader's language."""
        names = languages.weekday_names()
        self.weekday.choices = [SelectChoice(day.name.lower(), names[day]) for day in Weekday]
        return self

    @property
    def rule(self) -> Rule:
        """The rule that was answered. Raises RuleNotUnderstood, DayNotGiven, and what Rule raises."""
        return rule_from_dict(
            {
                "weekday": self.weekday.data,
                "ordinals": self.ordinals.data or [],
                "every": _number(self.every),
                "avoid": self.avoid.data or [],
                "when_closed": self.when_closed.data,
                "first": day_in(self.first, "first").isoformat(),
                "last": day_in(self.last, "last").isoformat(),
            }
        )


class AddForm(FlaskForm):
    """A day besides the rule."""

    day = DayField(lazy_gettext("Jour à ajouter"), name="ajout")


class DropForm(FlaskForm):
    """A date of the rule that is not held."""

    day = SelectField(lazy_gettext("Date à retirer"), name="retrait", validate_choice=False)


class MoveForm(FlaskForm):
    """A date of the rule that is held on another day."""

    day = SelectField(lazy_gettext("Date à déplacer"), name="depart", validate_choice=False)
    to = DayField(lazy_gettext("Nouveau jour"), name="arrivee")


def answers_of(rule: Rule | None, today: date) -> dict[str, object]:
    """What the rule form shows before anyone answers: the present rule, or a proposal up to next June."""
    if rule is None:
        rule = Rule(
            weekday=Weekday.SATURDAY,
            first=today,
            last=date(today.year + (today.month >= 6), 6, 30),
            ordinals=(Ordinal.SECOND,),
            avoid=frozenset(Avoid),
        )
    return rule.to_dict() | {"first": rule.first, "last": rule.last}


def sent_again(form: RuleForm, rule: Rule) -> list[tuple[str, str]]:
    """A rule as names and values of the form's fields: what saves is what was shown."""
    pairs: list[tuple[str, str]] = []
    for part, answer in rule.to_dict().items():
        answers = answer if isinstance(answer, list) else [answer]
        pairs += [(form[part].name, str(one)) for one in answers]
    return pairs


def choices_of(dates: Iterable[SeriesDate]) -> list[SelectChoice]:
    """The dates of the rule that may be dropped or moved, each by the day that the rule says."""
    choices = []
    for one in dates:
        if one.is_past or one.occurrence is None or one.occurrence.exception is not None:
            continue
        if one.occurrence.original is not None:
            original = one.occurrence.original
            choices.append(SelectChoice(original.isoformat(), _choice(one, original)))
    return choices


def day_in(field: DayField, name: str) -> date:
    """The day typed into a field. Raises DayNotGiven."""
    if not isinstance(field.data, date):
        raise DayNotGiven(field=name)
    return field.data


def day_chosen(field: SelectField, name: str) -> date:
    """The day chosen in a list. Raises RuleNotUnderstood."""
    try:
        return date.fromisoformat(field.data or "")
    except ValueError:
        raise RuleNotUnderstood(field=name) from None


def _choice(one: SeriesDate, original: date) -> str:
    day = languages.long_day(one.day)
    if not one.is_held:
        return gettext("%(day)s (pas de date)", day=day)
    if one.day != original:
        return gettext("%(day)s, au lieu du %(original)s", day=day, original=languages.long_day(original))
    return day


def _number(field: IntegerField) -> int:
    """What is no number is as far out of range as zero, and told so in the same words."""
    return field.data if isinstance(field.data, int) else 0
