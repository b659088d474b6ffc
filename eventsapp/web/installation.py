"""« Installation »: who coordinates which territory, and who administers; for administrators."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice, SelectField

from eventsapp import clock, journal
from eventsapp.access import grants, listings, offers, questions, wording
from eventsapp.access.models import Role, Where
from eventsapp.access.offers import Sender
from eventsapp.database import db
from eventsapp.people.models import Account
from eventsapp.places.listings import territories
from eventsapp.refusals import Refusal
from eventsapp.web.coordination import journal_wording
from eventsapp.web.coordination.journal_actors import Actors
from eventsapp.web.coordination.journal_things import ROLES, Things
from eventsapp.web.doorstep import desk, who
from eventsapp.web.forms import AddressForm, RoleMissing, refuse

bp = desk("installation")

MOST_LINES = 30
"""Lines of the installation's own journal that its page shows."""


class OfferForm(AddressForm):
    """Who is invited, and to what."""

    function = SelectField(lazy_gettext("Sa fonction"), validate_choice=False)


@bp.get("/pro/installation")
def show() -> str:
    """Every territory with its coordinators, and the administrators."""
    _administrator()
    return _page(OfferForm(formdata=None))


@bp.post("/pro/installation")
def offer() -> tuple[str, int] | BaseResponse:
    """Invites a coordinator or an administrator by mail."""
    account, asked = _administrator(), OfferForm()
    try:
        role, where = _wanted(asked.function.data or "")
        if not questions.may_offer(account, role, where, on=clock.today()):
            raise Forbidden()
        sent = offers.send(role, where, asked.email.data or "", by=Sender.of(account), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(asked), status
    address = sent.email
    db.session.commit()
    flash(gettext("L’invitation est partie à %(address)s.", address=address), "ok")
    return redirect(url_for("installation.show"), 303)


def _administrator() -> Account:
    account = who()
    if not questions.may_administer(account, on=clock.today()):
        raise Forbidden()
    return account


def _wanted(chosen: str) -> tuple[Role, Where]:
    if chosen == Role.ADMINISTRATOR:
        return Role.ADMINISTRATOR, None
    territory = next((one for one in territories() if one.slug == chosen), None)
    if territory is None:
        raise RoleMissing(field="function")
    return Role.COORDINATOR, territory


def _page(shown: OfferForm) -> str:
    everywhere, now = listings.everywhere(), clock.now()
    shown.function.choices = [
        *(
            SelectChoice(territory.slug, wording.title(Role.COORDINATOR, territory))
            for territory, _ in everywhere
        ),
        SelectChoice(Role.ADMINISTRATOR.value, wording.title(Role.ADMINISTRATOR, None)),
    ]
    administrators = grants.holders(Role.ADMINISTRATOR, None)
    lines = journal.of_installation(ROLES, (Role.ADMINISTRATOR, Role.COORDINATOR), limit=MOST_LINES)
    everybody = [*administrators, *(grant for _, held in everywhere for grant in held)]
    return render_template(
        "installation/show.html",
        everywhere=everywhere,
        administrators=administrators,
        stand_ins=grants.stand_ins(everybody, since=clock.today()),
        offers=listings.offers_of_installation(now=now),
        today=clock.today(),
        form=shown,
        wording=wording,
        lines=lines,
        who=Actors(line.actor for line in lines).of,
        what=journal_wording.what,
        named=Things(lines, None),
    )
