"""What a public feed holds, and the version by which its readers know that nothing changed.

A feed is asked for far more often than it changes: `version` costs one short query and decides
alone; only a changed feed is joined, from the fragments that the agenda stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from flask_babel import force_locale, gettext
from sqlalchemy import ColumnElement, or_, select

from eventsapp.agenda import fragments
from eventsapp.agenda.models import Activity, Event, EventStatus
from eventsapp.clock import day_of, local
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.ical import calendar
from eventsapp.places.models import Territory
from eventsapp.programme.models import Action, Axis, Theme
from eventsapp.refusals import NotFound
from eventsapp.settings import setting

DAYS_BACK, MONTHS_AHEAD = 60, 18
"""The window (ical RULES F15): a school year and the next, well below a thousand events."""

REFRESH = timedelta(hours=4)
"""How often calendars are asked to come back; each does as it likes."""

FRAME = 1
"""Part of every version: raise it when what stands around the fragments changes."""

_CALENDARS = UUID("5f0e6a0c-2b7d-4f6e-9d43-8f2f6a3f1c57")
"""The namespace of our calendars' own UIDs, drawn once: a feed keeps its UID for ever."""


@dataclass(frozen=True)
class Feed:
    """A public feed as it stands on one day: the whole of a territory, or one theme of it."""

    territory_id: int
    slug: str
    ordinal: str
    theme: Theme | None
    today: date
    revision: int
    revised_at: datetime

    @property
    def first_day(self) -> date:
        """The first day of the window."""
        return self.today - timedelta(days=DAYS_BACK)

    @property
    def modified(self) -> datetime:
        """Last-Modified: the last change of the agenda, cancellations included, or the last midnight
        in Paris, when the window moved; whole seconds."""
        return max(self.revised_at, local(self.today, 0)).replace(microsecond=0)

    @property
    def last_day(self) -> date:
        """The last day of the window, as many months ahead as there are, never later."""
        months = self.today.year * 12 + self.today.month - 1 + MONTHS_AHEAD
        first = date(months // 12, months % 12 + 1, 1)
        end_of_month = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return min(first + timedelta(days=self.today.day - 1), end_of_month)

    @property
    def tag(self) -> str:
        """The opaque part of its weak ETag: all that the octets depend on (ical RULES F4).

        The instant of the revision tells it from the same number of another history, after a
        backup was put back.
        """
        return fingerprint(
            f"{self.territory_id} {self.theme} {self.first_day} {self.revision} "
            f"{self.revised_at.isoformat()} {FRAME} {fragments.renderer_version()}"
        )[:20]

    @property
    def path(self) -> str:
        """Where it is read, below PUBLIC_URL."""
        return f"/agendas/{self.slug}/{self.theme}.ics" if self.theme else f"/agendas/{self.slug}.ics"


def version(territory_slug: str, theme_slug: str | None, *, now: datetime) -> Feed:
    """The feed as it stands now, without its events; one short statement.

    Raises NotFound for a territory or a theme that does not exist.
    """
    if theme_slug is not None and theme_slug not in set(Theme):
        raise NotFound()
    found = db.session.execute(
        select(
            Territory.id, Territory.slug, Territory.number, Territory.revision, Territory.revised_at
        ).where(Territory.slug == territory_slug)
    ).first()
    if found is None:
        raise NotFound()
    today = day_of(now)
    return Feed(
        territory_id=found.id,
        slug=found.slug,
        ordinal="1er" if found.number == 1 else f"{found.number}e",
        theme=Theme(theme_slug) if theme_slug is not None else None,
        today=today,
        revision=found.revision,
        revised_at=found.revised_at,
    )


def octets(feed: Feed) -> bytes:
    """The feed whole: a pure function of the data and the day, one statement, stable order."""
    stored = db.session.scalars(
        select(Event.fragment).where(*_held(feed)).order_by(Event.starts_at, Event.uid)
    )
    return around(feed, list(stored))


def around(feed: Feed, fragments: list[str]) -> bytes:
    """The calendar that holds these fragments; in French, as the events are."""
    with force_locale("fr"):
        name = gettext("Agenda du %(territory)s", territory=feed.ordinal)
        if feed.theme:
            name = f"{name} – {feed.theme.public_label}"
        description = gettext(
            "Les rendez-vous gratuits du quartier. Les heures et les lieux se mettent à jour seuls."
        )
    return calendar.join(
        fragments,
        uid=str(uuid5(_CALENDARS, feed.path)),
        name=name,
        description=description,
        source_url=f"{setting('PUBLIC_URL')}{feed.path}",
        refresh=REFRESH,
    )


def _held(feed: Feed) -> list[ColumnElement[bool]]:
    """Public events of the window; a cancelled one until its day has passed, so that calendars
    which only add and change show the cancellation (ical RULES P6)."""
    conditions = [
        Event.territory_id == feed.territory_id,
        Event.is_restricted.is_(False),
        Event.starts_at >= local(feed.first_day, 0),
        Event.starts_at < local(feed.last_day + timedelta(days=1), 0),
        or_(Event.status != EventStatus.CANCELLED, Event.ends_at >= local(feed.today, 0)),
    ]
    if feed.theme:
        of_theme = (
            select(Activity.id)
            .join(Action, Action.id == Activity.action_id)
            .join(Axis, Axis.id == Action.axis_id)
            .where(Axis.theme == feed.theme)
        )
        conditions.append(Event.activity_id.in_(of_theme))
    return conditions
