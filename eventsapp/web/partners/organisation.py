"""The desk of an organisation: what it holds, where it may act, and its team."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice, SelectField

from eventsapp import clock
from eventsapp.access import grants, listings, offers, questions, wording
from eventsapp.access.models import Role
from eventsapp.access.offers import Sender
from eventsapp.agenda import listings as agenda
from eventsapp.agenda import wording as rules
from eventsapp.attendance import listings as attendance
from eventsapp.database import db
from eventsapp.hosting import coming as hosts
from eventsapp.imports import listings as imports
from eventsapp.people import showcase
from eventsapp.people.models import Organisation
from eventsapp.proposals import listings as proposals
from eventsapp.proposals.publishing import rule_of
from eventsapp.refusals import Refusal
from eventsapp.web.doorstep import desk, seen, who
from eventsapp.web.forms import AddressForm, RoleMissing, refuse

bp = desk("organisation")

OFFERED = (Role.MEMBER, Role.OWNER)
MOST_SHOWN = 50
MOST_UNCOUNTED = 10


class OfferForm(AddressForm):
    """Who is invited, and to what."""

    role = SelectField(lazy_gettext("Sa fonction"), validate_choice=False)


@bp.get("/pro/organisations/<row:organisation_id>/")
def home(organisation_id: int) -> str:
    """Today's sessions first, then what waits for a decision, then what comes."""
    organisation, today = seen(organisation_id), clock.today()
    is_ours = questions.may_act_for(who(), organisation, on=today)
    # A coordinator who looks in: what is held in her territories, and no business of others.
    places = None if is_ours else {one.id for one in questions.territories_of(who(), on=today)}
    held_today = agenda.hosted_on(organisation, today, territories=places)
    coming = agenda.hosted_after(organisation, today, limit=MOST_SHOWN, territories=places)
    return render_template(
        "partners/organisation/home.html",
        organisation=organisation,
        territories=listings.territories_of(organisation),
        held_today=held_today,
        coming=coming,
        asks_host=hosts.is_asked,
        hosts_said=hosts.told_of([*held_today, *coming.events]),
        uncounted=attendance.uncounted(
            organisation, now=clock.now(), limit=MOST_UNCOUNTED, territories=places
        ),
        proposed=proposals.of_organisation(organisation) if is_ours else [],
        refused=proposals.refused_to(organisation) if is_ours else [],
        rule_of=rule_of,
        describe=rules.describe,
        agendas=imports.of_organisation(organisation) if is_ours else [],
        picture=showcase.picture_of(organisation),
        is_ours=is_ours,
        may_describe=questions.may_describe(who(), organisation, on=today),
        may_own=questions.may_own(who(), organisation, on=today),
        may_take_picture_down=questions.may_take_picture_down(who(), organisation, on=today),
    )


@bp.get("/pro/organisations/<row:organisation_id>/equipe")
def team(organisation_id: int) -> str:
    """Who answers for it, who works in it, who is invited."""
    return _team_page(seen(organisation_id), OfferForm(formdata=None))


@bp.post("/pro/organisations/<row:organisation_id>/equipe")
def offer(organisation_id: int) -> tuple[str, int] | BaseResponse:
    """Invites somebody by mail."""
    organisation, account, asked = seen(organisation_id), who(), OfferForm()
    roles = _roles_to_offer(organisation)
    if not roles:
        raise Forbidden()
    try:
        if asked.role.data not in roles:
            raise RoleMissing(field="role")
        sent = offers.send(
            Role(asked.role.data),
            organisation,
            asked.email.data or "",
            by=Sender.of(account),
            now=clock.now(),
        )
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _team_page(seen(organisation_id), asked), status
    address = sent.email
    db.session.commit()
    flash(gettext("L’invitation est partie à %(address)s.", address=address), "ok")
    return redirect(url_for("organisation.team", organisation_id=organisation_id), 303)


def _roles_to_offer(organisation: Organisation) -> list[Role]:
    return [role for role in OFFERED if questions.may_offer(who(), role, organisation, on=clock.today())]


def _team_page(organisation: Organisation, shown: OfferForm) -> str:
    today = clock.today()
    roles = _roles_to_offer(organisation)
    shown.role.choices = [SelectChoice(role.value, wording.role_name(role)) for role in roles]
    team = listings.team(organisation)
    return render_template(
        "partners/organisation/team.html",
        organisation=organisation,
        team=team,
        stand_ins=grants.stand_ins(team, since=today),
        offers=offers.waiting(organisation, now=clock.now()),
        today=today,
        may_change=questions.owns_in_person(who(), organisation, on=today),
        may_offer=bool(roles),
        form=shown,
        wording=wording,
    )
