"""The page of a school's contact, behind her private link: her dates, her answers, who passes her gate.

No account, no password: whoever holds the link is the contact. It shows one school and numbers of families,
never their names; it is never kept by browsers, never indexed, never told to other sites.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import begin_writing, db
from eventsapp.hosting import answers, links, listings, own_details
from eventsapp.hosting.links import HostLinkDoesNotWork
from eventsapp.hosting.listings import HostedDate
from eventsapp.hosting.models import HostLink
from eventsapp.places.models import Venue
from eventsapp.refusals import NotFound, Refusal
from eventsapp.registrations import listings as registrations
from eventsapp.web import traps
from eventsapp.web.forms import refuse
from eventsapp.web.hosting_forms import (
    AnswerForm,
    DepartureForm,
    DetailsForm,
    LinkForm,
    answer_form,
    given_back,
    named,
)

bp = Blueprint("host", __name__)

MOST_SHOWN = 60
"""Dates on the page of a school: more than a year has Saturdays."""
OPEN_AT_ONCE = 3
"""Questions that are open when the page is: the next ones, and nobody scrolls past forty forms."""


@bp.get("/ecole/<token>")
def show(token: str) -> str:
    """The dates to come at her school, the next first, each with its question."""
    link = _visited(token)
    return _page(token, link, listings.dates_at(_school(link), now=clock.now(), limit=MOST_SHOWN))


@bp.post("/ecole/<token>/dates/<code:code>")
def answer(token: str, code: str) -> tuple[str, int] | BaseResponse:
    """« Oui », « Non » or « Autre date », and the room."""
    link, given, now = links.behind(token, now=clock.now()), AnswerForm(), clock.now()
    dates = listings.dates_at(_school(link), now=now, limit=MOST_SHOWN)
    event = next((one.event for one in dates if one.event.code == code), None)
    if event is None:
        raise NotFound()
    try:
        answers.give(event, given.said, actor=_actor(link), now=now)
    except Refusal as refusal:
        status = refuse(named(given, code), refusal)
        link = links.behind(token, now=now)
        dates = listings.dates_at(_school(link), now=now, limit=MOST_SHOWN)
        return _page(token, link, dates, (code, given)), status
    db.session.commit()
    flash(gettext("Merci, c’est noté. Vous pouvez changer votre réponse ici jusqu’au jour même."), "ok")
    return redirect(url_for("host.show", token=token), 303)


@bp.get("/ecole/<token>/entrees")
def entries(token: str) -> str:
    """The gate list of the next two weeks, a sheet a date, to be printed."""
    link = links.behind(token, now=clock.now())
    school = _school(link)
    return render_template(
        "host_page/entries.html",
        territory=school.territory,
        school=school,
        dates=listings.gate(school, now=clock.now()),
        contacts=[link.contact],
        back=url_for("host.show", token=token),
        neutral=True,
    )


@bp.get("/ecole/<token>/coordonnees")
def details(token: str) -> str:
    """How she is reached, to be confirmed or corrected."""
    link = links.behind(token, now=clock.now())
    form = DetailsForm(formdata=None, phone=link.contact.phone or "", hours=link.contact.hours)
    return _details(token, link, form, DepartureForm(formdata=None))


@bp.post("/ecole/<token>/coordonnees")
def correct(token: str) -> tuple[str, int] | BaseResponse:
    """Her number and hours are these."""
    link, typed, now = links.behind(token, now=clock.now()), DetailsForm(), clock.now()
    try:
        own_details.correct(
            link.contact, typed.phone.data or "", typed.hours.data or "", actor=_actor(link), now=now
        )
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _details(token, links.behind(token, now=now), typed, DepartureForm(formdata=None)), status
    db.session.commit()
    flash(gettext("Merci, vos coordonnées sont à jour."), "ok")
    return redirect(url_for("host.show", token=token), 303)


@bp.post("/ecole/<token>/depart")
def say_gone(token: str) -> tuple[str, int] | BaseResponse:
    """She is not the contact any more; a coordinator reads it."""
    link, typed, now = links.behind(token, now=clock.now()), DepartureForm(), clock.now()
    try:
        own_details.say_gone(link.contact, typed.successor.data or "", actor=_actor(link), now=now)
    except Refusal as refusal:
        status = refuse(typed, refusal)
        link = links.behind(token, now=now)
        known = DetailsForm(formdata=None, phone=link.contact.phone or "", hours=link.contact.hours)
        return _details(token, link, known, typed), status
    db.session.commit()
    flash(gettext("Merci de nous l’avoir dit. L’équipe cherche le nouveau contact de l’école."), "ok")
    return redirect(url_for("host.show", token=token), 303)


@bp.get("/ecole")
def lost() -> str:
    """How to get a new link."""
    return render_template("host_page/lost.html", form=LinkForm(formdata=None))


@bp.post("/ecole")
def ask_again() -> tuple[str, int] | BaseResponse:
    """Sends one to whoever is a contact at this address; the answer is the same whoever asks."""
    typed = LinkForm()
    try:
        traps.require_hand("school")
        links.ask_again(typed.email.data or "", now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return render_template("host_page/lost.html", form=typed), status
    db.session.commit()
    return redirect(url_for("host.sent"), 303)


@bp.get("/ecole/envoye")
def sent() -> str:
    """Look into the mailbox."""
    return render_template("host_page/sent.html")


@bp.errorhandler(HostLinkDoesNotWork)
def over(error: HostLinkDoesNotWork) -> tuple[str, int]:
    """Unknown, revoked or of somebody who left: the page says what to do, not which."""
    db.session.rollback()
    form = LinkForm(formdata=None)
    return render_template("host_page/over.html", sentence=gettext(error.sentence), form=form), error.status


def _visited(token: str) -> HostLink:
    """The link of a token, whose visit is written down, once an hour."""
    now = clock.now()
    link = links.behind(token, now=now)
    if links.is_to_be_noted(link, now=now):
        db.session.rollback()  # it was read; from here on it is written
        begin_writing()
        links.note_visit(token, now=now)
        db.session.commit()
        link = links.behind(token, now=now)
    return link


def _school(link: HostLink) -> Venue:
    if link.contact.venue is None:
        raise HostLinkDoesNotWork()
    return link.contact.venue


def _actor(link: HostLink) -> str:
    return f"contact:{link.contact_id}"


def _page(
    token: str, link: HostLink, dates: list[HostedDate], refused: tuple[str, AnswerForm] | None = None
) -> str:
    school = _school(link)
    forms = {one.event.code: answer_form(one) for one in dates}
    for one in dates:
        if refused and one.event.code == refused[0]:
            forms[refused[0]] = given_back(refused[1], one.event)
    waiting = [one.event.code for one in dates if one.is_waiting]
    return render_template(
        "host_page/show.html",
        territory=school.territory,
        school=school,
        contact=link.contact,
        dates=dates,
        forms=forms,
        refused=refused[1] if refused else None,
        opened={*waiting[:OPEN_AT_ONCE], *([refused[0]] if refused else [])},
        waiting=len(waiting),
        families=registrations.families_at(school, now=clock.now()),
        token=token,
        longest=answers,
    )


def _details(token: str, link: HostLink, form: DetailsForm, departure: DepartureForm) -> str:
    school = _school(link)
    return render_template(
        "host_page/details.html",
        territory=school.territory,
        school=school,
        contact=link.contact,
        form=form,
        departure=departure,
        token=token,
        longest=own_details,
    )
