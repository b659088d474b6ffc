"""How one enters an event is set: which form, how many of whom, who is next when places come free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from eventsapp import journal, languages
from eventsapp.agenda import bounds, revisions, telling
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Event, EventStatus, RegistrationMode
from eventsapp.database import db
from eventsapp.refusals import Conflict, Refusal, msgid

MOST_PER_ADULT = 20
"""Children whom one adult may come with: more is no limit any more."""
MOST_HOURS = 7 * 24
"""A place held longer for one family is a place that nobody has."""


class NotCounted(Conflict):
    """One just comes: there is nothing to set."""

    sentence = msgid("On vient sans inscription : il n’y a pas de liste à régler.")


class SettingsClosed(Conflict):
    """It has begun: who is in is in."""

    sentence = msgid("Ce rendez-vous a commencé : ses inscriptions ne se règlent plus.")


class QuotaOdd(Refusal):
    """Not a number of people. Parameter: `most`."""

    sentence = msgid("Écrivez un nombre entre 0 et %(most)s, ou rien.")


class PerAdultOdd(Refusal):
    """Not a number of children. Parameter: `most`."""

    sentence = msgid("Écrivez un nombre entre 1 et %(most)s, ou rien.")


class HoursOdd(Refusal):
    """None of the delays."""

    sentence = msgid("Choisissez un délai dans la liste.")


class QuotaBelowTaken(Refusal):
    """Nobody loses a place because a number was typed. Parameters: `taken`, `day`."""

    sentence = msgid(
        "Le %(day)s, %(taken)s personnes de cet âge ont déjà une place : il ne peut pas y en avoir moins."
    )


def change(event: Event, rules: EntryRules, *, following: bool = False, actor: str, now: datetime) -> int:
    """Sets the rules of an event and, with `following`, of the later dates of its series and of those to be
    announced; how many events it changed. Whom they give a place has it at once (`telling`).

    All or none: raises NotCounted, SettingsClosed, QuotaOdd, PerAdultOdd, HoursOdd, QuotaBelowTaken.
    """
    _check(rules)
    events = _locked(event, following, now)
    if event.registration is not RegistrationMode.COUNTED:
        raise NotCounted()
    if event.starts_at <= now:
        raise SettingsClosed()
    for one in events:
        _check_taken(one, rules)
    changed = [one for one in events if one.entry != rules]
    for one in changed:
        one.entry = rules
        journal.note(actor, "entry_set", one, now=now, territory_id=one.territory_id)
    activity = event.activity
    if following and activity.asks != rules:
        activity.usual_entry = rules
        journal.note(actor, "entry_set", activity, now=now, territory_id=event.territory_id)
    db.session.flush()
    for one in changed:
        telling.listeners.places_opened(one, now)
    return len(changed)


def _locked(event: Event, following: bool, now: datetime) -> Sequence[Event]:
    """The event, then the later dates where places are counted, each locked, always in the same order."""
    if not following:
        revisions.lock(event)
        return [event]
    same = (Event.id == event.id) | (Event.activity_id == event.activity_id) & (
        Event.starts_at > max(event.starts_at, now)
    ) & (Event.registration == RegistrationMode.COUNTED) & (Event.status == EventStatus.SCHEDULED)
    revisions.lock_all(select(Event.id).where(same))
    found = select(Event).where(same).order_by(Event.starts_at, Event.id)
    return db.session.scalars(found.execution_options(populate_existing=True)).all()


def _check(rules: EntryRules) -> None:
    for field in ("most_adults", "most_children", "most_under_6"):
        number = getattr(rules, field)
        if number is not None and not 0 <= number <= bounds.MOST_PLACES:
            raise QuotaOdd(field=field, most=bounds.MOST_PLACES)
    if rules.children_per_adult is not None and not 1 <= rules.children_per_adult <= MOST_PER_ADULT:
        raise PerAdultOdd(field="children_per_adult", most=MOST_PER_ADULT)
    if rules.answer_hours is not None and not 1 <= rules.answer_hours <= MOST_HOURS:
        raise HoursOdd(field="answer_hours")


def _check_taken(event: Event, rules: EntryRules) -> None:
    taken = {
        "most_adults": event.seats_taken - event.children_taken,
        "most_children": event.children_taken,
        "most_under_6": event.under_6_taken,
    }
    for field, number in taken.items():
        most = getattr(rules, field)
        if most is not None and most < number:
            day = languages.long_day(event.starts_at, year=False)
            raise QuotaBelowTaken(field=field, taken=number, day=day)
