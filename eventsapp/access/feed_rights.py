"""Whether whoever made a private feed by their role may still read it: asked each time it is read.

The same answers as `questions`, of rows of FeedLink in place of one account, so that a calendar program that
comes every four hours costs one statement.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select

from eventsapp.access.models import Grant, Role
from eventsapp.access.questions import is_held_by
from eventsapp.feeds.private_models import FeedKind, FeedLink
from eventsapp.places.models import Venue


def allowed(on: date) -> ColumnElement[bool]:
    """The condition that the account of a feed may read it on that Paris day: `may_act_for` its
    organisation, `may_see_school`, `may_steer` its territory."""
    town = (
        select(Venue.territory_id)
        .where(Venue.id == FeedLink.venue_id)
        .correlate_except(Venue)
        .scalar_subquery()
    )
    coordinates = Grant.role == Role.COORDINATOR
    by_role = or_(
        and_(
            FeedLink.kind == FeedKind.ORGANISATION,
            Grant.role.in_((Role.OWNER, Role.MEMBER)),
            Grant.organisation_id == FeedLink.organisation_id,
        ),
        and_(
            FeedLink.kind == FeedKind.SCHOOL,
            or_(
                and_(Grant.role == Role.SCHOOL_CONTACT, Grant.venue_id == FeedLink.venue_id),
                and_(coordinates, Grant.territory_id == town),
            ),
        ),
        and_(FeedLink.kind == FeedKind.TERRITORY, coordinates, Grant.territory_id == FeedLink.territory_id),
    )
    return exists().where(is_held_by(FeedLink.account_id, on), by_role).correlate_except(Grant)
