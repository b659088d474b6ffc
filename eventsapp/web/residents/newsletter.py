"""« Par e-mail, chaque lundi »: asked for, confirmed by a link, changed and stopped by it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, RadioField, SelectChoice, SelectMultipleField

from eventsapp import clock, languages
from eventsapp.database import db
from eventsapp.extensions import csrf
from eventsapp.newsletter import issuing, listings, subscribing
from eventsapp.newsletter.listings import Offer
from eventsapp.newsletter.models import Subscription, SubscriptionStatus
from eventsapp.newsletter.subscribing import Choices, SubscriptionDoesNotWork
from eventsapp.people.contacts import LONGEST_ADDRESS
from eventsapp.places.listings import territory_by_slug
from eventsapp.places.models import Territory
from eventsapp.refusals import Refusal
from eventsapp.web import traps
from eventsapp.web.forms import refuse

bp = Blueprint("newsletter", __name__)

ONE_CLICK = "List-Unsubscribe"
"""The field by which a mail program says that its reader pressed « stop » there (RFC 8058 3.1)."""


class ChoicesForm(FlaskForm):
    """Of what one wants to read, and in which language."""

    theme = SelectMultipleField(lazy_gettext("Sur quoi ?"), validate_choice=False)
    quartier = SelectMultipleField(lazy_gettext("Où ?"), validate_choice=False)
    language = RadioField(
        lazy_gettext("En quelle langue ?"),
        choices=[SelectChoice(one.code, one.own_name) for one in languages.LANGUAGES],
        validate_choice=False,
    )

    def offering(self, offer: Offer) -> ChoicesForm:
        """The same with what this territory has."""
        self.theme.choices = [SelectChoice(theme.value, theme.public_label) for theme in offer.themes]
        self.quartier.choices = [SelectChoice(*one) for one in offer.quartiers]
        return self

    def choices(self) -> Choices:
        """What was ticked; the language of the page where none was."""
        language = self.language.data or languages.current().code
        return Choices(self.theme.data or (), self.quartier.data or (), language)


class AskForm(ChoicesForm):
    """The same, and where to."""

    email = EmailField(lazy_gettext("Votre adresse e-mail"))


@bp.get("/<territory:territory>/recevoir/par-courriel")
def form(territory: str) -> str:
    """An address and what to read of; `?theme=…&quartier=…`, as of the agenda, tick beforehand."""
    area = territory_by_slug(territory)
    ticked = {name: request.args.getlist(name) for name in ("theme", "quartier")}
    shown = AskForm(formdata=None, data=ticked | {"language": languages.current().code})
    return _form_page(area, shown, listings.offered(area))


@bp.post("/<territory:territory>/recevoir/par-courriel")
def ask(territory: str) -> tuple[str, int] | BaseResponse:
    """Sends that address a letter, with the same answer whether it is known or not."""
    area = territory_by_slug(territory)
    asked, offer = AskForm(), listings.offered(area)
    try:
        traps.require_hand("newsletter")
        subscribing.ask(area, asked.email.data or "", asked.choices(), offer, now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _form_page(area, asked, offer), status
    db.session.commit()
    return redirect(url_for("newsletter.asked", territory=area.slug), 303)


@bp.get("/<territory:territory>/recevoir/par-courriel/envoye")
def asked(territory: str) -> str:
    """Look into the mailbox: nothing has begun yet."""
    area = territory_by_slug(territory)
    days = subscribing.KEPT_UNCONFIRMED.days
    return render_template("residents/newsletter/asked.html", territory=area, days=days)


@bp.get("/lettre/<token>")
def show(token: str) -> str:
    """To confirm, to choose, or to go back on having stopped: as the subscription stands. Opening it changes
    nothing: mail programs look at links before anybody reads."""
    subscription = subscribing.behind(token)
    if subscription.status is SubscriptionStatus.PENDING:
        return _page("confirm", token, subscription, chosen=_chosen(subscription))
    if subscription.status is SubscriptionStatus.ENDED:
        return _page("stopped", token, subscription, days=subscribing.KEPT_ENDED.days)
    ticked = {"theme": subscription.themes, "quartier": subscription.quartiers}
    shown = ChoicesForm(formdata=None, data=ticked | {"language": subscription.language})
    return _choices_page(token, subscription, shown)


@bp.post("/lettre/<token>/confirmation")
def confirm(token: str) -> BaseResponse:
    """From now on, each Monday."""
    subscribing.confirm(subscribing.behind(token, locked=True), now=clock.now())
    db.session.commit()
    return redirect(url_for("newsletter.show", token=token), 303)


@bp.post("/lettre/<token>")
def choose(token: str) -> BaseResponse:
    """Keeps other choices."""
    subscription, chosen = subscribing.behind(token, locked=True), ChoicesForm()
    subscribing.choose(subscription, chosen.choices(), listings.offered(subscription.territory))
    db.session.commit()
    flash(gettext("C’est noté. Vos choix valent dès la prochaine lettre."), "ok")
    return redirect(url_for("newsletter.show", token=token), 303)


@bp.get("/lettre/<token>/arret")
def stopping(token: str) -> str | BaseResponse:
    """One button: what letters link to, and mail programs that know no one-click."""
    subscription = subscribing.behind(token)
    if subscription.status is SubscriptionStatus.ENDED:
        return redirect(url_for("newsletter.show", token=token), 303)
    return _page("stopping", token, subscription)


@bp.post("/lettre/<token>/arret")
@csrf.exempt
def stop(token: str) -> BaseResponse:
    """Stops, without cookie or form token: a mail program posts here (RFC 8058 3.2), and is answered without
    a redirect, which it may not follow. The link alone is what it takes, as long as a password."""
    subscribing.stop(subscribing.behind(token, locked=True), now=clock.now())
    db.session.commit()
    if ONE_CLICK in request.form:
        return Response(gettext("C’est arrêté.") + "\n", content_type="text/plain; charset=utf-8")
    return redirect(url_for("newsletter.show", token=token), 303)


@bp.post("/lettre/<token>/reprise")
def resume(token: str) -> BaseResponse:
    """Goes back on having stopped."""
    subscribing.resume(subscribing.behind(token, locked=True))
    db.session.commit()
    return redirect(url_for("newsletter.show", token=token), 303)


@bp.errorhandler(SubscriptionDoesNotWork)
def over(error: SubscriptionDoesNotWork) -> tuple[str, int]:
    """Forgotten, or never sent."""
    db.session.rollback()
    return render_template("residents/newsletter/over.html", sentence=gettext(error.sentence)), error.status


def _form_page(area: Territory, shown: AskForm, offer: Offer) -> str:
    return render_template(
        "residents/newsletter/form.html",
        territory=area,
        form=shown.offering(offer),
        longest=LONGEST_ADDRESS,
        next_issue=issuing.next_issue(clock.now()),
    )


def _choices_page(token: str, subscription: Subscription, shown: ChoicesForm) -> str:
    offer = listings.offered(subscription.territory)
    return _page("choices", token, subscription, form=shown.offering(offer))


def _page(name: str, token: str, subscription: Subscription, **shown: object) -> str:
    return render_template(
        f"residents/newsletter/{name}.html",
        token=token,
        subscription=subscription,
        territory=subscription.territory,
        next_issue=issuing.next_issue(clock.now(), issued_on=subscription.issued_on),
        **shown,
    )


def _chosen(subscription: Subscription) -> tuple[str, ...]:
    return listings.offered(subscription.territory).names(subscription)
