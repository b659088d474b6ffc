"""« Fermer un lieu du … au … »: every session there, what could become of each, done in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from eventsapp.agenda.models import Event
from eventsapp.disruptions import doing, ranking, surroundings
from eventsapp.disruptions.changes import Change, by_option
from eventsapp.disruptions.models import Disruption, Gesture
from eventsapp.disruptions.ranking import CANCEL, Option, OptionKind, Proposal
from eventsapp.places import closures
from eventsapp.places.models import Territory, Venue, VenueClosure
from eventsapp.refusals import Conflict, Refusal, msgid

AS_TICKED, BEST, CANCEL_ALL = "choix", "proposition", "annuler"
"""What a form says for all of them, besides « lieu-12 »."""


class TooMany(Refusal):
    """More than a person can look at on one page. Parameters: `most`."""

    sentence = msgid("Plus de %(most)s rendez-vous sont concernés. Fermez ce lieu en plusieurs fois.")


class PreviewIsOld(Conflict):
    """Something was announced or changed there meanwhile."""

    sentence = msgid(
        "Entre-temps, quelque chose a changé dans l’agenda. Relisez les propositions, puis validez."
    )


class ChoiceMissing(Refusal):
    """Each session needs an answer."""

    sentence = msgid("Choisissez ce que devient ce rendez-vous.")


class TwoAtOnce(Refusal):
    """Two sessions were given the same place at the same hour."""

    sentence = msgid("Un autre rendez-vous reçoit déjà ce lieu à cette heure. Choisissez autre chose.")


@dataclass(frozen=True)
class Affected:
    """A session that cannot take place where it was announced, and what could become of it."""

    event: Event
    proposal: Proposal


@dataclass(frozen=True)
class Outlook:
    """What a closure does."""

    venue: Venue
    starts_at: datetime
    ends_at: datetime
    affected: Sequence[Affected]
    venues: Mapping[int, Venue]

    @property
    def shared(self) -> list[Option]:
        """The places that are proposed to every session: all can go to the same."""
        if len(self.affected) < 2:
            return []
        first, *others = (one.proposal for one in self.affected)
        spans = [(one.event.starts_at, one.event.ends_at) for one in self.affected]
        if any(ranking.overlap(one, following) for one, following in pairwise(spans)):
            return []
        return [
            option
            for option in first.options
            if option.kind is OptionKind.PLACE and all(other.option(option.key) for other in others)
        ]

    @property
    def best(self) -> list[Change]:
        """What is ticked when nobody chose anything else."""
        return [by_option(one.event, one.proposal.best, self.venues) for one in self.affected]


def outlook(venue: Venue, starts_at: datetime, ends_at: datetime, *, now: datetime) -> Outlook:
    """What closing a place does, saving nothing; six statements, or one where nothing is announced.

    Raises TooMany.
    """
    events = surroundings.at_venue(venue, starts_at, ends_at, now=now)
    if len(events) > doing.MOST:
        raise TooMany(field="last_day", most=doing.MOST)
    if not events:
        return Outlook(venue, starts_at, ends_at, (), {})
    town, venues = surroundings.town_around(
        events[0].territory, events, closing=(venue.id, (starts_at, ends_at))
    )
    proposals = ranking.propose([surroundings.session_of(event) for event in events], town)
    by_session = {proposal.session.id: proposal for proposal in proposals}
    affected = [Affected(event, by_session[event.id]) for event in events]
    return Outlook(venue, starts_at, ends_at, affected, venues)


def carry_out(
    venue: Venue,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    chosen: Mapping[int, str],
    for_all: str,
    *,
    territory: Territory,
    actor: str,
    now: datetime,
) -> tuple[VenueClosure, Disruption | None]:
    """Closes the place and gives every session what was chosen: all or none.

    `chosen` says, by the number of each event that was shown, the key of an option; `for_all` may say
    something for all. Raises what `closures.close` raises, PreviewIsOld, ChoiceMissing, TwoAtOnce and what
    the agenda's verbs raise; `field` is « choix-<number> ».
    """
    closures.lock(venue)  # before what is announced there is read
    found = outlook(venue, starts_at, ends_at, now=now)
    if {one.event.id for one in found.affected} != set(chosen):
        raise PreviewIsOld()
    options = [(one, _option(one, chosen[one.event.id], for_all)) for one in found.affected]
    doubled = ranking.clash([(one.proposal.session, option) for one, option in options])
    if doubled is not None:
        raise TwoAtOnce(field=f"choix-{doubled.id}")
    closure = closures.close(venue, starts_at, ends_at, reason, actor=actor, now=now)
    if not options:
        return closure, None
    changes = [by_option(one.event, option, found.venues) for one, option in options]
    done = doing.carry_out(
        Gesture.CLOSING,
        territory,
        changes,
        reason=closure.reason,
        closure=closure,
        actor=actor,
        now=now,
    )
    return closure, done


def _option(one: Affected, key: str, for_all: str) -> Option:
    if for_all == CANCEL_ALL:
        return CANCEL
    if for_all == BEST:
        return one.proposal.best
    option = one.proposal.option(for_all if for_all not in ("", AS_TICKED) else key)
    if option is None and key:
        # It was proposed a minute ago, and somebody else took it.
        raise PreviewIsOld() if for_all in ("", AS_TICKED) else ChoiceMissing(field=f"choix-{one.event.id}")
    if option is None:
        raise ChoiceMissing(field=f"choix-{one.event.id}")
    return option
