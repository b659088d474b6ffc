"""The own page of a household, behind its private link: what it is registered to, and a way out.

Whoever holds the link is the household for dates, places and cancelling: no account, no password. First
names, ages and how people are reached are shown in a confirmed browser only (`own_door`). The page is never
kept by browsers, never indexed, never told to other sites; what changes something is a POST, because mail
scanners open every link of a letter.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import households
from eventsapp.registrations import booking, listings, standing_listings, wording
from eventsapp.registrations.models import Registration
from eventsapp.web.residents import offer_answers
from eventsapp.web.residents.groups import group_of
from eventsapp.web.residents.own_door import actor, browsers_of, own_door

bp = own_door("own_page")


@dataclass(frozen=True)
class Shown:
    """A registration as its household sees it."""

    registration: Registration
    rank: int | None
    state: str
    """confirmed, offered, waiting, cancelled (by them), called_off (by us) or past."""
    group: list[str]
    """Ages in words; empty in a browser that is not confirmed."""
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


@bp.get("/m/<token>")
def show(token: str) -> str:
    """Everything the household is registered to, what lies ahead first."""
    household = households.by_link(token)
    browsers = browsers_of(household)
    confirmed = browsers.here
    lines = listings.of_household(household, with_people=confirmed)
    shown = [_shown(line, confirmed) for line in lines]
    shown.sort(
        key=lambda entry: (entry.state != "offered", not entry.can_be_cancelled, entry.state != "called_off")
    )
    return render_template(
        "residents/own_page/show.html",
        territory=shown[0].registration.event.territory if shown else None,
        household=household,
        first=shown[0] if shown else None,
        others=shown[1:],
        standing=standing_listings.of_household(household, now=clock.now()) if confirmed else [],
        offers=standing_listings.offers(household, now=clock.now()) if confirmed else [],
        token=token,
        link=households.link_address(token),
        confirmed=confirmed,
        other_browsers=browsers.elsewhere,
    )


@bp.get("/m/<token>/inscriptions/<code:code>/annulation")
def cancellation(token: str, code: str) -> str | BaseResponse:
    """Asks once more."""
    registration = listings.of_household_by_code(households.by_link(token), code)
    if not registration.is_active or registration.event.ends_at <= clock.now():
        return redirect(url_for("own_page.show", token=token), 303)
    return render_template(
        "residents/own_page/cancellation.html",
        territory=registration.event.territory,
        event=registration.event,
        registration=registration,
        token=token,
    )


@bp.post("/m/<token>/inscriptions/<code:code>/annulation")
def cancel(token: str, code: str) -> BaseResponse:
    """They no longer come. Sent twice, it is done once."""
    household = households.by_link(token)
    registration = listings.of_household_by_code(household, code)
    booking.cancel(registration, actor=actor(household), now=clock.now())
    db.session.commit()
    return redirect(url_for("own_page.show", token=token), 303)


@bp.post("/m/<token>/inscriptions/<code:code>/place")
def answer_offer(token: str, code: str) -> BaseResponse:
    """They take the place that is held for them, or they do not. Sent twice, it is done once."""
    offer_answers.keep(listings.of_household_by_code(households.by_link(token), code))
    return redirect(url_for("own_page.show", token=token), 303)


def _shown(line: listings.Line, confirmed: bool) -> Shown:
    registration, event = line.registration, line.registration.event
    if not registration.is_active:
        state = "cancelled"
    elif event.is_cancelled:
        state = "called_off"
    elif event.ends_at <= clock.now():
        state = "past"
    else:
        state = registration.status.name.lower()
    people = registration.participants if confirmed else []
    return Shown(
        registration,
        line.rank,
        state,
        group_of(one.bracket for one in people),
        [one.first_name for one in people if one.first_name],
        wording.overtaken(registration.overtaken, event.entry.order) if line.rank else "",
        wording.rule_of(event.entry),
    )
