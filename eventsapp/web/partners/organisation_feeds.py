"""The calendar of an organisation, for each of its people; it stops when they leave."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from eventsapp.feeds.private_links import Owner
from eventsapp.feeds.private_models import FeedKind
from eventsapp.web.doorstep import actor, desk, who, worked_for
from eventsapp.web.feed_pages import Whose, open_pages

bp = desk("organisation_feeds")


def whose(organisation_id: int) -> Whose:
    """An organisation on whose sessions the visitor works. Raises NotFound, Forbidden."""
    organisation = worked_for(organisation_id)
    return Whose(
        owner=Owner(kind=FeedKind.ORGANISATION, number=organisation.id, account=who().id),
        actor=actor(),
        has_mailbox=True,
        title=gettext("Nos rendez-vous dans mon calendrier"),
        holds=gettext("Tous vos rendez-vous, même hors de l’agenda public. Jamais qui s’inscrit."),
        back=(url_for("organisation.home", organisation_id=organisation.id), organisation.name),
        layout="layouts/desk.html",
        shown={"organisation": organisation},
    )


open_pages(bp, "/pro/organisations/<row:organisation_id>/calendrier", whose)
