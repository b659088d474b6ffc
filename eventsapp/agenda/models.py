"""Activities, topics and dated events."""

from __future__ import annotations

import enum
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from flask_babel import lazy_gettext
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from eventsapp.agenda.entry_rules import EntryForm, EntryRules, QueueOrder
from eventsapp.agenda.terms import Terms
from eventsapp.codes import short_code, slug_from
from eventsapp.database import Model, choice
from eventsapp.media.models import Picture
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory, Venue
from eventsapp.programme.models import Action


class ActivityKind(enum.StrEnum):
    """The shapes of activity that the service knows."""

    SCHOOL_SATURDAY = "samedi_ecole"
    BREAKFAST = "petit_dejeuner"
    TRAIL = "parcours"
    WORKSHOP = "atelier"


class Audience(enum.StrEnum):
    """Whom an event is for."""

    EVERYONE = "tous"
    FAMILIES = "familles"
    SCHOOL_PARENTS = "parents_ecole"
    PROFESSIONALS = "professionnels"

    @property
    def label(self) -> str:
        """« Parents et enfants », « Pour les professionnels »…"""
        return str(_AUDIENCE_LABELS[self])


_AUDIENCE_LABELS = {
    Audience.EVERYONE: lazy_gettext("Ouvert à tout le quartier"),
    Audience.FAMILIES: lazy_gettext("Parents et enfants"),
    Audience.SCHOOL_PARENTS: lazy_gettext("Parents de cette école"),
    Audience.PROFESSIONALS: lazy_gettext("Pour les professionnels"),
}


class RegistrationMode(enum.StrEnum):
    """Whether one registers."""

    NONE = "sans"
    """Come as you are."""
    COUNTED = "comptee"
    """Places are counted; households register."""


class Accessibility(enum.StrEnum):
    """What an event offers to whoever needs it; the venue's own step is `Venue.step_free`."""

    SIGN_LANGUAGE = "lsf"
    EASY_FRENCH = "francais_simple"
    CHILD_CARE = "garde_enfants"
    QUIET = "calme"
    HEARING_LOOP = "boucle"
    PUSHCHAIR = "poussette"

    @property
    def label(self) -> str:
        """« Interprète en langue des signes »…"""
        return str(ACCESSIBILITY_LABELS[self])


ACCESSIBILITY_LABELS = {
    Accessibility.SIGN_LANGUAGE: lazy_gettext("Interprète en langue des signes"),
    Accessibility.EASY_FRENCH: lazy_gettext("On parle français simplement"),
    Accessibility.CHILD_CARE: lazy_gettext("Les enfants sont gardés sur place"),
    Accessibility.QUIET: lazy_gettext("Un endroit calme"),
    Accessibility.HEARING_LOOP: lazy_gettext("Boucle pour les appareils auditifs"),
    Accessibility.PUSHCHAIR: lazy_gettext("On entre avec une poussette"),
}


class EventStatus(enum.StrEnum):
    """Where an event is in its life."""

    SCHEDULED = "prevu"
    CANCELLED = "annule"


EVENT_MOVES: dict[EventStatus, frozenset[EventStatus]] = {
    EventStatus.SCHEDULED: frozenset({EventStatus.CANCELLED}),
    EventStatus.CANCELLED: frozenset({EventStatus.SCHEDULED}),
}
"""From each status, those it may go to."""


class Topic(Model):
    """What is talked about at an event ("les écrans"): not a Theme."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))


class Activity(Model):
    """A series under an action: "Samedis matins, école Curial". A one-off has one event."""

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("territory_id", "slug"),
        CheckConstraint(
            "(usual_registration = 'comptee') = (usual_capacity IS NOT NULL)", name="counted_has_capacity"
        ),
        CheckConstraint("usual_capacity IS NULL OR usual_capacity > 0", name="capacity_positive"),
        CheckConstraint("retention_months BETWEEN 1 AND 36", name="retention_within_bounds"),
        CheckConstraint("(retention_months IS NULL) = (retention_reason = '')", name="retention_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    slug: Mapped[str] = mapped_column(String(120))
    kind: Mapped[ActivityKind] = mapped_column(choice(ActivityKind))
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(400), default="")
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """When it recurs, as `agenda.recurrence.Rule` writes itself; None: dates one by one."""
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    """Its usual place."""
    usual_start: Mapped[time | None]
    """The hour on a Paris clock at which its dates begin; None: said date by date."""
    usual_minutes: Mapped[int | None]
    """How long a date lasts."""
    usual_audience: Mapped[Audience] = mapped_column(choice(Audience), default=Audience.EVERYONE)
    usual_restricted: Mapped[bool] = mapped_column(default=False)
    """Whether its dates stay out of public lists: a school that keeps its Saturdays to its parents."""
    usual_registration: Mapped[RegistrationMode] = mapped_column(
        choice(RegistrationMode), default=RegistrationMode.NONE
    )
    usual_capacity: Mapped[int | None]
    usual_entry: Mapped[EntryRules] = composite(
        mapped_column("usual_form", choice(EntryForm), default=EntryForm.SHORT),
        mapped_column("usual_most_adults"),
        mapped_column("usual_most_children"),
        mapped_column("usual_most_under_6"),
        mapped_column("usual_children_per_adult"),
        mapped_column("usual_order", choice(QueueOrder), default=QueueOrder.FIRST_FIT),
        mapped_column("usual_answer_hours"),
    )
    """What its dates ask of people who register."""
    retention_months: Mapped[int | None]
    """How long after a date its registrations are kept; None: RETENTION_MONTHS (`agenda.keeping`)."""
    retention_reason: Mapped[str] = mapped_column(String(240), default="")
    """Why not as long as everywhere else."""
    is_demonstration: Mapped[bool] = mapped_column(default=False)

    action: Mapped[Action] = relationship()
    venue: Mapped[Venue | None] = relationship()

    @property
    def asks(self) -> EntryRules:
        """What a date asks that says nothing else; also of an activity that is not flushed yet."""
        kept: EntryRules | None = self.usual_entry
        return kept or EntryRules()


class ExceptionKind(enum.StrEnum):
    """What was done by hand to one date of a series."""

    ADDED = "ajoutee"
    DROPPED = "retiree"
    MOVED = "deplacee"


class RecurrenceException(Model):
    """One date of a series added, dropped or moved by hand; it survives a change of the rule."""

    __tablename__ = "recurrence_exception"
    __table_args__ = (
        UniqueConstraint("activity_id", "on"),
        CheckConstraint("(kind = 'deplacee') = (moved_to IS NOT NULL)", name="moved_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    kind: Mapped[ExceptionKind] = mapped_column(choice(ExceptionKind))
    on: Mapped[date]
    moved_to: Mapped[date | None]


class Event(Model):
    """One date of an activity: one VEVENT, with its own permanent random UID (RFC 7986 5.3)."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        CheckConstraint(
            "seats_taken >= 0 AND (capacity IS NULL OR seats_taken <= capacity)", name="seats_within_capacity"
        ),
        CheckConstraint(
            "children_taken BETWEEN 0 AND seats_taken AND under_6_taken BETWEEN 0 AND children_taken",
            name="children_among_seats",
        ),
        CheckConstraint(
            "(most_adults IS NULL OR seats_taken - children_taken <= most_adults)"
            " AND (most_children IS NULL OR children_taken <= most_children)"
            " AND (most_under_6 IS NULL OR under_6_taken <= most_under_6)",
            name="within_quotas",
        ),
        CheckConstraint("(registration = 'comptee') = (capacity IS NOT NULL)", name="counted_has_capacity"),
        CheckConstraint("(status = 'annule') = (cancelled_at IS NOT NULL)", name="cancelled_has_moment"),
        CheckConstraint("(picture_id IS NULL) = (picture_alternative = '')", name="picture_is_described"),
        Index("ix_event_listing", "territory_id", "is_restricted", "starts_at", "id"),
        Index("ix_event_activity", "activity_id", "starts_at"),
        Index("ix_event_host", "host_id", "starts_at"),
        Index("ix_event_venue", "venue_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True, default=short_code)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    host_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"), index=True)
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(400), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[EventStatus] = mapped_column(choice(EventStatus), default=EventStatus.SCHEDULED)
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(240), default="")
    audience: Mapped[Audience] = mapped_column(choice(Audience))
    is_restricted: Mapped[bool] = mapped_column(default=False)
    """Stays out of public lists, map, feeds and JSON-LD; the page itself opens by its link."""
    registration: Mapped[RegistrationMode] = mapped_column(choice(RegistrationMode))
    capacity: Mapped[int | None]
    seats_taken: Mapped[int] = mapped_column(default=0)
    children_taken: Mapped[int] = mapped_column(default=0)
    """How many of the seats taken are children's (under 18)."""
    under_6_taken: Mapped[int] = mapped_column(default=0)
    """How many of these are under 6."""
    entry: Mapped[EntryRules] = composite(
        mapped_column("form", choice(EntryForm), default=EntryForm.SHORT),
        mapped_column("most_adults"),
        mapped_column("most_children"),
        mapped_column("most_under_6"),
        mapped_column("children_per_adult"),
        mapped_column("queue_order", choice(QueueOrder), default=QueueOrder.FIRST_FIT),
        mapped_column("answer_hours"),
    )
    spoken_languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Codes of the languages spoken there besides French."""
    accessibility: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Values of Accessibility that hold for this event."""
    access: Mapped[str] = mapped_column(String(240), default="")
    """How to come, where it differs from the venue's own."""
    door: Mapped[str] = mapped_column(String(240), default="")
    room: Mapped[str] = mapped_column(String(80), default="")
    """The room inside the venue, as who keeps the place calls it: « préau », « salle 3 »."""
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("picture.id"), index=True)
    """Its own picture; without one, pages show the host's."""
    picture_alternative: Mapped[str] = mapped_column(String(160), default="")
    """What one sees in it, in French (WCAG 1.1.1)."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """The last change that calendars should see; DTSTAMP of the feed."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Rises with time, place and status (RFC 5546 2.1.4)."""
    fragment: Mapped[str] = mapped_column(Text, default="", deferred=True)
    """The rendered VEVENT of feeds, written when the event changes (agenda.fragments)."""

    activity: Mapped[Activity] = relationship()
    territory: Mapped[Territory] = relationship()
    venue: Mapped[Venue] = relationship()
    host: Mapped[Organisation | None] = relationship()
    topic: Mapped[Topic | None] = relationship()
    picture: Mapped[Picture | None] = relationship()

    @property
    def slug(self) -> str | None:
        """The readable end of its address; the code alone finds it.

        A sensitive event has none: addresses stay in histories and calendars.
        """
        return None if self.activity.action.is_sensitive else slug_from(self.title)

    @property
    def for_professionals(self) -> bool:
        """Whoever comes there comes for an organisation, alone: no family does."""
        return self.audience is Audience.PROFESSIONALS

    @property
    def is_cancelled(self) -> bool:
        """Cancelled, and still shown so that nobody comes for nothing."""
        return self.status is EventStatus.CANCELLED

    @property
    def terms(self) -> Terms:
        """When, where and whether; of a flushed event."""
        return Terms(self.starts_at, self.ends_at, self.venue_id, self.is_cancelled)

    @property
    def seats_left(self) -> int | None:
        """Places left; None where they are not counted."""
        return None if self.capacity is None else self.capacity - self.seats_taken
