"""A professional's own calendar: the meetings they are registered to. As on their page, the link is all."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from eventsapp.feeds.private_links import Owner
from eventsapp.feeds.private_models import FeedKind
from eventsapp.people import professionals
from eventsapp.web.feed_pages import Whose, open_pages
from eventsapp.web.residents.own_door import actor, professional_door

bp = professional_door("professional_feeds")


def whose(token: str) -> Whose:
    """The professional of a link. Raises LinkUnknown."""
    professional = professionals.by_link(token)
    return Whose(
        owner=Owner(kind=FeedKind.PROFESSIONAL, number=professional.id),
        actor=actor(professional),
        has_mailbox=professional.person.email is not None,
        title=gettext("Mes rendez-vous dans mon calendrier"),
        holds=gettext("Vos inscriptions confirmées : le jour, l’heure, le lieu."),
        back=(url_for("professional_page.show", token=token), gettext("Mes inscriptions")),
    )


open_pages(bp, "/ma-venue/<token>/calendrier", whose)
