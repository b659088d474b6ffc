"""Words for trail days: why there is no plan, which rules a plan breaks, how good it is, why it is so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.engine.trails.impossible import Cause, DayCause
from eventsapp.planning.engine.trails.pinned import PinCause
from eventsapp.planning.engine.trails.walking import Rule
from eventsapp.planning.wording_names import Names
from eventsapp.planning.wording_walks import choice, why, worth
from eventsapp.refusals import msgid

__all__ = ["ABOVE", "FAR_ABOVE", "PROVED", "cause", "choice", "violation", "why", "worth"]

PROVED = msgid("Composition %(found)d : aucune composition ne peut faire mieux, c’est démontré.")
ABOVE = msgid("Aucune composition ne peut faire mieux que %(bound)d : celle-ci (%(found)d) en est à %(gap)s.")
FAR_ABOVE = msgid("Aucune composition ne peut faire mieux que %(bound)d ; celle-ci : %(found)d.")
"""The mix beside what no composition can beat."""


def people(count: int) -> str:
    return ngettext("%(num)d personne", "%(num)d personnes", count)


def adults(count: int) -> str:
    return ngettext("%(num)d adulte", "%(num)d adultes", count)


def children(count: int) -> str:
    return ngettext("%(num)d enfant", "%(num)d enfants", count)


def teams(count: int) -> str:
    return ngettext("%(num)d équipe", "%(num)d équipes", count)


def places(count: int) -> str:
    return ngettext("%(num)d place", "%(num)d places", count)


COUNTS: Mapping[str, Callable[[int], str]] = {
    "people": people,
    "adults": adults,
    "children": children,
    "teams": teams,
    "places": places,
}
"""How the numbers of causes and violations are said with what they count."""


def _said(params: Mapping[str, Any], names: Names) -> dict[str, Any]:
    said = names.said(params)
    for name, count in COUNTS.items():
        if isinstance(said.get(name), int):
            said[name] = count(said[name])
    return said


def cause(reason: Reason, names: Names) -> str:
    """Why no plan is possible, and what is missing."""
    said = _said(reason.params, names)
    if reason.key in PINS:
        return gettext(PINS[str(reason.key)], **said)
    if reason.key in DAYS:
        return DAYS[DayCause(reason.key)](reason.params, said)
    return CAUSES[Cause(reason.key)](reason.params, said)


def _group_too_large(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "Le groupe %(group)s compte %(people)s, une équipe %(team_max)d au plus : c’est %(num)d de trop.",
        "Le groupe %(group)s compte %(people)s, une équipe %(team_max)d au plus : c’est %(num)d de trop.",
        params["missing"],
        **said,
    )


def _too_many_people(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(people)s pour %(places)s (%(teams)s de %(team_max)d au plus) : il manque %(num)d place.",
        "%(people)s pour %(places)s (%(teams)s de %(team_max)d au plus) : il manque %(num)d places.",
        params["missing"],
        **said,
    )


def _too_few_people(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(people)s pour %(teams)s de %(team_min)d au moins : il manque %(num)d personne.",
        "%(people)s pour %(teams)s de %(team_min)d au moins : il manque %(num)d personnes.",
        params["missing"],
        **said,
    )


def _too_few_adults(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    if not params["children_per_adult"]:
        return gettext("%(children)s, alors qu’un adulte ne peut veiller sur aucun enfant.", **said)
    return ngettext(
        "%(children)s pour %(adults)s, %(children_per_adult)d par adulte : il manque %(num)d adulte.",
        "%(children)s pour %(adults)s, %(children_per_adult)d par adulte : il manque %(num)d adultes.",
        params["missing"],
        **said,
    )


def _too_few_adults_per_team(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(adults)s pour %(teams)s, %(min_adults)d au moins par équipe : il manque %(num)d adulte.",
        "%(adults)s pour %(teams)s, %(min_adults)d au moins par équipe : il manque %(num)d adultes.",
        params["missing"],
        **said,
    )


def _no_accessible_route(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "Le groupe %(groups)s compte un fauteuil roulant, et aucun parcours n’est sans marches.",
        "Les groupes %(groups)s comptent un fauteuil roulant, et aucun parcours n’est sans marches.",
        len(params["groups"]),
        groups=said["groups"],
    )


def _no_accessible_structure(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "Le groupe %(groups)s compte un fauteuil roulant, et aucune structure ne peut l’accompagner.",
        "Les groupes %(groups)s comptent un fauteuil roulant, et aucune structure ne peut les accompagner.",
        len(params["groups"]),
        groups=said["groups"],
    )


def _too_few_structures(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(teams)s à accompagner : les structures en acceptent %(num)d au plus.",
        "%(teams)s à accompagner : les structures en acceptent %(num)d au plus.",
        params["places"],
        teams=said["teams"],
    )


def _too_few_accessible_structures(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(people)s dans des groupes avec un fauteuil, %(places)s auprès des structures qui peuvent "
        "les accompagner : il manque %(num)d place.",
        "%(people)s dans des groupes avec un fauteuil, %(places)s auprès des structures qui peuvent "
        "les accompagner : il manque %(num)d places.",
        params["missing"],
        **said,
    )


def _too_few_slots(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(teams)s, %(stages)d étapes au moins chacune : %(needed)d passages, et les lieux n’en permettent "
        "que %(slots)d dans la journée. Il manque %(num)d passage.",
        "%(teams)s, %(stages)d étapes au moins chacune : %(needed)d passages, et les lieux n’en permettent "
        "que %(slots)d dans la journée. Il manque %(num)d passages.",
        params["missing"],
        **said,
    )


def _no_day_on_any_route(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    if params["stepfree"]:
        return gettext(
            "Avec un fauteuil roulant, aucun parcours ne peut se faire : il n’y a pas de chemin sans marches "
            "assez court d’une étape à l’autre, ou la journée est trop courte."
        )
    return gettext(
        "Aucun parcours ne peut se faire : la marche d’une étape à l’autre est trop longue, ou la journée "
        "trop courte."
    )


def _too_few_passages(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    sentences = [
        ngettext(
            "%(teams)s : %(num)d au plus peut faire un parcours dans la journée.",
            "%(teams)s : %(num)d au plus peuvent faire un parcours dans la journée.",
            params["at_most"],
            teams=said["teams"],
        )
    ]
    if params["one_more"]:
        sentences.append(
            ngettext(
                "Il suffirait que ce lieu reçoive une équipe de plus à la fois : %(landmarks)s.",
                "Il suffirait que l’un de ces lieux reçoive une équipe de plus à la fois : %(landmarks)s.",
                len(params["one_more"]),
                landmarks=said["one_more"],
            )
        )
    elif params["landmarks"]:
        sentences.append(gettext("La place manque à %(landmarks)s.", landmarks=said["landmarks"]))
    if params["longer"]:
        sentences.append(
            ngettext(
                "Il suffirait que la journée dure %(num)d minute de plus.",
                "Il suffirait que la journée dure %(num)d minutes de plus.",
                params["longer"],
            )
        )
    return " ".join(sentences)


def _groups_do_not_fit(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    sentence = gettext(
        "Ces groupes ne peuvent pas être répartis en %(teams)s de %(team_min)d à %(team_max)d personnes.",
        teams=said["teams"],
        team_min=params["team_min"],
        team_max=params["team_max"],
    )
    helps = list(_what_helps_groups(params))
    if not helps:
        return sentence
    changes = ngettext(
        "Il suffirait de ce changement : %(changes)s.",
        "Il suffirait de l’un de ces changements : %(changes)s.",
        len(helps),
        changes=", ".join(helps),
    )
    return f"{sentence} {changes}"


def _what_helps_groups(params: Mapping[str, Any]) -> Iterator[str]:
    if params["pinned"]:
        yield gettext("ne rien fixer")
    if params["more_teams"]:
        yield gettext("une équipe de plus")
    if params["fewer_teams"]:
        yield gettext("une équipe de moins")
    if params["more_places"]:
        places = params["more_places"]
        yield ngettext("%(num)d place de plus par équipe", "%(num)d places de plus par équipe", places)
    if params["fewer_places"]:
        least = params["team_min"] - params["fewer_places"]
        yield gettext("un minimum de %(least)s par équipe", least=people(least))
    if params["more_adults"]:
        count = params["more_adults"]
        yield ngettext("%(num)d adulte de plus", "%(num)d adultes de plus", count)


DAYS: Mapping[DayCause, Callable[[Mapping[str, Any], dict[str, Any]], str]] = {
    DayCause.GROUPS_DO_NOT_FIT: _groups_do_not_fit,
    DayCause.NO_DAY_ON_ANY_ROUTE: _no_day_on_any_route,
    DayCause.NOT_ENOUGH_PASSAGES: _too_few_passages,
}

CAUSES: Mapping[Cause, Callable[[Mapping[str, Any], dict[str, Any]], str]] = {
    Cause.GROUP_LARGER_THAN_TEAM: _group_too_large,
    Cause.TOO_MANY_PEOPLE: _too_many_people,
    Cause.TOO_FEW_PEOPLE: _too_few_people,
    Cause.NOT_ENOUGH_ADULTS_RATIO: _too_few_adults,
    Cause.NOT_ENOUGH_ADULTS_PER_TEAM: _too_few_adults_per_team,
    Cause.NO_ACCESSIBLE_ROUTE: _no_accessible_route,
    Cause.NO_ACCESSIBLE_STRUCTURE: _no_accessible_structure,
    Cause.NOT_ENOUGH_STRUCTURES: _too_few_structures,
    Cause.NOT_ENOUGH_ACCESSIBLE_STRUCTURES: _too_few_accessible_structures,
    Cause.NOT_ENOUGH_STAGE_SLOTS: _too_few_slots,
}

PINS: Mapping[str, str] = {
    PinCause.TOO_MANY_TEAMS: msgid("Vous avez fixé %(pinned)d équipes, et il n’y en a que %(teams)s."),
    PinCause.TEAM_TOO_LARGE: msgid(
        "Équipe %(team)s : vous y avez fixé %(people)s, pour %(team_max)d places au plus."
    ),
    PinCause.TOO_MANY_CHILDREN: msgid(
        "Équipe %(team)s : vous y avez fixé %(children)s, pour %(adults)s au plus."
    ),
    PinCause.STRUCTURE_NOT_ACCESSIBLE: msgid(
        "Équipe %(team)s : la structure fixée (%(structure)s) ne peut pas accompagner un fauteuil roulant."
    ),
    PinCause.STRUCTURE_OVERLOAD: msgid(
        "La structure %(structure)s est fixée pour %(pinned)d équipes, elle en accepte %(max_teams)d."
    ),
    PinCause.DAY_BROKEN: msgid("Équipe %(team)s : le parcours et les horaires fixés ne sont pas possibles."),
    PinCause.STAGE_OVERLOAD: msgid(
        "%(landmark)s : %(pinned)d équipes y sont fixées au même moment, "
        "le lieu en accueille %(capacity)d au plus."
    ),
}
"""Why what was fixed by hand cannot be kept."""

RULES: Mapping[Rule, str] = {
    Rule.GROUP_PLACED: msgid("Le groupe %(group)s est dans %(times)d équipes, au lieu d’une."),
    Rule.UNKNOWN_GROUP: msgid("Le groupe %(group)s n’existe pas."),
    Rule.N_TEAMS: msgid("%(teams)s, au lieu de %(needed)d."),
    Rule.TEAM_NAMED_TWICE: msgid("Deux équipes s’appellent %(team)s."),
    Rule.TEAM_SIZE: msgid("Équipe %(team)s : %(people)s, ce n’est pas une taille permise."),
    Rule.MIN_ADULTS: msgid("Équipe %(team)s : trop peu d’adultes (%(adults)s)."),
    Rule.CHILD_RATIO: msgid("Équipe %(team)s : %(children)s pour %(adults)s, c’est trop."),
    Rule.NO_STRUCTURE: msgid("Équipe %(team)s : la structure %(structure)s n’existe pas."),
    Rule.STRUCTURE_NOT_ACCESSIBLE: msgid(
        "Équipe %(team)s : la structure %(structure)s ne peut pas accompagner un fauteuil roulant."
    ),
    Rule.STRUCTURE_OVERLOAD: msgid("La structure %(structure)s a trop d’équipes (%(teams)s)."),
    Rule.NO_ROUTE: msgid("Équipe %(team)s : le parcours %(route)s n’existe pas."),
    Rule.ROUTE_NOT_ACCESSIBLE: msgid(
        "Équipe %(team)s : le parcours %(route)s a des marches, et l’équipe un fauteuil roulant."
    ),
    Rule.STAGES_MISMATCH: msgid("Équipe %(team)s : ses étapes ne sont pas celles du parcours %(route)s."),
    Rule.DEPART: msgid("Équipe %(team)s : elle part trop tard, ou avant l’ouverture."),
    Rule.NOT_STEP_FREE: msgid("Équipe %(team)s : il n’y a pas de chemin pour elle vers %(landmark)s."),
    Rule.LEG_TOO_LONG: msgid("Équipe %(team)s : la marche vers %(landmark)s est trop longue."),
    Rule.WALK_INFEASIBLE: msgid("Équipe %(team)s : elle ne peut pas être à temps à %(landmark)s."),
    Rule.WAIT_TOO_LONG: msgid("Équipe %(team)s : elle attend trop longtemps devant %(landmark)s."),
    Rule.LATE: msgid("Équipe %(team)s : elle revient trop tard."),
    Rule.STAGE_OVERLOAD: msgid("%(landmark)s reçoit trop d’équipes à la fois (%(teams)s)."),
    Rule.PIN_BROKEN: msgid("Équipe %(team)s : ce que vous avez fixé n’est pas respecté."),
    Rule.WRONG_OBJECTIVE: msgid("Les chiffres du plan ne sont pas les siens."),
    Rule.ABOVE_BOUND: msgid("Le plan fait mieux que la borne %(bound)d : la borne est fausse."),
}


def violation(rule: str, where: Mapping[str, Any], names: Names) -> str:
    """Which rule a plan breaks, and where."""
    said = _said(where, names)
    if said.get("landmark", "") is None:
        said["landmark"] = gettext("le retour")
    return gettext(RULES[Rule(rule)], **said)
