"""What the doors behind a private link share: whose page it is, and whether this browser is confirmed.

Whoever holds the link reads when and where, cancels, and answers to a place. Whom it is about, and what
changes people or how they are reached, asks for a confirmed browser (docs/decisions, 8).
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import household_browsers, households
from eventsapp.people.household_browsers import Confirmed
from eventsapp.people.households import LinkUnknown
from eventsapp.people.models import Household, Professional
from eventsapp.refusals import Refusal, msgid

COOKIE = "foyer"
PATH = "/m"
"""Sent with own pages only: nobody reads the agenda with it."""
MOST = 8
"""Households confirmed in one browser: a cookie holds 4 kB, and a family registers a few times a month."""
FRESH = "foyer"
"""The session's key of tokens just made at a registration, whose address lies outside of PATH."""


class NotConfirmed(Refusal):
    """The link alone does not open this."""

    sentence = msgid("Confirmez d’abord que cette page est la vôtre.")
    status = 403


def own_door(name: str) -> Blueprint:
    """A blueprint of routes below /m/<token>/."""
    blueprint = Blueprint(name, __name__)
    blueprint.register_error_handler(LinkUnknown, unknown_link)
    blueprint.register_error_handler(NotConfirmed, lead_to_code)
    blueprint.after_request(keep_fresh)
    return blueprint


def professional_door(name: str) -> Blueprint:
    """A blueprint of routes below /ma-venue/<token>/: the link is all, for nothing there is about others."""
    blueprint = Blueprint(name, __name__)
    blueprint.register_error_handler(LinkUnknown, unknown_link)
    return blueprint


def tokens() -> list[str]:
    """The tokens that this browser carries, the latest last."""
    fresh = session.get(FRESH)
    kept = request.cookies.get(COOKIE, "").split(".") + (fresh if isinstance(fresh, list) else [])
    return [token for token in kept if token][-MOST:]


def is_confirmed(household: Household) -> bool:
    """Whether this browser is."""
    return browsers_of(household).here


def browsers_of(household: Household) -> Confirmed:
    """Whether this browser is confirmed, and how many others; one statement a request at most, none where it
    carries no cookie."""
    known: dict[int, Confirmed] = g.setdefault("confirmed", {})
    if household.id not in known:
        known[household.id] = household_browsers.confirmed(household, tokens(), now=clock.now())
    return known[household.id]


def confirmed_household(token: str) -> Household:
    """The household of a link, opened in a confirmed browser. Raises LinkUnknown, NotConfirmed."""
    household = households.by_link(token)
    if not is_confirmed(household):
        raise NotConfirmed()
    return household


def confirm_this(household: Household) -> None:
    """Confirms the browser that asks; the caller commits. Its cookie comes with the next own page."""
    remember(household_browsers.confirm(household, request.user_agent.string, now=clock.now()))


def remember(token: str) -> None:
    """Keeps the token of this browser, which has just been confirmed, until the next own page."""
    fresh = session.get(FRESH)
    session[FRESH] = [*(fresh if isinstance(fresh, list) else []), token][-MOST:]


def keep_fresh(answer: Response) -> Response:
    """Moves tokens just made into the cookie of own pages."""
    if session.get(FRESH):
        answer.set_cookie(
            COOKIE,
            ".".join(tokens()),
            max_age=int(household_browsers.LASTS.total_seconds()),
            path=PATH,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
        session.pop(FRESH)
    return answer


def actor(party: Household | Professional) -> str:
    """Who does it, as journals write."""
    return f"{party.__tablename__}:{party.id}"


def unknown_link(error: LinkUnknown) -> tuple[str, int]:
    """Wrong, or revoked: the page says what to do, not which of both."""
    db.session.rollback()
    return render_template("residents/own_page/unknown.html"), error.status


def lead_to_code(error: NotConfirmed) -> BaseResponse:
    """To the page that sends a code."""
    db.session.rollback()
    return redirect(url_for("own_codes.form", token=(request.view_args or {})["token"]), 303)
