"""Letters as desks ask for them. A desk reads who, when and how far, never a link that still works."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, or_, select

from eventsapp.database import db
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.refusals import NotFound

_WRITTEN = or_(Letter.channel != Channel.CALL, Letter.status == LetterStatus.FAILED)
"""Letters by mail and by text, and calls that reached nobody since the number was wrong: those nobody dials
any more."""


def written(
    territory_id: int, *, status: LetterStatus | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Letter]:
    """Letters by mail and by text of a territory and calls that failed, of one status or of all, the latest
    first; one statement."""
    found = select(Letter).where(Letter.territory_id == territory_id, _WRITTEN)
    if status is not None:
        found = found.where(Letter.status == status)
    return db.session.scalars(found.order_by(Letter.id.desc()).limit(limit).offset(offset)).all()


def mailboxes_of(about: str) -> set[str]:
    """The mail addresses that were ever written to about a registration or household, in lower case; one
    statement."""
    found = select(Letter.address).where(Letter.about == about, Letter.channel == Channel.MAIL).distinct()
    return {address.lower() for address in db.session.scalars(found)}


def moved_to(letters: Collection[Letter]) -> dict[int, Letter]:
    """What took the place of each that failed, by the number of that one; one statement, or none."""
    failed = [letter.id for letter in letters if letter.status is LetterStatus.FAILED]
    if not failed:
        return {}
    found = db.session.scalars(select(Letter).where(Letter.moved_from_id.in_(failed)))
    return {letter.moved_from_id: letter for letter in found if letter.moved_from_id}


def by_id(letter_id: int, territory_id: int) -> Letter:
    """One letter of a territory. Raises NotFound."""
    letter = db.session.scalars(
        select(Letter).where(Letter.id == letter_id, Letter.territory_id == territory_id)
    ).first()
    if letter is None:
        raise NotFound()
    return letter


def counts(territory_id: int) -> dict[LetterStatus, int]:
    """How many of these stand where; one statement."""
    rows = db.session.execute(
        select(Letter.status, func.count(Letter.id))
        .where(Letter.territory_id == territory_id, _WRITTEN)
        .group_by(Letter.status)
    )
    return {row[0]: row[1] for row in rows}
