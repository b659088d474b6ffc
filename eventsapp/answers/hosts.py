"""Hosts and places answer by their calendar: the date is confirmed, or somebody has to find another."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from eventsapp.agenda.models import Event
from eventsapp.convening import asked, inviting
from eventsapp.convening.letters import Why
from eventsapp.hosting import answers, coming
from eventsapp.hosting.answers import LONGEST_WORDS, Said
from eventsapp.hosting.models import Answer, Coming
from eventsapp.invitations import parties
from eventsapp.invitations.models import Capacity, Invitation, PartStat
from eventsapp.refusals import Refusal

NOT_NOTED = "pas_notee"
NO_HOST = "plus_d_hote"

_SAID = {PartStat.ACCEPTED: Answer.YES, PartStat.DECLINED: Answer.NO}
_COMING = {PartStat.ACCEPTED: Coming.YES, PartStat.DECLINED: Coming.NO}


def answered(invitation: Invitation, event: Event, said: PartStat, comment: str, *, now: datetime) -> str:
    """Notes what a host or a place says; why somebody of the desk must look at it, or "".

    It is the answer that their page would give: a no of either stands among the dates refused, with its
    words. The event is locked by the caller.
    """
    one = asked.now_at(invitation)
    if one is None:  # they left, and no worker has told their calendar yet
        return NO_HOST
    invitation.invited_as = one.capacity  # who held it may keep its place by now
    host = parties.host_of(invitation)
    if host is None:
        return NO_HOST
    if said not in _SAID:
        return ""
    words = " ".join(comment.split())[:LONGEST_WORDS]
    try:
        if one.capacity is Capacity.HOST:
            coming.say(event, _COMING[said].value, words, actor=host.actor, now=now)
        else:
            # The room that there is: an answer by calendar says nothing of it.
            given = Said(_SAID[said].value, words=words, room=event.room, former_room=event.room)
            answers.give(event, given, actor=host.actor, now=now)
    except Refusal:
        return NOT_NOTED
    return ""


def answered_former(invitation: Invitation, event: Event, said: PartStat, *, now: datetime) -> None:
    """A host answered to what it was before: shown beside the date, it counts for nothing (RULES I8)."""
    host = parties.host_of(invitation)
    if host is None or host.capacity is not Capacity.HOST or said not in _COMING:
        return
    with suppress(Refusal):  # nobody is asked any more
        coming.say(event, _COMING[said].value, "", former=True, actor=host.actor, now=now)


def ask_again(invitation: Invitation, event: Event, *, now: datetime) -> bool:
    """Sends a host the date as it is now, for they answered to what it was; False where nothing is sent."""
    return inviting.invite_again(invitation, event, why=Why.ANSWERED_FORMER, now=now)


def send_again(invitation: Invitation, event: Event, *, now: datetime) -> bool:
    """Sends a host the date that their calendar has lost; False where nothing is sent."""
    return inviting.invite_again(invitation, event, why=Why.AGAIN, now=now)
