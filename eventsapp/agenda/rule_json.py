"""Reading rules and exceptions back from the JSON in which they are kept or sent.

Pure. Nothing read is trusted: a part that is missing, unknown, of another type or of
another vocabulary is refused beside its field. The writing side is the `to_dict` of each class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from eventsapp.agenda.rules import (
    Added,
    Avoid,
    DateException,
    Dropped,
    Moved,
    Ordinal,
    Rule,
    Weekday,
    WhenClosed,
    check_exceptions,
)
from eventsapp.refusals import Refusal, msgid

Parsed = TypeVar("Parsed")
NamedMember = TypeVar("NamedMember", Weekday, Ordinal)


class RuleNotUnderstood(Refusal):
    """A kept or sent form of a rule or an exception that says nothing we know. `field` names the part."""

    sentence = msgid("Nous ne comprenons pas cette partie des dates : choisissez une des réponses proposées.")


def rule_from_dict(form: object) -> Rule:
    """The rule of a JSON form. Raises RuleNotUnderstood, and what Rule raises.

    `weekday`, `first` and `last` must be there; the rest has the defaults of Rule; nothing else may be.
    """
    form = _object(
        form, needed={"weekday", "first", "last"}, others={"ordinals", "every", "avoid", "when_closed"}
    )
    every = form.get("every", 1)
    if isinstance(every, bool) or not isinstance(every, int):
        raise RuleNotUnderstood(field="every")
    return Rule(
        weekday=_named(Weekday, form["weekday"], "weekday"),
        first=_day(form, "first"),
        last=_day(form, "last"),
        ordinals=tuple(_named(Ordinal, name, "ordinals") for name in _list(form, "ordinals")),
        every=every,
        avoid=frozenset(_parsed(Avoid, name, "avoid") for name in _list(form, "avoid")),
        when_closed=_parsed(WhenClosed, form.get("when_closed", WhenClosed.NOTHING.value), "when_closed"),
    )


def exceptions_from_list(forms: object) -> tuple[DateException, ...]:
    """The exceptions of a JSON list, in its order.

    Raises RuleNotUnderstood, and what check_exceptions raises.
    """
    if not isinstance(forms, list):
        raise RuleNotUnderstood(field="exceptions")
    exceptions = tuple(_exception(form) for form in forms)
    check_exceptions(exceptions)
    return exceptions


def _exception(form: object) -> DateException:
    what = form.get("what") if isinstance(form, Mapping) else None
    if what == "moved":
        form = _object(form, needed={"what", "day", "to"})
        return Moved(_day(form, "day"), _day(form, "to"))
    form = _object(form, needed={"what", "day"})
    if what == "added":
        return Added(_day(form, "day"))
    if what == "dropped":
        return Dropped(_day(form, "day"))
    raise RuleNotUnderstood(field="exceptions")


def _object(form: object, *, needed: set[str], others: Iterable[str] = ()) -> Mapping[str, object]:
    if not isinstance(form, Mapping):
        raise RuleNotUnderstood()
    wrong = (needed - set(form)) | (set(form) - needed - set(others))
    if wrong:
        raise RuleNotUnderstood(field=min(str(name) for name in wrong))
    return form


def _list(form: Mapping[str, object], part: str) -> list[object]:
    found = form.get(part, [])
    if not isinstance(found, list):
        raise RuleNotUnderstood(field=part)
    return found


def _day(form: Mapping[str, object], part: str) -> date:
    return _parsed(date.fromisoformat, form[part], part)


def _named(members: type[NamedMember], name: object, part: str) -> NamedMember:
    for member in members:
        if member.name.lower() == name:
            return member
    raise RuleNotUnderstood(field=part)


def _parsed(parse: Callable[[str], Parsed], value: object, part: str) -> Parsed:
    if isinstance(value, str):
        try:
            return parse(value)
        except ValueError:
            pass
    raise RuleNotUnderstood(field=part)
