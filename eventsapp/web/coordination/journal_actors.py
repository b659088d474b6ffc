"""Who did what the lines of a journal say, in words; a statement for each kind of actor, whatever the lines.

A family is never named, nor is a contact.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext

from eventsapp.access import listings as access
from eventsapp.directory import listings as directory
from eventsapp.people import accounts
from eventsapp.places.models import SCHOOL_KINDS

NOBODYS_ACCOUNT = {
    "worker": lazy_gettext("Le service"),
    "cli": lazy_gettext("L’exploitant du service"),
    "seeds": lazy_gettext("L’installation"),
    "visitor": lazy_gettext("Une structure"),
}
"""Actors that are nobody."""


class Actors:
    """The actors of some lines."""

    def __init__(self, actors: Iterable[str]) -> None:
        known = set(actors)
        self._accounts = accounts.names_of_actors(known)
        self._organisations = access.organisations_named(_numbers(known, "organisation"), None)
        self._places = directory.kinds_of_places(_numbers(known, "contact"))

    def of(self, actor: str) -> str:
        """An actor in words; whoever left has no name any more."""
        kind, _, number = actor.partition(":")
        if kind == "household":
            return gettext("Une famille")
        if kind == "professional":
            return gettext("Une personne d’une structure")
        if not number.isdigit():
            return str(NOBODYS_ACCOUNT.get(actor, actor))
        if kind == "account":
            return self._accounts.get(int(number)) or gettext("Une personne partie")
        if kind == "organisation":
            name, _ = self._organisations.get(int(number), ("", False))
            return name or gettext("Une structure")
        return self._contact(int(number)) if kind == "contact" else actor

    def _contact(self, number: int) -> str:
        if number not in self._places:
            return gettext("Un contact")  # gone, and forgotten since
        kind = self._places[number]
        if kind is None:
            return gettext("Le contact d’une structure")
        return gettext("Le contact d’une école") if kind in SCHOOL_KINDS else gettext("Le contact d’un lieu")


def _numbers(actors: Iterable[str], kind: str) -> set[int]:
    """The rows that the actors of a kind are."""
    split = (actor.partition(":") for actor in actors)
    return {int(number) for one, _, number in split if one == kind and number.isdigit()}
