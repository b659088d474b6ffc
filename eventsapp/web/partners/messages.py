"""Writing to the registered of an event: a form, the letter to read once more, one press to send it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField, SelectChoice, TextAreaField

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people import accounts
from eventsapp.refusals import Refusal
from eventsapp.registrations import letters, messages
from eventsapp.registrations.models import EventMessage, MessageAudience, MessageStatus
from eventsapp.web.doorstep import actor, desk, desk_of, run_here
from eventsapp.web.forms import refuse

bp = desk("event_messages")

AUDIENCES = {
    MessageAudience.CONFIRMED: lazy_gettext("Les personnes qui ont une place"),
    MessageAudience.WAITING: lazy_gettext("Les personnes sur la liste d’attente"),
    MessageAudience.EVERYBODY: lazy_gettext("Toutes les personnes inscrites"),
}


class MessageForm(FlaskForm):
    """To whom, and what?"""

    audience = RadioField(
        lazy_gettext("À qui écrire ?"), default=MessageAudience.CONFIRMED.value, validate_choice=False
    )
    text = TextAreaField(lazy_gettext("Votre message"))


@bp.get("/pro/rendez-vous/<code:code>/message")
def form(code: str) -> str:
    """The form, and what was sent before; `?brouillon=` a message that is being corrected."""
    event = run_here(code)
    shown = MessageForm(formdata=None)
    number = request.args.get("brouillon", 0, type=int)
    if 0 < number < 2**31:
        kept = messages.by_id(number, event)
        if kept.status is MessageStatus.DRAFT:
            shown = MessageForm(formdata=None, data={"text": kept.text, "audience": kept.audience.value})
    return _form_page(event, shown)


@bp.post("/pro/rendez-vous/<code:code>/message")
def write(code: str) -> tuple[str, int] | BaseResponse:
    """Keeps the words, and goes on to read the letter."""
    event, typed = run_here(code), MessageForm()
    asked = typed.audience.data
    audience = MessageAudience(asked) if asked in set(MessageAudience) else MessageAudience.CONFIRMED
    try:
        message = messages.write(event, typed.text.data or "", audience, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _form_page(run_here(code), typed), status
    number = message.id
    db.session.commit()
    return redirect(url_for("event_messages.check", code=code, message_id=number), 303)


@bp.get("/pro/rendez-vous/<code:code>/message/<row:message_id>")
def check(code: str, message_id: int) -> str | BaseResponse:
    """The letter as it will be, and how many people it reaches by which means."""
    event = run_here(code)
    message = messages.by_id(message_id, event)
    if message.status is MessageStatus.SENT:
        return redirect(url_for("event_messages.form", code=code), 303)
    return _check_page(event, message)


@bp.post("/pro/rendez-vous/<code:code>/message/<row:message_id>/envoi")
def send(code: str, message_id: int) -> tuple[str, int] | BaseResponse:
    """Posts the letters, once however often the button is pressed."""
    event = run_here(code)
    message = messages.by_id(message_id, event)
    try:
        messages.send(message, seen=request.form.get("vu", ""), actor=actor(), now=clock.now())
    except Refusal as refusal:
        db.session.rollback()
        event = run_here(code)
        sentence = gettext(refusal.sentence, **refusal.parameters)
        return _check_page(event, messages.by_id(message_id, event), sentence), refusal.status
    reached = message.mails + message.texts + message.calls
    db.session.commit()
    said = ngettext("Le message part à %(num)d personne.", "Le message part à %(num)d personnes.", reached)
    flash(said, "ok")
    return redirect(url_for("event_messages.form", code=code), 303)


def _form_page(event: Event, shown: MessageForm) -> str:
    shown.audience.choices = [SelectChoice(one.value, words) for one, words in AUDIENCES.items()]
    sent = messages.sent_of(event)
    names = accounts.names_of_actors(one.written_by for one in sent)
    return render_template(
        "partners/messages/form.html",
        event=event,
        **desk_of(event),
        form=shown,
        longest=messages.LONGEST,
        most=messages.MOST_A_DAY,
        is_over=event.ends_at <= clock.now(),
        sent=[(one, AUDIENCES[one.audience], _writer(one, names)) for one in sent],
    )


def _writer(message: EventMessage, names: dict[int, str]) -> str:
    _, _, number = message.written_by.partition(":")
    return names.get(int(number), "") if number.isdigit() else ""


def _check_page(event: Event, message: EventMessage, sentence: str = "") -> str:
    readers = messages.readers(event, message.audience)
    shown = {name: next(iter(getattr(readers, name)), None) for name in ("mails", "texts", "calls")}
    mail, sms, call = (letters.message_preview(one, message.text) if one else None for one in shown.values())
    return render_template(
        "partners/messages/check.html",
        event=event,
        **desk_of(event),
        message=message,
        audience=AUDIENCES[message.audience],
        readers=readers,
        mark=messages.mark_of(message, readers),
        mail=mail,
        sms=sms,
        call=call,
        sentence=sentence,
    )
