"""The calendar of a school, for its contact, behind her private link; it stops when that right does."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext

from eventsapp import clock
from eventsapp.feeds.private_links import Owner
from eventsapp.feeds.private_models import FeedKind
from eventsapp.hosting import links
from eventsapp.hosting.links import HostLinkDoesNotWork
from eventsapp.web.feed_pages import Whose, open_pages
from eventsapp.web.host_page import over

bp = Blueprint("host_feeds", __name__)
bp.register_error_handler(HostLinkDoesNotWork, over)


def whose(token: str) -> Whose:
    """The contact of a link, and her school. Raises HostLinkDoesNotWork."""
    contact = links.behind(token, now=clock.now()).contact
    school = contact.venue
    if school is None:
        raise HostLinkDoesNotWork()
    return Whose(
        owner=Owner(
            kind=FeedKind.SCHOOL, number=school.id, contact=contact.id, territory=school.territory_id
        ),
        actor=f"contact:{contact.id}",
        has_mailbox=bool(contact.email),
        title=gettext("Les dates de l’école dans mon calendrier"),
        holds=gettext("Tout ce qui se tient dans l’école : le jour, l’heure, le sujet. Jamais une famille."),
        back=(url_for("host.show", token=token), gettext("Les dates de votre école")),
        shown={"territory": school.territory},
    )


open_pages(bp, "/ecole/<token>/calendrier", whose)
