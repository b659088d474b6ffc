"""Words for plans: why each session, why each gap, what the solver is doing, what events are called.

Plans hold stable keys with parameters (`engine.saturdays.plan`); this is where they become sentences, in the
reader's language. The names of events are content: they are written in French and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext, ngettext

from eventsapp import languages
from eventsapp.places.models import Venue
from eventsapp.planning.engine.saturdays.plan import WhyGap, WhyLine
from eventsapp.planning.engine.search import Ending, Phase
from eventsapp.refusals import msgid

STEPS = {
    Phase.BOUNDING: msgid("Nous calculons ce qui est possible."),
    Phase.STARTING: msgid("Nous préparons une première proposition."),
    Phase.IMPROVING: msgid("Nous améliorons la proposition, mois par mois."),
    Phase.COVERING: msgid("Nous remplissons les derniers trous."),
    Phase.TEAMS: msgid("Nous composons les équipes."),
    Phase.TIMETABLE: msgid("Nous cherchons les horaires de chaque équipe."),
    Phase.DONE: msgid("Nous relisons la proposition."),
}
"""What the worker is doing, as msgids: they wait in a task and are translated when shown."""

Names = Mapping[int, str]
"""Names of organisations by their number."""

WHY_LINE = {
    WhyLine.PUBLISHED: msgid("Cette séance est déjà annoncée."),
    WhyLine.SERVES_WISH: msgid("L’école a demandé ce sujet."),
    WhyLine.FIRST_VISIT: msgid("Cette association vient ici pour la première fois de l’année."),
    WhyLine.NEW_TOPIC: msgid("Ce sujet est nouveau pour cette école cette année."),
    WhyLine.ONLY_CHOICE: msgid("Aucune autre association ne pourrait venir ce mois-ci."),
}

WHY_GAP = {
    WhyGap.NO_OPEN_SATURDAY: msgid("Aucun samedi n’est ouvert ce mois-ci."),
    WhyGap.SCHOOL_CLOSED: msgid("L’école est prise tous les samedis ouverts de ce mois."),
    WhyGap.NOBODY_IN_REACH: msgid("Aucune association ne se déplace jusqu’à cette école."),
    WhyGap.NOBODY_AVAILABLE: msgid(
        "Les associations qui se déplacent jusqu’ici sont absentes ces samedis-là."
    ),
    WhyGap.TOO_SOON: msgid("Chaque samedi ouvert est trop près d’une autre séance de l’école."),
    WhyGap.NOT_FOUND: msgid(
        "Le calcul s’est arrêté sans trouver. Une autre proposition y arrivera peut-être."
    ),
}


def reasons(kept: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why a session is as it is: one sentence a reason, from what a DraftLine keeps."""
    return [_reason(one["key"], one["params"]) for one in kept]


def _reason(key: str, params: Mapping[str, Any]) -> str:
    if key == WhyLine.COMES_BACK:
        day = languages.long_day(date.fromisoformat(params["date"]), year=False)
        return gettext("Cette association est déjà venue ici le %(day)s.", day=day)
    return gettext(WHY_LINE[WhyLine(key)])


def gap(kept: Mapping[str, Any], names: Names) -> str:
    """Why a school has nothing in a month, in a sentence."""
    key, params = WhyGap(kept["key"]), kept["params"]
    if key is WhyGap.WOULD_REPEAT:
        return _would_repeat([names[number] for number in params["associations"]])
    if key is WhyGap.ALL_TAKEN:
        return ngettext(
            "La seule place possible ce mois-ci va à une autre école.",
            "Les %(num)d places possibles ce mois-ci vont à d’autres écoles.",
            params["places"],
        )
    if key is WhyGap.YEAR_LIMITS:
        return gettext("Les associations qui peuvent venir ont déjà donné tous leurs samedis de l’année.")
    return gettext(WHY_GAP[key])


def _would_repeat(who: list[str]) -> str:
    if len(who) == 1:
        return gettext(
            "Seule l’association %(name)s pourrait venir, et elle vient déjà la fois d’avant ou d’après.",
            name=who[0],
        )
    return gettext(
        "Seules %(names)s pourraient venir, et elles viennent déjà la fois d’avant ou d’après.",
        names=languages.listing(who),
    )


def ending(kept: str) -> str:
    """How far the search went: what a reader may conclude from the plan."""
    if kept == Ending.PROVED:
        return gettext("Aucune proposition ne peut faire mieux : c’est démontré.")
    return gettext("C’est la meilleure proposition trouvée dans le temps donné.")


def activity_title(venue: Venue) -> str:
    """« Samedis matins, Archereau (26) »: the series of a school."""
    return f"Samedis matins, {venue.short_name}"


def event_title(topic: str) -> str:
    """« Samedi matin à l’école : les écrans »: it stands alone in lists, letters and calendars."""
    return f"Samedi matin à l’école : {topic[:1].lower()}{topic[1:]}"


def event_summary(host: str) -> str:
    """« Une rencontre entre parents, avec Espace 19. »"""
    return f"Une rencontre entre parents, avec {host}."
