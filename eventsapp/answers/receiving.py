"""A mail has come in: what it is, and what is done of it, in one transaction of the caller's (RULES section
8).

Nothing that a mail says raises: what nobody can read is kept and stands on the desk. What is wrong with us
does raise, and the mail is read again.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select

from eventsapp.answers import (
    authority,
    counters,
    refreshing,
    registering,
    replies,
    undelivered,
    words,
)
from eventsapp.answers.replies import Verdict
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.ical import answer as ical_answer
from eventsapp.ical.answer import Answer, Kind
from eventsapp.invitations import contents
from eventsapp.invitations.contents import Content
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.invitations.models import Invitation, PartStat
from eventsapp.mailroom import incoming
from eventsapp.mailroom.incoming import Incoming
from eventsapp.settings import setting

LONGEST_PROBLEM = 400
HEAD = 64 * 1024
"""Octets of what cannot be read in which the reply address is looked for: whose desk should know."""
MOST_KEPT = 1_000_000

_KINDS = {Kind.REPLY: MailKind.REPLY, Kind.COUNTER: MailKind.COUNTER, Kind.REFRESH: MailKind.REFRESH}


def take(octets: bytes, *, key: str, now: datetime) -> None:
    """Reads one mail and does what it asks, once, however often it is read. `key`: what the mailbox calls
    it."""
    try:
        mail = incoming.read(
            octets,
            mailbox=setting("MAIL_MAILBOX"),
            domain=setting("MAIL_DOMAIN"),
            authserv_id=setting("ANSWERS_AUTHSERV_ID"),
        )
    except incoming.Unreadable as refusal:
        _quarantine(fingerprint(octets.hex()) if octets else key, octets, _why(refusal), now)
        return
    row = registering.first_time(mail.message_id, received_at=mail.received_at or now, now=now)
    if row is None:
        return
    if mail.bounce is not None:
        state, problem = undelivered.take(row, mail.bounce, now=now)
        registering.becomes(row, MailKind.BOUNCE, state, problem, now)
        return
    answers, refusals = _answers(mail)
    if answers:
        _apply_all(row, mail, answers, now)
    elif mail.is_automatic:
        registering.becomes(row, MailKind.AUTOMATIC, MailState.IGNORED, "", now)  # never answered (I15)
    elif mail.calendars and refusals and not mail.text.strip():
        _set_aside(row, octets, refusals[0], now)
    else:
        contents.keep(row, contents.of(mail))
        words.take(row, mail, next(iter(authority.invited(mail)), None), now=now)


def set_aside(key: str, problem: str, now: datetime, subject: str = "", sender: str = "") -> None:
    """A mail that was not even loaded, or that stopped whoever read it three times, is kept as that."""
    row = registering.first_time(key, received_at=now, now=now)
    if row is not None:
        contents.keep(row, Content(subject=subject, sender=sender))
        registering.becomes(row, MailKind.UNREADABLE, MailState.TO_READ, problem[:LONGEST_PROBLEM], now)


def _answers(mail: Incoming) -> tuple[list[Answer], list[str]]:
    """What the calendars of a mail answer, and why some of them cannot be read."""
    answers: list[Answer] = []
    refusals: list[str] = []
    for octets, method in mail.calendars:
        try:
            answers += ical_answer.read(octets, method=method)
        except ical_answer.Unreadable as refusal:
            refusals.append(_why(refusal))
    return answers, refusals


def _apply_all(row: IncomingMail, mail: Incoming, answers: list[Answer], now: datetime) -> None:
    """One after the other; the line says what waits for somebody, else the first."""
    verdicts = [(one, _apply(row, mail, one, now)) for one in answers]
    answer, verdict = next((pair for pair in verdicts if pair[1].state is MailState.TO_READ), verdicts[0])
    registering.becomes(row, _KINDS[answer.kind], verdict.state, verdict.problem, now)
    if answer.partstat in set(PartStat) and answer.kind is Kind.REPLY:
        row.partstat = PartStat(answer.partstat)
    if row.event is not None:
        registering.is_about(row, row.event, verdict.registrations)
    if verdict.state is MailState.TO_READ:
        contents.keep(row, contents.of(mail, answer))


def _apply(row: IncomingMail, mail: Incoming, answer: Answer, now: datetime) -> Verdict:
    claim = authority.claim(mail, answer)
    if claim.invitation is None:
        return Verdict(MailState.IGNORED, claim.problem)  # dropped, never answered (I2)
    registering.concerns(row, claim.invitation)
    if claim.problem:
        return Verdict(MailState.TO_READ, claim.problem)
    if answer.kind is Kind.COUNTER:
        return counters.keep(row, answer, claim.invitation, now=now)
    if answer.kind is Kind.REFRESH:
        return refreshing.apply(claim.invitation, now=now)
    return replies.apply(
        answer, claim.invitation, is_certain=claim.is_certain, arrived=row.received_at, now=now
    )


def _quarantine(name: str, octets: bytes, problem: str, now: datetime) -> None:
    row = registering.first_time(name, received_at=now, now=now)
    if row is not None:
        _set_aside(row, octets, problem, now)


def _set_aside(row: IncomingMail, octets: bytes, problem: str, now: datetime) -> None:
    """Kept as it came, on the desk of the event whose reply address stands in its head (I18)."""
    contents.keep_original(row, octets[:MOST_KEPT])
    invitation = _addressed(octets)
    if invitation is not None:
        registering.concerns(row, invitation)
    registering.becomes(row, MailKind.UNREADABLE, MailState.TO_READ, problem, now)


def _addressed(octets: bytes) -> Invitation | None:
    address = rf"{re.escape(setting('MAIL_MAILBOX'))}\+([a-z2-7]{{16}})@{re.escape(setting('MAIL_DOMAIN'))}"
    found = re.search(address.encode(), octets[:HEAD].lower())
    if found is None:
        return None
    return db.session.scalars(select(Invitation).where(Invitation.token == found[1].decode())).first()


def _why(refusal: ical_answer.Unreadable | incoming.Unreadable) -> str:
    return str(refusal)[:LONGEST_PROBLEM]
