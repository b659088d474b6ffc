"""« Notre image »: the picture that an organisation shows beside its events."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField

from eventsapp import clock
from eventsapp.access import listings, questions
from eventsapp.database import db
from eventsapp.people import showcase
from eventsapp.people.models import Organisation
from eventsapp.refusals import Refusal
from eventsapp.settings import setting
from eventsapp.web.doorstep import actor, desk, owned, who
from eventsapp.web.forms import refuse, renewed_picture

bp = desk("showcase")


class PictureForm(FlaskForm):
    """Which picture, and what does one see in it?"""

    picture = FileField(lazy_gettext("Image"))
    alternative = StringField(lazy_gettext("Ce que l’on voit sur l’image"))


@bp.get("/pro/organisations/<row:organisation_id>/vitrine")
def show(organisation_id: int) -> str:
    """The present picture, and the form for another."""
    return _page(owned(organisation_id), PictureForm(formdata=None))


@bp.post("/pro/organisations/<row:organisation_id>/vitrine")
def keep(organisation_id: int) -> tuple[str, int] | BaseResponse:
    """Shows a picture, or describes the present one otherwise."""
    owned(organisation_id)
    asked = PictureForm()
    try:
        renewed = renewed_picture(asked)
        # Asked anew: while the image was decoded somebody may have ended the role.
        organisation = owned(organisation_id)
        showcase.show(organisation, renewed, asked.alternative.data or "", actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(owned(organisation_id), asked), status
    db.session.commit()
    flash(gettext("Votre image apparaît à côté de vos rendez-vous."), "ok")
    return redirect(url_for("showcase.show", organisation_id=organisation_id), 303)


@bp.post("/pro/organisations/<row:organisation_id>/vitrine/image/retrait")
def remove(organisation_id: int) -> BaseResponse:
    """Shows none any more. Raises NotFound, Forbidden."""
    organisation, today = listings.organisation_by_id(organisation_id), clock.today()
    if not questions.may_take_picture_down(who(), organisation, on=today):
        raise Forbidden()
    owns = questions.may_own(who(), organisation, on=today)
    showcase.remove(organisation, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("L’image est retirée."), "ok")
    page = "showcase.show" if owns else "organisation.home"
    return redirect(url_for(page, organisation_id=organisation_id), 303)


def _page(organisation: Organisation, shown: PictureForm) -> str:
    present = showcase.picture_of(organisation)
    if present is not None and shown.alternative.data is None:
        shown.alternative.data = present.alternative
    return render_template(
        "partners/organisation/showcase.html",
        organisation=organisation,
        present=present,
        form=shown,
        most=setting("PICTURE_BYTES") // 1024**2,
        longest=showcase.LONGEST_ALTERNATIVE,
    )
