"""« Importer des contacts »: a spreadsheet is sent, what would happen is shown, then it is done or not."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, HiddenField

from eventsapp import clock
from eventsapp.database import begin_writing, db
from eventsapp.directory import importing, listings, sheets
from eventsapp.directory.importing import DirectoryChanged, ImportIsOver
from eventsapp.hosting import links
from eventsapp.places.models import Territory
from eventsapp.refusals import NotFound, Refusal
from eventsapp.settings import setting
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.forms import refuse

bp = desk("contact_imports")

MOST_SHOWN = 100
"""Lines of each kind that the page shows; it says how many there are."""


class FileForm(FlaskForm):
    """Which spreadsheet?"""

    file = FileField(lazy_gettext("Votre tableau"))


class TakeOverForm(FlaskForm):
    """Yes to what was shown."""

    shown = HiddenField()
    verified = BooleanField(lazy_gettext("Cette liste est à jour pour cette année scolaire"))


@bp.get("/pro/<territory:territory>/contacts/import")
def form(territory: str) -> str:
    """How a list must look, and where to send it."""
    return _page(steered(territory), FileForm(formdata=None))


@bp.post("/pro/<territory:territory>/contacts/import")
def send(territory: str) -> tuple[str, int] | BaseResponse:
    """Reads a spreadsheet, and keeps its lines for an hour; no contact changes."""
    steered(territory)
    asked = FileForm()
    sent = asked.file.data
    try:
        most = setting("TABLE_BYTES")
        octets = sent.read(most + 1) if sent else b""
        # Nobody waits for the write lock while a file is read: it is given back, and taken again.
        db.session.rollback()
        table = sheets.read(octets, most=most)
        begin_writing()
        area = steered(territory)  # asked anew: meanwhile somebody may have ended the role
        kept = importing.keep(table, area, now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(steered(territory), asked), status
    number = kept.id
    db.session.commit()
    return redirect(url_for("contact_imports.show", territory=territory, import_id=number), 303)


@bp.get("/pro/<territory:territory>/contacts/import/<row:import_id>")
def show(territory: str, import_id: int) -> str | BaseResponse:
    """What taking it over would do; nothing is done."""
    area = steered(territory)
    try:
        made = importing.plan(listings.import_by_id(import_id, area), area, now=clock.now())
    except (ImportIsOver, NotFound):
        return _over(territory)
    kept = listings.import_by_id(import_id, area)
    return render_template(
        "coordination/contacts/import_check.html",
        territory=area,
        kept=kept,
        plan=made,
        form=TakeOverForm(formdata=None, shown=made.fingerprint),
        most=MOST_SHOWN,
        named=_named,
    )


@bp.post("/pro/<territory:territory>/contacts/import/<row:import_id>/acceptation")
def take_over(territory: str, import_id: int) -> BaseResponse:
    """Does all that was shown, at once."""
    area, asked = steered(territory), TakeOverForm()
    try:
        done = importing.take_over(
            import_id,
            area,
            shown=asked.shown.data or "",
            verified=bool(asked.verified.data),
            actor=actor(),
            now=clock.now(),
        )
    except (ImportIsOver, NotFound):
        db.session.rollback()
        return _over(territory)
    except DirectoryChanged as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence), "warn")
        return redirect(url_for("contact_imports.show", territory=territory, import_id=import_id), 303)
    for step in done.changed:
        if step.contact is not None and sheets.EMAIL in step.changes:
            links.revoke_all(step.contact, actor=actor(), now=clock.now())
    db.session.commit()
    new, changed = len(done.new), len(done.changed)
    said = ngettext("%(num)d nouveau contact", "%(num)d nouveaux contacts", new)
    also = ngettext("%(num)d contact changé", "%(num)d contacts changés", changed)
    flash(gettext("C’est importé : %(new)s, %(changed)s.", new=said, changed=also), "ok")
    return redirect(url_for("contacts.index", territory=territory), 303)


def _over(territory: str) -> BaseResponse:
    flash(gettext("Cette liste est déjà importée, ou elle attendait depuis plus d’une heure."), "warn")
    return redirect(url_for("contact_imports.form", territory=territory), 303)


def _named(changes: Iterable[str]) -> str:
    """What the details of a contact that change are called."""
    words = {
        sheets.NAME: gettext("nom"),
        sheets.FUNCTION: gettext("fonction"),
        sheets.EMAIL: gettext("courriel"),
        sheets.PHONE: gettext("téléphone"),
        sheets.HOURS: gettext("horaires"),
    }
    return ", ".join(words[one] for one in changes)


def _page(area: Territory, shown: FileForm) -> str:
    return render_template(
        "coordination/contacts/import.html",
        territory=area,
        form=shown,
        most=setting("TABLE_BYTES") // 1024**2,
        lines=sheets.MOST_LINES,
    )
