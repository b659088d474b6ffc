"""Who may enter an event, and in which order: what its host sets beside the number of places."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from flask_babel import lazy_gettext


class EntryForm(enum.StrEnum):
    """What is asked of people who register."""

    SHORT = "courte"
    """One page: one adult to reach, and how many come by age bracket."""
    FULL = "complete"
    """A page a person: first name, age bracket, and what they need that day."""

    @property
    def label(self) -> str:
        """« Court : un prénom, et combien de personnes »…"""
        return str(_FORM_LABELS[self])


class QueueOrder(enum.StrEnum):
    """Who on a waiting list is next when seats are free."""

    FIRST_FIT = "premier_qui_tient"
    """The first household that the free seats hold; a bounded number may pass before a larger one."""
    STRICT = "ordre_strict"
    """The first of the list, however long its seats take to come: nobody passes anybody."""

    @property
    def label(self) -> str:
        """« La première famille qui tient dans les places libres »…"""
        return str(_ORDER_LABELS[self])


_FORM_LABELS = {
    EntryForm.SHORT: lazy_gettext("Court : un prénom, et combien de personnes"),
    EntryForm.FULL: lazy_gettext("Complet : une page par personne, avec ses besoins"),
}
_ORDER_LABELS = {
    QueueOrder.FIRST_FIT: lazy_gettext("La première famille qui tient dans les places libres"),
    QueueOrder.STRICT: lazy_gettext("L’ordre d’arrivée, sans exception"),
}


@dataclass(frozen=True)
class EntryRules:
    """Which form, how many of whom at most, in which order; None: no such limit.

    `most_children` counts the under 18, `most_under_6` the youngest among them, `most_adults` the others.
    `children_per_adult` holds within one household. `answer_hours`: how long a place that came free is held
    for a household that must say yes; None: it is theirs at once.
    """

    form: EntryForm = EntryForm.SHORT
    most_adults: int | None = None
    most_children: int | None = None
    most_under_6: int | None = None
    children_per_adult: int | None = None
    order: QueueOrder = QueueOrder.FIRST_FIT
    answer_hours: int | None = None

    @property
    def has_quotas(self) -> bool:
        """Whether of some people only so many may come."""
        return (self.most_adults, self.most_children, self.most_under_6) != (None, None, None)
