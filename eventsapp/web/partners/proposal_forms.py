"""The questions about a session that is proposed: six that everybody answers, the rest on demand.

The room judges the answers; a form only reads them, and gives them back as they were typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

from babel import Locale
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)

from eventsapp import languages
from eventsapp.agenda.models import Accessibility, Audience, RegistrationMode, Topic
from eventsapp.agenda.rules import Rule
from eventsapp.media.models import Picture
from eventsapp.media.pictures import Renewed
from eventsapp.places.models import SCHOOL_KINDS, Territory, Venue, VenueKind
from eventsapp.programme.models import Action
from eventsapp.programme.school_calendar import CalendarNotCovered
from eventsapp.proposals import answers, listings
from eventsapp.proposals.submitting import NotApproved
from eventsapp.refusals import Refusal, msgid
from eventsapp.web.change_forms import DayMissing, HourMissing
from eventsapp.web.forms import DayField
from eventsapp.web.partners.proposal_starts import Repeat

Choice = TypeVar("Choice", bound=StrEnum)
Row = TypeVar("Row", Action, Venue, Topic)


REPEATS = [
    SelectChoice(Repeat.ONCE.value, lazy_gettext("Une seule fois")),
    SelectChoice(Repeat.WEEKLY.value, lazy_gettext("Chaque semaine")),
    SelectChoice(Repeat.FORTNIGHTLY.value, lazy_gettext("Une semaine sur deux")),
    SelectChoice(Repeat.MONTHLY.value, lazy_gettext("Chaque mois (le 1er samedi…)")),
]

VENUE_GROUPS = {
    **dict.fromkeys(SCHOOL_KINDS, lazy_gettext("Écoles et collèges")),
    VenueKind.SOCIAL_CENTRE: lazy_gettext("Centres sociaux"),
    VenueKind.LIBRARY: lazy_gettext("Bibliothèques"),
    VenueKind.CULTURE: lazy_gettext("Culture"),
    VenueKind.PARK: lazy_gettext("Parcs et jardins"),
    VenueKind.TOWN_HALL: lazy_gettext("Mairie"),
    VenueKind.HEALTH: lazy_gettext("Santé"),
    VenueKind.OTHER: lazy_gettext("Autres lieux"),
}

OF_RULES = {"first": "day", "last": "until", "ends_at": "end"}
"""Where a refusal of another room is said in this form."""


class ChoiceMissing(Refusal):
    """None of the answers that the form offers."""

    sentence = msgid("Choisissez une des réponses proposées.")


class ProposalForm(FlaskForm):
    """Under which action, what, where, when; then all that has a sensible default."""

    sheet = HiddenField()
    action = SelectField(lazy_gettext("Action"), validate_choice=False)
    title = StringField(lazy_gettext("Titre"))
    venue = SelectField(lazy_gettext("Lieu"), validate_choice=False)
    day = DayField(lazy_gettext("Jour"))
    start = TimeField(lazy_gettext("Début"))
    end = TimeField(lazy_gettext("Fin"))
    repeat = SelectField(lazy_gettext("Combien de fois ?"), choices=REPEATS, validate_choice=False)
    until = DayField(lazy_gettext("Jusqu’au"))
    summary = StringField(lazy_gettext("En une phrase"))
    description = TextAreaField(lazy_gettext("Ce que l’on fait"))
    topic = SelectField(lazy_gettext("Sujet"), validate_choice=False)
    audience = SelectField(lazy_gettext("Pour qui ?"), validate_choice=False)
    spoken = SelectMultipleField(lazy_gettext("On parle aussi"), validate_choice=False)
    accessibility = SelectMultipleField(lazy_gettext("Sur place"), validate_choice=False)
    registration = RadioField(lazy_gettext("Inscription"), validate_choice=False)
    capacity = IntegerField(lazy_gettext("Nombre de places"))
    picture = FileField(lazy_gettext("Image"))
    keep_picture = BooleanField(lazy_gettext("Garder l’image actuelle"))
    alternative = StringField(lazy_gettext("Ce que l’on voit sur l’image"))

    MAIN = ("action", "title", "venue", "day", "start", "end")

    @property
    def is_wrong_below(self) -> bool:
        """Whether something refused stands among what is shown on demand."""
        return any(field.errors for field in self if field.short_name not in self.MAIN)

    def offer(self, territories: Sequence[Territory], usual: Sequence[int] = ()) -> ProposalForm:
        """Names what may be chosen; `usual`: places of theirs, shown first."""
        several = len(territories) > 1
        self.action.choices = _to_choose(
            self.action,
            [
                SelectChoice(
                    str(one.id),
                    one.public_name,
                    optgroup=f"Paris {one.territory.ordinal}" if several else None,
                )
                for one in listings.actions(territories)
            ],
        )
        self.venue.choices = _to_choose(self.venue, venue_choices(territories, usual))
        self.topic.choices = [
            SelectChoice("", gettext("Aucun en particulier")),
            *(SelectChoice(str(one.id), one.name) for one in listings.topics()),
        ]
        self.audience.choices = [SelectChoice(one.value, one.label) for one in Audience]
        self.accessibility.choices = [SelectChoice(one.value, one.label) for one in Accessibility]
        names = Locale.parse(languages.current().locale).languages
        spoken = sorted((names[code], code) for code in languages.SPOKEN)
        self.spoken.choices = [SelectChoice(code, name) for name, code in spoken]
        self.registration.choices = [
            SelectChoice(RegistrationMode.NONE.value, gettext("Sans inscription : on vient comme on est")),
            SelectChoice(RegistrationMode.COUNTED.value, gettext("Sur inscription")),
        ]
        return self

    def answered(
        self, territories: Sequence[Territory], *, renewed: Renewed | None, present: Picture | None
    ) -> answers.Answers:
        """What was answered, for the room. Raises ChoiceMissing, DayMissing, HourMissing, NotApproved, and
        what Rule raises."""
        action = chosen_row(listings.actions(territories), self.action, NotApproved)
        venue = chosen_row(listings.venues(territories), self.venue, ChoiceMissing)
        topic = chosen_row(listings.topics(), self.topic, ChoiceMissing) if self.topic.data else None
        day, start = _day(self.day), _hour(self.start)
        return answers.Answers(
            action=action,
            venue=venue,
            title=self.title.data or "",
            day=day,
            start=start,
            end=_hour(self.end),
            summary=self.summary.data or "",
            description=self.description.data or "",
            rule=self._rule(day),
            topic=topic,
            audience=one_of(Audience, self.audience.data, "audience"),
            spoken_languages=self.spoken.data or [],
            accessibility=[
                one_of(Accessibility, one, "accessibility") for one in self.accessibility.data or []
            ],
            is_counted=one_of(RegistrationMode, self.registration.data, "registration")
            is RegistrationMode.COUNTED,
            capacity=self.capacity.data,
            renewed=renewed,
            picture=present if self.keep_picture.data and renewed is None else None,
            alternative=(self.alternative.data or "")
            if self.keep_picture.data or renewed or not present
            else "",
        )

    def _rule(self, day: date) -> Rule | None:
        repeat = one_of(Repeat, self.repeat.data, "repeat")
        if repeat is Repeat.ONCE:
            return None
        until = _day(self.until)
        if repeat is Repeat.MONTHLY:
            return answers.monthly(day, until)
        return answers.weekly(day, until, every=1 if repeat is Repeat.WEEKLY else 2)


def said_here(refusal: Refusal) -> Refusal:
    """The same refusal, beside the field of this form that it concerns."""
    refusal.field = OF_RULES.get(refusal.field or "", refusal.field)
    if isinstance(refusal, CalendarNotCovered):
        refusal.field = "until"
    return refusal


def _to_choose(field: SelectField, choices: list[SelectChoice]) -> list[SelectChoice]:
    """Says first that nobody has chosen yet, or that what was chosen is offered no more (a place that was
    given up): else a browser proposes the first of a hundred places."""
    if any(one.value == field.data for one in choices):
        return choices
    return [SelectChoice("", gettext("Choisissez…")), *choices]


def venue_choices(territories: Sequence[Territory], usual: Sequence[int]) -> list[SelectChoice]:
    """Every place in a group of its kind, and above all those that are theirs."""
    several, found = len(territories) > 1, listings.venues(territories)
    ordinals = {one.id: one.ordinal for one in territories}

    def choice(venue: Venue, group: str) -> SelectChoice:
        where = f"{venue.name}, {venue.address}" if venue.address else venue.name
        return SelectChoice(str(venue.id), where, optgroup=group)

    def group_of(venue: Venue) -> str:
        kind = str(VENUE_GROUPS[venue.kind])
        return f"{kind}, {ordinals[venue.territory_id]}" if several else kind

    by_id = {venue.id: venue for venue in found}
    ours = gettext("Vos derniers lieux")
    first = [choice(by_id[number], ours) for number in usual if number in by_id]
    groups = list(VENUE_GROUPS.values())
    rest = sorted(found, key=lambda one: (one.territory_id, groups.index(VENUE_GROUPS[one.kind])))
    return first + [choice(venue, group_of(venue)) for venue in rest if venue.id not in usual]


def chosen_row(rows: Iterable[Row], field: Field, refusal: type[Refusal]) -> Row:
    """The row that was chosen. Raises ChoiceMissing for none, `refusal` for another than these."""
    for row in rows:
        if str(row.id) == field.data:
            return row
    raise (refusal if field.data else ChoiceMissing)(field=field.short_name)


def _day(field: DayField) -> date:
    if not isinstance(field.data, date):
        raise DayMissing(field=field.short_name)
    return field.data


def _hour(field: TimeField) -> time:
    if not isinstance(field.data, time):
        raise HourMissing(field=field.short_name)
    return field.data


def one_of(kind: type[Choice], value: str | None, field: str) -> Choice:
    """The answer that was chosen. Raises ChoiceMissing."""
    try:
        return kind(value or "")
    except ValueError:
        raise ChoiceMissing(field=field) from None
