"""« On repart ? »: an organisation answers by the link it was sent; no account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.planning import preparations, preparing
from eventsapp.planning.models import ComebackQuestion
from eventsapp.planning.preparations import QuestionDoesNotWork
from eventsapp.refusals import Refusal
from eventsapp.web.coordination.next_year import ComebackForm
from eventsapp.web.forms import refuse

bp = Blueprint("coming_back", __name__)


@bp.get("/on-repart/<token>")
def show(token: str) -> str:
    """The question, and the answer given so far. A link that does not work is a 410 page."""
    question = preparations.behind(token)
    form = ComebackForm(formdata=None, answer=question.answer, words=question.words)
    return _page(token, question, form)


@bp.post("/on-repart/<token>")
def answer(token: str) -> tuple[str, int] | BaseResponse:
    """Keeps the answer; another may follow, the last counts."""
    question, answered = preparations.behind(token), ComebackForm()
    try:
        preparing.answer(
            question,
            answered.answer.data or "",
            answered.words.data or "",
            actor="visitor",
            now=clock.now(),
        )
    except Refusal as refusal:
        status = refuse(answered, refusal)
        return _page(token, preparations.behind(token), answered), status
    db.session.commit()
    flash(gettext("C’est noté, merci ! Vous pouvez changer d’avis avec le même lien."), "ok")
    return redirect(url_for("coming_back.show", token=token), 303)


@bp.errorhandler(QuestionDoesNotWork)
def over(error: QuestionDoesNotWork) -> tuple[str, int]:
    """Replaced by a newer link, or never sent."""
    db.session.rollback()
    return render_template("coming_back/over.html", sentence=gettext(error.sentence)), error.status


def _page(token: str, question: ComebackQuestion, shown: ComebackForm) -> str:
    return render_template(
        "coming_back/show.html",
        token=token,
        question=question,
        territory=question.preparation.territory,
        form=shown,
        longest=preparing.LONGEST_WORDS,
    )
