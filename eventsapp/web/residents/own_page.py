"""The own page of a household, behind its private link: what it is registered to, and a way out.

Whoever holds the link is the household: no account, no password. The page is never kept by
browsers, never indexed, never told to other sites; what changes something is a POST, because mail
scanners open every link of a letter.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import households
from eventsapp.people.households import LinkUnknown
from eventsapp.registrations import booking, listings, standing_listings
from eventsapp.registrations.models import Registration
from eventsapp.web.residents.groups import group_of

bp = Blueprint("own_page", __name__)


@dataclass(frozen=True)
class Shown:
    """A registration as its household sees it."""

    registration: Registration
    rank: int | None
    state: str
    """confirmed, waiting, cancelled (by them), called_off (by us) or past."""
    group: list[str]

    @property
    def can_be_cancelled(self) -> bool:
        """Still ahead, and theirs to give up."""
        return self.state in {"confirmed", "waiting"}


@bp.get("/m/<token>")
def show(token: str) -> str:
    """Everything the household is registered to, what lies ahead first."""
    household = households.by_link(token)
    shown = [_shown(line) for line in listings.of_household(household)]
    shown.sort(key=lambda entry: (not entry.can_be_cancelled, entry.state != "called_off"))
    return render_template(
        "residents/own_page/show.html",
        territory=shown[0].registration.event.territory if shown else None,
        household=household,
        first=shown[0] if shown else None,
        others=shown[1:],
        standing=standing_listings.of_household(household, now=clock.now()),
        offers=standing_listings.offers(household, now=clock.now()),
        token=token,
        link=households.link_address(token),
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
    booking.cancel(registration, actor=f"household:{household.id}", now=clock.now())
    db.session.commit()
    return redirect(url_for("own_page.show", token=token), 303)


@bp.errorhandler(LinkUnknown)
def unknown_link(error: LinkUnknown) -> tuple[str, int]:
    """Wrong, or revoked: the page says what to do, not which of both."""
    db.session.rollback()
    return render_template("residents/own_page/unknown.html"), error.status


def _shown(line: listings.Line) -> Shown:
    registration, event = line.registration, line.registration.event
    if not registration.is_active:
        state = "cancelled"
    elif event.is_cancelled:
        state = "called_off"
    elif event.ends_at <= clock.now():
        state = "past"
    else:
        state = registration.status.name.lower()
    brackets = [participant.bracket for participant in registration.participants]
    return Shown(registration, line.rank, state, group_of(brackets))
