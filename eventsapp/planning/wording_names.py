"""How what a problem names is called: schools and associations by their names, the rest by its identifier.

Days and months are written as one reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext

from eventsapp import languages
from eventsapp.planning.engine.files import Asked, Kind

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

MOST = 8
"""How many names a sentence bears; of more it says how many."""


class Names:
    """The words for what reasons and violations of one problem name (`Reason.params`, `Violation.where`)."""

    def __init__(self, asked: Asked) -> None:
        self.problem = asked.problem
        self._schools: dict[object, str] = {}
        self._associations: dict[object, str] = {}
        if asked.kind is Kind.SATURDAYS:
            self._schools = {school.id: school.name for school in self.problem.schools}
            self._associations = {one.id: one.name for one in self.problem.associations}

    def school(self, number: object) -> str:
        return self._schools.get(number) or str(number)

    def association(self, number: object) -> str:
        return self._associations.get(number) or str(number)

    def day(self, day: object) -> str:
        """« samedi 28 novembre 2026 », from a date or its ISO form."""
        try:
            return languages.long_day(day if isinstance(day, date) else date.fromisoformat(str(day)))
        except ValueError:
            return str(day)

    def period(self, period: object) -> str:
        """« novembre 2026 » where a period is called by its month; its own name otherwise."""
        if isinstance(period, str) and _MONTH.fullmatch(period):
            return languages.month_name(date.fromisoformat(f"{period}-01"))
        return str(period)

    def all(self, numbers: Iterable[object]) -> str:
        """« Amina, Bintou et Chen »; of many, the first ones and how many more."""
        words = [str(number) for number in numbers]
        if len(words) > MOST:
            more = gettext("%(count)s autres", count=len(words) - MOST + 1)
            words = [*words[: MOST - 1], more]
        return languages.listing(words)

    def said(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The same parameters as words, ready for a sentence."""
        words: dict[str, Any] = {}
        for name, value in params.items():
            say = {"school": self.school, "association": self.association, "date": self.day}.get(name)
            say = {"month": self.period, "period": self.period}.get(name, say)
            if name == "associations":
                words[name] = self.all(map(self.association, value))
            elif name == "pins":
                words[name] = self.all(
                    f"{self.school(school)} ({self.period(period)})" for school, period in value
                )
            elif say is not None:
                words[name] = say(value)
            elif isinstance(value, list | tuple | set | frozenset):
                words[name] = self.all(value)
            else:
                words[name] = value
        return words
