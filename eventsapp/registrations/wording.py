"""The rule of a waiting list in sentences that anybody can read, and why somebody waits."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext, ngettext

from eventsapp.agenda.entry_rules import QueueOrder
from eventsapp.agenda.models import Event
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


def rule_of(event: Event) -> str:
    """Who has the places that come free: « La première famille de la liste qui tient… »."""
    entry = event.entry
    said = [order_of(entry.order, for_professionals=event.for_professionals)]
    if event.for_professionals:
        return " ".join(said + _to_answer(entry.answer_hours))
    if entry.order is QueueOrder.FIRST_FIT and entry.has_quotas:
        said.append(gettext("Une famille qui ne lui prend aucune place ne compte pas."))
    if entry.answer_hours is not None:
        said.append(
            ngettext(
                "La famille choisie a %(num)d heure pour dire oui, moins si le rendez-vous est proche. "
                "Sans réponse, la place va à la suivante.",
                "La famille choisie a %(num)d heures pour dire oui, moins si le rendez-vous est proche. "
                "Sans réponse, la place va à la suivante.",
                entry.answer_hours,
            )
        )
    return " ".join(said)


def _to_answer(hours: int | None) -> list[str]:
    """How long a professional who is asked has to say yes."""
    if hours is None:
        return []
    return [
        ngettext(
            "La personne choisie a %(num)d heure pour dire oui, moins si le rendez-vous est proche. "
            "Sans réponse, la place va à la suivante.",
            "La personne choisie a %(num)d heures pour dire oui, moins si le rendez-vous est proche. "
            "Sans réponse, la place va à la suivante.",
            hours,
        )
    ]


def overtaken(times: int, event: Event) -> str:
    """What somebody who waits is told of those who passed, and of those who still may; nothing where nobody
    did and nobody may: among professionals, who come alone, whoever is first fits first."""
    if event.for_professionals and not times:
        return ""
    order = event.entry.order
    is_over = order is QueueOrder.STRICT or times >= MOST_OVERTAKINGS
    if not times:
        return (
            ""
            if is_over
            else gettext("Au plus %(most)s familles peuvent passer devant vous.", most=MOST_OVERTAKINGS)
        )
    passed = (
        ngettext(
            "%(num)d personne est passée devant vous.", "%(num)d personnes sont passées devant vous.", times
        )
        if event.for_professionals
        else ngettext(
            "%(num)d famille est passée devant vous.", "%(num)d familles sont passées devant vous.", times
        )
    )
    if order is QueueOrder.STRICT:
        bound = gettext("Plus personne ne passe devant vous.")
    elif is_over:
        bound = gettext("Plus personne ne passe devant vous : les places qui se libèrent vous attendent.")
    else:
        bound = gettext("Après %(most)s, plus personne ne passe devant vous.", most=MOST_OVERTAKINGS)
    return f"{passed} {bound}"


def reason_of(hindrance: Hindrance) -> str:
    """Why a party waits, said to its desk."""
    return str(_REASONS[hindrance])


def order_of(order: QueueOrder, *, for_professionals: bool) -> str:
    """Who is next."""
    if for_professionals:
        return gettext("Une place se libère ? Elle va à la première personne de la liste.")
    if order is QueueOrder.STRICT:
        return gettext(
            "Une place se libère ? Elle va à la première famille de la liste, et à personne d’autre."
        )
    return gettext(
        "Une place se libère ? Elle va à la première famille de la liste qui tient tout entière. "
        "Au plus %(most)s autres peuvent passer devant une famille qui attend.",
        most=MOST_OVERTAKINGS,
    )
