"""« Équipe »: who coordinates a territory, the contacts of its schools, and who is invited."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice, SelectField

from eventsapp import clock
from eventsapp.access import grants, listings, offers, questions, wording
from eventsapp.access.models import Role, Where
from eventsapp.access.offers import Sender
from eventsapp.database import db
from eventsapp.places.listings import schools
from eventsapp.places.models import Territory
from eventsapp.refusals import Refusal, msgid
from eventsapp.web.doorstep import desk, steered, who
from eventsapp.web.forms import AddressForm, RoleMissing, refuse

bp = desk("team")

OFFERED = (Role.COORDINATOR, Role.SCHOOL_CONTACT)


class SchoolMissing(Refusal):
    """The contact of which school?"""

    sentence = msgid("Choisissez une école du territoire.")


class OfferForm(AddressForm):
    """Who is invited, and to what."""

    role = SelectField(lazy_gettext("Sa fonction"), validate_choice=False)
    school = SelectField(lazy_gettext("Son école, pour un contact d’école"), validate_choice=False)


@bp.get("/pro/<territory:territory>/equipe")
def show(territory: str) -> str:
    """Everybody who holds a role here, who stands in for whom, who has not answered yet."""
    return _page(steered(territory), OfferForm(formdata=None))


@bp.post("/pro/<territory:territory>/equipe")
def offer(territory: str) -> tuple[str, int] | BaseResponse:
    """Invites somebody by mail."""
    area, account, asked = steered(territory), who(), OfferForm()
    try:
        role, where = _wanted(area, asked)
        if not questions.may_offer(account, role, where, on=clock.today()):
            raise Forbidden()
        sent = offers.send(role, where, asked.email.data or "", by=Sender.of(account), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(steered(territory), asked), status
    address = sent.email
    db.session.commit()
    flash(gettext("L’invitation est partie à %(address)s.", address=address), "ok")
    return redirect(url_for("team.show", territory=territory), 303)


def _wanted(area: Territory, asked: OfferForm) -> tuple[Role, Where]:
    if asked.role.data not in OFFERED:
        raise RoleMissing(field="role")
    role = Role(asked.role.data)
    if role is Role.COORDINATOR:
        return role, area
    school = next((one for one in schools(area) if str(one.id) == asked.school.data), None)
    if school is None:
        raise SchoolMissing(field="school")
    return role, school


def _page(area: Territory, shown: OfferForm) -> str:
    today, now = clock.today(), clock.now()
    may_name = questions.may_offer(who(), Role.COORDINATOR, area, on=today)
    shown.role.choices = [
        SelectChoice(role.value, wording.role_name(role))
        for role in OFFERED
        if may_name or role is not Role.COORDINATOR
    ]
    shown.school.choices = [
        SelectChoice("", gettext("Choisir")),
        *(SelectChoice(str(one.id), one.name) for one in schools(area)),
    ]
    team = listings.team_of_territory(area)
    return render_template(
        "coordination/team.html",
        territory=area,
        team=team,
        stand_ins=grants.stand_ins(team, since=today),
        offers=listings.offers_of_territory(area, now=now),
        today=today,
        may_name=may_name,
        form=shown,
        wording=wording,
        Role=Role,
    )
