"""The year of an organisation: a summary to attach to a grant file, and its sessions as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Response, render_template
from flask_babel import format_decimal, gettext

from eventsapp import clock
from eventsapp.clock import day_of
from eventsapp.indicators import sessions, yearly
from eventsapp.indicators.yearly import AgeLine, CounterLine, Line, Summary
from eventsapp.people.models import Organisation
from eventsapp.spreadsheets import Cell, Kind, Sheet
from eventsapp.web.doorstep import desk, seen, shown_territories
from eventsapp.web.downloads import download
from eventsapp.web.session_tables import asked_year, nearby_years, sheet_of

bp = desk("yearly")


@bp.get("/pro/organisations/<row:organisation_id>/bilan")
def show(organisation_id: int) -> str:
    """The summary of a school year, for paper too; `?annee=2026-2027`."""
    organisation, year = seen(organisation_id), asked_year()
    places = shown_territories(organisation)
    return render_template(
        "partners/yearly.html",
        organisation=organisation,
        summary=yearly.of(organisation, year, territories=places, now=clock.now()),
        years=nearby_years(year),
        said=_said,
        decimal=format_decimal,
        is_partial=places is not None,
    )


@bp.get("/pro/organisations/<row:organisation_id>/bilan.xlsx")
def export(organisation_id: int) -> Response:
    """The same figures, a sheet for each table."""
    organisation, year = seen(organisation_id), asked_year()
    places = shown_territories(organisation)
    book = _sheets(yearly.of(organisation, year, territories=places, now=clock.now()), organisation)
    return download(f"bilan-{organisation.slug}-{year.label}", Kind.XLSX, book)


@bp.get("/pro/organisations/<row:organisation_id>/rendez-vous.csv", defaults={"kind": "csv"})
@bp.get("/pro/organisations/<row:organisation_id>/rendez-vous.xlsx", defaults={"kind": "xlsx"})
def table(organisation_id: int, kind: str) -> Response:
    """Its sessions, a row each; `?annee=2026-2027`."""
    organisation, year = seen(organisation_id), asked_year()
    found = sessions.of_organisation(organisation, year, territories=shown_territories(organisation))
    return download(f"rendez-vous-{organisation.slug}-{year.label}", Kind(kind), [sheet_of(found)])


def _said(line: Line | AgeLine | CounterLine) -> int | str:
    """A number of people as it may be said."""
    if line.people is not None:
        return line.people
    return gettext("moins de %(few)d", few=yearly.FEW) if line.few else gettext("non montré")


def _sheets(summary: Summary, organisation: Organisation) -> list[Sheet]:
    total = summary.total
    facts: list[tuple[str, Cell]] = [
        (gettext("structure"), organisation.name),
        (gettext("année scolaire"), summary.year.label),
        (gettext("calculé le"), day_of(summary.now)),
        (gettext("source"), gettext("rendez-vous et inscriptions de l’agenda")),
        (gettext("rendez-vous annoncés"), total.announced),
        (gettext("tenus"), total.held),
        (gettext("à venir"), total.to_come),
        (gettext("annulés"), total.cancelled),
        (gettext("inscriptions"), total.parties),
        (gettext("familles différentes inscrites"), summary.households),
        (gettext("dont venues, d’après les présences par prénom"), summary.came),
        (gettext("dont venues pour la première fois de l’année"), summary.new),
        (gettext("parents inscrits"), summary.parents),
        (gettext("personnes inscrites"), total.people),
    ]
    counted = [
        gettext("annoncés"),
        gettext("tenus"),
        gettext("à venir"),
        gettext("annulés"),
        gettext("personnes inscrites"),
    ]
    ages = [(one.bracket.label, _said(one)) for one in summary.ages]
    counters = [(one.counter.label, _said(one)) for one in summary.counters]
    came = summary.attended
    means: list[tuple[str, Cell]] = [
        (gettext("rendez-vous comptés"), came.sessions),
        (gettext("rendez-vous dont les moyens sont notés"), came.noted),
        (gettext("heures payées"), round(came.paid_minutes / 60, 2)),
        (gettext("heures bénévoles"), round(came.volunteer_minutes / 60, 2)),
        (gettext("coût en euros"), came.cost_cents / 100),
    ]
    return [
        Sheet(gettext("Bilan"), [gettext("quoi"), gettext("valeur")], facts),
        Sheet(gettext("Par action"), [gettext("thème"), gettext("action"), *counted], _rows(summary.actions)),
        Sheet(gettext("Par lieu"), [gettext("quartier"), gettext("lieu"), *counted], _rows(summary.venues)),
        Sheet(gettext("Par quartier"), ["", gettext("quartier"), *counted], _rows(summary.quartiers)),
        Sheet(gettext("Présences"), [gettext("quoi"), gettext("valeur")], [*counters, *means]),
        Sheet(gettext("Par âge"), [gettext("âge"), gettext("personnes inscrites")], ages),
    ]


def _rows(lines: Iterable[Line]) -> Iterable[Sequence[Cell]]:
    for line in lines:
        one = line.counts
        yield line.group, line.name, one.announced, one.held, one.to_come, one.cancelled, _said(line)
