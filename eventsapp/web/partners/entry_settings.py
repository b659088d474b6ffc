"""How one enters an event, set by its desk: form, quotas, who is next, how long they have to say yes."""

from __future__ import annotations

import enum
from typing import TypeVar

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.agenda import bounds, entry_changes
from eventsapp.agenda.entry_changes import HoursOdd, PerAdultOdd, QuotaOdd
from eventsapp.agenda.entry_rules import EntryForm, EntryRules, QueueOrder
from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.database import db
from eventsapp.refusals import Refusal, msgid
from eventsapp.registrations import answering, wording
from eventsapp.web.doorstep import actor, desk, desk_of, run_here
from eventsapp.web.forms import refuse

bp = desk("entry_settings")

Choice = TypeVar("Choice", bound=enum.StrEnum)

AT_ONCE = "0"
"""No answer is asked for."""


class ChoiceMissing(Refusal):
    """None of the choices that the page shows."""

    sentence = msgid("Choisissez une des réponses.")


class SettingsForm(FlaskForm):
    """Who may enter, and in which order?"""

    form = RadioField(lazy_gettext("Quel formulaire ?"), validate_choice=False)
    most_children = StringField(lazy_gettext("Enfants (moins de 18 ans), au plus"), [Optional()])
    most_under_6 = StringField(lazy_gettext("Enfants de moins de 6 ans, au plus"), [Optional()])
    most_adults = StringField(lazy_gettext("Adultes, au plus"), [Optional()])
    children_per_adult = StringField(lazy_gettext("Enfants pour un adulte, au plus"), [Optional()])
    order = RadioField(lazy_gettext("Une place se libère : à qui va-t-elle ?"), validate_choice=False)
    answer_hours = SelectField(lazy_gettext("Combien de temps pour dire oui ?"), validate_choice=False)
    following = BooleanField(lazy_gettext("Appliquer aussi aux dates suivantes de la série"))


@bp.get("/pro/rendez-vous/<code:code>/inscriptions/reglages")
def form(code: str) -> str:
    """What is set now, and the rule in words."""
    event = run_here(code)
    return _page(event, SettingsForm(formdata=None, data=_answers_of(event.entry)))


@bp.post("/pro/rendez-vous/<code:code>/inscriptions/reglages")
def keep(code: str) -> tuple[str, int] | BaseResponse:
    """Sets it; whoever waits and fits by the new rules is seated at once."""
    event, asked = run_here(code), SettingsForm()
    following = bool(asked.following.data)
    try:
        changed = entry_changes.change(
            event, _rules(asked), following=following, actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(run_here(code), asked), status
    db.session.commit()
    flash(_told(changed, following), "ok")
    return redirect(url_for("event_registrations.index", code=code), 303)


def _told(changed: int, following: bool) -> str:
    if following and changed:
        return ngettext(
            "C’est enregistré pour %(num)d date.", "C’est enregistré pour %(num)d dates.", changed
        )
    return gettext("C’est enregistré.") if changed else gettext("Rien n’a changé.")


def _rules(asked: SettingsForm) -> EntryRules:
    """What was answered. Raises ChoiceMissing, QuotaOdd, PerAdultOdd, HoursOdd."""
    return EntryRules(
        form=_chosen(asked.form, EntryForm),
        most_children=_number(asked.most_children, QuotaOdd, bounds.MOST_PLACES),
        most_under_6=_number(asked.most_under_6, QuotaOdd, bounds.MOST_PLACES),
        most_adults=_number(asked.most_adults, QuotaOdd, bounds.MOST_PLACES),
        children_per_adult=_number(asked.children_per_adult, PerAdultOdd, entry_changes.MOST_PER_ADULT),
        order=_chosen(asked.order, QueueOrder),
        answer_hours=_hours(asked.answer_hours.data or AT_ONCE),
    )


def _chosen(field: RadioField, kind: type[Choice]) -> Choice:
    try:
        return kind(field.data)
    except ValueError as odd:
        raise ChoiceMissing(field=field.name) from odd


def _hours(typed: str) -> int | None:
    if typed == AT_ONCE:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
        raise HoursOdd(field="answer_hours")
    return int(typed)


def _number(field: StringField, odd: type[Refusal], most: int) -> int | None:
    """Nothing typed: no limit."""
    text = (field.data or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise odd(field=field.name, most=most)
    return int(text)


def _answers_of(entry: EntryRules) -> dict[str, str]:
    quotas = {
        name: "" if number is None else str(number)
        for name, number in (
            ("most_adults", entry.most_adults),
            ("most_children", entry.most_children),
            ("most_under_6", entry.most_under_6),
            ("children_per_adult", entry.children_per_adult),
        )
    }
    hours = AT_ONCE if entry.answer_hours is None else str(entry.answer_hours)
    return quotas | {"form": entry.form.value, "order": entry.order.value, "answer_hours": hours}


def _order_label(order: QueueOrder, event: Event) -> str:
    if event.for_professionals and order is QueueOrder.FIRST_FIT:
        return gettext("La première personne qui tient dans les places libres")
    return order.label


def _page(event: Event, shown: SettingsForm) -> str:
    shown.form.choices = [SelectChoice(one.value, one.label) for one in EntryForm]
    shown.order.choices = [SelectChoice(one.value, _order_label(one, event)) for one in QueueOrder]
    kept = event.entry.answer_hours
    shown.answer_hours.choices = [
        SelectChoice(AT_ONCE, gettext("Aucun : la place est à elle tout de suite")),
        *(
            SelectChoice(str(hours), ngettext("%(num)d heure", "%(num)d heures", hours))
            for hours in sorted({*answering.CHOICES, *([kept] if kept else [])})
        ),
    ]
    return render_template(
        "partners/registrations/settings.html",
        event=event,
        **desk_of(event),
        form=shown,
        rule=wording.rule_of(event),
        notes={
            order.value: wording.order_of(order, for_professionals=event.for_professionals)
            for order in QueueOrder
        },
        is_counted=event.registration is RegistrationMode.COUNTED,
        is_closed=event.starts_at <= clock.now(),
    )
