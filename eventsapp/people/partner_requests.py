"""« Devenir partenaire »: an organisation asks to act in a territory; a coordinator settles it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.codes import slug_from
from eventsapp.database import AsTyped, as_typed, db, rows_changed
from eventsapp.people import accounts, contacts
from eventsapp.people.models import (
    Organisation,
    OrganisationKind,
    PartnerRequest,
    RequestStatus,
)
from eventsapp.places.models import Territory
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid

LONGEST_ORGANISATION, LONGEST_ABOUT, LONGEST_REASON = 120, 600, 400

KEPT = timedelta(days=30)
"""How long a settled request is kept: its contact is known by then, or has been told no."""

KEPT_WAITING = timedelta(days=365)
"""A request that nobody settled in a year is asked anew."""


class AboutMissing(Refusal):
    """Nothing to decide on."""

    sentence = msgid("Dites en quelques mots ce que vous voulez proposer.")


class ReasonMissing(Refusal):
    """A no without its reason teaches nothing."""

    sentence = msgid("Écrivez la raison : la structure la lira.")


class RequestIsSettled(Conflict):
    """A colleague was quicker."""

    sentence = msgid("Cette demande est déjà réglée.")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the form asks, as typed."""

    organisation_name: str
    kind: OrganisationKind
    contact_name: str
    email: str
    phone: str
    about: str


def ask(territory: Territory, answers: Answers, *, language: str, now: datetime) -> PartnerRequest:
    """Keeps a request; asked twice, the second replaces what waits from the same address.

    Raises NameMissing, TooLong, Unwritable, EmailMissing, EmailUnreadable, PhoneUnreadable, AboutMissing.
    """
    name = contacts.name_of(
        answers.organisation_name, field="organisation_name", longest=LONGEST_ORGANISATION
    )
    contact = contacts.name_of(answers.contact_name, field="contact_name", longest=accounts.LONGEST_NAME)
    address = accounts.address(answers.email)
    phone = contacts.phone(answers.phone)
    about = contacts.text(answers.about, field="about", longest=LONGEST_ABOUT)
    if not about:
        raise AboutMissing(field="about")
    rows_changed(
        delete(PartnerRequest).where(
            PartnerRequest.territory_id == territory.id,
            PartnerRequest.email == address,
            PartnerRequest.organisation_name == name,
            PartnerRequest.status == RequestStatus.WAITING,
        )
    )
    request = PartnerRequest(
        territory=territory,
        organisation_name=name,
        kind=answers.kind,
        contact_name=contact,
        email=address,
        phone=phone.typed if phone else "",
        about=about,
        language=language,
        asked_at=now,
    )
    db.session.add(request)
    db.session.flush()
    journal.note("visitor", "asked", request, now=now, territory_id=territory.id)
    return request


def names_of(numbers: Collection[int]) -> dict[int, str]:
    """What the organisations of requests are called, by number; one statement, or none."""
    if not numbers:
        return {}
    found = select(PartnerRequest.id, PartnerRequest.organisation_name).where(PartnerRequest.id.in_(numbers))
    return {row.id: row.organisation_name for row in db.session.execute(found)}


def waiting(territory: Territory) -> Sequence[PartnerRequest]:
    """The requests that wait in a territory, the oldest first; one statement."""
    return db.session.scalars(
        select(PartnerRequest)
        .where(PartnerRequest.territory_id == territory.id, PartnerRequest.status == RequestStatus.WAITING)
        .order_by(PartnerRequest.asked_at, PartnerRequest.id)
    ).all()


def how_many(territory: Territory) -> int:
    """How many wait; one statement."""
    found = select(func.count(PartnerRequest.id)).where(
        PartnerRequest.territory_id == territory.id, PartnerRequest.status == RequestStatus.WAITING
    )
    return db.session.scalar(found) or 0


def by_id(number: int, territory: Territory) -> PartnerRequest:
    """One request of a territory. Raises NotFound for another's, too."""
    request = db.session.scalars(
        select(PartnerRequest)
        .where(PartnerRequest.id == number, PartnerRequest.territory_id == territory.id)
        .options(joinedload(PartnerRequest.territory))
    ).first()
    if request is None:
        raise NotFound()
    return request


def look_alikes(request: PartnerRequest) -> Sequence[Organisation]:
    """The organisations known by that name already, however it is written; one statement."""
    return db.session.scalars(
        select(Organisation)
        .where(AsTyped(Organisation.name) == as_typed(request.organisation_name))
        .order_by(Organisation.id)
    ).all()


def open_organisation(request: PartnerRequest) -> Organisation:
    """A new organisation as the request names it; its address in URLs is made unlike every other."""
    slug = slug_from(request.organisation_name, longest=70)
    taken = set(db.session.scalars(select(Organisation.slug).where(Organisation.slug.startswith(slug))))
    number = 2
    unlike = slug
    while unlike in taken:
        unlike, number = f"{slug}-{number}", number + 1
    organisation = Organisation(
        slug=unlike,
        kind=request.kind,
        name=request.organisation_name,
        email=request.email,
        phone=request.phone or None,
    )
    db.session.add(organisation)
    db.session.flush()
    return organisation


def settle(
    request: PartnerRequest,
    status: RequestStatus,
    *,
    organisation: Organisation | None = None,
    reason: str = "",
    actor: str,
    now: datetime,
) -> None:
    """Moves a request from waiting to approved or refused, once. Raises RequestIsSettled."""
    waits = update(PartnerRequest).where(
        PartnerRequest.id == request.id, PartnerRequest.status == RequestStatus.WAITING
    )
    settled = waits.values(
        status=status,
        settled_at=now,
        reason=reason,
        organisation_id=organisation.id if organisation else None,
    )
    if not rows_changed(settled):
        raise RequestIsSettled()
    db.session.refresh(request)
    verb = "approved" if status is RequestStatus.APPROVED else "refused"
    journal.note(actor, verb, request, now=now, territory_id=request.territory_id)


def forget_old(now: datetime) -> int | None:
    """Deletes requests settled a month ago or never; how many, or None when there were none."""
    old = (PartnerRequest.settled_at <= now - KEPT) | (PartnerRequest.asked_at <= now - KEPT_WAITING)
    return rows_changed(delete(PartnerRequest).where(old)) or None
