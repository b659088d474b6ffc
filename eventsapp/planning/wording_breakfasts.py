"""Words for breakfasts: why there is no seating, which rules one breaks, how good it is, why it is so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from eventsapp.planning.engine.breakfasts.checking import Rule
from eventsapp.planning.engine.breakfasts.plan import WhyNot, WhySeat
from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.wording_names import Names
from eventsapp.refusals import msgid

PROVED = msgid("Placement %(found)d : aucun placement ne peut faire mieux, c’est démontré.")
ABOVE = msgid("Aucun placement ne peut faire mieux que %(bound)d : celui-ci (%(found)d) en est à %(gap)s.")
FAR_ABOVE = msgid("Aucun placement ne peut faire mieux que %(bound)d ; celui-ci : %(found)d.")
"""The seating beside what no seating can beat."""


def _said(params: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Parameters as words; tables count from 0 in plans, from 1 for people."""
    said = names.said(params)
    table = params.get("table")
    if isinstance(table, int):
        said["table"] = table + 1
    return said


def cause(reason: Reason, names: Names) -> str:
    """Why no seating is possible, and what is missing."""
    return CAUSES[WhyNot(reason.key)](reason.params, _said(reason.params, names))


def _seats(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(edition)s : %(people)d personnes attendues pour %(seats)d places, il manque %(num)d place.",
        "%(edition)s : %(people)d personnes attendues pour %(seats)d places, il manque %(num)d places.",
        params["people"] - params["seats"],
        **said,
    )


def _hosts(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(edition)s : %(hosts)d hôtes, un par table, et il n’y a que %(num)d table.",
        "%(edition)s : %(hosts)d hôtes, un par table, et il n’y a que %(num)d tables.",
        params["tables"],
        **said,
    )


def _clique(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(edition)s : %(persons)s ne doivent jamais partager une table, et il n’y en a que %(num)d.",
        "%(edition)s : %(persons)s ne doivent jamais partager une table, et il n’y en a que %(num)d.",
        params["tables"],
        **said,
    )


CLASHES = {
    "apart": msgid("%(edition)s, table %(table)d : %(persons)s y sont fixés et ne doivent pas se côtoyer."),
    "hosts": msgid(
        "%(edition)s, table %(table)d : %(persons)s y sont fixés et sont hôtes, un seul par table."
    ),
    "seats": msgid("%(edition)s, table %(table)d : %(persons)s y sont fixés, c’est plus que de places."),
}
"""What people fixed at one table break, by its rule."""


def _clash(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    if params.get("table") is None:
        return gettext("%(edition)s : les places fixées laissent trop peu de tables aux hôtes.", **said)
    sentence = CLASHES[params["rule"]]
    return gettext(sentence, **said)


def _too_many_apart(params: Mapping[str, Any], said: dict[str, Any]) -> str:
    return ngettext(
        "%(edition)s : trop de personnes ne doivent pas se côtoyer pour %(num)d table.",
        "%(edition)s : trop de personnes ne doivent pas se côtoyer pour %(num)d tables.",
        params["tables"],
        **said,
    )


CAUSES: Mapping[WhyNot, Callable[[Mapping[str, Any], dict[str, Any]], str]] = {
    WhyNot.NOT_ENOUGH_SEATS: _seats,
    WhyNot.MORE_HOSTS_THAN_TABLES: _hosts,
    WhyNot.APART_CLIQUE: _clique,
    WhyNot.PINS_CLASH: _clash,
    WhyNot.TOO_MANY_APART: _too_many_apart,
}

RULES: Mapping[Rule, str] = {
    Rule.UNKNOWN: msgid("%(edition)s : ce petit déjeuner n’existe pas, ou figure deux fois."),
    Rule.MISSING_EDITION: msgid("%(edition)s : personne n’y est placé."),
    Rule.ATTENDANCE: msgid(
        "%(edition)s : chaque personne attendue a une place et une seule, ce n’est pas le cas de %(persons)s."
    ),
    Rule.TABLE_SIZES: msgid("%(edition)s : il y a plus de monde aux tables que de places."),
    Rule.HOSTS: msgid("%(edition)s, table %(table)d : il y faut un hôte, et un seul."),
    Rule.APART: msgid("%(edition)s, table %(table)d : %(persons)s ne doivent pas se côtoyer."),
    Rule.PIN_CHANGED: msgid("%(edition)s : %(person)s n’est pas à la table fixée (%(table)d)."),
    Rule.WRONG_OBJECTIVE: msgid("Les chiffres du plan ne sont pas les siens."),
    Rule.ABOVE_BOUND: msgid("Le plan fait mieux que la borne : la borne est fausse."),
}


def violation(rule: str, where: Mapping[str, Any], names: Names) -> str:
    """Which rule a seating breaks, and where."""
    return gettext(RULES[Rule(rule)], **_said(where, names))


WHY = {
    WhySeat.PINNED: msgid("Vous avez fixé cette place."),
    WhySeat.HOSTS: msgid("Accueille la table %(table)d."),
    WhySeat.MEETS: msgid("Rencontre pour la première fois %(persons)s."),
    WhySeat.AGAIN: msgid("Retrouve %(persons)s."),
    WhySeat.COLLEAGUES: msgid("Est à la table de collègues : %(persons)s."),
    WhySeat.ALONE: msgid("Est seul(e) à sa table."),
    WhySeat.MET_EVERYONE: msgid("A déjà rencontré tout le monde ce matin-là."),
    WhySeat.NO_OTHER_SEAT: msgid("Toute autre place enfreindrait une règle."),
}


def why(reason: Reason, names: Names) -> str:
    """What a seat brings, and what another would cost."""
    key, said = WhySeat(reason.key), _said(reason.params, names)
    if key in WHY:
        return gettext(WHY[key], **said)
    cost = abs(int(str(reason.params["cost"])))
    seat = _seat(said)
    if key is WhySeat.BETTER_SWAP:
        return gettext(
            "Une meilleure place existe : %(seat)s ; le total baisserait de %(cost)d.", seat=seat, cost=cost
        )
    if not cost:
        return gettext("Aucune autre place n’est meilleure ; une autre la vaut : %(seat)s.", seat=seat)
    return gettext(
        "Aucune autre place n’est meilleure ; avec %(seat)s, le total monterait de %(cost)d.",
        seat=seat,
        cost=cost,
    )


def _seat(said: Mapping[str, Any]) -> str:
    if said.get("person") is None:
        return gettext("libre, à la table %(table)d", **said)
    return gettext("celle de %(person)s, à la table %(table)d", **said)


def choice(key: tuple[object, object], names: Names) -> str:
    """A person at an edition."""
    edition, person = key
    return f"{edition}, {person}"


def worth(reading: Any, plan: Any, names: Names) -> list[str]:
    """How often people sit with whom they know."""
    return [_again(reading.figures["repeats"]), _colleagues(reading.figures["same_org_pairs"])]


def _again(pairs: int) -> str:
    if not pairs:
        return gettext("À chaque table, tout le monde se rencontre pour la première fois.")
    return ngettext(
        "%(num)d paire de personnes se revoit.", "%(num)d paires de personnes se revoient.", pairs
    )


def _colleagues(pairs: int) -> str:
    if not pairs:
        return gettext("Aucune table ne réunit des collègues.")
    return ngettext(
        "%(num)d paire de collègues partage une table.",
        "%(num)d paires de collègues partagent une table.",
        pairs,
    )
