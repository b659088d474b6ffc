"""The front door and the pages that every public site owes: help, accessibility, data, law."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template

from eventsapp.programme import listings as programme

bp = Blueprint("site", __name__)

DECLARED_ON = date(2026, 11, 22)
"""When what the declaration of accessibility says was last checked (decree 2019-768, art. 5)."""


@bp.get("/")
def territories() -> str:
    """Which arrondissement?"""
    return render_template("site/territories.html", projects=programme.all_projects())


@bp.get("/aide", endpoint="help")
def how_to() -> str:
    """How to find, come, register, cancel; and whom to call."""
    return render_template("site/help.html")


@bp.get("/accessibilite")
def accessibility() -> str:
    """State of conformity, contact and way of complaint (RGAA 4.1, law 2005-102 art. 47)."""
    return render_template("site/accessibility.html", declared_on=DECLARED_ON)


@bp.get("/donnees-personnelles")
def privacy() -> str:
    """Who holds the data, why, who sees it, for how long, and people's rights (RGPD art. 13)."""
    return render_template("site/privacy.html")


@bp.get("/mentions-legales")
def legal() -> str:
    """Who publishes the site, and where its data come from."""
    return render_template("site/legal.html")


@bp.get("/robots.txt")
def robots() -> Response:
    """Feeds stay open: Google's importer obeys this file (RULES F10). Every month and day of a
    territory has an address of its own, for centuries: those are for people."""
    private = (
        "/m/",
        "/ma-venue/",
        "/pro/",
        "/connexion",
        "/invitation/",
        "/jour/",
        "/on-repart/",
        "/ecole",
        "/structure/",
        "/orientation/",
        "/lettre/",
        "/demonstration/",
        "/e/*/inscription",
    )
    endless = ("/*?*mois=", "/*?*jour=")
    closed = "\n".join(f"Disallow: {path}" for path in private + endless)
    return Response(f"User-agent: *\n{closed}\n", content_type="text/plain; charset=utf-8")
