"""How people are told things."""

from __future__ import annotations

import enum

from flask_babel import lazy_gettext


class Means(enum.StrEnum):
    """How somebody is told things."""

    MAIL = "courriel"
    SMS = "sms"
    CALL = "appel"

    @property
    def label(self) -> str:
        """« Par e-mail », « Par SMS », « Par un appel »."""
        return str(LABELS[self])


LABELS = {
    Means.MAIL: lazy_gettext("Par e-mail"),
    Means.SMS: lazy_gettext("Par SMS"),
    Means.CALL: lazy_gettext("Par un appel"),
}
