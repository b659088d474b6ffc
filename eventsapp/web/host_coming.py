"""« Nous venons », « Nous ne pouvons pas venir »: who holds a school Saturday answers by link; no account."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.convening import links
from eventsapp.convening.links import ComingLinkDoesNotWork
from eventsapp.database import db
from eventsapp.hosting import answers, coming
from eventsapp.hosting.models import terms_of
from eventsapp.web.forms import told

bp = Blueprint("host_coming", __name__)


@bp.get("/structure/<token>")
def show(token: str) -> str:
    """The date, and what was answered so far. A link that does not work is a 410 page."""
    behind = links.behind(token, now=clock.now())
    event = behind.event
    return render_template(
        "host_coming/show.html",
        token=token,
        territory=event.territory,
        event=event,
        office=behind.office,
        answer=coming.told_of([event]).get(event.id),
        shown=terms_of(event),
        longest=answers.LONGEST_WORDS,
    )


@bp.post("/structure/<token>/reponse")
def say(token: str) -> BaseResponse:
    """Keeps the answer; another may follow, the last counts."""
    behind = links.behind(token, now=clock.now())
    typed, words, shown = (request.form.get(name, "") for name in ("coming", "words", "shown"))
    with told(gettext("C’est noté, merci ! Vous pouvez changer d’avis avec le même lien.")):
        coming.say(behind.event, typed, words, shown=shown, actor=behind.actor, now=clock.now())
    return redirect(url_for("host_coming.show", token=token), 303)


@bp.errorhandler(ComingLinkDoesNotWork)
def over(error: ComingLinkDoesNotWork) -> tuple[str, int]:
    """Over, cancelled, or somebody else's by now."""
    db.session.rollback()
    return render_template("host_coming/over.html", sentence=gettext(error.sentence)), error.status
