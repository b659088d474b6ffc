"""A role one holds, or may offer: passed on for good, stood in for, ended; an offer taken back or sent again.

« Transmettre » and « absente du … au …, remplacée par … » are offers by mail: the queue of the role
(letters, calls, plans to look at) belongs to the place, so whoever says yes finds it there.
"""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock, languages
from eventsapp.access import grants, letters, offers, questions, wording
from eventsapp.access.models import Grant, GrantOffer, StandIn
from eventsapp.access.offers import DaysInDisorder, Sender
from eventsapp.database import db
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory, Venue
from eventsapp.refusals import NotFound, Refusal
from eventsapp.web.doorstep import desk, who
from eventsapp.web.forms import AbsenceForm, AddressForm, refuse, told

bp = desk("roles")


@bp.get("/pro/fonctions/<row:grant_id>/transmission")
def passing_on(grant_id: int) -> str:
    """To whom, and what goes along."""
    return _pass_on_page(_grant(grant_id), AddressForm(formdata=None))


@bp.post("/pro/fonctions/<row:grant_id>/transmission")
def pass_on(grant_id: int) -> tuple[str, int] | BaseResponse:
    """Invites somebody to take the role over; it stays where it is until they say yes."""
    grant, account, asked = _grant(grant_id), who(), AddressForm()
    try:
        offers.pass_on(grant, asked.email.data or "", by=Sender.of(account), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _pass_on_page(_grant(grant_id), asked), status
    db.session.commit()
    flash(gettext("L’invitation est partie. La fonction passe quand la personne l’accepte."), "ok")
    return redirect(_place_of(_grant(grant_id)), 303)


@bp.get("/pro/fonctions/<row:grant_id>/absence")
def being_away(grant_id: int) -> str:
    """From when to when, and who stands in."""
    return _absence_page(_grant(grant_id), AbsenceForm(formdata=None))


@bp.post("/pro/fonctions/<row:grant_id>/absence")
def note_absence(grant_id: int) -> tuple[str, int] | BaseResponse:
    """Invites somebody to stand in on these days."""
    grant, account, asked = _grant(grant_id), who(), AbsenceForm()
    try:
        days = _days(asked)
        offers.pass_on(grant, asked.email.data or "", by=Sender.of(account), days=days, now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _absence_page(_grant(grant_id), asked), status
    db.session.commit()
    flash(gettext("L’invitation est partie. Le remplacement vaut quand la personne l’accepte."), "ok")
    return redirect(_place_of(_grant(grant_id)), 303)


@bp.post("/pro/fonctions/<row:grant_id>/fin")
def end(grant_id: int) -> BaseResponse:
    """Ends a role: one's own, or somebody's whom one could offer it to; they are told."""
    grant, account, now = _grant(grant_id), who(), clock.now()
    place = _place_of(grant)
    own = grant.account_id == account.id
    grants.lock_holders(grant)  # of two who end each other at once, the second may not any more
    if not questions.may_pass_on(account, grant, on=clock.today()):
        raise Forbidden()
    try:
        grants.end(grant, by=account.actor, now=now)
    except Refusal as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence), "warn")
        return redirect(place, 303)
    if not own:
        letters.ended(grant, by=account.name, now=now)
    db.session.commit()
    flash(gettext("Cette fonction est terminée."), "ok")
    return redirect(url_for("desk.home") if own else place, 303)


@bp.post("/pro/remplacements/<row:stand_in_id>/fin")
def end_stand_in(stand_in_id: int) -> BaseResponse:
    """Back already, or never away. Whoever stands in may stop, too."""
    stand_in, account = db.session.get(StandIn, stand_in_id), who()
    if stand_in is None:
        raise NotFound()
    today = clock.today()
    theirs = stand_in.account_id == account.id
    if not theirs and not questions.may_pass_on(account, stand_in.grant, on=today):
        raise Forbidden()
    place = url_for("desk.home") if theirs else _place_of(stand_in.grant)
    grants.end_stand_in(stand_in, by=account.actor, now=clock.now())
    db.session.commit()
    flash(gettext("Le remplacement est terminé."), "ok")
    return redirect(place, 303)


@bp.post("/pro/invitations/<row:offer_id>/retrait")
def withdraw(offer_id: int) -> BaseResponse:
    """Takes an invitation back: its link works no more."""
    offer, account = _offer(offer_id), who()
    place = _place_of(offer)
    with told(gettext("L’invitation est retirée.")):
        offers.withdraw(offer, by=account.actor, now=clock.now())
    return redirect(place, 303)


@bp.post("/pro/invitations/<row:offer_id>/renvoi")
def send_again(offer_id: int) -> BaseResponse:
    """A new link for the same invitation; the one before works no more."""
    offer, account = _offer(offer_id), who()
    place = _place_of(offer)
    with told(gettext("Une nouvelle invitation est partie.")):
        offers.send_again(offer, by=Sender.of(account), now=clock.now())
    return redirect(place, 303)


def _grant(number: int) -> Grant:
    """A running grant that the visitor may pass on. Raises NotFound, Forbidden."""
    grant = db.session.get(Grant, number)
    if grant is None or grant.ended_at is not None:
        raise NotFound()
    if not questions.may_pass_on(who(), grant, on=clock.today()):
        raise Forbidden()
    return grant


def _offer(number: int) -> GrantOffer:
    """An offer that the visitor could have sent. Raises NotFound, Forbidden."""
    offer, account, today = offers.by_id(number), who(), clock.today()
    if offer.grant is not None:
        allowed = questions.may_pass_on(account, offer.grant, on=today)
    else:
        allowed = questions.may_offer(account, offer.role, offer.where, on=today)
    if not allowed:
        raise Forbidden()
    return offer


def _place_of(held: Grant | GrantOffer) -> str:
    """The page where this role is listed, when the visitor may open it."""
    where, account, today = held.where, who(), clock.today()
    if isinstance(where, Venue):
        where = where.territory
    if isinstance(where, Territory) and questions.may_steer(account, where, on=today):
        return url_for("team.show", territory=where.slug)
    if isinstance(where, Organisation) and questions.may_see_team(account, where, on=today):
        return url_for("organisation.team", organisation_id=where.id)
    if questions.may_administer(account, on=today):
        return url_for("installation.show")
    return url_for("desk.home")


def _days(asked: AbsenceForm) -> tuple[date, date]:
    first, last = asked.first_day.data, asked.last_day.data
    if first is None or last is None:
        raise DaysInDisorder(field="first_day" if first is None else "last_day")
    return first, last


def _pass_on_page(grant: Grant, shown: AddressForm) -> str:
    return render_template(
        "roles/pass_on.html",
        grant=grant,
        territory=grant.territory,
        title=wording.title(grant.role, grant.where),
        form=shown,
        back=_place_of(grant),
        is_own=grant.account_id == who().id,
    )


def _absence_page(grant: Grant, shown: AbsenceForm) -> str:
    running = grants.stand_ins([grant], since=clock.today())[grant.id]
    return render_template(
        "roles/absence.html",
        grant=grant,
        territory=grant.territory,
        title=wording.title(grant.role, grant.where),
        stand_ins=running,
        today=clock.today(),
        form=shown,
        back=_place_of(grant),
        is_own=grant.account_id == who().id,
        listing=languages.listing,
    )
