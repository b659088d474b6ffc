"""What the lines of a journal are about, by name; a statement for each kind of thing, whatever the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from eventsapp.access import listings as access
from eventsapp.access import wording
from eventsapp.access.models import Role
from eventsapp.agenda import numbers
from eventsapp.journal import JournalLine
from eventsapp.people import partner_requests
from eventsapp.places import listings as places
from eventsapp.places.models import Territory

ROLES = {"access_grant", "grant_offer"}


@dataclass(frozen=True)
class Named:
    """What a thing is called, and where it is seen; "" when it has no page."""

    name: str
    href: str = ""
    is_french: bool = True
    """Somebody called it so; what is said of a role or a number is in the reader's words."""
    is_number: bool = False


class Things:
    """The things of some lines of the journal of a territory; None: of the installation."""

    def __init__(self, lines: Sequence[JournalLine], territory: Territory | None) -> None:
        self._slug = territory.slug if territory else ""
        self._events = numbers.titles_of(_numbers(lines, "event") | _detailed(lines, "event"))
        self._holders = access.holders_of(_numbers(lines, "access_grant"))
        self._requests = partner_requests.names_of(_numbers(lines, "partner_request"))
        self._venues = places.names_of(_detailed(lines, "venue"))
        self._organisations = access.organisations_named(_detailed(lines, "organisation"), territory)

    def of(self, line: JournalLine) -> Named:
        """What a line is about: its name, or its number where it has none (any more)."""
        number = gettext("n° %(number)d", number=line.thing_id)
        return self._event(line) or self._place(line) or Named(number, self._page(line), False, True)

    def _event(self, line: JournalLine) -> Named | None:
        event = line.thing_id if line.thing == "event" else line.details.get("event")
        if event not in self._events:
            return None
        code, title = self._events[event]
        return Named(title, url_for("events.page", code=code))

    def _place(self, line: JournalLine) -> Named | None:
        """An organisation, or a role and who holds it there."""
        role, organisation = self._role(line), line.details.get("organisation")
        if line.thing == "partner_request" and line.thing_id in self._requests:
            return Named(self._requests[line.thing_id])
        if line.details.get("venue") in self._venues:
            venue = line.details["venue"]
            return Named(self._venues[venue], url_for("school.show", venue_id=venue))
        if organisation not in self._organisations:
            return Named(", ".join(role), is_french=False) if role else None
        name, acts = self._organisations[organisation]
        href = url_for("organisation.home", organisation_id=organisation) if acts else ""
        return Named(", ".join([*role, name]), href, is_french=not role)

    def _page(self, line: JournalLine) -> str:
        """Where a thing without a name is seen; "" nowhere."""
        if line.thing == "draft":
            return url_for("plans.show", draft_id=line.thing_id)
        if line.thing == "venue":
            return url_for("venues.show", territory=self._slug, venue_id=line.thing_id)
        if line.thing == "disruption":
            return url_for("gestures.show", territory=self._slug, change_id=line.thing_id)
        if line.thing == "venue_closure" and "venue" in line.details:
            venue = line.details["venue"]
            return url_for("closures.show", territory=self._slug, venue_id=venue, closure_id=line.thing_id)
        if line.thing == "activity":
            return url_for("series.show", activity_id=line.thing_id)
        if line.thing == "letter":
            return url_for("letters.show", territory=self._slug, letter_id=line.thing_id)
        return ""

    def _role(self, line: JournalLine) -> list[str]:
        """« Nadia », « Responsable »: of a function, who holds it and which it is."""
        if line.thing not in ROLES:
            return []
        holder = self._holders.get(line.thing_id, "") if line.thing == "access_grant" else ""
        return [*([holder] if holder else []), wording.role_name(Role(line.details["role"]))]


def _numbers(lines: Sequence[JournalLine], thing: str) -> set[int]:
    return {line.thing_id for line in lines if line.thing == thing}


def _detailed(lines: Sequence[JournalLine], kind: str) -> set[int]:
    return {line.details[kind] for line in lines if kind in line.details}
