"""« Réponses reçues »: what came back by mail, for the desk of a territory and for who holds the event.

Words of strangers are shown as text, never as anything else; what a mail proposes is done by who reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse
from wtforms import TextAreaField

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.answers import authority, counters, handling, listings, wording
from eventsapp.answers.listings import Page, Shelf
from eventsapp.invitations import contents
from eventsapp.invitations.contents import Content
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory
from eventsapp.refusals import NotFound
from eventsapp.registrations.reach import reach
from eventsapp.web.doorstep import actor, desk, desk_of, steered, who, worked_for
from eventsapp.web.forms import told

bp = desk("answers")

PER_PAGE = 50
LONGEST_BEGINNING = 140
"""Characters of what somebody wrote that its line in a list shows."""


class RefusalForm(FlaskForm):
    """No to another date, and why."""

    words = TextAreaField(lazy_gettext("Un mot pour expliquer, si vous voulez"), render_kw={"rows": 3})


@bp.get("/pro/<territory:territory>/reponses")
def index(territory: str) -> str:
    """What waits for somebody, other dates proposed, what nobody could read, what is done: `?etat=`,
    `page`."""
    area, shelf = steered(territory), _shelf()
    return _list(listings.of_territory(area, shelf, **_part()), shelf, territory=area)


@bp.get("/pro/organisations/<row:organisation_id>/reponses")
def of_organisation(organisation_id: int) -> str:
    """The same for the sessions that an organisation holds."""
    organisation, shelf = worked_for(organisation_id), _shelf()
    return _list(listings.of_organisation(organisation, shelf, **_part()), shelf, organisation=organisation)


@bp.get("/pro/reponses/<row:mail_id>")
def show(mail_id: int) -> str:
    """One mail: who wrote what about which event, and what can be done of it."""
    mail = _seen(mail_id)
    event, content, now = mail.event, contents.read(mail), clock.now()
    waits = mail.state is MailState.TO_READ
    movable = waits and mail.proposed_at is not None and event is not None and event.ends_at > now
    return render_template(
        "answers/show.html",
        mail=mail,
        content=content,
        headline=wording.headline(mail, content),
        why=wording.why(mail),
        parties=listings.parties(mail),
        is_crasher=mail.problem == authority.CRASHER,
        waits=waits,
        movable=movable,
        reach=reach(event, now=now, begins=mail.proposed_at) if movable and event else None,
        form=RefusalForm(formdata=None),
        longest=counters.LONGEST_WORDS,
        **(desk_of(event) if event else {"territory": _territory_of(mail)}),
    )


@bp.get("/pro/reponses/<row:mail_id>/message.eml")
def original(mail_id: int) -> Response:
    """A mail that nobody could read, as it came: a file to open elsewhere. Raises NotFound."""
    octets = contents.original(_seen(mail_id))
    if octets is None:
        raise NotFound()
    # As octets of no type: a browser must neither show nor run what a stranger wrote.
    answer = Response(octets, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="message-{mail_id}.eml"'
    return answer


@bp.post("/pro/reponses/<row:mail_id>/traitement")
def settle(mail_id: int) -> BaseResponse:
    """It was dealt with."""
    return _do(mail_id, handling.settle, gettext("C’est noté : traité."))


@bp.post("/pro/reponses/<row:mail_id>/mise-de-cote")
def set_aside(mail_id: int) -> BaseResponse:
    """Nothing comes of it."""
    return _do(mail_id, handling.set_aside, gettext("C’est mis de côté."))


@bp.post("/pro/reponses/<row:mail_id>/refus")
def refuse(mail_id: int) -> BaseResponse:
    """No to another date, with some words."""
    words = RefusalForm().words.data or ""

    def say_no(mail: IncomingMail, *, actor: str, now: datetime) -> None:
        counters.refuse(mail, words, actor=actor, now=now)

    return _do(mail_id, say_no, gettext("La personne reçoit un « non » : le rendez-vous ne change pas."))


@bp.post("/pro/reponses/<row:mail_id>/acceptation")
def accept(mail_id: int) -> BaseResponse:
    """Yes to another date, for everybody."""
    return _do(mail_id, counters.accept, gettext("Le rendez-vous est déplacé. Chacun sera prévenu."))


def _list(page: Page, shelf: Shelf, **whose: Territory | Organisation) -> str:
    read = [(mail, contents.read(mail)) for mail in page.mails]
    return render_template(
        "answers/index.html",
        **whose,
        shelf=shelf,
        shelves=list(Shelf),
        page=page,
        lines=[
            (mail, wording.headline(mail, content), wording.why(mail), _beginning(content))
            for mail, content in read
        ],
        unread=wording.unread(clock.now()),
    )


def _beginning(content: Content | None) -> str:
    """The first words, on one line."""
    words = " ".join((content.comment or content.text).split()) if content is not None else ""
    return words if len(words) <= LONGEST_BEGINNING else f"{words[:LONGEST_BEGINNING].rstrip()}…"


def _do(mail_id: int, deed: Callable[..., None], done: str) -> BaseResponse:
    """Does it, commits, says so; why it cannot be done is said on the page that comes next."""
    mail = _seen(mail_id)
    if (mail.kind is MailKind.COUNTER) != (request.endpoint in {"answers.refuse", "answers.accept"}):
        raise NotFound()
    with told(done):
        deed(mail, actor=actor(), now=clock.now())
    return redirect(url_for("answers.show", mail_id=mail_id), 303)


def _seen(mail_id: int) -> IncomingMail:
    """A mail that the visitor may read: of an event that they run, of a territory that they coordinate; one
    that names neither, any coordinator. Raises NotFound, Forbidden."""
    mail, account, today = listings.by_id(mail_id), who(), clock.today()
    if mail.event is not None:
        allowed = questions.may_run_event(account, mail.event, on=today)
    else:
        steers = questions.territories_of(account, on=today)
        allowed = any(mail.territory_id in {None, one.id} for one in steers)
    if not allowed:
        raise Forbidden()
    return mail


def _territory_of(mail: IncomingMail) -> object:
    """Whose menu stands above a mail that names no event."""
    steers = questions.territories_of(who(), on=clock.today())
    return next((one for one in steers if mail.territory_id in {None, one.id}), None)


def _shelf() -> Shelf:
    asked = request.args.get("etat", "")
    return Shelf(asked) if asked in set(Shelf) else Shelf.TO_READ


def _part() -> dict[str, int]:
    return {"number": request.args.get("page", 1, type=int), "per_page": PER_PAGE}
