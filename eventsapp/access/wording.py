"""Roles and places in the reader's words."""

from __future__ import annotations

from flask_babel import gettext

from eventsapp.access.models import Role, Where
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory, Venue


def title(role: Role, where: Where) -> str:
    """« Coordination du 19e », « Responsable de la structure Espace 19 »."""
    if isinstance(where, Territory):
        return gettext("Coordination du %(territory)s", territory=where.ordinal)
    if isinstance(where, Venue):
        return gettext("Contact de l’école : %(school)s", school=where.name)
    if isinstance(where, Organisation):
        if role is Role.OWNER:
            return gettext("Responsable de la structure : %(organisation)s", organisation=where.name)
        return gettext("Membre de la structure : %(organisation)s", organisation=where.name)
    return gettext("Administration du service")


def role_name(role: Role) -> str:
    """« Responsable »: the role alone, where the place is known."""
    return {
        Role.ADMINISTRATOR: gettext("Administration"),
        Role.COORDINATOR: gettext("Coordination"),
        Role.OWNER: gettext("Responsable"),
        Role.MEMBER: gettext("Membre"),
        Role.SCHOOL_CONTACT: gettext("Contact de l’école"),
    }[role]
