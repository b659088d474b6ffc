"""Accounts of the desks: opened for somebody, entered by a single-use link that comes by mail.

No password is needed, though one may be chosen (`passwords`). A link is stored as a fingerprint,
opened by GET, used up by POST (mail scanners open every link), and works for SIGN_IN_MINUTES.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from flask_babel import force_locale, gettext
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed
from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.people import contacts, sign_ins
from eventsapp.people.models import Account, Passkey, RecoveryCode, SignInLink
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.settings import setting

MOST_WAITING = 5
"""How many unused links of one account work at a time: nobody's mailbox is filled by a form of ours, and
whoever asks in somebody's place shuts them out of nothing. When none is sent, the last ones still work."""

KEPT = timedelta(days=1)
"""How long a link that works no more is kept, so that its page can say what became of it."""


LONGEST_NAME = 80


class EmailMissing(Refusal):
    """Nowhere to send the link."""

    sentence = msgid("Écrivez votre adresse e-mail.")


class NameMissing(Refusal):
    """Nobody to greet."""

    sentence = msgid("Écrivez le nom de la personne.")


class AccountExists(Conflict):
    """One account an address."""

    sentence = msgid("Cette adresse a déjà un compte.")


class NoAccount(NotFound):
    """Said to operators only: a page never tells who has an account."""

    sentence = msgid("Aucun compte n’a cette adresse.")


class LinkDoesNotWork(Refusal):
    """Unknown, used or too old; which of the three is nobody's business."""

    sentence = msgid("Ce lien a déjà servi, ou il est trop ancien. Demandez un nouveau lien.")
    status = 410


def open_account(
    email: str, name: str, *, language: str = DEFAULT.code, actor: str, now: datetime
) -> Account:
    """Opens an account; the caller has asked who may. Raises EmailUnreadable, NameMissing, AccountExists."""
    known_at = address(email)
    if not name.strip():
        raise NameMissing(field="name")
    if at_address(known_at) is not None:
        raise AccountExists(field="email")
    account = Account(email=known_at, name=name.strip()[:LONGEST_NAME], language=language, created_at=now)
    db.session.add(account)
    db.session.flush()
    journal.note(actor, "opened", account, now=now)
    return account


def close_account(account: Account, *, actor: str, now: datetime) -> None:
    """Somebody leaves: links and sign-ins end; name, address and keys are forgotten.

    The row stays for the journal, which says "account:12"; the address may open a new account.
    """
    account.closed_at, account.name, account.email = now, "", f"closed-{account.id}@invalid"
    account.password_hash = account.totp_secret = None
    for kept in (RecoveryCode, Passkey):
        rows_changed(delete(kept).where(kept.account_id == account.id))
    ended = sign_ins.end_all(account, now=now)
    journal.note(actor, "closed", account, now=now, ended=ended)


def by_email(email: str) -> Account:
    """The open account of an address, for operators. Raises NoAccount."""
    account = at_address(address(email))
    if account is None or account.closed_at is not None:
        raise NoAccount()
    return account


def names_of_actors(actors: Iterable[str]) -> dict[int, str]:
    """What the accounts among these actors are called, by number; one statement, or none."""
    numbers = {actor.partition(":")[2] for actor in actors if actor.startswith("account:")}
    return names_of({int(number) for number in numbers if number.isdigit()})


def behind_actor(actor: str) -> Account | None:
    """The account that an actor of the journal is, « account:3 »; None for a family or the service itself."""
    kind, _, number = actor.partition(":")
    return db.session.get_one(Account, int(number)) if kind == "account" else None


def names_of(numbers: Collection[int]) -> dict[int, str]:
    """What accounts are called, by number; closed ones have no name any more. One statement, or none."""
    if not numbers:
        return {}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(numbers)))
    return {row.id: row.name for row in rows}


def ask_link(email: str, *, now: datetime) -> None:
    """Sends a link to whoever has an account; says nothing of who has none, and takes about as
    long (`python -m bench.strangers`).

    Raises EmailMissing, EmailUnreadable: what anybody can see of what they typed.
    """
    typed = address(email)
    account = at_address(typed)
    if account is None or account.closed_at is not None or _has_enough(account, now):
        # The same letter is written, and thrown away: a clock would tell who has an account.
        with db.session.begin_nested() as thrown_away:
            _post_link(Reader(name="", language=DEFAULT.code, email=typed), link_token(), now=now)
            db.session.flush()
            thrown_away.rollback()
        return
    reader = Reader(name=account.name, language=account.language, email=account.email)
    _post_link(reader, new_link(account, now=now), now=now)


def _post_link(reader: Reader, token: str, *, now: datetime) -> None:
    with force_locale((known(reader.language) or DEFAULT).locale):
        sender = gettext("L’agenda des quartiers")
    outbox.post(
        OutgoingLetter(
            kind="people/sign_in",
            reader=reader,
            sender=Sender(name=sender, address=setting("MAIL_DEFAULT_SENDER")),
            context={
                "name": reader.name,
                "link": link_address(token),
                "minutes": setting("SIGN_IN_MINUTES"),
            },
            holds_private_link=True,
            useless_after=now + timedelta(minutes=setting("SIGN_IN_MINUTES")),
        ),
        now=now,
    )


def new_link(account: Account, *, now: datetime) -> str:
    """A new link of an account: its token, to be shown or sent once and never stored."""
    token = link_token()
    db.session.add(
        SignInLink(
            account=account,
            fingerprint=fingerprint(token),
            created_at=now,
            expires_at=now + timedelta(minutes=setting("SIGN_IN_MINUTES")),
        )
    )
    return token


def link_address(token: str) -> str:
    """The public address of a link."""
    return f"{setting('PUBLIC_URL')}/connexion/{token}"


def behind_link(token: str, *, now: datetime) -> Account:
    """Whom a link would sign in; it stays unused. Raises LinkDoesNotWork."""
    link = db.session.scalars(
        select(SignInLink)
        .where(
            SignInLink.fingerprint == fingerprint(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .options(joinedload(SignInLink.account))
    ).first()
    if link is None or link.account.closed_at is not None:
        raise LinkDoesNotWork()
    return link.account


def use_link(token: str, *, now: datetime) -> Account:
    """Uses a link up and gives its account; of two requests at once, one gets in.

    Raises LinkDoesNotWork.
    """
    behind = select(SignInLink.account_id).where(SignInLink.fingerprint == fingerprint(token))
    # Whoever ends all sign-ins of the account at this moment is waited for: this one ends with them.
    db.session.execute(select(Account.id).where(Account.id.in_(behind)).with_for_update(key_share=True))
    account_id = db.session.scalar(
        update(SignInLink)
        .where(
            SignInLink.fingerprint == fingerprint(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInLink.account_id)
        .execution_options(synchronize_session=False)
    )
    account = db.session.get(Account, account_id, populate_existing=True) if account_id is not None else None
    if account is None or account.closed_at is not None:
        raise LinkDoesNotWork()
    journal.note(account.actor, "signed in", account, now=now)
    return account


def forget_links(now: datetime) -> int | None:
    """Deletes links that have not worked for a day; how many, or None when there were none."""
    over = or_(SignInLink.used_at <= now - KEPT, SignInLink.expires_at <= now - KEPT)
    return rows_changed(delete(SignInLink).where(over)) or None


def address(typed: str) -> str:
    """An account's address as it is stored, in lower case. Raises EmailMissing, EmailUnreadable."""
    written = contacts.email(typed)
    if written is None:
        raise EmailMissing(field="email")
    return written.lower()


def at_address(stored: str) -> Account | None:
    """The open account of an address as it is stored; for rooms, never to be told on a page."""
    return db.session.scalars(
        select(Account).where(Account.email == stored, Account.closed_at.is_(None))
    ).first()


def _has_enough(account: Account, now: datetime) -> bool:
    waiting = select(func.count()).where(
        SignInLink.account_id == account.id, SignInLink.used_at.is_(None), SignInLink.expires_at > now
    )
    return (db.session.scalar(waiting) or 0) >= MOST_WAITING
