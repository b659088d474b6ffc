"""The doorstep of the desks: nobody enters a desk without signing in first."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.access.listings import organisation_by_id
from eventsapp.agenda import listings as agenda
from eventsapp.agenda.models import Event
from eventsapp.people.models import Account, Organisation, SignIn
from eventsapp.places.listings import territory_by_slug
from eventsapp.places.models import Territory
from eventsapp.settings import setting
from eventsapp.web.guards import current_account, current_sign_in

OWN_ACCOUNT = {"account", "codes", "keys", "password"}
"""Blueprints of one's own account: they open before a second factor is there."""


def desk(name: str) -> Blueprint:
    """A blueprint whose every route asks who is there; each route then asks what they may do."""
    blueprint = Blueprint(name, __name__)
    blueprint.before_request(require_sign_in)
    return blueprint


def require_sign_in() -> BaseResponse | None:
    """Sends who is not signed in to the sign-in page, and back afterwards; a form is refused (403)."""
    account = current_account()
    if account is not None:
        return lead_to_codes(account)
    if request.method not in {"GET", "HEAD"}:
        raise Forbidden()
    return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")), 303)


def lead_to_codes(account: Account) -> BaseResponse | None:
    """Where SECOND_FACTOR_REQUIRED says so, whoever must have a second factor sets one up before all else."""
    if account.totp_secret is not None or not setting("SECOND_FACTOR_REQUIRED"):
        return None
    if request.blueprint in OWN_ACCOUNT or not questions.must_have_second_factor(account, on=clock.today()):
        return None
    if request.method not in {"GET", "HEAD"}:
        raise Forbidden()
    return redirect(url_for("codes.show"), 303)


def steered(slug: str) -> Territory:
    """The territory of an address, once it is known that the account coordinates it.

    Raises NotFound, Forbidden.
    """
    territory = territory_by_slug(slug)
    require_coordinator(territory)
    return territory


def run_here(code: str) -> Event:
    """The event of an address, once it is known that the account may run it. Raises NotFound, Forbidden."""
    event = agenda.by_code(code)
    if not questions.may_run_event(who(), event, on=clock.today()):
        raise Forbidden()
    return event


def desk_of(event: Event) -> dict[str, Territory | Organisation | None]:
    """Whose menu stands above a page of an event: the territory's for who steers it, else its host's."""
    if questions.may_steer(who(), event.territory, on=clock.today()):
        return {"territory": event.territory}
    return {"organisation": event.host}


def require_coordinator(territory: Territory) -> None:
    """Raises Forbidden for whoever does not coordinate it."""
    if not questions.may_steer(who(), territory, on=clock.today()):
        raise Forbidden()


def carried() -> SignIn:
    """The sign-in of this browser. Raises Forbidden."""
    found = current_sign_in()
    if found is None:
        raise Forbidden()
    return found


def who() -> Account:
    """Who is signed in. Raises Forbidden."""
    return carried().account


def actor() -> str:
    """Who does it, as journals write: « account:3 ». Raises Forbidden when nobody is signed in."""
    return who().actor


def owned(number: int) -> Organisation:
    """An organisation that the visitor answers for. Raises NotFound, Forbidden."""
    organisation = organisation_by_id(number)
    if not questions.may_own(who(), organisation, on=clock.today()):
        raise Forbidden()
    return organisation


def seen(number: int) -> Organisation:
    """An organisation that the visitor may look into. Raises NotFound, Forbidden."""
    organisation = organisation_by_id(number)
    if not questions.may_see_team(who(), organisation, on=clock.today()):
        raise Forbidden()
    return organisation


def shown_territories(organisation: Organisation) -> set[int] | None:
    """Where the visitor may see its sessions: everywhere (None) for its people, else what they coordinate."""
    today = clock.today()
    if questions.may_act_for(who(), organisation, on=today):
        return None
    return {territory.id for territory in questions.territories_of(who(), on=today)}


def worked_for(number: int) -> Organisation:
    """An organisation on whose sessions the visitor works. Raises NotFound, Forbidden."""
    organisation = organisation_by_id(number)
    if not questions.may_act_for(who(), organisation, on=clock.today()):
        raise Forbidden()
    return organisation
