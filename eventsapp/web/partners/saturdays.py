"""« Les samedis à l’école »: what an organisation can speak about, how often, and on which days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, SelectChoice, SelectField, SelectMultipleField, StringField

from eventsapp import clock
from eventsapp.access import listings, questions
from eventsapp.database import db
from eventsapp.people.models import Organisation
from eventsapp.places.listings import territory_by_slug
from eventsapp.places.models import Territory
from eventsapp.planning import offers, owed_months
from eventsapp.planning.offers import Offer, Wanted
from eventsapp.planning.owed_months import SchoolYearUnknown
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.refusals import Conflict, Refusal
from eventsapp.web.doorstep import actor, desk, seen, who
from eventsapp.web.forms import refuse

bp = desk("saturday_offers")

EVERYWHERE = "partout"
"""The choice without a limit of distance."""


class OfferForm(FlaskForm):
    """Topics, how often, how far, and the days."""

    seen = HiddenField()
    year = HiddenField()
    topics = SelectMultipleField(lazy_gettext("De quoi pouvez-vous parler ?"), validate_choice=False)
    new_topic = StringField(lazy_gettext("Un autre sujet"))
    per_month = StringField(lazy_gettext("Samedis par mois, au plus"))
    per_year = StringField(lazy_gettext("Samedis par an, au plus"))
    crews = StringField(lazy_gettext("Écoles le même samedi"))
    reach = SelectField(lazy_gettext("Jusqu’où venez-vous ?"), validate_choice=False)
    days = SelectMultipleField(lazy_gettext("Quels samedis pouvez-vous venir ?"), validate_choice=False)


@bp.get("/pro/organisations/<row:organisation_id>/samedis")
def index(organisation_id: int) -> str | BaseResponse:
    """The territories where it may offer; when there is one, its page."""
    organisation = seen(organisation_id)
    territories = [one for one in listings.territories_of(organisation) if _may(organisation, one)]
    if len(territories) == 1:
        return redirect(_address(organisation, territories[0]), 303)
    return render_template(
        "partners/saturdays/index.html", organisation=organisation, territories=territories
    )


@bp.get("/pro/organisations/<row:organisation_id>/samedis/<territory:territory>")
def show(organisation_id: int, territory: str) -> str:
    """What it offers there; `?annee=2027-2028` shows the days of another year."""
    organisation, area = _place(organisation_id, territory)
    offer = offers.of(organisation, area)
    year = _year(request.args.get("annee", ""))
    return _page(organisation, area, _form_of(offer, year), year)


@bp.post("/pro/organisations/<row:organisation_id>/samedis/<territory:territory>")
def keep(organisation_id: int, territory: str) -> tuple[str, int] | BaseResponse:
    """Writes it down."""
    organisation, area = _place(organisation_id, territory)
    answered = OfferForm()
    year = _year(answered.year.data or "")
    try:
        if year is None:
            raise owed_months.SchoolYearIsOver(year=answered.year.data or "")
        offers.propose(
            organisation,
            area,
            _wanted(answered, year),
            seen=answered.seen.data or "",
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        status = refuse(answered, refusal)
        organisation, area = _place(organisation_id, territory)
        if isinstance(refusal, Conflict):  # shown anew, as it stands
            mistakes, answered = answered.form_errors, _form_of(offers.of(organisation, area), year)
            answered.form_errors = mistakes
        return _page(organisation, area, answered, year), status
    db.session.commit()
    flash(gettext("Votre proposition est enregistrée. La coordination la voit."), "ok")
    label = year.label if year != _year("") else None
    return redirect(_address(organisation, area, annee=label), 303)


def _may(organisation: Organisation, territory: Territory) -> bool:
    today = clock.today()
    return questions.may_act_for(who(), organisation, on=today) or questions.may_steer(
        who(), territory, on=today
    )


def _place(number: int, slug: str) -> tuple[Organisation, Territory]:
    """An organisation, where it may act and the visitor may speak for it. Raises NotFound, Forbidden."""
    organisation, territory = seen(number), territory_by_slug(slug)
    if not (questions.is_approved(organisation, territory) and _may(organisation, territory)):
        raise Forbidden()
    return organisation, territory


def _address(organisation: Organisation, territory: Territory, annee: str | None = None) -> str:
    return url_for(
        "saturday_offers.show", organisation_id=organisation.id, territory=territory.slug, annee=annee
    )


def _year(label: str) -> SchoolYear | None:
    """The year asked for, where it still has days; else the first that has; None: the calendar ends."""
    known = offers.years(clock.today())
    try:
        asked = owed_months.school_year(label)
    except SchoolYearUnknown:
        asked = None
    return asked if asked in known else next(iter(known), None)


def _wanted(answered: OfferForm, year: SchoolYear) -> Wanted:
    free = {day.isoformat(): day for day in offers.free_saturdays(year, clock.today())}
    reach = answered.reach.data or ""
    return Wanted(
        topics=[
            int(one) for one in answered.topics.data or [] if one.isascii() and one.isdigit() and len(one) < 9
        ],
        new_topic=answered.new_topic.data or "",
        per_month=answered.per_month.data or "",
        per_year=answered.per_year.data or "",
        crews=answered.crews.data or "",
        reach_metres=None if reach == EVERYWHERE else int(reach) if _is_number(reach) else -1,
        year=year,
        days=[free[one] for one in answered.days.data or [] if one in free],
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def _form_of(offer: Offer, year: SchoolYear | None) -> OfferForm:
    row = offer.row
    away = set(row.away) if row else set()
    free = offers.free_saturdays(year, clock.today()) if year and row else []
    data: dict[str, Any] = {
        "seen": offer.mark,
        "year": year.label if year else "",
        "topics": [str(one) for one in offer.topics],
        "per_month": str(row.per_month if row else 1),
        "per_year": str(row.per_year if row else 10),
        "crews": str(row.crews if row else 1),
        "reach": str(row.reach_metres) if row and row.reach_metres else EVERYWHERE,
        "days": [day.isoformat() for day in free if day.isoformat() not in away],
    }
    return OfferForm(formdata=None, data=data)


def _page(organisation: Organisation, area: Territory, shown: OfferForm, year: SchoolYear | None) -> str:
    free = offers.free_saturdays(year, clock.today()) if year else []
    shown.reach.choices = _reaches(shown.reach.data or "")
    return render_template(
        "partners/saturdays/show.html",
        organisation=organisation,
        area=area,
        form=shown,
        year=year,
        years=offers.years(clock.today()),
        topics=offers.topics(),
        months=_by_month(free),
        bounds=offers.BOUNDS,
        longest=offers.LONGEST_TOPIC,
    )


def _reaches(kept: str) -> list[SelectChoice]:
    metres = {*offers.REACHES, *([int(kept)] if _is_number(kept) else [])}
    near = [SelectChoice(str(one), _distance(one)) for one in sorted(metres)]
    return [SelectChoice(EVERYWHERE, gettext("Partout dans l’arrondissement")), *near]


def _distance(metres: int) -> str:
    if metres % 1000 == 0:
        return gettext("À %(km)d km de chez nous, au plus", km=metres // 1000)
    return gettext("À %(metres)d m de chez nous, au plus", metres=metres)


def _by_month(days: Sequence[date]) -> list[tuple[date, list[date]]]:
    months: dict[date, list[date]] = {}
    for day in days:
        months.setdefault(day.replace(day=1), []).append(day)
    return list(months.items())
