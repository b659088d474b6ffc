"""Words for school Saturdays as files have them: why there is no plan, which rules one breaks, why it is so.

What a coordinator's page says of its own plans is in `wording`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from eventsapp.planning import wording
from eventsapp.planning.engine.saturdays.checking import Rule
from eventsapp.planning.engine.saturdays.impossible import Cause
from eventsapp.planning.engine.saturdays.plan import Plan, WhyGap, WhyLine
from eventsapp.planning.engine.saturdays.problem import Problem
from eventsapp.planning.engine.terms import Reading, Reason
from eventsapp.planning.wording_names import Names
from eventsapp.refusals import msgid

PROVED = msgid("Objectif %(found)d : aucun plan ne peut faire mieux, c’est démontré.")
ABOVE = msgid(
    "Objectif %(found)d : aucun plan ne peut faire mieux que %(bound)d ; celui-ci en est à %(gap)s."
)
FAR_ABOVE = msgid("Objectif %(found)d : aucun plan ne peut faire mieux que %(bound)d.")
"""The objective beside what no plan can beat."""

PLAIN = {
    Cause.PUBLISHED_OUTSIDE_PERIOD: msgid(
        "%(school)s : la séance annoncée le %(date)s n’est pas un des samedis de sa période."
    ),
    Cause.PUBLISHED_TWO_DATES: msgid(
        "%(period)s : les séances annoncées ont des dates différentes, "
        "alors qu’une date commune est demandée."
    ),
    Cause.PUBLISHED_NOT_DUE: msgid("%(school)s, %(period)s : une séance est annoncée, aucune n’y est due."),
    Cause.PUBLISHED_TOPIC: msgid(
        "%(association)s est annoncée pour un sujet qu’elle ne propose pas (%(topic)s)."
    ),
    Cause.PIN_AGAINST_PUBLISHED: msgid(
        "%(school)s, %(period)s : ce que vous avez fixé contredit ce qui est déjà annoncé."
    ),
    Cause.PIN_WITHOUT_CHOICE: msgid(
        "%(school)s, %(period)s : aucune association ne peut venir comme vous l’avez fixé."
    ),
    Cause.PINS_TWO_DATES: msgid(
        "%(period)s : vous avez fixé plusieurs dates, alors qu’une date commune est demandée."
    ),
    Cause.PINS_TOGETHER: msgid(
        "%(pins)s : ces séances que vous avez fixées sont de trop ensemble, moins seraient possibles. "
        "Libérez-en une."
    ),
}


def cause(reason: Reason, names: Names) -> str:
    """Why no plan is possible, and what to change."""
    key, said = Cause(reason.key), names.said(reason.params)
    if key in PLAIN:
        return gettext(PLAIN[key], **said)
    return COUNTED[key](reason, said, names)


def _duplicate(reason: Reason, said: dict[str, Any], names: Names) -> str:
    if "date" in said:
        return gettext("%(school)s : plusieurs séances sont annoncées le %(date)s. Gardez-en une.", **said)
    return gettext("%(school)s : plusieurs séances sont annoncées pour %(period)s. Gardez-en une.", **said)


def _double_booking(reason: Reason, said: dict[str, Any], names: Names) -> str:
    return ngettext(
        "%(association)s est attendue à trop d’endroits le %(date)s : elle n’a qu’une équipe.",
        "%(association)s est attendue à trop d’endroits le %(date)s : elle n’a que %(num)d équipes.",
        _limit(reason, names, "crews"),
        **said,
    )


def _over_month(reason: Reason, said: dict[str, Any], names: Names) -> str:
    return ngettext(
        "%(association)s a trop de séances en %(month)s : %(num)d au plus par mois.",
        "%(association)s a trop de séances en %(month)s : %(num)d au plus par mois.",
        _limit(reason, names, "max_per_month"),
        **said,
    )


def _over_year(reason: Reason, said: dict[str, Any], names: Names) -> str:
    return ngettext(
        "%(association)s a trop de séances dans l’année : %(num)d au plus.",
        "%(association)s a trop de séances dans l’année : %(num)d au plus.",
        _limit(reason, names, "max_per_year"),
        **said,
    )


def _pins_over_date(reason: Reason, said: dict[str, Any], names: Names) -> str:
    return ngettext(
        "Vous avez fixé %(association)s à trop d’endroits le %(date)s : elle n’a qu’une équipe.",
        "Vous avez fixé %(association)s à trop d’endroits le %(date)s : elle n’a que %(num)d équipes.",
        _limit(reason, names, "crews"),
        **said,
    )


def _pins_over_month(reason: Reason, said: dict[str, Any], names: Names) -> str:
    return ngettext(
        "Vous avez fixé trop de séances de %(association)s en %(month)s : %(num)d au plus par mois.",
        "Vous avez fixé trop de séances de %(association)s en %(month)s : %(num)d au plus par mois.",
        _limit(reason, names, "max_per_month"),
        **said,
    )


def _pins_over_year(reason: Reason, said: dict[str, Any], names: Names) -> str:
    return ngettext(
        "Vous avez fixé trop de séances de %(association)s dans l’année : %(num)d au plus.",
        "Vous avez fixé trop de séances de %(association)s dans l’année : %(num)d au plus.",
        _limit(reason, names, "max_per_year"),
        **said,
    )


def _too_soon(reason: Reason, said: dict[str, Any], names: Names) -> str:
    return ngettext(
        "%(school)s : la séance du %(date)s est à moins d’un jour d’une autre.",
        "%(school)s : la séance du %(date)s est à moins de %(num)d jours d’une autre.",
        max(1, names.problem.min_gap_days),
        **said,
    )


def _over_city(reason: Reason, said: dict[str, Any], names: Names) -> str:
    return ngettext(
        "Vous avez fixé trop de séances le %(date)s : %(num)d au plus ce jour-là.",
        "Vous avez fixé trop de séances le %(date)s : %(num)d au plus ce jour-là.",
        names.problem.max_sessions_per_date or 0,
        **said,
    )


def _published_over_city(reason: Reason, said: dict[str, Any], names: Names) -> str:
    return ngettext(
        "Trop de séances sont annoncées le %(date)s : %(num)d au plus ce jour-là.",
        "Trop de séances sont annoncées le %(date)s : %(num)d au plus ce jour-là.",
        names.problem.max_sessions_per_date or 0,
        **said,
    )


def _limit(reason: Reason, names: Names, limit: str) -> int:
    """What an association of the problem may do at most."""
    who = reason.params.get("association")
    found = [getattr(one, limit) for one in names.problem.associations if one.id == who]
    return int(found[0] or 0) if found else 0


COUNTED: Mapping[Cause, Callable[[Reason, dict[str, Any], Names], str]] = {
    Cause.PUBLISHED_DUPLICATE: _duplicate,
    Cause.PUBLISHED_DOUBLE_BOOKING: _double_booking,
    Cause.PUBLISHED_OVER_MONTH: _over_month,
    Cause.PUBLISHED_OVER_YEAR: _over_year,
    Cause.PUBLISHED_OVER_CITY: _published_over_city,
    Cause.PINS_TOO_SOON: _too_soon,
    Cause.PINS_OVER_DATE: _pins_over_date,
    Cause.PINS_OVER_MONTH: _pins_over_month,
    Cause.PINS_OVER_YEAR: _pins_over_year,
    Cause.PINS_OVER_CITY: _over_city,
}

RULES: Mapping[Rule, str] = {
    Rule.UNKNOWN: msgid("%(school)s, %(association)s : l’école ou l’association n’existe pas."),
    Rule.NOT_DUE: msgid("%(school)s, %(period)s : aucune séance n’y est due."),
    Rule.TWICE_IN_PERIOD: msgid("%(school)s, %(period)s : plusieurs séances pour une seule due."),
    Rule.DATE_OUTSIDE_PERIOD: msgid("%(school)s : le %(date)s n’est pas un samedi possible de %(period)s."),
    Rule.TOPIC_NOT_OFFERED: msgid("%(association)s ne propose pas le sujet « %(topic)s »."),
    Rule.ASSOCIATION_AWAY: msgid("%(association)s n’est pas libre le %(date)s."),
    Rule.SCHOOL_CLOSED: msgid("%(school)s est prise le %(date)s."),
    Rule.OUT_OF_REACH: msgid("%(association)s ne se déplace pas jusqu’à %(school)s."),
    Rule.TOO_MANY_PLACES: msgid("%(association)s est à trop d’endroits le %(date)s."),
    Rule.OVER_MONTH: msgid("%(association)s vient trop souvent en %(month)s."),
    Rule.OVER_YEAR: msgid("%(association)s vient trop souvent dans l’année."),
    Rule.TWICE_IN_A_ROW: msgid("%(school)s : %(association)s y vient deux fois de suite (%(date)s)."),
    Rule.TOO_SOON: msgid("%(school)s : le %(date)s est trop près d’une autre séance."),
    Rule.TWO_DATES: msgid("%(period)s : les séances ne sont pas toutes à la même date."),
    Rule.OVER_CITY: msgid("Il y a trop de séances le %(date)s."),
    Rule.PIN_BROKEN: msgid("%(school)s, %(period)s : ce que vous avez fixé n’est pas respecté."),
    Rule.PUBLISHED_CHANGED: msgid(
        "%(school)s : la séance annoncée le %(date)s avec %(association)s a changé."
    ),
    Rule.UNACCOUNTED: msgid("%(school)s, %(period)s : ni séance ni absence de séance, ou les deux."),
    Rule.WRONG_OBJECTIVE: msgid("Les chiffres du plan ne sont pas les siens."),
    Rule.ABOVE_BOUND: msgid("Le plan fait mieux que la borne : la borne est fausse."),
}


def violation(rule: str, where: Mapping[str, Any], names: Names) -> str:
    """Which rule a plan breaks, and where."""
    return gettext(RULES[Rule(rule)], **names.said(where))


WHY: Mapping[str, str] = {
    WhyLine.PUBLISHED: msgid("Cette séance est déjà annoncée."),
    WhyLine.SERVES_WISH: msgid("L’école a demandé ce sujet (%(topic)s)."),
    WhyLine.FIRST_VISIT: msgid("%(association)s y vient pour la première fois."),
    WhyLine.NEW_TOPIC: msgid("Le sujet (%(topic)s) est nouveau pour cette école."),
    WhyLine.COMES_BACK: msgid("%(association)s y est déjà venue le %(date)s."),
    WhyLine.ONLY_CHOICE: msgid("Aucune autre association ne pourrait venir."),
    "other_on_date": msgid("Ce jour-là, %(association)s (%(topic)s) changerait le total de %(more)+d."),
    "other_in_period": msgid("%(association)s (%(topic)s), le %(date)s, changerait le total de %(more)+d."),
    "nobody_else": msgid("Personne d’autre ne peut venir à ce moment-là."),
    WhyGap.NO_OPEN_SATURDAY: msgid("Aucun samedi n’est ouvert."),
    WhyGap.SCHOOL_CLOSED: msgid("L’école n’a aucun samedi libre."),
    WhyGap.NOBODY_IN_REACH: msgid("Aucune association ne se déplace jusqu’à cette école."),
    WhyGap.NOBODY_AVAILABLE: msgid("Les associations qui se déplacent jusqu’ici sont absentes."),
    WhyGap.TOO_SOON: msgid("Chaque samedi possible est trop près d’une autre séance de l’école."),
    WhyGap.WOULD_REPEAT: msgid(
        "Seules %(associations)s pourraient venir, et elles viennent juste avant ou après."
    ),
    WhyGap.ALL_TAKEN: msgid("Toutes les places possibles (%(places)d) vont à d’autres écoles."),
    WhyGap.YEAR_LIMITS: msgid("Les associations possibles ont déjà donné tous leurs samedis de l’année."),
    WhyGap.NOT_FOUND: msgid("Le calcul n’a pas trouvé de séance, mais rien ne prouve qu’il n’y en ait pas."),
}
"""Why a session is as it is, what else there was (`why.WhyCost`), or why there is none."""


def why(reason: Reason, names: Names) -> str:
    """What a session brings or costs, or why there is none."""
    if reason.key == "costs":
        return _bill(reason.params)
    return gettext(WHY[str(reason.key)], **names.said(reason.params))


def _bill(params: Mapping[str, Any]) -> str:
    parts = wording.bill({"params": params})
    if not parts:
        return gettext("Cette séance ne change rien au total.")
    return gettext(
        "Cette séance change le total de %(total)+d (%(parts)s).",
        total=params["total"],
        parts=" ; ".join(parts),
    )


def choice(key: tuple[object, object], names: Names) -> str:
    """A school in a period."""
    school, period = key
    return f"{names.school(school)}, {names.period(period)}"


def claims(problem: Problem, plan: Plan) -> Reading:
    """What a plan says of itself, in the form in which `checking` measures plans; takes no time."""
    wishes = sum(len(school.wishes) for school in problem.schools)
    figures = {
        "due": plan.bound.due,
        "uncovered": plan.objective.uncovered,
        "uncovered_bound": plan.bound.due - plan.bound.coverage,
        "wishes": wishes,
        "wishes_met": wishes - plan.objective.wishes_unmet,
        "wishes_bound": plan.bound.wishes,
    }
    return Reading(plan.objective.total(problem.weights), plan.bound.objective, figures)


def worth(reading: Any, plan: Any, names: Names) -> list[str]:
    """How many sessions and wishes a plan holds, beside the most that any could."""
    figures = reading.figures
    due, held = figures["due"], figures["due"] - figures["uncovered"]
    said = [
        ngettext(
            "Aucun plan ne peut couvrir plus de %(num)d séance : celui-ci en couvre %(held)d sur %(due)d.",
            "Aucun plan ne peut couvrir plus de %(num)d séances : celui-ci en couvre %(held)d sur %(due)d.",
            min(due - figures["uncovered_bound"], plan.bound.coverage),
            held=held,
            due=due,
        )
    ]
    if figures["wishes"]:
        said.append(
            ngettext(
                "Aucun plan ne peut servir plus de %(num)d sujet demandé : celui-ci en sert %(met)d.",
                "Aucun plan ne peut servir plus de %(num)d sujets demandés : celui-ci en sert %(met)d.",
                figures["wishes_bound"],
                met=figures["wishes_met"],
            )
        )
    return said
