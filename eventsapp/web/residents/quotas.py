"""What an event sets beside its places, in words, and which of it is used up."""

from __future__ import annotations

from flask_babel import gettext, ngettext

from eventsapp.agenda.models import Event
from eventsapp.registrations import seats


def entry_rules(event: Event) -> list[str]:
    """One sentence for each rule, the strictest ages first; none where there are only places."""
    entry, said = event.entry, []
    if entry.most_under_6 is not None:
        said.append(
            ngettext(
                "%(num)d enfant de moins de 6 ans au plus.",
                "%(num)d enfants de moins de 6 ans au plus.",
                entry.most_under_6,
            )
        )
    if entry.most_children is not None:
        said.append(ngettext("%(num)d enfant au plus.", "%(num)d enfants au plus.", entry.most_children))
    if entry.most_adults is not None:
        said.append(ngettext("%(num)d adulte au plus.", "%(num)d adultes au plus.", entry.most_adults))
    if entry.children_per_adult is not None:
        said.append(
            ngettext(
                "Un adulte pour %(num)d enfant.",
                "Un adulte pour %(num)d enfants au plus.",
                entry.children_per_adult,
            )
        )
    return said


def full_quotas(event: Event) -> list[str]:
    """For whom there is no room any more although places are left; one sentence each."""
    if event.capacity is None or not seats.open_places(event):
        return []
    entry, taken, said = event.entry, seats.taken_at(event), []
    if entry.most_children is not None and taken.children >= entry.most_children:
        said.append(gettext("Il n’y a plus de place pour les enfants."))
    elif entry.most_under_6 is not None and taken.under_6 >= entry.most_under_6:
        said.append(gettext("Il n’y a plus de place pour les enfants de moins de 6 ans."))
    return said
