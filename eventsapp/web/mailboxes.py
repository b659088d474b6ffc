"""« Cette adresse est juste »: mails came back from it, somebody has asked, and they go there first again."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.access import listings as access
from eventsapp.answers import undelivered
from eventsapp.database import db
from eventsapp.directory import listings as directory
from eventsapp.refusals import NotFound
from eventsapp.registrations import roster
from eventsapp.web.doorstep import actor, desk, run_here, steered

bp = desk("mailboxes")


@bp.post("/pro/<territory:territory>/contacts/<row:contact_id>/adresse-juste")
def of_contact(territory: str, contact_id: int) -> BaseResponse:
    """Of the contact of a place or an organisation. Raises NotFound."""
    area = steered(territory)
    contact = directory.contact_by_id(contact_id, area)
    was_dead = undelivered.is_right(contact, contact, territory_id=area.id, actor=actor(), now=clock.now())
    return _said(was_dead, url_for("contacts.edit", territory=territory, contact_id=contact_id))


@bp.post("/pro/<territory:territory>/equipe/<row:grant_id>/adresse-juste")
def of_team(territory: str, grant_id: int) -> BaseResponse:
    """Of somebody who holds a role in a territory or at its schools. Raises NotFound."""
    area = steered(territory)
    grant = next((one for one in access.team_of_territory(area) if one.id == grant_id), None)
    if grant is None:
        raise NotFound()
    was_dead = undelivered.is_right(
        grant.account, grant, territory_id=area.id, actor=actor(), now=clock.now()
    )
    return _said(was_dead, url_for("team.show", territory=territory))


@bp.post("/pro/rendez-vous/<code:code>/inscriptions/<code:registration>/adresse-juste")
def of_registration(code: str, registration: str) -> BaseResponse:
    """Of who is registered. Raises NotFound."""
    event = run_here(code)
    one = roster.by_code(event, registration).registration
    was_dead = undelivered.is_right(
        one.contact, one, territory_id=event.territory_id, actor=actor(), now=clock.now()
    )
    return _said(was_dead, url_for("event_registrations.show", code=code, registration=registration))


def _said(was_dead: bool, page: str) -> BaseResponse:
    """Commits, and says what is true of it: pressed twice, or by two people, it was done by the first."""
    db.session.commit()
    if was_dead:
        flash(gettext("C’est noté : nous écrivons de nouveau à cette adresse."), "ok")
    else:
        flash(gettext("Rien n’a changé : cette adresse n’était plus en panne."), "info")
    return redirect(page, 303)
