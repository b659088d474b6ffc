"""The calendar of a school, for whoever sees its desk; it stops when they may not any more."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from werkzeug.exceptions import Forbidden

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.feeds.private_links import Owner
from eventsapp.feeds.private_models import FeedKind
from eventsapp.places.listings import school_by_id
from eventsapp.web.doorstep import actor, desk, who
from eventsapp.web.feed_pages import Whose, open_pages

bp = desk("school_feeds")


def whose(venue_id: int) -> Whose:
    """A school whose dates the visitor may see. Raises NotFound, Forbidden."""
    school, today = school_by_id(venue_id), clock.today()
    if not questions.may_see_school(who(), school, on=today):
        raise Forbidden()
    steers = questions.may_steer(who(), school.territory, on=today)
    return Whose(
        owner=Owner(kind=FeedKind.SCHOOL, number=school.id, account=who().id, territory=school.territory_id),
        actor=actor(),
        has_mailbox=True,
        title=gettext("Les dates de l’école dans mon calendrier"),
        holds=gettext("Tout ce qui se tient dans l’école : le jour, l’heure, le sujet. Jamais une famille."),
        back=(url_for("school.show", venue_id=school.id), school.name),
        layout="layouts/desk.html",
        shown={"territory": school.territory if steers else None},
    )


open_pages(bp, "/pro/ecoles/<row:venue_id>/calendrier", whose)
