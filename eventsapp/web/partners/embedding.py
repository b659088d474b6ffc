"""« Sur notre site »: where an organisation shows its agenda, and what to paste there."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import URLField

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import origins
from eventsapp.people.models import Organisation
from eventsapp.refusals import Refusal
from eventsapp.settings import setting
from eventsapp.web.doorstep import actor, desk, owned
from eventsapp.web.forms import refuse

bp = desk("embedding")


class SiteForm(FlaskForm):
    """Which site?"""

    site = URLField(lazy_gettext("Adresse de votre site"))


@bp.get("/pro/organisations/<row:organisation_id>/integration")
def show(organisation_id: int) -> str:
    """The sites allowed, and the line to paste."""
    return _page(owned(organisation_id), SiteForm(formdata=None))


@bp.post("/pro/organisations/<row:organisation_id>/integration")
def add(organisation_id: int) -> tuple[str, int] | BaseResponse:
    """Allows a site."""
    organisation, typed = owned(organisation_id), SiteForm()
    try:
        origin = origins.add(organisation, typed.site.data or "", actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(owned(organisation_id), typed), status
    db.session.commit()
    flash(gettext("%(site)s peut montrer votre agenda.", site=origin), "ok")
    return redirect(url_for("embedding.show", organisation_id=organisation_id), 303)


@bp.post("/pro/organisations/<row:organisation_id>/integration/<row:origin_id>/retrait")
def remove(organisation_id: int, origin_id: int) -> BaseResponse:
    """Allows it no more."""
    origins.remove(owned(organisation_id), origin_id, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("Ce site ne montre plus votre agenda."), "ok")
    return redirect(url_for("embedding.show", organisation_id=organisation_id), 303)


def _page(organisation: Organisation, shown: SiteForm) -> str:
    address = setting("PUBLIC_URL") + url_for("embed.agenda", organisation=organisation.slug)
    return render_template(
        "partners/organisation/embedding.html",
        organisation=organisation,
        sites=origins.of(organisation),
        address=address,
        snippet=f'<iframe src="{address}" title="{gettext("Nos prochains rendez-vous")}" width="100%" '
        'height="700" loading="lazy"></iframe>',
        form=shown,
        longest=origins.LONGEST,
    )
