"""A long piece of work while a worker does it: how far it is, a way to stop it, and what it made."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.planning import listings as plans
from eventsapp.planning.drafting import UNDER_WAY
from eventsapp.planning.models import Draft
from eventsapp.refusals import NotFound, Refusal
from eventsapp.tasks import listings, queue
from eventsapp.tasks.models import Task, TaskStatus
from eventsapp.web.doorstep import desk, require_coordinator

bp = desk("tasks")


@bp.get("/pro/taches/<row:task_id>")
def show(task_id: int) -> str:
    """How far the work is; reads itself again while it runs, with or without JavaScript."""
    task, draft = _steered_task(task_id)
    return render_template(
        "coordination/tasks/show.html",
        territory=draft.territory,
        task=task,
        draft=draft,
        runs=task.status in UNDER_WAY,
        step=gettext(task.step) if task.step else gettext("En attente d’un moment libre."),
        paused="pause" in request.args,
        TaskStatus=TaskStatus,
    )


@bp.post("/pro/taches/<row:task_id>/arret")
def stop(task_id: int) -> BaseResponse:
    """Asks the worker to leave it; nothing is kept of it."""
    task, _ = _steered_task(task_id)
    try:
        queue.request_stop(task, now=clock.now())
        db.session.commit()
    except Refusal as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _steered_task(task_id: int) -> tuple[Task, Draft]:
    """A task and the draft that it works out, once it is known that the account coordinates its territory.

    Raises NotFound, Forbidden.
    """
    task = listings.by_id(task_id)
    draft = plans.by_task(task)
    if draft is None:
        raise NotFound()
    require_coordinator(draft.territory)
    return task, draft
