"""The calendar of a territory, for each of its coordinators: everything that is announced, restricted or not.
A calendar's server belongs to somebody else, so what is discreet stays as discreet there."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from eventsapp.feeds.private_links import Owner
from eventsapp.feeds.private_models import FeedKind
from eventsapp.web.doorstep import actor, desk, steered, who
from eventsapp.web.feed_pages import Whose, open_pages

bp = desk("territory_feeds")


def whose(territory: str) -> Whose:
    """A territory that the visitor coordinates. Raises NotFound, Forbidden."""
    area = steered(territory)
    return Whose(
        owner=Owner(kind=FeedKind.TERRITORY, number=area.id, account=who().id, territory=area.id),
        actor=actor(),
        has_mailbox=True,
        title=gettext("Tous les rendez-vous dans mon calendrier"),
        holds=gettext(
            "Tout ce qui est annoncé, même hors de l’agenda public. Les actions discrètes restent sans titre."
        ),
        back=(url_for("desk.territory", territory=area.slug), gettext("Accueil")),
        layout="layouts/desk.html",
        shown={"territory": area},
    )


open_pages(bp, "/pro/<territory:territory>/calendrier", whose)
