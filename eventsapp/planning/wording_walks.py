"""Words for trail days: how good a plan is beside what no plan can beat, and why each choice is as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext, ngettext

from eventsapp import languages
from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.engine.trails.walking import Rule
from eventsapp.planning.engine.trails.why import WhyGroup, WhyTeam
from eventsapp.planning.wording_names import Names
from eventsapp.refusals import msgid


def worth(reading: Any, plan: Any, names: Names) -> list[str]:
    """How well teams mix and how long they wait, beside what no plan can beat."""
    figures = reading.figures
    score = format_decimal(figures["mix_score"], locale=languages.current().locale)
    said = [
        gettext(
            "Mélange : %(score)s sur 100 (0 : au hasard, 100 : le mieux qu’on puisse espérer).", score=score
        )
    ]
    return [*said, _waiting(figures, plan, names.problem.rules.tick_minutes)]


def _waiting(figures: Mapping[str, Any], plan: Any, tick: int) -> str:
    """Waiting in minutes a team: a second aim, under the mix."""
    count = max(1, len(plan.teams))
    waited = figures["wait_ticks_total"] * tick / count
    least = plan.waiting_bound * tick / count
    if not waited:
        return gettext("Aucune équipe n’attend.")
    if least <= 0:
        return gettext("Les équipes attendent %(waited)s minutes chacune en moyenne.", waited=minutes(waited))
    if least >= waited:
        return gettext(
            "Aucun plan ne fait attendre moins de %(waited)s minutes par équipe, et celui-ci y parvient.",
            waited=minutes(waited),
        )
    return gettext(
        "Aucun plan ne fait attendre moins de %(least)s minutes par équipe ; celui-ci : %(waited)s.",
        least=minutes(least),
        waited=minutes(waited),
    )


def minutes(count: float) -> str:
    """« 12 » or « 3,5 »."""
    return format_decimal(round(count, 1), locale=languages.current().locale)


WHY: Mapping[str, str] = {
    WhyGroup.PINNED: msgid("Vous avez fixé cette place."),
    WhyGroup.STAYS: msgid("Reste dans son équipe."),
    WhyGroup.LATE: msgid("S’est inscrit aujourd’hui."),
    WhyGroup.MOVED: msgid("Vient de l’équipe %(before)s."),
    WhyGroup.WHEELCHAIR: msgid("Son équipe suit un parcours sans marches."),
    WhyGroup.INTERPRETS: msgid("Sert d’interprète à %(persons)s."),
    WhyGroup.UNDERSTOOD: msgid("Ici, quelqu’un parle la langue de %(persons)s."),
    WhyGroup.ALONE: msgid("Personne ici ne parle la langue de %(persons)s."),
    WhyGroup.BETTER_ELSEWHERE: msgid(
        "Une meilleure place existe : l’équipe %(team)s, la composition y gagnerait %(less)d."
    ),
    WhyTeam.STRUCTURE_SPEAKS: msgid("La structure %(structure)s parle la langue de %(persons)s."),
    WhyTeam.ACCESSIBLE: msgid(
        "Le parcours est sans marches et la structure accueille les fauteuils roulants."
    ),
    WhyTeam.NO_WAIT: msgid("N’attend jamais."),
    WhyTeam.TIMETABLE_KEPT: msgid("Garde son parcours et ses horaires."),
    WhyTeam.RETIMED: msgid("Ses horaires ont changé aujourd’hui."),
    WhyTeam.NEW_TEAM: msgid("C’est une nouvelle équipe, formée aujourd’hui."),
    WhyTeam.STRUCTURE_CHANGED: msgid("Était accompagnée par la structure %(before)s."),
}
"""Why a group is in its team, or a team walks as it does: the reasons that need no count."""

ONLY: Mapping[str, str] = {
    Rule.TEAM_SIZE: msgid(
        "Aucune autre équipe ne peut l’accueillir : elles seraient trop grandes ou la sienne trop petite."
    ),
    Rule.MIN_ADULTS: msgid("Aucune autre équipe ne peut l’accueillir : il manquerait des adultes."),
    Rule.CHILD_RATIO: msgid(
        "Aucune autre équipe ne peut l’accueillir : il y aurait trop d’enfants par adulte."
    ),
    Rule.STRUCTURE_NOT_ACCESSIBLE: msgid(
        "Aucune autre équipe ne peut l’accueillir avec un fauteuil roulant."
    ),
    Rule.ROUTE_NOT_ACCESSIBLE: msgid("Aucun autre parcours n’est sans marches."),
}
"""Why a group can be nowhere else, by the rule that says so."""


def why(reason: Reason, names: Names) -> str:
    """What a choice serves or costs."""
    params, said = reason.params, names.said(reason.params)
    if isinstance(params.get("persons"), int):
        said["persons"] = speakers(said["persons"])
    if reason.key == WhyGroup.BEST_PLACE:
        return _best(params["more"], said)
    if reason.key == WhyGroup.ONLY_PLACE:
        sentence = ONLY.get(str(params["rule"]), msgid("Aucune autre équipe ne peut l’accueillir."))
        return gettext(sentence)
    if reason.key == WhyTeam.WAITS:
        ticks = int(str(params["ticks"]))
        waited = minutes(ticks * names.problem.rules.tick_minutes)
        return gettext("Attend %(minutes)s minutes en tout.", minutes=waited)
    return gettext(WHY[str(reason.key)], **said)


def speakers(count: int) -> str:
    return ngettext("%(num)d personne sans français", "%(num)d personnes sans français", count)


def _best(more: object, said: Mapping[str, Any]) -> str:
    if not more:
        return gettext("Aucune autre place n’est meilleure ; l’équipe %(team)s la vaudrait.", **said)
    return gettext(
        "C’est sa meilleure place : dans l’équipe %(team)s, la composition y perdrait %(more)d.", **said
    )


def choice(key: tuple[str, object], names: Names) -> str:
    """A group, or a team."""
    kind, number = key
    if kind == "team":
        return gettext("Équipe %(team)s", team=number)
    return gettext("Groupe %(group)s", group=number)
