"""What calendars are told of an event: the same words in feeds, downloads and invitations."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from eventsapp.agenda.models import Event
from eventsapp.ical.entry import Entry, Status
from eventsapp.media.models import Picture
from eventsapp.places.models import Venue
from eventsapp.settings import setting


def address_of(event: Event) -> str:
    """The public page of an event: what calendars, letters and shared messages point to."""
    readable = f"-{event.slug}" if event.slug else ""
    return f"{setting('PUBLIC_URL')}/e/{event.code}{readable}"


def _address_of_picture(picture: Picture) -> str:
    return f"{setting('PUBLIC_URL')}/images/{picture.fingerprint}.webp"


def place_of(venue: Venue, *, neutral: bool) -> str:
    """Where an event is, on one line, as `where_of` says it."""
    return ", ".join(filter(None, where_of(venue, neutral=neutral).values()))


def where_of(venue: Venue, *, neutral: bool) -> dict[str, str]:
    """Where an event is, outside the service: its `place`, and the `street` that is said beside it. The
    address alone, as the place, where its name would tell too much (decision 5)."""
    if neutral:
        return {"place": venue.full_address, "street": ""}
    return {"place": venue.name, "street": venue.full_address}


def entry_of(event: Event, *, language: str = "fr") -> Entry:
    """The calendar entry of an event, its few words in `language`.

    An event of a sensitive action says neither what nor with whom: a phone lies on the table
    (families in hotels, respite). It names the place's address only.
    """
    neutral = event.activity.action.is_sensitive
    with force_locale(language):
        summary = gettext("Rendez-vous") if neutral else event.title
        venue = event.venue
        return Entry(
            uid=event.uid,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            summary=summary,
            description=_description(event, neutral),
            location=place_of(venue, neutral=neutral),
            url=address_of(event),
            latitude=venue.latitude,
            longitude=venue.longitude,
            image="" if neutral or event.picture is None else _address_of_picture(event.picture),
            categories=() if neutral else (event.activity.action.axis.theme.public_label,),
            status=Status.CANCELLED if event.is_cancelled else Status.CONFIRMED,
            sequence=event.sequence,
            created_at=event.created_at,
            changed_at=event.changed_at,
        )


def cancelled_prefix(language: str = "fr") -> str:
    """What stands before the title of a cancelled event, for calendars that show it like any other."""
    with force_locale(language):
        return gettext("Annulé :") + " "


def _description(event: Event, neutral: bool) -> str:
    """Plain lines; the address of the page again, since Google and phones hide URL (RULES P4)."""
    if neutral:
        return address_of(event)
    lines = [event.summary, event.description]
    door, access = event.door or event.venue.door, event.access or event.venue.access
    if door:
        lines.append(gettext("Entrée : %(door)s", door=door))
    if access:
        lines.append(gettext("Accès : %(access)s", access=access))
    lines.append(address_of(event))
    return "\n".join(line for line in lines if line)
