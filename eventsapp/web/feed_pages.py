"""The page of somebody's private feeds, the same for a family, a professional, a school and the desks: which
there are, one more, a new address, one less. Each door says whose they are; a new address is shown once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, StringField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.database import db
from eventsapp.feeds import private_links
from eventsapp.feeds.private_links import Owner, Wishes
from eventsapp.refusals import Refusal
from eventsapp.web import filters, qr
from eventsapp.web.forms import refuse

JUST_MADE = "calendrier-prive"
"""The session's key for an address that was just made: shown on the next page and nowhere after."""


class FeedForm(FlaskForm):
    """Which device is it for, and what is it to hold?"""

    label = StringField(lazy_gettext("Pour quel appareil ?"), validators=[Optional()])
    reminds = BooleanField(lazy_gettext("Un rappel la veille"))
    leaves_out_invited = BooleanField(lazy_gettext("Sans ce que vous m’avez déjà envoyé par e-mail"))


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose page it is, and who looks at it."""

    owner: Owner
    actor: str
    has_mailbox: bool
    """Invitations may have been sent there: a feed may leave them out."""
    title: str
    holds: str
    """What such a feed holds, in a sentence."""
    back: tuple[str, str]
    """The address and the name of the page it belongs to."""
    layout: str = "layouts/page.html"
    shown: Mapping[str, Any] = field(default_factory=dict)
    """What that layout wants: a territory, an organisation."""


def open_pages(bp: Blueprint, path: str, whose: Callable[..., Whose]) -> None:
    """Registers the four routes below `path`; `whose` takes what the path says, and refuses strangers."""

    def show(**where: Any) -> str:
        """The private feeds there are."""
        return _page(bp.name, where, whose(**where), FeedForm(formdata=None))

    def make(**where: Any) -> tuple[str, int] | BaseResponse:
        """One more; its address is shown once."""
        page, asked = whose(**where), FeedForm()
        wishes = Wishes(
            label=asked.label.data or "",
            reminds=asked.reminds.data,
            leaves_out_invited=asked.leaves_out_invited.data and page.has_mailbox,
        )
        try:
            token = private_links.make(page.owner, wishes, actor=page.actor, now=clock.now())
        except Refusal as refusal:
            status = refuse(asked, refusal)
            return _page(bp.name, where, whose(**where), asked), status
        return _show_once(bp.name, where, page, token)

    def renew(feed_id: int, **where: Any) -> BaseResponse:
        """Another address for one of them; the one before opens nothing from now on."""
        page = whose(**where)
        token = private_links.renew(page.owner, feed_id, actor=page.actor, now=clock.now())
        return _show_once(bp.name, where, page, token)

    def revoke(feed_id: int, **where: Any) -> BaseResponse:
        """One less: its address opens nothing from now on."""
        page = whose(**where)
        private_links.revoke(page.owner, feed_id, actor=page.actor, now=clock.now())
        db.session.commit()
        flash(gettext("Ce calendrier est supprimé : son adresse ne marche plus."), "ok")
        return redirect(url_for(f"{bp.name}.show", **where), 303)

    bp.add_url_rule(path, "show", show)
    bp.add_url_rule(path, "make", make, methods=["POST"])
    bp.add_url_rule(f"{path}/<row:feed_id>/nouvelle-adresse", "renew", renew, methods=["POST"])
    bp.add_url_rule(f"{path}/<row:feed_id>/suppression", "revoke", revoke, methods=["POST"])


def _show_once(door: str, where: Mapping[str, Any], page: Whose, token: str) -> BaseResponse:
    db.session.commit()
    session[JUST_MADE] = {_key(page): private_links.link_address(token)}
    return redirect(url_for(f"{door}.show", **where), 303)


def _key(page: Whose) -> str:
    return f"{page.owner.kind.value}-{page.owner.number}"


def _page(door: str, where: Mapping[str, Any], page: Whose, form: FeedForm) -> str:
    kept = session.pop(JUST_MADE, {})
    made = kept.get(_key(page), "") if isinstance(kept, dict) else ""
    return render_template(
        "feed_pages/index.html",
        page=page,
        door=door,
        where=where,
        links=private_links.of_owner(page.owner),
        made=made,
        drawn=qr.of_address(filters.webcal(made)) if made else None,
        today=clock.today(),
        form=form,
        longest=private_links.LONGEST_LABEL,
        most=private_links.MOST,
        **page.shown,
    )
