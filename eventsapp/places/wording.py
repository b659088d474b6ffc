"""What the agenda of a territory is called where it speaks for itself."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from eventsapp.languages import DEFAULT, known
from eventsapp.places.models import Territory


def agenda_name(territory: Territory, language: str) -> str:
    """« L’agenda du 19e », as From, ORGANIZER and a poster say it in `language`; in French where we do not
    speak that."""
    with force_locale((known(language) or DEFAULT).locale):
        return gettext("L’agenda du %(territory)s", territory=territory.ordinal)
