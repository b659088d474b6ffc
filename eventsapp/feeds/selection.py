"""Which public events a reader asked a feed for: what its address says, and the address of what it says.

Pure but for the words that `programme` and `agenda` own. Within one parameter any value will do, between
parameters all must hold: « theme=sport&theme=enfance&quartier=flandre » is sport or childhood, in Flandre.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeVar
from urllib.parse import urlencode

from eventsapp.agenda.models import Audience
from eventsapp.programme.models import Theme
from eventsapp.refusals import NotFound

PARAMETERS = {
    "theme": "themes",
    "quartier": "quartiers",
    "public": "audiences",
    "action": "actions",
    "structure": "organisations",
    "lieu": "venues",
    "serie": "activities",
}
"""What each is called in an address (as the agenda's listing says it) and here, in the canonical order."""

MOST_VALUES = 24
"""Values that one feed may ask for, all parameters together: the seven themes and every quartier fit."""

SLUG = re.compile(r"[0-9a-z-]{1,120}")
"""What `codes.slug_from` writes."""

Choice = TypeVar("Choice", bound=enum.StrEnum)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a public feed holds; an empty tuple: no wish. All but themes and audiences are slugs.

    Values are kept once each, in alphabetical order: two ways of asking the same are one selection, with
    one address, hence one UID, one SOURCE and one version.
    """

    territory: str
    themes: tuple[Theme, ...] = ()
    quartiers: tuple[str, ...] = ()
    audiences: tuple[Audience, ...] = ()
    actions: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name != "territory":
                object.__setattr__(self, field.name, tuple(sorted(set(getattr(self, field.name)))))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out: the whole of a territory."""
        return not any(getattr(self, kind) for kind in PARAMETERS.values())

    @property
    def is_neutral(self) -> bool:
        """Whether it says of its events no more than where about they take place."""
        return not any(getattr(self, kind) for kind in PARAMETERS.values() if kind != "quartiers")


def read(territory: str, asked: Mapping[str, Iterable[str]]) -> Selection:
    """What an address asks for: each parameter with all its values, in any order; empty values and
    parameters that are none of ours say nothing.

    Raises NotFound for what can be no value, and for more than MOST_VALUES: a feed that left a wish out
    would fill somebody's calendar with what they did not ask for.
    """
    values = {name: [value for value in asked.get(name, ()) if value] for name in PARAMETERS if name in asked}
    if sum(map(len, values.values())) > MOST_VALUES:
        raise NotFound()
    slugs = {
        PARAMETERS[name]: tuple(map(_slug, of_name))
        for name, of_name in values.items()
        if name not in {"theme", "public"}
    }
    return Selection(
        territory=territory,
        themes=tuple(_member(Theme, value) for value in values.get("theme", ())),
        audiences=tuple(_member(Audience, value) for value in values.get("public", ())),
        **slugs,
    )


def address(selection: Selection) -> str:
    """The one path, with its query, at which a selection is read, below PUBLIC_URL.

    A theme alone has the path that its first readers know: a feed keeps its address and UID for ever.
    """
    asked = [(name, str(value)) for name, kind in PARAMETERS.items() for value in getattr(selection, kind)]
    if len(asked) == 1 and selection.themes:
        return f"/agendas/{selection.territory}/{selection.themes[0]}.ics"
    return f"/agendas/{selection.territory}.ics" + (f"?{urlencode(asked)}" if asked else "")


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise NotFound()
    return value


def _member(kind: type[Choice], value: str) -> Choice:
    if value not in set(kind):
        raise NotFound()
    return kind(value)
