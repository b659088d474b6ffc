"""Where organisations may act: approved territory by territory, and told of there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from eventsapp import journal
from eventsapp.database import db, rows_changed
from eventsapp.people.models import Organisation, OrganisationApproval
from eventsapp.places.models import Territory


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
    approval = db.session.scalars(
        select(OrganisationApproval).where(
            OrganisationApproval.organisation_id == organisation.id,
            OrganisationApproval.territory_id == territory.id,
        )
    ).first()
    if approval is None:
        return False
    journal.note(actor, "ended", approval, now=now, territory_id=territory.id, organisation=organisation.id)
    return bool(rows_changed(delete(OrganisationApproval).where(OrganisationApproval.id == approval.id)))


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
