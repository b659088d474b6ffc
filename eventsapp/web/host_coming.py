"""« Nous venons », « Nous ne pouvons pas venir »: who holds a school Saturday answers by link; no account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.convening import links
from eventsapp.convening.links import Behind, ComingLinkDoesNotWork
from eventsapp.database import db
from eventsapp.hosting import answers, coming
from eventsapp.refusals import Refusal
from eventsapp.web.forms import refuse
from eventsapp.web.hosting_forms import ComingForm, coming_form

bp = Blueprint("host_coming", __name__)


@bp.get("/structure/<token>")
def show(token: str) -> str:
    """The date, and what was answered so far. A link that does not work is a 410 page."""
    return _page(token, links.behind(token, now=clock.now()))


@bp.post("/structure/<token>/reponse")
def say(token: str) -> tuple[str, int] | BaseResponse:
    """Keeps the answer; another may follow, the last counts."""
    given, now = ComingForm(), clock.now()
    behind = links.behind(token, now=now)
    pressed, words, shown = given.coming.data or "", given.words.data or "", given.shown.data or ""
    try:
        coming.say(behind.event, pressed, words, shown=shown, actor=behind.actor, now=now)
    except Refusal as refusal:
        status = refuse(given, refusal)
        return _page(token, links.behind(token, now=now), given), status
    db.session.commit()
    flash(gettext("C’est noté, merci ! Vous pouvez changer d’avis avec le même lien."), "ok")
    return redirect(url_for("host_coming.show", token=token), 303)


def _page(token: str, behind: Behind, refused: ComingForm | None = None) -> str:
    event = behind.event
    return render_template(
        "host_coming/show.html",
        token=token,
        territory=event.territory,
        event=event,
        office=behind.office,
        answer=coming.told_of([event]).get(event.id),
        form=coming_form(event, refused),
        longest=answers.LONGEST_WORDS,
    )


@bp.errorhandler(ComingLinkDoesNotWork)
def over(error: ComingLinkDoesNotWork) -> tuple[str, int]:
    """Over, cancelled, or somebody else's by now."""
    db.session.rollback()
    return render_template("host_coming/over.html", sentence=gettext(error.sentence)), error.status
