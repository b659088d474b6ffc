"""Hosts and places answer by their calendar: the date is confirmed, or somebody has to find another."""

from __future__ import annotations

from datetime import datetime

from eventsapp.agenda.models import Event
from eventsapp.convening import asked, inviting
from eventsapp.convening.letters import Why
from eventsapp.hosting import answers
from eventsapp.hosting.answers import LONGEST_WORDS, Said
from eventsapp.hosting.models import Answer
from eventsapp.invitations import parties
from eventsapp.invitations.models import Capacity, Invitation, PartStat
from eventsapp.refusals import Refusal

HOST_DECLINED = "structure_ne_vient_pas"
NOT_NOTED = "pas_notee"
NO_HOST = "plus_d_hote"

_SAID = {PartStat.ACCEPTED: Answer.YES, PartStat.DECLINED: Answer.NO}


def answered(invitation: Invitation, event: Event, said: PartStat, comment: str, *, now: datetime) -> str:
    """Notes what a host or a place says; why somebody of the desk must look at it, or "".

    Of a place it is the answer that its link would give: a no stands among the dates refused. The event is
    locked by the caller. An organisation that says no stands in the desk's queue: it is called.
    """
    one = asked.now_at(invitation)
    if one is None:  # they left, and no worker has told their calendar yet
        return NO_HOST
    invitation.invited_as = one.capacity  # who held it may keep its place by now
    host = parties.host_of(invitation)
    if host is None:
        return NO_HOST
    if one.capacity is Capacity.HOST:
        return HOST_DECLINED if said is PartStat.DECLINED else ""
    if said in _SAID:
        words = " ".join(comment.split())[:LONGEST_WORDS]
        # The room that there is: an answer by calendar says nothing of it.
        given = Said(_SAID[said].value, words=words, room=event.room, former_room=event.room)
        try:
            answers.give(event, given, actor=host.actor, now=now)
        except Refusal:
            return NOT_NOTED
    return ""


def ask_again(invitation: Invitation, *, now: datetime) -> None:
    """Sends a host the date as it is now: they answered to what it was."""
    inviting.invite_again(invitation, why=Why.ANSWERED_FORMER, now=now)


def send_again(invitation: Invitation, *, now: datetime) -> None:
    """Sends a host the date that their calendar has lost."""
    inviting.invite_again(invitation, why=Why.AGAIN, now=now)
