"""What the own pages of a household and of a professional share: a registration as whose it is sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.registrations import wording
from eventsapp.registrations.listings import Line
from eventsapp.registrations.models import Registration
from eventsapp.web.residents.groups import group_of


@dataclass(frozen=True)
class Shown:
    """A registration as its household or professional sees it."""

    registration: Registration
    rank: int | None
    state: str
    """confirmed, offered, waiting, cancelled (by them), called_off (by us) or past."""
    group: list[str]
    """Ages in words; empty where the page does not say whom it is about."""
    names: list[str]
    """First names where they were asked for; empty likewise."""
    passed: str
    """Who passed before them on the waiting list, in words; empty: nobody."""
    rule: str
    """By which rule places go to those who wait, in words."""

    @property
    def can_be_cancelled(self) -> bool:
        """Still ahead, and theirs to give up."""
        return self.state in {"confirmed", "offered", "waiting"}

    @property
    def can_be_changed(self) -> bool:
        """Not begun yet: from then on the people at the door know who is there."""
        return self.can_be_cancelled and self.registration.event.starts_at > clock.now()


def in_order(lines: Sequence[Line], *, with_people: bool) -> list[Shown]:
    """What asks for an answer first, then what lies ahead, then what we called off."""
    return sorted(
        (_shown(line, with_people) for line in lines),
        key=lambda entry: (entry.state != "offered", not entry.can_be_cancelled, entry.state != "called_off"),
    )


def cancellation(registration: Registration, *, home: str, address: str) -> str | BaseResponse:
    """Asks once more before a POST to `address`; where nothing is to be cancelled, back `home`."""
    event = registration.event
    if not registration.is_active or event.ends_at <= clock.now():
        return redirect(home, 303)
    return render_template(
        "residents/own_page/cancellation.html",
        territory=event.territory,
        event=event,
        registration=registration,
        home=home,
        address=address,
    )


def _shown(line: Line, with_people: bool) -> Shown:
    registration, event = line.registration, line.registration.event
    if not registration.is_active:
        state = "cancelled"
    elif event.is_cancelled:
        state = "called_off"
    elif event.ends_at <= clock.now():
        state = "past"
    else:
        state = registration.status.name.lower()
    people = registration.participants if with_people else []
    return Shown(
        registration,
        line.rank,
        state,
        group_of(one.bracket for one in people),
        [one.first_name for one in people if one.first_name],
        wording.overtaken(registration.overtaken, event) if line.rank else "",
        wording.rule_of(event),
    )
