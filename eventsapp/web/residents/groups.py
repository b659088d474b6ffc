"""A party in words: « 2 adultes », « 1 enfant de 3 à 5 ans », « 1 jeune de 11 à 14 ans »."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from flask_babel import gettext, ngettext

from eventsapp import languages
from eventsapp.registrations.models import AgeBracket, Need
from eventsapp.registrations.party import Member

_CHILDREN = {AgeBracket.UNDER_3, AgeBracket.FROM_3, AgeBracket.FROM_6}
_YOUNG = {AgeBracket.FROM_11, AgeBracket.FROM_15}


def group_of(brackets: Iterable[AgeBracket]) -> list[str]:
    """One phrase for each bracket that somebody is of, the youngest last."""
    numbers = Counter(brackets)
    phrases = []
    if numbers[AgeBracket.ADULT]:
        phrases.append(ngettext("%(num)d adulte", "%(num)d adultes", numbers[AgeBracket.ADULT]))
    for bracket in reversed(AgeBracket):
        if bracket is not AgeBracket.ADULT and numbers[bracket]:
            phrases.append(_of_age(bracket, numbers[bracket]))
    return phrases


def member_words(member: Member) -> str:
    """« 6 à 10 ans, repas sans viande, interprète : arabe »: what the full form says of one person."""
    said = [member.bracket.label]
    said += [need.label.lower() for need in Need if need in member.needs and need is not Need.INTERPRETER]
    if member.interpreter:
        said.append(gettext("interprète : %(language)s", language=languages.names([member.interpreter])))
    return ", ".join(said)


def _of_age(bracket: AgeBracket, number: int) -> str:
    age = bracket.label
    if bracket in _CHILDREN:
        return ngettext("%(num)d enfant de %(age)s", "%(num)d enfants de %(age)s", number, age=age)
    if bracket in _YOUNG:
        return ngettext("%(num)d jeune de %(age)s", "%(num)d jeunes de %(age)s", number, age=age)
    return ngettext("%(num)d adulte de %(age)s", "%(num)d adultes de %(age)s", number, age=age)
