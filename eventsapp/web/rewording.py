"""What is said of one event, and its number of places: its page shows it at once, nobody is told."""

from __future__ import annotations

from babel import Locale
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice

from eventsapp import clock, languages
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Accessibility, Event
from eventsapp.database import db
from eventsapp.refusals import Refusal
from eventsapp.web.change_forms import LONGEST, RewordForm, TitleMissing, text_in
from eventsapp.web.doorstep import actor, desk, desk_of, run_here
from eventsapp.web.forms import refuse

bp = desk("rewording")


@bp.get("/pro/rendez-vous/<code:code>/modification")
def form(code: str) -> str:
    """What is said of it now."""
    event = run_here(code)
    return _page(event, RewordForm(formdata=None, obj=event))


@bp.post("/pro/rendez-vous/<code:code>/modification")
def keep(code: str) -> tuple[str, int] | BaseResponse:
    """Keeps the words, the places and what is offered to whom needs it."""
    event, asked = run_here(code), RewordForm()
    spoken = {*languages.SPOKEN, *event.spoken_languages}
    try:
        title = text_in(asked.title, "title")
        if not title:
            raise TitleMissing(field="title")
        scheduling.reword(
            event,
            title=title,
            summary=text_in(asked.summary, "summary"),
            description=text_in(asked.description, "description"),
            spoken_languages=_known(asked.spoken_languages.data, spoken),
            accessibility=[
                Accessibility(one) for one in _known(asked.accessibility.data, set(Accessibility))
            ],
            # What is no number is as impossible as none at all, and told so in the same words.
            capacity=asked.capacity.data if isinstance(asked.capacity.data, int) else 0,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(run_here(code), asked), status
    db.session.commit()
    flash(gettext("C’est enregistré. Personne n’est prévenu."), "ok")
    return redirect(url_for("changes.show", code=code), 303)


def _page(event: Event, shown: RewordForm) -> str:
    names = Locale.parse(languages.current().locale).languages
    codes = sorted({*languages.SPOKEN, *event.spoken_languages}, key=lambda code: names.get(code, code))
    shown.spoken_languages.choices = [SelectChoice(code, names.get(code, code)) for code in codes]
    return render_template("rewording/form.html", event=event, form=shown, longest=LONGEST, **desk_of(event))


def _known(chosen: list[str] | None, known: set[str]) -> list[str]:
    """What was ticked and is offered, in the order of the form."""
    return [one for one in chosen or [] if one in known]
