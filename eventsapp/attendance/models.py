"""Gestures made at the door, the figures they give, and the line of means of an event."""

from __future__ import annotations

import enum
from datetime import datetime

from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Event
from eventsapp.database import Model, choice
from eventsapp.registrations.models import AgeBracket


class Counter(enum.StrEnum):
    """What is counted at the door: people by coarse bracket, who can be told apart at a glance, and families.

    « Parents, children, families » are what the national survey on parenting actions publishes.
    """

    UNDER_3 = "0-2"
    FROM_3 = "3-5"
    FROM_6 = "6-10"
    FROM_11 = "11-17"
    ADULTS = "adultes"
    SENIORS = "60+"
    FAMILIES = "familles"

    @property
    def label(self) -> str:
        """« 3 à 5 ans », « Parents et autres adultes »…"""
        return str(_COUNTER_LABELS[self])

    @property
    def column(self) -> str:
        """The column of `AttendanceFigures` that holds it."""
        return self.name.lower()


_COUNTER_LABELS = {
    Counter.UNDER_3: lazy_gettext("0 à 2 ans"),
    Counter.FROM_3: lazy_gettext("3 à 5 ans"),
    Counter.FROM_6: lazy_gettext("6 à 10 ans"),
    Counter.FROM_11: lazy_gettext("11 à 17 ans"),
    Counter.ADULTS: lazy_gettext("Parents et autres adultes"),
    Counter.SENIORS: lazy_gettext("60 ans et plus"),
    Counter.FAMILIES: lazy_gettext("Familles"),
}
CHILDREN = (Counter.UNDER_3, Counter.FROM_3, Counter.FROM_6, Counter.FROM_11)
GROWN_UPS = (Counter.ADULTS, Counter.SENIORS)

COUNTER_OF: dict[AgeBracket, Counter] = {
    AgeBracket.UNDER_3: Counter.UNDER_3,
    AgeBracket.FROM_3: Counter.FROM_3,
    AgeBracket.FROM_6: Counter.FROM_6,
    AgeBracket.FROM_11: Counter.FROM_11,
    AgeBracket.FROM_15: Counter.FROM_11,
    AgeBracket.FROM_18: Counter.ADULTS,
    AgeBracket.FROM_26: Counter.ADULTS,
    AgeBracket.ADULT: Counter.ADULTS,
    AgeBracket.FROM_60: Counter.SENIORS,
}
"""Where a participant who was registered is counted once there."""


class MarkKind(enum.StrEnum):
    """What a gesture says."""

    ARRIVED = "arrivee"
    """This registered family is there."""
    UNDONE = "annulation"
    """It is not, after all."""
    COUNTED = "compte"
    """So many more, or fewer, of one counter."""


class AttendanceMark(Model):
    """One gesture, made on a phone that may have been offline, or typed from paper; never changed.

    Its nonce was drawn where it was made: however often it is sent, it is kept once. Figures depend on
    which marks there are and never on the order in which they came in.
    """

    __tablename__ = "attendance_mark"
    __table_args__ = (
        UniqueConstraint("event_id", "nonce"),
        CheckConstraint("(kind = 'compte') = (counter IS NOT NULL)", name="counted_has_counter"),
        CheckConstraint("(kind = 'compte') = (registration_id IS NULL)", name="family_or_counter"),
        CheckConstraint("(kind = 'compte') = (step <> 0)", name="counted_has_step"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    nonce: Mapped[str] = mapped_column(String(40))
    kind: Mapped[MarkKind] = mapped_column(choice(MarkKind))
    registration_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    """Who came by name follows the registration: it goes when that goes."""
    counter: Mapped[Counter | None] = mapped_column(choice(Counter))
    step: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    """The hour of the gesture, by the phone's clock as far as it can be trusted (`marking`)."""
    received_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    """« day_link:7 », or « account:3 » who typed the paper sheet."""


class AttendanceFigures(Model):
    """How many came to an event: drawn from its marks each time one comes in, and kept when these go.

    Registered families who arrived, with their participants, and whoever was counted without a name.
    """

    __tablename__ = "attendance_figures"
    __table_args__ = (
        CheckConstraint(
            " AND ".join(f"{one.column} >= 0" for one in Counter) + " AND arrived >= 0 AND expected >= 0",
            name="figures_not_negative",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    under_3: Mapped[int] = mapped_column(default=0)
    from_3: Mapped[int] = mapped_column(default=0)
    from_6: Mapped[int] = mapped_column(default=0)
    from_11: Mapped[int] = mapped_column(default=0)
    adults: Mapped[int] = mapped_column(default=0)
    seniors: Mapped[int] = mapped_column(default=0)
    families: Mapped[int] = mapped_column(default=0)
    arrived: Mapped[int] = mapped_column(default=0)
    """Registrations of which somebody came; `families` counts those of households too."""
    expected: Mapped[int] = mapped_column(default=0)
    """Registrations that had a place when it was last counted."""
    forgotten_arrived: Mapped[int] = mapped_column(default=0)
    forgotten_expected: Mapped[int] = mapped_column(default=0)
    """How many of these two are forgotten by now (`attendance.forgetting`)."""
    changed_at: Mapped[datetime]

    event: Mapped[Event] = relationship()

    def of(self, counter: Counter) -> int:
        """One figure."""
        return int(getattr(self, counter.column))

    @property
    def parents(self) -> int:
        """Grown-ups, of every age."""
        return self.adults + self.seniors

    @property
    def children(self) -> int:
        """Everybody below 18."""
        return sum(self.of(one) for one in CHILDREN)

    @property
    def people(self) -> int:
        """Everybody who came."""
        return self.parents + self.children


class EventMeans(Model):
    """What an event took: who spoke, hours, cost, funder. None: nobody said. Organisations, never people."""

    __tablename__ = "event_means"
    __table_args__ = (
        CheckConstraint("speakers >= 0", name="speakers_not_negative"),
        CheckConstraint("paid_minutes >= 0 AND volunteer_minutes >= 0", name="hours_not_negative"),
        CheckConstraint("cost_cents >= 0", name="cost_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    speakers: Mapped[int | None]
    speakers_from: Mapped[str] = mapped_column(String(120), default="")
    """The organisation they come from."""
    paid_minutes: Mapped[int | None]
    volunteer_minutes: Mapped[int | None]
    cost_cents: Mapped[int | None]
    """In euro cents."""
    funder: Mapped[str] = mapped_column(String(120), default="")
    changed_at: Mapped[datetime]

    event: Mapped[Event] = relationship()
