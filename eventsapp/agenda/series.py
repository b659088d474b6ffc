"""The life of a series: its rule, the dates changed by hand, and what is announced of it.

The rule is kept with the activity, the changes by hand in rows of their own: they survive a change of the
rule, and those that have lost their effect are shown as such. Changing a series announces, moves and
cancels nothing: `outlook` tells where the series and the agenda differ, and people decide.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Activity, Event, ExceptionKind, RecurrenceException
from eventsapp.agenda.outlook import SeriesDate, joined
from eventsapp.agenda.recurrence import Occurrence, Outcome, held, preview
from eventsapp.agenda.rule_json import rule_from_dict
from eventsapp.agenda.rules import Added, DateException, Dropped, Moved, Rule, check_exceptions
from eventsapp.agenda.scheduling import Announcement
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.programme.school_calendar import zone_c
from eventsapp.refusals import Conflict, Refusal, msgid


class NoRule(Refusal):
    """Dates are added to, dropped from or moved in a series that has a rule."""

    sentence = msgid("Cette activité n’a pas encore de règle : enregistrez d’abord ses dates habituelles.")


class DayIsPast(Refusal):
    """Only days to come are changed. Parameter: `day`, as dd/mm/yyyy."""

    sentence = msgid("Le %(day)s est passé : choisissez un jour à venir.")


class DayHasException(Conflict):
    """One change by hand a day. Parameter: `day`, as dd/mm/yyyy."""

    sentence = msgid("Le %(day)s est déjà changé à la main : annulez d’abord ce changement.")


class DayHasNone(Conflict):
    """Nothing was changed by hand that day. Parameter: `day`, as dd/mm/yyyy."""

    sentence = msgid("Le %(day)s n’est plus changé à la main.")


class DayNotOfTheRule(Refusal):
    """Only a day that the rule says is dropped or moved. Parameter: `day`, as dd/mm/yyyy."""

    sentence = msgid("La règle ne donne pas le %(day)s : choisissez une des dates de la série.")


class DayHeldAlready(Refusal):
    """The series holds that day. Parameter: `day`, as dd/mm/yyyy."""

    sentence = msgid("Le %(day)s est déjà dans la série : choisissez un autre jour.")


class UsualsMissing(Refusal):
    """Nobody can announce a date without place, hour and length."""

    sentence = msgid("Indiquez d’abord le lieu, l’heure et la durée habituels de cette activité.")


class NothingToAnnounce(Conflict):
    """Every date to come has its event."""

    sentence = msgid("Toutes les dates à venir de cette série sont déjà annoncées.")


def rule_of(activity: Activity) -> Rule | None:
    """The rule of an activity; None: its dates are said one by one. Raises RuleNotUnderstood."""
    return rule_from_dict(activity.rule) if activity.rule else None


def exceptions_of(activity: Activity) -> tuple[DateException, ...]:
    """What was changed by hand, oldest day first; one statement."""
    return tuple(as_exception(row) for row in _rows(activity))


def set_rule(activity: Activity, rule: Rule, *, actor: str, now: datetime) -> bool:
    """Gives a series its rule; its exceptions stay. False when nothing changes.

    Raises CalendarNotCovered when the rule, or an exception under it, leaves the known school years.
    """
    _lock(activity)
    before, after = activity.rule, rule.to_dict()
    preview(rule, exceptions_of(activity), zone_c())
    if before == after:
        return False
    activity.rule = after
    _note("rule_set", activity, actor, now, before=before, after=after)
    return True


def add_date(activity: Activity, day: date, *, actor: str, now: datetime) -> None:
    """Adds a day that the rule does not say.

    Raises NoRule, DayIsPast, DayHasException, DayHeldAlready, YearUnlikely, CalendarNotCovered.
    """
    _lock(activity)
    before = _occurrences(activity)
    _refuse_past(day, now, "day")
    _refuse_changed(activity, day)
    _refuse_held(day, before, "day")
    _write(activity, Added(day), "date_added", actor, now)


def drop_date(activity: Activity, day: date, *, actor: str, now: datetime) -> None:
    """Drops a day of the rule, named as the rule says it, before any closure.

    Raises NoRule, DayNotOfTheRule, DayIsPast, DayHasException.
    """
    _lock(activity)
    _refuse_past(_held_instead(_occurrences(activity), day), now, "day")
    _refuse_changed(activity, day)
    _write(activity, Dropped(day), "date_dropped", actor, now)


def move_date(activity: Activity, day: date, to: date, *, actor: str, now: datetime) -> None:
    """Holds a day of the rule, named as the rule says it, on day `to` instead.

    Raises NoRule, DayNotOfTheRule, DayIsPast, DayHasException, DayHeldAlready, MovedNowhere,
    YearUnlikely, CalendarNotCovered.
    """
    _lock(activity)
    before = _occurrences(activity)
    held_on = _held_instead(before, day)
    _refuse_past(held_on, now, "day")
    _refuse_changed(activity, day)
    _refuse_past(to, now, "to")
    if to != held_on:  # a date that a closure has moved may be kept there by hand
        _refuse_held(to, before, "to")
    _write(activity, Moved(day, to), "date_moved", actor, now)


def forget_exception(activity: Activity, day: date, *, actor: str, now: datetime) -> None:
    """Takes back what was changed by hand on a day: the rule alone says what becomes of it.

    Raises DayHasNone.
    """
    _lock(activity)
    row = _row(activity, day)
    if row is None:
        raise DayHasNone(field="day", day=_written(day))
    _note("exception_forgotten", activity, actor, now, exception=as_exception(row).to_dict())
    db.session.delete(row)
    db.session.flush()


def outlook(activity: Activity, *, now: datetime, rule: Rule | None = None) -> list[SeriesDate]:
    """Every date of the series with its events, and the events that are not of it, in the order of the days.

    `rule`: what it would be under another rule; nothing is saved. Two statements. Empty without a rule.
    Raises what `recurrence.preview` raises.
    """
    rule = rule or rule_of(activity)
    if rule is None:
        return []
    occurrences = preview(rule, exceptions_of(activity), zone_c())
    events = db.session.scalars(
        select(Event).where(Event.activity_id == activity.id).order_by(Event.starts_at, Event.id)
    )
    return joined(occurrences, events, today=day_of(now))


def announce_missing(activity: Activity, *, actor: str, now: datetime) -> list[Event]:
    """Announces every date to come that has no event, with the activity's usual place, hour and terms.

    A cancelled event counts: what was called off is not announced anew.
    Raises NoRule, UsualsMissing, NothingToAnnounce.
    """
    _lock(activity)
    if activity.rule is None:
        raise NoRule()
    announcement_on = _usually(activity)
    days = [one.day for one in outlook(activity, now=now) if one.is_missing]
    if not days:
        raise NothingToAnnounce()
    return scheduling.announce_all([announcement_on(day) for day in days], actor=actor, now=now)


def has_usuals(activity: Activity) -> bool:
    """Whether its dates can be announced without asking anything."""
    return None not in (activity.venue_id, activity.usual_start, activity.usual_minutes)


def as_exception(row: RecurrenceException) -> DateException:
    """What a stored row says."""
    if row.kind is ExceptionKind.MOVED and row.moved_to is not None:
        return Moved(row.on, row.moved_to)
    return Added(row.on) if row.kind is ExceptionKind.ADDED else Dropped(row.on)


def _usually(activity: Activity) -> Callable[[date], Announcement]:
    venue, start, minutes = activity.venue, activity.usual_start, activity.usual_minutes
    if venue is None or start is None or minutes is None:
        raise UsualsMissing()

    def on(day: date) -> Announcement:
        starts_at = local(day, start.hour, start.minute)
        return Announcement(
            activity=activity,
            venue=venue,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            audience=activity.usual_audience,
            is_restricted=activity.usual_restricted,
            registration=activity.usual_registration,
            capacity=activity.usual_capacity,
        )

    return on


def _lock(activity: Activity) -> None:
    """One change of a series at a time, each seeing what the one before left."""
    db.session.execute(select(Activity.id).where(Activity.id == activity.id).with_for_update())
    db.session.refresh(activity, ["rule"])


def _occurrences(activity: Activity) -> list[Occurrence]:
    rule = rule_of(activity)
    if rule is None:
        raise NoRule()
    return preview(rule, exceptions_of(activity), zone_c())


def _held_instead(occurrences: list[Occurrence], day: date) -> date:
    """The day on which a day of the rule is held, itself when it is not."""
    for one in occurrences:
        if one.original == day and one.outcome is not Outcome.NO_EFFECT:
            return one.day or day
    raise DayNotOfTheRule(field="day", day=_written(day))


def _refuse_past(day: date, now: datetime, field: str) -> None:
    if day < day_of(now):
        raise DayIsPast(field=field, day=_written(day))


def _refuse_changed(activity: Activity, day: date) -> None:
    if _row(activity, day) is not None:
        raise DayHasException(field="day", day=_written(day))


def _refuse_held(day: date, occurrences: list[Occurrence], field: str) -> None:
    if day in held(occurrences):
        raise DayHeldAlready(field=field, day=_written(day))


def _write(activity: Activity, exception: DateException, verb: str, actor: str, now: datetime) -> None:
    """Keeps an exception that the whole series can live with."""
    check_exceptions([exception])
    rule = rule_of(activity)
    if rule is not None:
        preview(rule, (*exceptions_of(activity), exception), zone_c())
    kinds = {Added: ExceptionKind.ADDED, Dropped: ExceptionKind.DROPPED, Moved: ExceptionKind.MOVED}
    to = exception.to if isinstance(exception, Moved) else None
    db.session.add(
        RecurrenceException(
            activity_id=activity.id, kind=kinds[type(exception)], on=exception.day, moved_to=to
        )
    )
    db.session.flush()
    _note(verb, activity, actor, now, exception=exception.to_dict())


def _rows(activity: Activity) -> list[RecurrenceException]:
    ours = select(RecurrenceException).where(RecurrenceException.activity_id == activity.id)
    return list(db.session.scalars(ours.order_by(RecurrenceException.on)))


def _row(activity: Activity, day: date) -> RecurrenceException | None:
    return next((row for row in _rows(activity) if row.on == day), None)


def _note(verb: str, activity: Activity, actor: str, now: datetime, **details: object) -> None:
    journal.note(actor, verb, activity, now=now, territory_id=activity.territory_id, **details)


def _written(day: date) -> str:
    return day.strftime("%d/%m/%Y")
