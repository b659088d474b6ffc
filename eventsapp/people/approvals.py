"""Where organisations may act: approved territory by territory, and told of there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from eventsapp import journal
from eventsapp.database import db, rows_changed
from eventsapp.people.models import Organisation, OrganisationApproval
from eventsapp.places.models import Territory
from eventsapp.refusals import NotFound


def approve(organisation: Organisation, territory: Territory, *, actor: str, now: datetime) -> None:
    """An organisation may act in a territory; nothing happens when it may already."""
    known = select(OrganisationApproval.id).where(
        OrganisationApproval.organisation_id == organisation.id,
        OrganisationApproval.territory_id == territory.id,
    )
    if db.session.scalar(known) is not None:
        return
    approval = OrganisationApproval(organisation=organisation, territory_id=territory.id, approved_at=now)
    db.session.add(approval)
    db.session.flush()
    journal.note(
        actor, "approved", approval, now=now, territory_id=territory.id, organisation=organisation.id
    )


def end(organisation: Organisation, territory: Territory, *, actor: str, now: datetime) -> bool:
    """An organisation may act in a territory no more; what is announced stays. False: it might not."""
    approval = approval_of(organisation, territory)
    if approval is None:
        return False
    journal.note(actor, "ended", approval, now=now, territory_id=territory.id, organisation=organisation.id)
    return bool(rows_changed(delete(OrganisationApproval).where(OrganisationApproval.id == approval.id)))


def approval_of(organisation: Organisation, territory: Territory) -> OrganisationApproval | None:
    """By which an organisation may act in a territory; None: it may not. One statement."""
    return db.session.scalars(
        select(OrganisationApproval).where(
            OrganisationApproval.organisation_id == organisation.id,
            OrganisationApproval.territory_id == territory.id,
        )
    ).first()


def trust(organisation: Organisation, territory: Territory, *, actor: str, now: datetime) -> None:
    """What it proposes there is published at once, from now on. Raises NotFound where it may not act."""
    _set_trust(organisation, territory, True, actor, now)


def distrust(organisation: Organisation, territory: Territory, *, actor: str, now: datetime) -> None:
    """A coordinator looks first again; what is published stays. Raises NotFound where it may not act."""
    _set_trust(organisation, territory, False, actor, now)


def _set_trust(
    organisation: Organisation, territory: Territory, is_trusted: bool, actor: str, now: datetime
) -> None:
    approval = approval_of(organisation, territory)
    if approval is None:
        raise NotFound()
    if approval.is_trusted is is_trusted:
        return
    approval.is_trusted = is_trusted
    verb = "trusted" if is_trusted else "trusted no more"
    journal.note(actor, verb, approval, now=now, territory_id=territory.id, organisation=organisation.id)


def note(
    actor: str, verb: str, thing: Any, organisation: Organisation, *, now: datetime, **details: Any
) -> None:
    """What an organisation did, for the journal of each territory where it may act (or of none)."""
    approved = select(OrganisationApproval.territory_id).where(
        OrganisationApproval.organisation_id == organisation.id
    )
    numbers: list[int | None] = [*db.session.scalars(approved.order_by(OrganisationApproval.territory_id))]
    details["organisation"] = organisation.id
    for territory_id in numbers or [None]:
        journal.note(actor, verb, thing, now=now, territory_id=territory_id, **details)
