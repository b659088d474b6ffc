"""What is asked of an agenda that an organisation imports: where it is, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField, URLField
from wtforms.validators import Optional

from eventsapp.agenda.models import Audience
from eventsapp.imports import sources
from eventsapp.imports.models import Following, ImportSource
from eventsapp.people import contacts
from eventsapp.places.models import Territory
from eventsapp.proposals import listings as proposals
from eventsapp.proposals.submitting import NotApproved
from eventsapp.refusals import Refusal, msgid
from eventsapp.web.partners.proposal_forms import ChoiceMissing, chosen_row, one_of, venue_choices


class ActionMissing(Refusal):
    """None was chosen."""

    sentence = msgid("Choisissez l’action de ces rendez-vous.")


class SourceForm(FlaskForm):
    """Which agenda, and what its sessions are."""

    name = StringField(lazy_gettext("Nom de cet agenda"))
    url = URLField(lazy_gettext("Adresse de l’agenda"), validators=[Optional()])
    action = SelectField(lazy_gettext("Action"), validate_choice=False)
    venue = SelectField(lazy_gettext("Lieu habituel"), validate_choice=False)
    audience = SelectField(lazy_gettext("Pour qui ?"), validate_choice=False)
    following = RadioField(lazy_gettext("Quand il change"), validate_choice=False)
    cancels_vanished = BooleanField(lazy_gettext("Annuler ici ce qui disparaît de cet agenda"))

    def offer(self, territories: Sequence[Territory], usual: Sequence[int] = ()) -> SourceForm:
        """Names what may be chosen."""
        several = len(territories) > 1
        self.action.choices = [
            SelectChoice("", gettext("Choisissez…")),
            *(
                SelectChoice(
                    str(one.id),
                    one.public_name,
                    optgroup=f"Paris {one.territory.ordinal}" if several else None,
                )
                for one in proposals.actions(territories)
            ),
        ]
        self.venue.choices = [
            SelectChoice("", gettext("Aucun : chaque rendez-vous dit le sien")),
            *venue_choices(territories, usual),
        ]
        self.audience.choices = [SelectChoice(one.value, one.label) for one in Audience]
        self.following.choices = [SelectChoice(one.value, one.label) for one in Following]
        return self

    def answered(self, territories: Sequence[Territory]) -> sources.Answers:
        """What was answered, for the room. Raises NameMissing, TooLong, Unwritable, ActionMissing,
        ChoiceMissing, NotApproved."""
        name = contacts.name_of(self.name.data or "", field="name", longest=sources.LONGEST_NAME)
        if not self.action.data:
            raise ActionMissing(field="action")
        venue = None
        if self.venue.data:
            venue = chosen_row(proposals.venues(territories), self.venue, ChoiceMissing)
        return sources.Answers(
            name=name,
            url=self.url.data or "",
            action=chosen_row(proposals.actions(territories), self.action, NotApproved),
            venue=venue,
            audience=one_of(Audience, self.audience.data, "audience"),
            following=one_of(Following, self.following.data, "following"),
            cancels_vanished=bool(self.cancels_vanished.data),
        )


class SentForm(FlaskForm):
    """A file of an agenda."""

    file = FileField(lazy_gettext("Votre fichier"))


class TakeOverForm(FlaskForm):
    """Yes to what was shown."""

    shown = HiddenField()


def as_kept(source: ImportSource) -> dict[str, object]:
    """What the form says of a source already."""
    return {
        "name": source.name,
        "url": source.url,
        "action": str(source.action_id),
        "venue": str(source.venue_id or ""),
        "audience": source.audience.value,
        "following": source.following.value,
        "cancels_vanished": source.cancels_vanished,
    }


def as_usual() -> dict[str, object]:
    """What the form of a new one says."""
    return {"audience": Audience.EVERYONE.value, "following": Following.BY_HAND.value}
