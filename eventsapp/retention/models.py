"""The register of deletions: what was deleted when, by which rule, and how much; nobody is in it."""

from __future__ import annotations

import enum
from datetime import date, datetime

from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Activity
from eventsapp.database import Model, choice
from eventsapp.places.models import Territory


class DataKind(enum.StrEnum):
    """What was deleted, or emptied of whom it was about."""

    REGISTRATIONS = "inscriptions"
    PARTICIPANTS = "participants"
    NEEDS = "besoins"
    HOUSEHOLDS = "familles"
    PROFESSIONALS = "professionnels"
    LINKS = "liens"
    INVITATIONS = "invitations"
    LETTERS = "courriers"
    CALLS = "appels"
    FAMILIES = "empreintes"
    """Digests under which families were counted, or what linked one to its family."""
    KEYS = "cles"

    @property
    def label(self) -> str:
        """« Inscriptions »…"""
        return str(_KIND_LABELS[self])


_KIND_LABELS = {
    DataKind.REGISTRATIONS: lazy_gettext("Inscriptions"),
    DataKind.PARTICIPANTS: lazy_gettext("Personnes inscrites"),
    DataKind.NEEDS: lazy_gettext("Besoins et langues d’interprète"),
    DataKind.HOUSEHOLDS: lazy_gettext("Familles : prénom, téléphone, e-mail"),
    DataKind.PROFESSIONALS: lazy_gettext("Professionnels : prénom, téléphone, e-mail"),
    DataKind.LINKS: lazy_gettext("Liens personnels"),
    DataKind.INVITATIONS: lazy_gettext("Invitations d’agenda"),
    DataKind.LETTERS: lazy_gettext("Courriers vidés"),
    DataKind.CALLS: lazy_gettext("Appels : qui a répondu"),
    DataKind.FAMILIES: lazy_gettext("Empreintes de familles comptées"),
    DataKind.KEYS: lazy_gettext("Clé de comptage de l’année"),
}


class DeletionRule(enum.StrEnum):
    """Why."""

    PERIOD = "duree"
    """The months of its activity were over."""
    DAY_AFTER = "lendemain"
    """The event was over yesterday."""
    ASKED = "demande"
    """The household asked for it (GDPR art. 17)."""
    YEAR_END = "fin_d_annee"
    """The school year was over and its figures frozen."""

    @property
    def label(self) -> str:
        """« Durée atteinte »…"""
        return str(_RULE_LABELS[self])


_RULE_LABELS = {
    DeletionRule.PERIOD: lazy_gettext("Durée atteinte"),
    DeletionRule.DAY_AFTER: lazy_gettext("Le lendemain du rendez-vous"),
    DeletionRule.ASKED: lazy_gettext("À la demande de la famille"),
    DeletionRule.YEAR_END: lazy_gettext("Fin de l’année scolaire"),
}


class Deletion(Model):
    """One line of the register of a territory; never changed.

    `seal` is the SHA-256 of the line and of the seal before it: whoever changes or removes a line breaks
    every seal after it, and whoever has kept one seal can tell.
    """

    __tablename__ = "deletion"
    __table_args__ = (
        UniqueConstraint("territory_id", "number"),
        CheckConstraint("rows > 0", name="rows_positive"),
        CheckConstraint("(rule = 'duree') = (months IS NOT NULL)", name="period_has_months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    number: Mapped[int]
    """From 1 in each territory, without a gap."""
    day: Mapped[date]
    """The Paris day on which it was done."""
    done_at: Mapped[datetime]
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    """Of which series; None: of the territory as a whole."""
    kind: Mapped[DataKind] = mapped_column(choice(DataKind))
    rule: Mapped[DeletionRule] = mapped_column(choice(DeletionRule))
    months: Mapped[int | None]
    """How long was to be kept."""
    rows: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64))

    territory: Mapped[Territory] = relationship()
    activity: Mapped[Activity | None] = relationship()
