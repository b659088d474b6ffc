"""Words for the repairs when an association can no longer come: what changes, is lost, costs, is proved."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_babel import gettext, ngettext

from eventsapp import languages
from eventsapp.planning import wording, wording_saturdays
from eventsapp.planning.engine.files import Asked
from eventsapp.planning.engine.saturdays.problem import Line
from eventsapp.planning.engine.saturdays.repair import Change, Repair
from eventsapp.planning.wording_names import Names


def repairs(asked: Asked, found: Iterable[Repair], left: Callable[[Line], bool]) -> list[str]:
    """Each repair under its number: a sentence a line, those of its changes set in.

    `left` says of a session of the plan before whether its association no longer comes.
    """
    names, lines = Names(asked), list[str]()
    for number, repair in enumerate(found, 1):
        others = sum(not left(one.before) for one in repair.changes)
        lines.append(
            gettext("Solution %(number)d : %(what)s", number=number, what=_summary(repair.lost, others))
        )
        lines += [f"  - {_change(one, names)}" for one in repair.changes]
        lines += [f"  {_cost(repair)}", f"  {wording.proof(repair.proof)}"]
    return [languages.no_breaks(line) for line in lines]


def nothing_to_repair(asked: Asked, association: object) -> str:
    """It holds no session on the days on which it is away."""
    return languages.no_breaks(
        gettext(
            "%(association)s ne tient aucune séance à ces dates : rien ne change.",
            association=Names(asked).association(association),
        )
    )


def _summary(lost: int, others: int) -> str:
    """How much is lost, and how many sessions of others are not as they were."""
    missing = (
        ngettext("%(num)d séance est perdue", "%(num)d séances sont perdues", lost)
        if lost
        else gettext("aucune séance n’est perdue")
    )
    disturbed = (
        ngettext(
            "%(num)d séance d’une autre association change",
            "%(num)d séances d’autres associations changent",
            others,
        )
        if others
        else gettext("aucune autre association n’est dérangée")
    )
    return gettext("%(lost)s, %(disturbed)s.", lost=missing, disturbed=disturbed)


def _change(one: Change, names: Names) -> str:
    """A school in a period, before and after."""
    where = wording_saturdays.choice((one.before.school, one.before.period), names)
    was = names.association(one.before.association)
    now = None if one.after is None else names.association(one.after.association)
    said = [wording.replaced(one, was, now)]
    if one.after is not None and one.after.topic != one.before.topic:
        said.append(
            gettext("Sujet : « %(now)s » au lieu de « %(was)s ».", now=one.after.topic, was=one.before.topic)
        )
    if one.after is None and one.reason is not None:
        said.append(wording_saturdays.why(one.reason, names))
    return gettext("%(where)s : %(what)s", where=where, what=" ".join(said))


def _cost(repair: Repair) -> str:
    """What it costs beside the plan before, part by part."""
    parts = [
        gettext("%(part)s : %(cost)s", part=gettext(wording.PARTS[name]), cost=f"{cost:+d}")
        for name, cost in repair.cost.items()
        if cost
    ]
    if not parts:
        return gettext("Le total ne change pas.")
    return gettext(
        "Le total change de %(total)+d (%(parts)s).", total=sum(repair.cost.values()), parts=" ; ".join(parts)
    )
