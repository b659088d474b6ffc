"""The rule of a waiting list in sentences that anybody can read, and why somebody waits."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext, ngettext

from eventsapp.agenda.entry_rules import EntryRules, QueueOrder
from eventsapp.registrations.capacity import MOST_OVERTAKINGS, Hindrance

_REASONS = {
    Hindrance.NEVER: lazy_gettext("Ce groupe ne tient plus dans ce rendez-vous : appelez-le."),
    Hindrance.NO_ROOM: lazy_gettext("Il n’y a pas encore assez de places libres pour ce groupe."),
    Hindrance.QUOTA: lazy_gettext("Il y a des places libres, mais plus pour l’âge d’une personne du groupe."),
    Hindrance.BEHIND: lazy_gettext(
        "Ce groupe tiendrait, mais un autre attend avant lui : c’est l’ordre strict."
    ),
    Hindrance.KEPT: lazy_gettext(
        "Ce groupe tiendrait, mais ces places sont gardées pour un autre avant lui."
    ),
}


def rule_of(entry: EntryRules) -> str:
    """Who has the places that come free: « La première famille de la liste qui tient… »."""
    said = [order_of(entry.order)]
    if entry.answer_hours is not None:
        said.append(
            ngettext(
                "La famille choisie a %(num)d heure pour dire oui. Sans réponse, la place va à la suivante.",
                "La famille choisie a %(num)d heures pour dire oui. Sans réponse, la place va à la suivante.",
                entry.answer_hours,
            )
        )
    return " ".join(said)


def overtaken(times: int) -> str:
    """What somebody who was overtaken is told of it; nothing where nobody passed."""
    if not times:
        return ""
    passed = ngettext(
        "%(num)d famille plus petite est passée avant vous.",
        "%(num)d familles plus petites sont passées avant vous.",
        times,
    )
    if times < MOST_OVERTAKINGS:
        bound = gettext("Après %(most)s, plus personne ne passe devant vous.", most=MOST_OVERTAKINGS)
    else:
        bound = gettext("Plus personne ne passe devant vous : les places qui se libèrent vous attendent.")
    return f"{passed} {bound}"


def reason_of(hindrance: Hindrance) -> str:
    """Why a party waits, said to its desk."""
    return str(_REASONS[hindrance])


def order_of(order: QueueOrder) -> str:
    """Who is next."""
    if order is QueueOrder.STRICT:
        return gettext(
            "Une place se libère ? Elle va à la première famille de la liste, et à personne d’autre."
        )
    return gettext(
        "Une place se libère ? Elle va à la première famille de la liste qui tient tout entière. "
        "Une famille attend son tour : %(most)s familles plus petites peuvent passer, pas plus.",
        most=MOST_OVERTAKINGS,
    )
