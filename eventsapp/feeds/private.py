"""What a private feed holds, and the version by which its reader knows that nothing changed.

Whose it is comes from its token alone (RULES F13), and whether they may still read it is asked each time:
no feed outlives the right behind it. One short statement answers both, and whether anything changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from eventsapp.agenda import fragments
from eventsapp.agenda.models import Event
from eventsapp.clock import day_of
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.feeds import joining, own_entries, private_wording
from eventsapp.feeds.private_models import COLUMN_OF_KIND, PARTIES, FeedKind, FeedLink
from eventsapp.feeds.window import Window
from eventsapp.hosting import links as host_links
from eventsapp.ical import alarm, calendar
from eventsapp.invitations.models import Invitation, Method
from eventsapp.people.models import Account, Household, Organisation, Person, Professional
from eventsapp.places.models import Territory, Venue
from eventsapp.refusals import NotFound
from eventsapp.registrations.models import Registration

EDITION = 1
"""Part of every version: raise it when what private feeds make of the same rows changes."""

Rights = Callable[[date], ColumnElement[bool]]
"""The condition, of a row of FeedLink, that its account still may read it on that Paris day. It is an
argument: who may do what is known upstairs (`access.feed_rights`)."""


@dataclass(frozen=True, kw_only=True)
class PrivateFeed:
    """A private feed as it stands on one day."""

    link: int
    kind: FeedKind
    number: int | None
    """Of the row that says whose it is; None: they were forgotten, and it is empty (RULES F14)."""
    uid: str
    name: str
    """Of the organisation, school or territory; "" for a party."""
    mailbox: str | None
    """What was sent there is left out (RULES F16); None: nothing is."""
    reminds: bool
    last_read_on: date | None
    window: Window
    tag: str
    """The opaque part of its weak ETag: all that the octets depend on (RULES F4)."""
    modified: datetime
    """Last-Modified (RULES F5): when this version was read first, so that it moves with each change of `tag`,
    whatever changed; whole seconds, never in the future."""
    is_news: bool
    """Whether it was another when it was read last: to be noted (`private_links.note_reading`)."""


def version(token: str, *, rights: Rights, now: datetime) -> PrivateFeed:
    """The feed behind a token, without its events; one short statement.

    Raises NotFound for a token that is unknown, revoked, or whose right has ended: which of them is nobody's
    business (RULES F14).
    """
    window = Window(day_of(now))
    row = db.session.execute(_behind(token, rights(window.today), now)).first()
    if row is None:
        raise NotFound()
    link: FeedLink = row.FeedLink
    changes = [row.revised_at, link.made_at, link.emptied_at, row.registered_at, row.invited_at]
    known = [moment for moment in changes if moment is not None]
    depends_on = (
        link.uid,
        row.name,
        link.leaves_out_invited and row.mailbox,
        link.reminds,
        window.first_day,
        row.revision,
        row.registrations,
        row.invitations,
        *(moment.isoformat() for moment in known),
        joining.FRAME,
        EDITION,
        fragments.renderer_version(),
    )
    tag = fingerprint(" ".join(map(str, depends_on)))[:20]
    since = link.edition_since if link.edition == tag else None
    return PrivateFeed(
        link=link.id,
        kind=link.kind,
        number=getattr(link, COLUMN_OF_KIND[link.kind]),
        uid=link.uid,
        name=row.name or "",
        mailbox=row.mailbox if link.leaves_out_invited else None,
        reminds=link.reminds,
        last_read_on=link.last_read_on,
        window=window,
        tag=tag,
        modified=min(since or now, now).replace(microsecond=0),
        is_news=since is None,
    )


def octets(feed: PrivateFeed) -> bytes:
    """The feed whole: a pure function of the data and the day, one statement, stable order (RULES F3).

    No SOURCE: an address that opens by itself stays out of what a calendar may export (RULES F13).
    """
    if feed.number is None:
        stored: list[str] = []
    elif feed.kind in PARTIES:
        stored = own_entries.of_party(
            COLUMN_OF_KIND[feed.kind], feed.number, window=feed.window, not_invited=_not_invited(feed)
        )
    else:
        held = select(Event.fragment).where(_held(feed), *feed.window.holds(), _not_invited(feed))
        stored = list(db.session.scalars(held.order_by(Event.starts_at, Event.uid)))
    if feed.reminds:
        stored = [alarm.reminding(one, private_wording.reminder()) for one in stored]
    return calendar.join(
        stored,
        uid=feed.uid,
        name=private_wording.name_of(feed.kind, feed.name),
        description=private_wording.description(),
        source_url="",
        refresh=joining.REFRESH,
    )


def _held(feed: PrivateFeed) -> ColumnElement[bool]:
    """All that is announced there, restricted or not; what is discreet says neither what nor with whom, for
    its fragment does not."""
    column = {
        FeedKind.ORGANISATION: Event.host_id,
        FeedKind.SCHOOL: Event.venue_id,
        FeedKind.TERRITORY: Event.territory_id,
    }[feed.kind]
    return column == feed.number


def _not_invited(feed: PrivateFeed) -> ColumnElement[bool]:
    """The condition that the reader's mailbox holds no invitation for an event.

    Of a party's own: whatever it was last told, for the mails say cancellations too. Of a desk's: only
    while the invitation stands; it may be another one's of the same mailbox.
    """
    if feed.mailbox is None:
        return Event.id.is_not(None)
    told = exists().where(Invitation.event_id == Event.id, Invitation.address == feed.mailbox)
    return ~(told if feed.kind in PARTIES else told.where(Invitation.method == Method.REQUEST))


def _behind(token: str, allowed: ColumnElement[bool], now: datetime) -> Select[*tuple[Any, ...]]:
    """The row of a token, and what its octets depend on."""
    school = aliased(Venue)
    host = aliased(Organisation)
    home = aliased(Territory)
    revised = _revised()
    mine = or_(
        Registration.household_id == FeedLink.household_id,
        Registration.professional_id == FeedLink.professional_id,
    )
    mailbox = func.lower(func.coalesce(Person.email, Account.email, Contact.email))
    invited = and_(FeedLink.leaves_out_invited, Invitation.address == mailbox)
    return (
        select(
            FeedLink,
            func.coalesce(host.name, school.name, home.name).label("name"),
            mailbox.label("mailbox"),
            _of_territories(revised, func.sum(revised.revision)).label("revision"),
            _of_territories(revised, func.max(revised.revised_at)).label("revised_at"),
            select(func.count(Registration.id)).where(mine).scalar_subquery().label("registrations"),
            select(func.max(Registration.changed_at)).where(mine).scalar_subquery().label("registered_at"),
            select(func.count(Invitation.id)).where(invited).scalar_subquery().label("invitations"),
            select(func.max(Invitation.last_stamp)).where(invited).scalar_subquery().label("invited_at"),
        )
        .outerjoin(Household, Household.id == FeedLink.household_id)
        .outerjoin(Professional, Professional.id == FeedLink.professional_id)
        .outerjoin(Person, Person.id == func.coalesce(Household.contact_id, Professional.person_id))
        .outerjoin(Account, Account.id == FeedLink.account_id)
        .outerjoin(Contact, Contact.id == FeedLink.contact_id)
        .outerjoin(host, host.id == FeedLink.organisation_id)
        .outerjoin(school, school.id == FeedLink.venue_id)
        .outerjoin(home, home.id == FeedLink.territory_id)
        .where(
            FeedLink.fingerprint == fingerprint(token),
            or_(
                FeedLink.kind.in_(PARTIES),
                and_(FeedLink.account_id.is_not(None), allowed),
                _is_its_contact(now),
            ),
        )
    )


def _is_its_contact(now: datetime) -> ColumnElement[bool]:
    """The contact of that very school still is, and a private link of hers works."""
    return and_(
        Contact.ended_at.is_(None),
        Contact.venue_id == FeedLink.venue_id,
        host_links.opens_something(Contact.id, now=now),
    )


def _revised() -> type[Territory]:
    return aliased(Territory)


def _of_territories(revised: type[Territory], value: ColumnElement[object]) -> ScalarSelect[object]:
    """Of the territory that it holds, or of all: what an organisation holds and where a family is registered
    may be in any, and a date that leaves one of them takes no stamp along."""
    here = or_(FeedLink.territory_id.is_(None), revised.id == FeedLink.territory_id)
    return select(value).select_from(revised).where(here).correlate_except(revised).scalar_subquery()
