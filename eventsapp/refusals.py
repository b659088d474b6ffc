"""Refusal: the base of every "no", with its French sentence and its parameters.

This module knows neither Flask nor Babel, so that pure modules may refuse too: a sentence is a
msgid, marked for the translators with `msgid`, and a door translates it when it shows it.
"""

from __future__ import annotations

from typing import ClassVar


def msgid(sentence: str) -> str:
    """Marks a French sentence for the translators (see babel.cfg) and gives it back unchanged."""
    return sentence


class Refusal(Exception):
    """Something asked for that is not done, and why.

    A subclass gives its `sentence`, a French msgid with `%(name)s` places; raising it fills them.
    `field` names the form field that the sentence stands beside, when there is one.
    Pages show it beside that field, machines get it as a problem document (RFC 9457).
    """

    sentence: ClassVar[str] = msgid("Ce n’est pas possible.")
    status: ClassVar[int] = 422

    def __init__(self, *, field: str | None = None, **parameters: object) -> None:
        self.field = field
        self.parameters = parameters
        super().__init__(self.sentence % parameters if parameters else self.sentence)


class Conflict(Refusal):
    """The thing is no longer in the state that the request supposed (HTTP 409)."""

    sentence = msgid("La situation a changé entre-temps. Relisez la page, puis recommencez.")
    status = 409


class NotFound(Refusal):
    """There is no such thing, or the asker may not know of it (HTTP 404)."""

    sentence = msgid("Cette page n’existe plus.")
    status = 404
