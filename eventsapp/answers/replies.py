"""A calendar says yes, no or perhaps: what the site's own buttons would do, is done (RULES I8 to I11).

Nothing of a REPLY but its answer counts: neither title nor hour nor place are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventsapp.agenda.models import Event
from eventsapp.answers import hosts, undelivered
from eventsapp.database import db
from eventsapp.ical.answer import Answer
from eventsapp.invitations.incoming_models import MailState
from eventsapp.invitations.models import Capacity, Invitation, Method, PartStat
from eventsapp.registrations import booking, leaving, leaving_letters, listings, seats
from eventsapp.registrations.models import Registration

LONGEST_COMMENT = 500
STATE = (
    "method",
    "sequence",
    "last_stamp",
    "partstat",
    "invited_as",
    "answered_at",
    "answer_sequence",
    "answer_stamp",
    "refreshed_at",
)
"""What is read again of an invitation once its event is locked, as by all who write it."""

ONCE_IN = timedelta(hours=1)
"""Whoever asks more often would have us flood the mailbox that was invited (RULES I13)."""
OVER, NOT_INVITED, TOO_LATE = "passe", "plus_invitee", "trop_tard"
DELEGATED, UNDECIDED, COMMENT = "deleguee", "sans_reponse", "avec_un_mot"
FORMER, SHARED, OTHER_SENDER, NOBODY = "avant_le_changement", "adresse_partagee", "autre_compte", "personne"
NOT_ASKED_AGAIN = "avant_le_changement_sans_suite"
COMES_BACK = "revient"


@dataclass(frozen=True)
class Verdict:
    """What becomes of the mail, and why it waits or nothing was done, in a word of this module."""

    state: MailState
    problem: str = ""
    registrations: Sequence[Registration] = ()
    """Whose answer it is."""


def apply(
    answer: Answer, invitation: Invitation, *, is_certain: bool, arrived: datetime, now: datetime
) -> Verdict:
    """Does what a REPLY says, once it is known whose it is. `arrived`: where it has no DTSTAMP.

    The revision that counts is the last that this mailbox was told: a change that waits to be told may be
    undone yet, and then nobody would ever ask them again. Told, it voids a « no » (`leaving.settle`).
    """
    event = seats.locked(invitation.event_id)
    db.session.refresh(invitation, STATE)
    if event.ends_at <= now:
        return Verdict(MailState.IGNORED, OVER)
    stamp = min(answer.stamp or arrived, now)  # whose clock is ahead would silence their next answer
    if invitation.method is Method.CANCEL:
        return _no_longer_invited(answer, invitation, event, stamp)
    sequence = min(answer.sequence, invitation.sequence)
    if not _is_newer(invitation, sequence, stamp):
        return Verdict(MailState.IGNORED, TOO_LATE)
    parties = listings.seated_at_mailbox(event, invitation.address)
    if event.is_cancelled and not parties:
        return Verdict(MailState.IGNORED, NOT_INVITED)
    if answer.partstat == "DELEGATED":
        return Verdict(MailState.TO_READ, DELEGATED, parties)
    if answer.partstat not in {PartStat.ACCEPTED, PartStat.TENTATIVE, PartStat.DECLINED}:
        return Verdict(MailState.IGNORED, UNDECIDED, parties)
    said = PartStat(answer.partstat)
    if is_certain:
        undelivered.arrives_again(invitation.address)
    if said is PartStat.DECLINED and not is_certain:
        return _doubted(invitation, parties, now)
    _note(invitation, answer, sequence, stamp, now)
    if sequence < invitation.sequence:
        hosts.answered_former(invitation, event, said, now=now)
        return _answered_former(invitation, event, parties, now)
    invitation.partstat, invitation.answers_former = said, False
    return _done(said, answer, invitation, event, parties, now)


def was_just_sent(invitation: Invitation, now: datetime) -> bool:
    """Whether the date as it is was sent again to this mailbox less than an hour ago (RULES I13)."""
    return invitation.refreshed_at is not None and invitation.refreshed_at > now - ONCE_IN


def _is_newer(invitation: Invitation, sequence: int, stamp: datetime) -> bool:
    """Lower SEQUENCE than the last answer's: too late; the same: the later DTSTAMP counts (RULES I8)."""
    if invitation.answer_stamp is None:
        return True
    return (sequence, stamp) > (invitation.answer_sequence, invitation.answer_stamp)


def _note(invitation: Invitation, answer: Answer, sequence: int, stamp: datetime, now: datetime) -> None:
    invitation.answered_at, invitation.answer_sequence, invitation.answer_stamp = now, sequence, stamp
    invitation.answer_comment = answer.comment[:LONGEST_COMMENT]


def _no_longer_invited(answer: Answer, invitation: Invitation, event: Event, stamp: datetime) -> Verdict:
    """The date stands in no calendar of theirs any more. A yes that they said since is a wish: others may
    have the place by now, so nobody is seated again before somebody of the desk has spoken to them."""
    says_yes = answer.partstat == PartStat.ACCEPTED and stamp > invitation.last_stamp
    if not says_yes or event.is_cancelled:
        return Verdict(MailState.IGNORED, NOT_INVITED)
    return Verdict(MailState.TO_READ, COMES_BACK, listings.at_mailbox(event, invitation.address))


def _answered_former(
    invitation: Invitation, event: Event, parties: Sequence[Registration], now: datetime
) -> Verdict:
    """« Répondu avant le changement »: kept as that, and they are asked again; not more than once an hour,
    for a calendar that answers by itself and always to the former would never end (RULES I13 I15). Where
    nothing can be sent, somebody of the desk reads it: nobody will ask."""
    invitation.answers_former = True
    if was_just_sent(invitation, now):
        return Verdict(MailState.DONE, FORMER, parties)
    sent = [hosts.ask_again(invitation, event, now=now)]
    sent += [leaving_letters.asked_again(one, now=now) for one in parties[:1]]
    if not any(sent):
        return Verdict(MailState.TO_READ, NOT_ASKED_AGAIN, parties)
    invitation.refreshed_at = now
    return Verdict(MailState.DONE, FORMER, parties)


def _done(
    said: PartStat,
    answer: Answer,
    invitation: Invitation,
    event: Event,
    parties: Sequence[Registration],
    now: datetime,
) -> Verdict:
    has_words = bool(answer.comment or answer.guests)
    plain = (
        Verdict(MailState.TO_READ, COMMENT, parties) if has_words else Verdict(MailState.DONE, "", parties)
    )
    is_host = invitation.invited_as is not Capacity.GUEST
    if said is PartStat.DECLINED and len(parties) + is_host > 1:
        for one in parties:
            leaving.ask(one, now=now)
        return Verdict(MailState.TO_READ, SHARED, parties)
    if is_host:
        problem = hosts.answered(invitation, event, said, answer.comment, now=now)
        if problem:
            return Verdict(MailState.TO_READ, problem, parties)
        if said is PartStat.DECLINED:  # it stands among the dates refused, with its words: read once
            return Verdict(MailState.DONE, "", parties)
    elif not parties:
        return Verdict(MailState.TO_READ, NOBODY)
    for one in parties:
        if said is PartStat.DECLINED:
            leaving.say_no(one, actor=booking.actor_of(one), now=now)
        else:
            leaving.stay(one, actor=booking.actor_of(one), tells_calendar=False, now=now)
    return plain


def _doubted(invitation: Invitation, parties: Sequence[Registration], now: datetime) -> Verdict:
    """A « no » from another account than the one that was invited changes nothing before its mailbox says so
    (RULES I6); of a host somebody of the desk asks."""
    for one in parties:
        leaving.ask(one, now=now)
    is_host = invitation.invited_as is not Capacity.GUEST
    state = MailState.TO_READ if is_host or not parties else MailState.DONE
    return Verdict(state, OTHER_SENDER, parties)
