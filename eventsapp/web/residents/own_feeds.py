"""A family's own calendar: what it is registered to, in its phone. In a confirmed browser only: an address
that is made here goes on opening when the link of the page is long replaced."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from eventsapp.feeds.private_links import Owner
from eventsapp.feeds.private_models import FeedKind
from eventsapp.web.feed_pages import Whose, open_pages
from eventsapp.web.residents.own_door import actor, confirmed_household, own_door

bp = own_door("own_feeds")


def whose(token: str) -> Whose:
    """The household of a link. Raises LinkUnknown, NotConfirmed."""
    household = confirmed_household(token)
    return Whose(
        owner=Owner(kind=FeedKind.HOUSEHOLD, number=household.id),
        actor=actor(household),
        has_mailbox=household.contact.email is not None,
        title=gettext("Mes rendez-vous dans mon calendrier"),
        holds=gettext("Vos inscriptions confirmées : le jour, l’heure, le lieu. Jamais qui vient avec vous."),
        back=(url_for("own_page.show", token=token), gettext("Mes inscriptions")),
    )


open_pages(bp, "/m/<token>/calendrier", whose)
