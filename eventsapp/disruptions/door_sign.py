"""What hangs on the door of a closed place, in French: strangers read it, so a sensitive session has no
title, and no name of the place where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import force_locale, gettext, ngettext

from eventsapp.clock import PARIS
from eventsapp.disruptions.changes import Change
from eventsapp.languages import hour, hour_range, long_day
from eventsapp.places.models import Venue, VenueClosure
from eventsapp.settings import setting

MOST_LINES = 6
"""More do not stay readable at arm's length on one A4 page."""


@dataclass(frozen=True)
class SignLine:
    """One session: when it was to be, what it is, where and when it is held instead."""

    when: str
    title: str
    becomes: str


@dataclass(frozen=True)
class Sign:
    """All the words of the page."""

    place: str
    closed: str
    until: str
    reason: str
    lines: Sequence[SignLine]
    more: str
    """How many do not fit; "" none."""
    help: str


def sign_of(closure: VenueClosure, changes: Sequence[Change]) -> Sign:
    """The sign of a closure, the first sessions first."""
    with force_locale("fr"):
        listed = sorted(changes, key=lambda one: one.before.starts_at)
        left = len(listed) - MOST_LINES
        more = ngettext(
            "Et %(num)d autre rendez-vous : appelez-nous.",
            "Et %(num)d autres rendez-vous : appelez-nous.",
            max(left, 0),
        )
        return Sign(
            place=closure.venue.name,
            closed=gettext("Fermé"),
            until=_until(closure),
            reason=closure.reason,
            lines=[_line(change) for change in listed[:MOST_LINES]],
            more=more if left > 0 else "",
            help=gettext("Une question ? %(phone)s", phone=setting("HELP_PHONE")),
        )


def _until(closure: VenueClosure) -> str:
    first, last = closure.starts_at.astimezone(PARIS), closure.last_moment.astimezone(PARIS)
    if first.date() == last.date():
        if (first.hour, first.minute) == (0, 0) and (last.hour, last.minute) == (23, 59):
            return long_day(first)
        return f"{long_day(first)}, {hour_range(closure.starts_at, closure.ends_at)}"
    return gettext(
        "du %(first)s au %(last)s", first=long_day(first, year=first.year != last.year), last=long_day(last)
    )


def _line(change: Change) -> SignLine:
    neutral = change.event.activity.action.is_sensitive
    before = change.before
    when = f"{long_day(before.starts_at, year=False)}, {hour(before.starts_at)}"
    return SignLine(when, "" if neutral else change.event.title, _becomes(change, neutral))


def _becomes(change: Change, neutral: bool) -> str:
    if change.cancels:
        return gettext("Annulé.")
    if change.place.id == change.before.venue.id:
        begins = change.begins
        return gettext(
            "Reporté ici, le %(day)s, à %(hour)s.", day=long_day(begins, year=False), hour=hour(begins)
        )
    place = _named(change.place, neutral)
    if change.begins != change.before.starts_at:
        return gettext(
            "%(place)s, le %(day)s, à %(hour)s.",
            place=place,
            day=long_day(change.begins, year=False),
            hour=hour(change.begins),
        )
    return gettext("Même jour, même heure : %(place)s.", place=place)


def _named(venue: Venue, neutral: bool) -> str:
    if neutral and venue.full_address:
        return venue.full_address
    return f"{venue.name}, {venue.address}" if venue.address else venue.name
