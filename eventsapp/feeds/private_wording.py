"""What private feeds say around their events; in French, as the events are.

A phone lies on a table and a calendar's server belongs to somebody else: no name of a person, no number of
people, nothing of what they need.
"""

from __future__ import annotations

from flask_babel import force_locale, gettext

from eventsapp.feeds.private_models import PARTIES, FeedKind


def name_of(kind: FeedKind, name: str) -> str:
    """What a calendar's list shows; `name` of the organisation, school or territory."""
    with force_locale("fr"):
        if kind in PARTIES:
            return gettext("Mes rendez-vous")
        if kind is FeedKind.TERRITORY:
            return gettext("%(territory)s – tous les rendez-vous", territory=name)
        return gettext("%(place)s – nos rendez-vous", place=name)


def description() -> str:
    """What a calendar's details say."""
    with force_locale("fr"):
        return gettext(
            "Ce calendrier est à vous : ne donnez pas son adresse. Les changements arrivent seuls."
        )


def given_up_prefix() -> str:
    """Before the title of what the reader has cancelled while others go."""
    with force_locale("fr"):
        return gettext("Annulé pour vous :") + " "


def reminder() -> str:
    """What rings the day before; a locked screen shows it."""
    with force_locale("fr"):
        return gettext("Rappel : vous avez un rendez-vous demain.")
