"""« Préparer l’année suivante »: what it takes over, who comes back, and the archive of the years before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField, SelectChoice, TextAreaField

from eventsapp import clock
from eventsapp.access import readers
from eventsapp.database import db
from eventsapp.mailroom.outbox import Reader
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory
from eventsapp.planning import preparations, preparing
from eventsapp.planning.models import Comeback, YearPreparation
from eventsapp.programme import years
from eventsapp.programme.school_calendar import SchoolYear, year_of, zone_c
from eventsapp.refusals import NotFound, Refusal
from eventsapp.web.addresses import row_number
from eventsapp.web.doorstep import actor, desk, steered

bp = desk("next_year")

Done = TypeVar("Done")

SHOWN_PAST = 3
"""How many past years the page offers to archive."""

COMEBACK_WORDS = {
    Comeback.YES: lazy_gettext("Oui, on repart"),
    Comeback.LATER: lazy_gettext("À voir"),
    Comeback.NO: lazy_gettext("Non, pas cette année"),
}


class ComebackForm(FlaskForm):
    """Does this organisation come again?"""

    answer = RadioField(
        lazy_gettext("Votre réponse"),
        choices=[SelectChoice(one.value, words) for one, words in COMEBACK_WORDS.items()],
        validate_choice=False,
    )
    words = TextAreaField(lazy_gettext("Quelque chose à nous dire ?"))


@bp.get("/pro/<territory:territory>/annee-suivante")
def show(territory: str) -> str:
    """The year being prepared: partners and their answers, schools and their targets."""
    return _page(steered(territory), _year_asked())


@bp.post("/pro/<territory:territory>/annee-suivante")
def open_(territory: str) -> BaseResponse:
    """Copies what the year before leaves."""
    area, year = steered(territory), _year_asked()
    return _done(
        area,
        year,
        lambda: preparing.open_(area, year, actor=actor(), now=clock.now()),
        lambda _: gettext("L’année %(year)s est ouverte. Rien n’est annoncé.", year=year.label),
    )


@bp.post("/pro/<territory:territory>/annee-suivante/questions")
def ask(territory: str) -> BaseResponse:
    """Asks « On repart ? » of whoever has not answered."""
    area, year = steered(territory), _year_asked()
    preparation = _preparation(area, year)
    asked = [one.organisation for one in preparations.questions_of(preparation)]
    return _done(
        area,
        year,
        lambda: preparing.ask(preparation, _first_readers(asked), actor=actor(), now=clock.now()),
        lambda sent: ngettext(
            "La question part à %(num)d partenaire.", "La question part à %(num)d partenaires.", sent
        ),
    )


@bp.post("/pro/<territory:territory>/annee-suivante/reponses/<row:question_id>")
def note(territory: str, question_id: int) -> BaseResponse:
    """Writes down what a partner answered on the phone."""
    area = steered(territory)
    question, answered = preparations.question_by_id(question_id, area), ComebackForm()
    name, year = question.organisation.name, _labelled(question.preparation.school_year)
    return _done(
        area,
        year,
        lambda: preparing.answer(
            question, answered.answer.data or "", question.words, actor=actor(), now=clock.now()
        ),
        lambda _: gettext("La réponse de « %(organisation)s » est notée.", organisation=name),
    )


@bp.post("/pro/<territory:territory>/annee-suivante/cibles")
def targets(territory: str) -> tuple[str, int] | BaseResponse:
    """Sets how many Saturdays each school is to have."""
    area, year = steered(territory), _year_asked()
    preparation = _preparation(area, year)
    typed = {
        number: value
        for name, value in request.form.items()
        if name.startswith("school-") and (number := row_number(name.removeprefix("school-")))
    }
    try:
        changed = preparing.set_targets(preparation, typed, actor=actor(), now=clock.now())
    except Refusal as refusal:
        db.session.rollback()
        said = gettext(refusal.sentence, **refusal.parameters)
        return _page(steered(territory), year, typed=typed, wrong={refusal.field or "": said}), 422
    db.session.commit()
    flash(ngettext("%(num)d école change.", "%(num)d écoles changent.", changed), "ok")
    return redirect(url_for("next_year.show", territory=territory, annee=year.label), 303)


@bp.post("/pro/<territory:territory>/annees/<label>/archive")
def close(territory: str, label: str) -> BaseResponse:
    """Archives a year that is over: it is read, and nothing in it changes any more."""
    area, year = steered(territory), _labelled(label)
    return _done(
        area,
        None,
        lambda: years.close(area, year, actor=actor(), now=clock.now()),
        lambda _: gettext("L’année %(year)s est archivée.", year=year.label),
    )


@bp.post("/pro/<territory:territory>/annees/<label>/archive/retrait")
def reopen(territory: str, label: str) -> BaseResponse:
    """Opens an archive again."""
    area, year = steered(territory), _labelled(label)
    if not years.reopen(area, year, actor=actor(), now=clock.now()):
        raise NotFound()
    return _done(
        area, None, lambda: None, lambda _: gettext("L’année %(year)s est rouverte.", year=year.label)
    )


def _done(
    area: Territory, year: SchoolYear | None, work: Callable[[], Done], said: Callable[[Done], str]
) -> BaseResponse:
    """Does it and goes back to the page, with what is said of it or why not."""
    slug = area.slug
    try:
        sentence, kind = said(work()), "ok"
        db.session.commit()
    except Refusal as refusal:
        db.session.rollback()
        sentence, kind = gettext(refusal.sentence, **refusal.parameters), "warn"
    flash(sentence, kind)
    return redirect(url_for("next_year.show", territory=slug, annee=year.label if year else None), 303)


def _first_readers(organisations: Sequence[Organisation]) -> dict[int, Reader]:
    """One answers for all: each organisation is asked once."""
    return {number: found[0] for number, found in readers.of_organisations(organisations).items()}


def _labelled(label: str) -> SchoolYear:
    """One of the years that our school calendar knows, « 2026-2027 ». Raises NotFound."""
    for year in zone_c().school_years:
        if year.label == label:
            return year
    raise NotFound()


def _year_asked() -> SchoolYear:
    """The year of the address, or the one after the present."""
    asked = request.args.get("annee", "")
    return _labelled(asked or SchoolYear(year_of(clock.today()).begins_in + 1).label)


def _preparation(area: Territory, year: SchoolYear) -> YearPreparation:
    found = preparations.of(area, year.label)
    if found is None:
        raise NotFound()
    return found


def _page(
    area: Territory,
    year: SchoolYear,
    *,
    typed: dict[int, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> str:
    present = year_of(clock.today()).begins_in
    known = zone_c().school_years
    preparation = preparations.of(area, year.label)
    questions = preparations.questions_of(preparation) if preparation else []
    reachable = readers.of_organisations([one.organisation for one in questions])
    return render_template(
        "coordination/next_year.html",
        territory=area,
        year=year,
        years=[one for one in known if one.begins_in in (present, present + 1)],
        preparation=preparation,
        questions=questions,
        reachable=set(reachable),
        schools=preparations.schools_of(preparation) if preparation else [],
        words=COMEBACK_WORDS,
        Comeback=Comeback,
        closed=years.closed_in(area.id),
        past=[one for one in reversed(known) if one.begins_in < present][:SHOWN_PAST],
        typed=typed or {},
        wrong=wrong or {},
        most=preparing.MOST_SESSIONS,
    )
