"""« Recevoir l’agenda » : the few feeds that people want, one put together, and how to add it, truthfully for
each platform (RULES F11, F12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from eventsapp import clock
from eventsapp.feeds import offering, selection
from eventsapp.feeds.offering import Composed, Offering
from eventsapp.feeds.selection import MOST_VALUES, PARAMETERS, Selection
from eventsapp.places.listings import territory_by_slug
from eventsapp.refusals import NotFound, Refusal, msgid
from eventsapp.settings import setting
from eventsapp.web import qr

bp = Blueprint("subscriptions", __name__)

IN_OUR_WORDS = ("theme", "public")
"""Questions whose answers are in the reader's language; the others are names that somebody gave."""
CHOICE = "votre-choix"
"""Where on the page the feed stands that was put together."""


class TooManyWishes(Refusal):
    """More than one address holds."""

    sentence = msgid("Cochez %(most)s choses au plus, ou prenez tout l’agenda.")


@dataclass(frozen=True)
class Group:
    """One question of the composer, and its answers as (value, name)."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    ticked: frozenset[str]
    is_french: bool


@bp.get("/<territory:territory>/recevoir")
def page(territory: str) -> tuple[str, int]:
    """What may be followed, what was put together, and how to add it; five statements at most."""
    area, now = territory_by_slug(territory), clock.now()
    whole = Selection(territory=area.slug)
    found = offering.offered(area, now=now)
    wanted, chosen, refused, status = whole, None, "", HTTPStatus.OK
    try:
        wanted = _asked(area.slug)
        chosen = None if wanted.is_whole else offering.composed(wanted, now=now)
    except TooManyWishes as refusal:
        refused, status = gettext(refusal.sentence, **refusal.parameters), HTTPStatus(refusal.status)
    except NotFound:
        wanted, status = whole, HTTPStatus.NOT_FOUND
        refused = gettext("Ce choix n’existe plus. Choisissez-en un autre, ou prenez tout l’agenda.")
    html = render_template(
        "residents/subscriptions/page.html",
        territory=area,
        offering=found,
        weeks=offering.WEEKS,
        groups=[group for group in _groups(found, wanted, chosen) if group.choices],
        chosen=chosen,
        refused=refused,
        address=public(selection.address(wanted)),
        phone_page=qr.of_address(public(page_of(wanted))) if chosen else None,
        page_of=page_of,
        choice=CHOICE,
    )
    return html, status


def _asked(slug: str) -> Selection:
    """What the address asks for. Raises TooManyWishes; NotFound for what can be no value."""
    asked = {name: [value for value in request.args.getlist(name) if value] for name in PARAMETERS}
    if sum(map(len, asked.values())) > MOST_VALUES:
        raise TooManyWishes(most=MOST_VALUES)
    return selection.read(slug, asked)


def page_of(wanted: Selection) -> str:
    """This page with a feed put together, where it stands on it."""
    asked = [(name, str(value)) for name, kind in PARAMETERS.items() for value in getattr(wanted, kind)]
    path = url_for("subscriptions.page", territory=wanted.territory)
    return f"{path}?{urlencode(asked)}#{CHOICE}" if asked else path


def public(path: str) -> str:
    """The whole address of a path of ours, as people copy it; `webcal` is made from it by the page."""
    return f"{setting('PUBLIC_URL')}{path}"


def _groups(found: Offering, wanted: Selection, chosen: Composed | None) -> Iterable[Group]:
    """What the composer asks. What is ticked is among the answers, though nothing of it is to come."""
    labels = {
        "theme": gettext("Quoi ?"),
        "quartier": gettext("Quel quartier ?"),
        "public": gettext("Pour qui ?"),
        "action": gettext("Quelle action ?"),
        "serie": gettext("Quelle série ?"),
        "lieu": gettext("Quel lieu ?"),
        "structure": gettext("Avec quelle structure ?"),
    }
    known: dict[str, Iterable[tuple[str, str]]] = {
        "theme": ((one.selection.themes[0], one.name) for one in found.themes),
        "quartier": ((one.selection.quartiers[0], one.name) for one in found.quartiers),
        "public": ((one, one.label) for one in found.audiences),
        "action": (),
        "structure": found.organisations,
        "lieu": found.venues,
        "serie": found.activities,
    }
    for name, label in labels.items():
        ticked = _ticked(PARAMETERS[name], wanted, chosen)
        answers = {**{str(value): words for value, words in known[name]}, **ticked}
        yield Group(name, label, tuple(answers.items()), frozenset(ticked), name not in IN_OUR_WORDS)


def _ticked(kind: str, wanted: Selection, chosen: Composed | None) -> dict[str, str]:
    """What was chosen of one kind, with its name."""
    if kind == "themes":
        return {str(one): one.public_label for one in wanted.themes}
    if kind == "audiences":
        return {str(one): one.label for one in wanted.audiences}
    # A selection and the parts of its feed are both in the order of slugs.
    names = [part.name for part in chosen.feed.parts if part.kind == kind] if chosen else []
    return dict(zip(getattr(wanted, kind), names, strict=True))
