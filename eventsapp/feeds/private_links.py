"""Private feeds made, renewed and revoked by whoever owns them: one address a device (RULES F13).

A token has 256 random bits and is looked up by its SHA-256, so that neither an index nor a comparison
tells by its time how near a guess was. It is shown once and never stored.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from eventsapp import journal
from eventsapp.clock import day_of, local
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed
from eventsapp.feeds.private_models import COLUMN_OF_KIND, PARTIES, FeedKind, FeedLink
from eventsapp.people.contacts import TooLong
from eventsapp.refusals import Conflict, NotFound, msgid
from eventsapp.settings import setting
from eventsapp.typed import line

MOST = 6
"""Private feeds of one owner: more than anybody has devices."""
LONGEST_LABEL = 40
EMPTY_FOR = timedelta(days=35)
"""How long an empty calendar is served after its owner was forgotten: Nextcloud may read weekly, and
people are on holiday (RULES F14)."""
UNREAD_FOR = timedelta(days=400)
"""What no calendar reads for a school year and its summer is forgotten."""


class EnoughFeeds(Conflict):
    """As many as anybody needs."""

    sentence = msgid("Vous avez déjà %(most)s calendriers privés. Supprimez-en un d’abord.")


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose feeds: what they hold (`kind` and the number of its row), and who reads them by right.

    A party reads its own; else exactly one of `account` and `contact` says who. Raises ValueError
    otherwise.
    """

    kind: FeedKind
    number: int
    account: int | None = None
    contact: int | None = None
    territory: int | None = None
    """The territory whose journal tells of it, where there is one."""

    def __post_init__(self) -> None:
        readers = (self.account is not None) + (self.contact is not None)
        if readers != (self.kind not in PARTIES):
            raise ValueError(f"nobody, or two, read the {self.kind} feed")

    @property
    def columns(self) -> dict[str, Any]:
        """The columns that say so."""
        return {
            "kind": self.kind,
            COLUMN_OF_KIND[self.kind]: self.number,
            "account_id": self.account,
            "contact_id": self.contact,
        }


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What somebody wants of one private feed; `label` as typed."""

    label: str = ""
    leaves_out_invited: bool = False
    reminds: bool = False


def make(owner: Owner, wishes: Wishes, *, actor: str, now: datetime) -> str:
    """A new private feed: its token, to be shown once and never stored.

    The caller has asked who may. Raises TooLong, Unwritable, EnoughFeeds.
    """
    label = line(wishes.label, field="label")
    if len(label) > LONGEST_LABEL:
        raise TooLong(field="label", most=LONGEST_LABEL)
    held = select(func.count(FeedLink.id)).filter_by(**owner.columns)
    if (db.session.scalar(held) or 0) >= MOST:
        raise EnoughFeeds(most=MOST)
    token = link_token()
    link = FeedLink(
        **owner.columns,
        fingerprint=fingerprint(token),
        label=label,
        leaves_out_invited=wishes.leaves_out_invited,
        reminds=wishes.reminds,
        made_at=now,
    )
    db.session.add(link)
    db.session.flush()
    _note(owner, "made", link, actor, now)
    return token


def renew(owner: Owner, number: int, *, actor: str, now: datetime) -> str:
    """A new address for one of the owner's feeds; the one before answers 404. Its token, to be shown once.

    Raises NotFound for another owner's, too.
    """
    link = by_id(owner, number)
    token = link_token()
    link.fingerprint, link.made_at, link.last_read_on = fingerprint(token), now, None
    _note(owner, "renewed", link, actor, now)
    return token


def revoke(owner: Owner, number: int, *, actor: str, now: datetime) -> None:
    """The feed is gone: its address answers 404 (RULES F14). Revoked twice, it is done once."""
    link = db.session.scalars(select(FeedLink).filter_by(id=number, **owner.columns)).first()
    if link is not None:
        _note(owner, "revoked", link, actor, now)
        db.session.delete(link)


def of_owner(owner: Owner) -> Sequence[FeedLink]:
    """The owner's feeds, the oldest first; one statement."""
    return db.session.scalars(
        select(FeedLink).filter_by(**owner.columns).order_by(FeedLink.id).limit(MOST)
    ).all()


def by_id(owner: Owner, number: int) -> FeedLink:
    """One of the owner's feeds. Raises NotFound for another owner's, too."""
    link = db.session.scalars(select(FeedLink).filter_by(id=number, **owner.columns)).first()
    if link is None:
        raise NotFound()
    return link


def note_reading(number: int, on: date, *, edition: str, since: datetime) -> None:
    """A calendar read this edition on that day, which is what it is since then; one statement."""
    said = {"last_read_on": on, "edition": edition, "edition_since": since}
    rows_changed(update(FeedLink).where(FeedLink.id == number).values(said))


def empty(kind: FeedKind, numbers: Collection[int], *, now: datetime) -> int:
    """These households or professionals are forgotten: their feeds are empty from now on, and say nothing of
    whose they were; how many."""
    column = COLUMN_OF_KIND[kind]
    theirs = update(FeedLink).where(FeedLink.kind == kind, getattr(FeedLink, column).in_(numbers))
    return rows_changed(theirs.values({column: None, "label": "", "emptied_at": now}))


def forget_old(now: datetime) -> int | None:
    """Deletes feeds that have been empty long enough, or that no calendar reads any more; how many, or None.

    One a calendar never read is counted from the day it was made.
    """
    unread = day_of(now - UNREAD_FOR)
    old = delete(FeedLink).where(
        or_(
            FeedLink.emptied_at <= now - EMPTY_FOR,
            FeedLink.last_read_on < unread,
            FeedLink.last_read_on.is_(None) & (FeedLink.made_at < local(unread, 0)),
        )
    )
    return rows_changed(old) or None


def path_of(token: str) -> str:
    """Where a private feed is read, below PUBLIC_URL; it opens by itself."""
    return f"/agendas/prives/{token}.ics"


def link_address(token: str) -> str:
    """The address of a private feed, as its owner copies it."""
    return f"{setting('PUBLIC_URL')}{path_of(token)}"


def _note(owner: Owner, verb: str, link: FeedLink, actor: str, now: datetime) -> None:
    """A line of the journal where somebody reads it by a role; what families do there is their own."""
    if owner.kind in PARTIES:
        return
    place = COLUMN_OF_KIND[owner.kind].removesuffix("_id")
    details = {} if owner.kind is FeedKind.TERRITORY else {place: owner.number}
    journal.note(actor, verb, link, now=now, territory_id=owner.territory, **details)
