"""The words of an event for messaging apps: plain lines, which people copy or send."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from eventsapp import languages
from eventsapp.agenda.entries import place_of
from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.languages import Language
from eventsapp.posters.content import initial, refuse_sensitive, short_address


def share_text(event: Event, language: Language) -> str:
    """Title, day and hours, place, what it costs, where to register; one fact a line.

    Raises PosterRefused for an event of a sensitive action: a message goes further than one thinks.
    """
    refuse_sensitive(event)
    venue = event.venue
    with force_locale(language.code):
        title = f"{gettext('Annulé :')} {event.title}" if event.is_cancelled else event.title
        day = initial(languages.long_day(event.starts_at, language))
        hours = languages.hour_range(event.starts_at, event.ends_at, language)
        lines = [title, f"{day}, {hours}", place_of(venue, neutral=False)]
        if not event.is_cancelled:
            lines += [event.door or venue.door, _conditions(event)]
        lines.append(short_address(event))
    return "\n".join(line for line in lines if line)


def _conditions(event: Event) -> str:
    counted = event.registration is RegistrationMode.COUNTED
    coming = gettext("Sur inscription") if counted else gettext("Venez comme vous êtes")
    return ". ".join((gettext("Gratuit"), event.audience.label, coming)) + "."
