"""What feeds are called; in French, as the events are."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import force_locale, gettext

from eventsapp.feeds.selection import Selection

MOST_NAMED = 4
"""Names that fit beside a calendar's box to tick."""


def name_of(ordinal: str, selection: Selection, names: Sequence[str]) -> str:
    """« Agenda du 19e – Accès aux droits, Flandre »: a calendar's list shows this name and nothing else.

    `names`: of what the selection says by slug.
    """
    with force_locale("fr"):
        wanted = [theme.public_label for theme in selection.themes]
        wanted += [*names, *(audience.label for audience in selection.audiences)]
        name = gettext("Agenda du %(territory)s", territory=ordinal)
        if not wanted:
            return name
        shown = ", ".join(wanted[:MOST_NAMED])
        return f"{name} – {shown}…" if len(wanted) > MOST_NAMED else f"{name} – {shown}"


def description() -> str:
    """What a calendar's details say of a public feed."""
    with force_locale("fr"):
        return gettext(
            "Les rendez-vous gratuits du quartier. Les heures et les lieux se mettent à jour seuls."
        )
