"""What an organisation shows of itself: a picture, and what one sees in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from eventsapp.database import db, rows_changed
from eventsapp.media import keeping
from eventsapp.media.pictures import Renewed
from eventsapp.people import approvals, contacts
from eventsapp.people.models import Organisation, OrganisationPicture
from eventsapp.refusals import NotFound, Refusal, msgid
from eventsapp.typed import line

LONGEST_ALTERNATIVE = 160


class PictureMissing(Refusal):
    """Nothing was chosen, and there is none yet."""

    sentence = msgid("Choisissez une image.")


class AlternativeMissing(Refusal):
    """A picture that is not described is not there for everybody (WCAG 1.1.1)."""

    sentence = msgid("Décrivez l’image en quelques mots, pour les personnes qui ne la voient pas.")


def described(typed: str) -> str:
    """What a picture shows, as typed. Raises AlternativeMissing, TooLong, Unwritable."""
    said = line(typed, field="alternative")
    if not said:
        raise AlternativeMissing(field="alternative")
    if len(said) > LONGEST_ALTERNATIVE:
        raise contacts.TooLong(field="alternative", most=LONGEST_ALTERNATIVE)
    return said


def show(
    organisation: Organisation, renewed: Renewed | None, alternative: str, *, actor: str, now: datetime
) -> OrganisationPicture:
    """Shows a picture in place of the present one, or describes the present one otherwise (None).

    Raises AlternativeMissing, TooLong, Unwritable, PictureMissing.
    """
    said = described(alternative)
    row = _locked(organisation)
    before = row.picture if row else None
    present = keeping.keep(renewed, now=now) if renewed else before
    if present is None:
        raise PictureMissing(field="picture")
    if row is None:
        row = OrganisationPicture(organisation_id=organisation.id)
    row.picture, row.alternative, row.changed_at = present, said, now
    db.session.add(row)
    db.session.flush()
    if before is not None and before is not present:
        keeping.forget(before)
    approvals.note(actor, "showed a picture", row, organisation, now=now)
    return row


def remove(organisation: Organisation, *, actor: str, now: datetime) -> None:
    """Shows none, from now on: nobody finds it at its address any more. Raises NotFound."""
    row = _locked(organisation)
    if row is None:
        raise NotFound()
    before = row.picture
    approvals.note(actor, "removed a picture", row, organisation, now=now)
    rows_changed(delete(OrganisationPicture).where(OrganisationPicture.id == row.id))
    db.session.expunge(row)
    keeping.forget(before)


def picture_of(organisation: Organisation) -> OrganisationPicture | None:
    """The picture of an organisation; one statement."""
    return db.session.scalars(
        select(OrganisationPicture)
        .where(OrganisationPicture.organisation_id == organisation.id)
        .options(joinedload(OrganisationPicture.picture))
    ).first()


def _locked(organisation: Organisation) -> OrganisationPicture | None:
    """The same, once no colleague changes it any more."""
    db.session.execute(
        select(Organisation.id).where(Organisation.id == organisation.id).with_for_update(key_share=True)
    )
    return picture_of(organisation)
