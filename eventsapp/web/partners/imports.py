"""« Importer un agenda »: a partner sends a file or gives an address; what would happen is shown first."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.database import begin_writing, db
from eventsapp.imports import addresses, listings, outlook, places, reading_apart, rows, sources, taking
from eventsapp.imports.models import ImportSource
from eventsapp.imports.steps import Kind, alike
from eventsapp.imports.taking import Chosen, Done, ReadingChanged
from eventsapp.people.models import Organisation
from eventsapp.places import listings as venues
from eventsapp.places.models import Territory
from eventsapp.proposals import listings as proposals
from eventsapp.refusals import NotFound, Refusal
from eventsapp.settings import setting
from eventsapp.web.doorstep import actor, desk, seen, who, worked_for
from eventsapp.web.forms import refuse
from eventsapp.web.partners.import_forms import SentForm, SourceForm, TakeOverForm, as_kept, as_usual

bp = desk("imports")

MOST_SHOWN = 100
"""Sessions of each kind that the page shows; it says how many there are."""
MOST_PLACES = 40
"""Places that are asked for at once."""
ELSEWHERE = "ailleurs"


@bp.get("/pro/organisations/<row:organisation_id>/imports")
def index(organisation_id: int) -> str:
    """The agendas that an organisation imports, and how each of them is."""
    organisation = seen(organisation_id)
    return render_template(
        "partners/imports/index.html",
        organisation=organisation,
        sources=listings.of_organisation(organisation),
        may_act=_may_act(organisation) and bool(proposals.approvals_of(organisation)),
        host_of=host_of,
        now=clock.now(),
    )


@bp.get("/pro/organisations/<row:organisation_id>/imports/nouveau")
def new(organisation_id: int) -> str:
    """Which agenda?"""
    return _form_page(worked_for(organisation_id), SourceForm(formdata=None, data=as_usual()), None)


@bp.post("/pro/organisations/<row:organisation_id>/imports/nouveau")
def add(organisation_id: int) -> tuple[str, int] | BaseResponse:
    """Follows it from now on."""
    organisation, asked = worked_for(organisation_id), SourceForm()
    try:
        answered = asked.answered(_territories(organisation))
        source = sources.add(organisation, answered, by=who(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _form_page(worked_for(organisation_id), asked, None), status
    number = source.id
    db.session.commit()
    return redirect(url_for("imports.show", organisation_id=organisation_id, source_id=number), 303)


@bp.get("/pro/organisations/<row:organisation_id>/imports/<row:source_id>")
def show(organisation_id: int, source_id: int) -> str:
    """What taking the last reading over would do; nothing is done."""
    organisation = seen(organisation_id)
    return _page(organisation, listings.by_id(source_id, organisation), SentForm(formdata=None))


@bp.get("/pro/organisations/<row:organisation_id>/imports/<row:source_id>/reglages")
def settings(organisation_id: int, source_id: int) -> str:
    """Its name, address, action, and what becomes of what changes."""
    organisation = worked_for(organisation_id)
    source = listings.by_id(source_id, organisation)
    return _form_page(organisation, SourceForm(formdata=None, data=as_kept(source)), source)


@bp.post("/pro/organisations/<row:organisation_id>/imports/<row:source_id>/reglages")
def change(organisation_id: int, source_id: int) -> tuple[str, int] | BaseResponse:
    """Keeps them."""
    organisation, asked = worked_for(organisation_id), SourceForm()
    try:
        source = listings.by_id(source_id, organisation)
        sources.change(source, asked.answered(_territories(organisation)), by=who(), now=clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        status = refuse(asked, refusal)
        organisation = worked_for(organisation_id)
        return _form_page(organisation, asked, listings.by_id(source_id, organisation)), status
    db.session.commit()
    flash(gettext("C’est enregistré."), "ok")
    return redirect(url_for("imports.show", organisation_id=organisation_id, source_id=source_id), 303)


@bp.post("/pro/organisations/<row:organisation_id>/imports/<row:source_id>/fichier")
def send(organisation_id: int, source_id: int) -> tuple[str, int] | BaseResponse:
    """Reads a file and keeps what it says; nothing else changes."""
    listings.by_id(source_id, worked_for(organisation_id))
    asked = SentForm()
    sent = asked.file.data
    try:
        most = setting("IMPORT_BYTES")
        octets = sent.read(most + 1) if sent else b""
        # Nobody waits for the write lock while a file is read: it is given back, and taken again.
        db.session.rollback()
        reading = reading_apart.read(octets, most=most, now=clock.now())
        begin_writing()
        # Asked anew: meanwhile somebody may have ended the role.
        source = listings.by_id(source_id, worked_for(organisation_id))
        taking.lock(source)
        sources.keep(source, reading, now=clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        status = refuse(asked, refusal)
        organisation = worked_for(organisation_id)
        return _page(organisation, listings.by_id(source_id, organisation), asked), status
    db.session.commit()
    return redirect(url_for("imports.show", organisation_id=organisation_id, source_id=source_id), 303)


@bp.post("/pro/organisations/<row:organisation_id>/imports/<row:source_id>/lecture")
def read(organisation_id: int, source_id: int) -> BaseResponse:
    """Has its address read now: by the worker, which alone goes out."""
    sources.ask(listings.by_id(source_id, worked_for(organisation_id)), now=clock.now())
    db.session.commit()
    flash(gettext("Nous lisons cet agenda : revenez dans quelques instants."), "ok")
    return redirect(url_for("imports.show", organisation_id=organisation_id, source_id=source_id), 303)


@bp.post("/pro/organisations/<row:organisation_id>/imports/<row:source_id>/lieux")
def place(organisation_id: int, source_id: int) -> BaseResponse:
    """Remembers which places its words mean: `mots-1`, `lieu-1`, and so on."""
    source = listings.by_id(source_id, worked_for(organisation_id))
    territory, kept = source.action.territory, 0
    for number in range(1, MOST_PLACES + 1):
        words, chosen = request.form.get(f"mots-{number}"), request.form.get(f"lieu-{number}", "")
        if words is None or len(words) > 200 or not chosen:
            continue
        is_row = chosen.isascii() and chosen.isdigit() and len(chosen) < 10
        if chosen != ELSEWHERE and not is_row:
            raise NotFound()
        venue = None if chosen == ELSEWHERE else venues.venue_of(territory, int(chosen))
        places.choose(source, places.folded(words), venue)
        kept += 1
    sources.recount(source, now=clock.now())
    db.session.commit()
    if kept:
        said = ngettext("%(num)d lieu est retenu.", "%(num)d lieux sont retenus.", kept)
        flash(said, "ok")
    return redirect(url_for("imports.show", organisation_id=organisation_id, source_id=source_id), 303)


@bp.post("/pro/organisations/<row:organisation_id>/imports/<row:source_id>/acceptation")
def take_over(organisation_id: int, source_id: int) -> BaseResponse:
    """Does what was shown; of what vanished and what was edited by hand, what was ticked."""
    asked = TakeOverForm()
    source = listings.by_id(source_id, worked_for(organisation_id))
    chosen = Chosen(
        cancelled=frozenset(request.form.getlist("annuler")),
        together=frozenset(request.form.getlist("annuler-ensemble")),
        overwritten=frozenset(request.form.getlist("ecraser")),
    )
    try:
        done = taking.take_over(source, chosen, shown=asked.shown.data or "", by=who(), now=clock.now())
    except ReadingChanged as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence), "warn")
        return redirect(url_for("imports.show", organisation_id=organisation_id, source_id=source_id), 303)
    db.session.commit()
    _tell(done)
    return redirect(url_for("imports.show", organisation_id=organisation_id, source_id=source_id), 303)


@bp.post("/pro/organisations/<row:organisation_id>/imports/<row:source_id>/retrait")
def remove(organisation_id: int, source_id: int) -> BaseResponse:
    """Follows it no more; what was published stays."""
    source = listings.by_id(source_id, worked_for(organisation_id))
    sources.remove(source, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("Cet agenda n’est plus suivi. Ce qui est publié reste."), "ok")
    return redirect(url_for("imports.index", organisation_id=organisation_id), 303)


def host_of(url: str) -> str:
    """The site of an address: what whoever coordinates may see of it."""
    return url.split("/")[2] if url.count("/") >= 2 else url


def _tell(done: Done) -> None:
    """Says what was done, and what was not."""
    parts = [
        ngettext("%(num)d rendez-vous proposé", "%(num)d rendez-vous proposés", done.new) if done.new else "",
        ngettext("%(num)d changé", "%(num)d changés", done.changed) if done.changed else "",
        ngettext("%(num)d annulé", "%(num)d annulés", done.cancelled) if done.cancelled else "",
        ngettext("%(num)d laissé comme ici", "%(num)d laissés comme ici", done.kept) if done.kept else "",
    ]
    said = ", ".join(part for part in parts if part)
    flash(gettext("C’est fait : %(what)s.", what=said) if said else gettext("Rien n’a changé."), "ok")
    for title, reason in done.failed[:5]:
        flash(
            gettext("« %(title)s » n’a pas pu être repris : %(reason)s", title=title, reason=reason), "warn"
        )


def _may_act(organisation: Organisation) -> bool:
    return questions.may_act_for(who(), organisation, on=clock.today())


def _territories(organisation: Organisation) -> list[Territory]:
    """Where it may propose. Raises Forbidden where that is nowhere."""
    territories = [territory for territory, _ in proposals.approvals_of(organisation)]
    if not territories:
        raise Forbidden()
    return territories


def _form_page(organisation: Organisation, form: SourceForm, source: ImportSource | None) -> str:
    return render_template(
        "partners/imports/form.html",
        organisation=organisation,
        source=source,
        form=form.offer(_territories(organisation), proposals.usual_venues(organisation)),
        longest={"name": sources.LONGEST_NAME, "url": addresses.LONGEST_URL},
        hours=sources.EVERY.seconds // 3600,
    )


def _page(organisation: Organisation, source: ImportSource, sent: SentForm) -> str:
    now = clock.now()
    made = outlook.plan(source, now=now)
    return render_template(
        "partners/imports/show.html",
        organisation=organisation,
        source=source,
        host=host_of(source.url),
        plan=made,
        Kind=Kind,
        venues=proposals.venues([source.action.territory]) if made.unplaced else [],
        sent=sent,
        form=TakeOverForm(formdata=None, shown=made.fingerprint),
        is_trusted=dict(proposals.approvals_of(organisation)).get(source.action.territory, False),
        may_act=_may_act(organisation),
        is_being_read=source.next_at is not None and source.next_at <= now,
        named=_named,
        alike=alike,
        most=MOST_SHOWN,
        most_places=MOST_PLACES,
        elsewhere=ELSEWHERE,
        megabytes=setting("IMPORT_BYTES") // 1024**2,
        records=rows.MOST_RECORDS,
        now=now,
    )


def _named(changes: tuple[str, ...]) -> str:
    """What the parts of a session that change are called."""
    words = {
        "title": gettext("titre"),
        "summary": gettext("résumé"),
        "description": gettext("texte"),
        "starts_at": gettext("début"),
        "ends_at": gettext("fin"),
        "venue_id": gettext("lieu"),
        "is_cancelled": gettext("annulation"),
    }
    return ", ".join(words[one] for one in changes)
