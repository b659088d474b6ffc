"""Sessions of a school year as a table to take away, for organisations and territories alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flask import request
from flask_babel import gettext

from eventsapp import clock
from eventsapp.agenda.models import RegistrationMode
from eventsapp.clock import PARIS
from eventsapp.indicators.sessions import Session
from eventsapp.planning import owed_months
from eventsapp.planning.owed_months import SchoolYearUnknown
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.spreadsheets import Cell, Sheet


def current_year() -> SchoolYear:
    """The school year in which today falls, September to August."""
    today = clock.today()
    return SchoolYear(today.year if today.month >= 9 else today.year - 1)


def asked_year() -> SchoolYear:
    """`?annee=2026-2027`; the current one when it says nothing readable."""
    try:
        return owed_months.school_year(request.args.get("annee", ""))
    except SchoolYearUnknown:
        return current_year()


def nearby_years(shown: SchoolYear) -> list[SchoolYear]:
    """The years that a page offers: the one shown, last year, this one and the next."""
    now = current_year().begins_in
    return [SchoolYear(one) for one in sorted({shown.begins_in, now - 1, now, now + 1})]


def sheet_of(sessions: Iterable[Session]) -> Sheet:
    """A row a session."""
    headings = [
        gettext("jour"),
        gettext("début"),
        gettext("fin"),
        gettext("rendez-vous"),
        gettext("état"),
        gettext("structure"),
        gettext("action"),
        gettext("thème"),
        gettext("lieu"),
        gettext("adresse"),
        gettext("code postal"),
        gettext("quartier"),
        gettext("numéro d’arrondissement"),
        gettext("public"),
        gettext("places"),
        gettext("inscriptions"),
        gettext("personnes inscrites"),
        gettext("personnes en attente"),
    ]
    return Sheet(gettext("Rendez-vous"), headings, _rows(sessions))


def _rows(sessions: Iterable[Session]) -> Iterator[Sequence[Cell]]:
    now = clock.now()
    for one in sessions:
        counted = one.registration is RegistrationMode.COUNTED
        yield (
            one.starts_at.astimezone(PARIS).date(),
            f"{one.starts_at.astimezone(PARIS):%H:%M}",
            f"{one.ends_at.astimezone(PARIS):%H:%M}",
            one.title,
            state_of(one, held=one.was_held(now)),
            one.host,
            one.action,
            one.theme.official_name,
            one.venue,
            one.street,
            one.postal_code,
            one.quartier,
            one.territory,
            one.audience.label,
            one.capacity,
            one.parties if counted else None,
            one.people if counted else None,
            one.waiting if counted else None,
        )


def state_of(one: Session, *, held: bool) -> str:
    """« tenu », « annulé », « à venir »."""
    if one.is_cancelled:
        return gettext("annulé")
    return gettext("tenu") if held else gettext("à venir")
