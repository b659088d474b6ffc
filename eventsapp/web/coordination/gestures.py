"""What was changed at once: every letter and call that follows, and the way back while nobody knows."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.disruptions import doing, letters, previews
from eventsapp.disruptions.models import Gesture
from eventsapp.refusals import Refusal
from eventsapp.web.doorstep import actor, desk, steered

bp = desk("gestures")


@bp.get("/pro/<territory:territory>/changements/<row:change_id>")
def show(territory: str, change_id: int) -> str:
    """What became of each session, who is told how and when; undone by one button."""
    area = steered(territory)
    done = doing.by_id(change_id, area)
    can_undo = doing.can_undo(done)  # reads the events anew: before all that is shown of them is loaded
    changes = doing.changes_of(done)
    return render_template(
        "coordination/gestures/show.html",
        territory=area,
        done=done,
        changes=changes,
        told=previews.told(changes, now=done.made_at),
        can_undo=can_undo,
        becomes=letters.becomes,
        Gesture=Gesture,
    )


@bp.post("/pro/<territory:territory>/changements/<row:change_id>/annulation")
def undo(territory: str, change_id: int) -> BaseResponse:
    """Everything is as it was, and nobody is told."""
    area = steered(territory)
    done = doing.by_id(change_id, area)
    try:
        doing.undo(done, actor=actor(), now=clock.now())
        db.session.commit()
        flash(gettext("Tout est annulé : les rendez-vous sont comme avant, et personne n’est prévenu."), "ok")
    except Refusal as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence, **refusal.parameters), "stop")
    return redirect(url_for("gestures.show", territory=territory, change_id=change_id), 303)
