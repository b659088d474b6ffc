"""A party in words: « 2 adultes », « 1 enfant de 3 à 5 ans »."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from flask_babel import ngettext

from eventsapp.registrations.models import AgeBracket


def group_of(brackets: Iterable[AgeBracket]) -> list[str]:
    """One phrase for each bracket that somebody is of, the youngest last."""
    numbers = Counter(brackets)
    phrases = []
    if numbers[AgeBracket.ADULT]:
        phrases.append(ngettext("%(num)d adulte", "%(num)d adultes", numbers[AgeBracket.ADULT]))
    for bracket in reversed(AgeBracket):
        if bracket is not AgeBracket.ADULT and numbers[bracket]:
            phrases.append(
                ngettext(
                    "%(num)d personne de %(age)s",
                    "%(num)d personnes de %(age)s",
                    numbers[bracket],
                    age=bracket.label,
                )
            )
    return phrases
