"""Mails that came in, as desks ask for them; a constant number of statements."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, defer, joinedload

from eventsapp.agenda.models import Activity, Event
from eventsapp.database import db
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory
from eventsapp.refusals import NotFound
from eventsapp.registrations import listings as registrations
from eventsapp.registrations import writing
from eventsapp.registrations.models import Registration


class Shelf(enum.StrEnum):
    """Where a mail lies on the desk."""

    TO_READ = "a-lire"
    OTHER_DATES = "propositions"
    UNREADABLE = "illisibles"
    DONE = "faites"

    @property
    def label(self) -> str:
        """« À lire »…"""
        return str(_LABELS[self])


_LABELS = {
    Shelf.TO_READ: lazy_gettext("À lire"),
    Shelf.OTHER_DATES: lazy_gettext("Autres dates proposées"),
    Shelf.UNREADABLE: lazy_gettext("Illisibles"),
    Shelf.DONE: lazy_gettext("Faites"),
}

_WAITS = IncomingMail.state == MailState.TO_READ
_LIES: dict[Shelf, ColumnElement[bool]] = {
    Shelf.TO_READ: and_(_WAITS, IncomingMail.kind.not_in((MailKind.COUNTER, MailKind.UNREADABLE))),
    Shelf.OTHER_DATES: and_(_WAITS, IncomingMail.kind == MailKind.COUNTER),
    Shelf.UNREADABLE: and_(_WAITS, IncomingMail.kind == MailKind.UNREADABLE),
    Shelf.DONE: IncomingMail.state.not_in((MailState.TO_READ, MailState.IGNORED)),
}
"""What lies where; what asks for nothing and did nothing lies nowhere."""


@dataclass(frozen=True)
class Page:
    """Some mails of a shelf, the latest first, and how many lie on each."""

    mails: Sequence[IncomingMail]
    counts: dict[Shelf, int]
    number: int
    pages: int


def of_territory(territory: Territory, shelf: Shelf, *, number: int, per_page: int) -> Page:
    """What came in for a territory, and what does not say for whom; two statements."""
    here = or_(IncomingMail.territory_id == territory.id, IncomingMail.territory_id.is_(None))
    return _page(here, shelf, number, per_page)


def of_organisation(organisation: Organisation, shelf: Shelf, *, number: int, per_page: int) -> Page:
    """What came in for the sessions that an organisation holds; two statements."""
    return _page(Event.host_id == organisation.id, shelf, number, per_page)


def how_many_wait(territory: Territory) -> int:
    """How many mails wait for somebody of this desk; one statement."""
    here = or_(IncomingMail.territory_id == territory.id, IncomingMail.territory_id.is_(None))
    return db.session.scalar(select(func.count(IncomingMail.id)).where(here, _WAITS)) or 0


def how_many_wait_at(organisation: Organisation) -> int:
    """The same of an organisation's own sessions; one statement."""
    waiting = select(func.count(IncomingMail.id)).join(IncomingMail.event)
    return db.session.scalar(waiting.where(Event.host_id == organisation.id, _WAITS)) or 0


def by_id(number: int) -> IncomingMail:
    """One mail with its event. Raises NotFound. The caller asks who may see it."""
    mail = db.session.scalars(
        select(IncomingMail)
        .where(IncomingMail.id == number)
        .options(
            joinedload(IncomingMail.invitation),
            joinedload(IncomingMail.event).joinedload(Event.activity).joinedload(Activity.action),
            joinedload(IncomingMail.event).joinedload(Event.venue),
            joinedload(IncomingMail.event).joinedload(Event.host),
            joinedload(IncomingMail.event).joinedload(Event.territory).defer(Territory.drawing),
        )
    ).first()
    if mail is None:
        raise NotFound()
    return mail


def parties(mail: IncomingMail) -> Sequence[Registration]:
    """Who is registered there and may have written it, the oldest first: of the mailbox that was invited, or
    whom the letter was about that it answers to. One statement, or none."""
    if mail.event is None:
        return ()
    if mail.invitation is not None:
        return registrations.at_mailbox(mail.event, mail.invitation.address)
    one = writing.of_about(mail.about)
    return () if one is None else (one,)


def _page(here: ColumnElement[bool], shelf: Shelf, number: int, per_page: int) -> Page:
    lies = case(*((condition, one.value) for one, condition in _LIES.items()), else_="").label("shelf")
    each = select(lies).select_from(IncomingMail).outerjoin(IncomingMail.event).where(here).subquery()
    counted = select(each.c.shelf, func.count()).group_by(each.c.shelf)
    counts = {Shelf(name): many for name, many in db.session.execute(counted) if name}
    pages = max(1, -(-counts.get(shelf, 0) // per_page))
    number = min(max(number, 1), pages)
    mails = db.session.scalars(
        select(IncomingMail)
        .outerjoin(IncomingMail.event)
        .where(here, _LIES[shelf])
        .options(
            contains_eager(IncomingMail.event).joinedload(Event.activity).joinedload(Activity.action),
            joinedload(IncomingMail.invitation),
            defer(IncomingMail.original),  # a megabyte each
        )
        .order_by(IncomingMail.received_at.desc(), IncomingMail.id.desc())
        .limit(per_page)
        .offset((number - 1) * per_page)
    ).all()
    return Page(mails, counts, number, pages)
