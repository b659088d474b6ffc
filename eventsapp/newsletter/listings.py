"""Queries about subscriptions: what may be chosen, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select

from eventsapp.database import db
from eventsapp.newsletter.models import Subscription, SubscriptionStatus
from eventsapp.places.models import Quartier, Territory
from eventsapp.programme.models import Axis, Project, Theme


@dataclass(frozen=True)
class Offer:
    """What a territory's letter may be narrowed to: the themes it keeps, its quartiers as (slug, name)."""

    themes: tuple[Theme, ...]
    quartiers: tuple[tuple[str, str], ...]

    def names(self, subscription: Subscription) -> tuple[str, ...]:
        """What somebody chose, in words of the current language; empty for everything."""
        quartiers = dict(self.quartiers)
        themes = [theme.public_label for theme in self.themes if theme.value in subscription.themes]
        return (*themes, *(quartiers[slug] for slug in subscription.quartiers if slug in quartiers))


def offered(territory: Territory) -> Offer:
    """What may be chosen: all of it, whether something is to come there this month or not; two statements."""
    kept = set(
        db.session.scalars(
            select(Axis.theme)
            .join(Project, Project.id == Axis.project_id)
            .where(Project.territory_id == territory.id)
        )
    )
    quartiers = db.session.execute(
        select(Quartier.slug, Quartier.name)
        .where(Quartier.territory_id == territory.id)
        .order_by(Quartier.name, Quartier.id)
    )
    return Offer(
        themes=tuple(theme for theme in Theme if theme in kept),
        quartiers=tuple((row.slug, row.name) for row in quartiers),
    )


@dataclass(frozen=True)
class Readers:
    """How many addresses receive the letter, and of how many it came back lately: all that a desk is told."""

    active: int
    returned: int


def how_many(territory: Territory) -> Readers:
    """The readers of a territory; one statement."""
    is_returned = (Subscription.status == SubscriptionStatus.ENDED) & (Subscription.returned != "")
    row = db.session.execute(
        select(
            func.count(case((Subscription.status == SubscriptionStatus.ACTIVE, 1))),
            func.count(case((is_returned, 1))),
        ).where(Subscription.territory_id == territory.id)
    ).one()
    return Readers(*row)
