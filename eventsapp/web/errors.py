"""When something cannot be shown: pages as kind as the rest."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, current_app, render_template, request
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from eventsapp import languages
from eventsapp.database import db
from eventsapp.refusals import Refusal
from eventsapp.settings import setting
from eventsapp.web.guards import LONG_BODIES, current_account

log = structlog.get_logger(__name__)

WORDS = {
    400: (lazy_gettext("Nous n’avons pas compris"), lazy_gettext("Revenez en arrière, puis recommencez.")),
    403: (
        lazy_gettext("Cette page est pour les partenaires"),
        lazy_gettext("Connectez-vous pour la voir."),
    ),
    404: (
        lazy_gettext("Cette page n’existe plus"),
        lazy_gettext("Le rendez-vous a peut-être changé d’adresse. Cherchez-le dans l’agenda."),
    ),
    405: (lazy_gettext("Ce n’est pas possible ici"), lazy_gettext("Revenez en arrière, puis recommencez.")),
    409: (lazy_gettext("La situation a changé"), lazy_gettext("Relisez la page, puis recommencez.")),
    410: (lazy_gettext("Ce lien ne marche plus"), lazy_gettext("Demandez un nouveau lien.")),
    413: (lazy_gettext("C’est trop long"), lazy_gettext("Écrivez moins de texte, puis recommencez.")),
    415: (
        lazy_gettext("Nous ne savons pas lire cela"),
        lazy_gettext("Utilisez le formulaire de la page."),
    ),
    422: (lazy_gettext("Ce n’est pas possible"), ""),
    429: (lazy_gettext("Trop d’essais"), lazy_gettext("Attendez une minute, puis recommencez.")),
    500: (
        lazy_gettext("Quelque chose ne marche pas chez nous"),
        lazy_gettext("Rien n’est perdu de ce qui était confirmé. Recommencez dans quelques minutes."),
    ),
    503: (lazy_gettext("Le service revient bientôt"), lazy_gettext("Recommencez dans quelques minutes.")),
}


NOT_YOURS = (
    lazy_gettext("Cette page n’est pas dans vos fonctions"),
    lazy_gettext("Quelqu’un d’autre s’en occupe. Ce qui est à vous se trouve dans « Mon espace »."),
)
"""403 for somebody who is signed in."""

PICTURES = {403: "lock", 404: "search", 409: "refresh-cw", 410: "hourglass", 429: "hourglass"}
"""Icons of static/icons.svg, where one says more than a question mark."""


def bind(app: Flask) -> None:
    """Dresses every error; whatever went wrong, nothing was changed."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(Exception, broken)


def page(status: int, sentence: str = "", incident: str = "") -> tuple[str, int]:
    """The error page of a status, with the reason in a sentence, or what to do where there is none."""
    is_signed_in = status == 403 and not sentence and current_account() is not None
    words = NOT_YOURS if is_signed_in else WORDS.get(status, WORDS[400 if status < 500 else 500])
    title, advice = (str(one) for one in words)
    if status >= 500:
        return _bare_page(title, sentence or advice, incident), status
    said = "" if sentence.rstrip(".") == title else sentence
    html = render_template(
        "errors/error.html",
        status=status,
        picture=PICTURES.get(status, "circle-help"),
        error_title=title,
        sentence=said or advice,
        is_signed_in=is_signed_in,
    )
    return html, status


def _bare_page(title: str, sentence: str, incident: str) -> str:
    """Without what every page is given: who is signed in is asked of a database that may be down."""
    template = current_app.jinja_env.get_template("errors/bare.html")
    return template.render(
        error_title=title, sentence=sentence, incident=incident, language=languages.current()
    )


def http_error(error: HTTPException) -> tuple[str, int, dict[str, str]] | HTTPException:
    """404, 405, 413 and their like."""
    db.session.rollback()
    if error.code is None or error.code < 400:
        return error
    allowed = error.valid_methods if isinstance(error, MethodNotAllowed) else None
    return *page(error.code, _too_heavy() if error.code == 413 else ""), {
        "Allow": ", ".join(sorted(allowed))
    } if allowed else {}


def _too_heavy() -> str:
    """Where pictures or tables are taken, how heavy one may be; nothing elsewhere."""
    name = LONG_BODIES.get(request.endpoint or "")
    if name is None:
        return ""
    most = setting(name) // 1024**2
    if name == "TABLE_BYTES":
        return gettext("Un tableau pèse %(most)d Mo au plus. Gardez seulement la feuille utile.", most=most)
    if name == "IMPORT_BYTES":
        return gettext("Un agenda pèse %(most)d Mo au plus. Gardez les rendez-vous à venir.", most=most)
    return gettext(
        "Une image pèse %(most)d Mo au plus. Choisissez-en une plus légère : votre téléphone sait "
        "réduire une photo quand on l’envoie.",
        most=most,
    )


def forged(error: CSRFError) -> tuple[str, int]:
    """A form without its token: too old, or somebody else's."""
    db.session.rollback()
    return page(400, gettext("Cette page est restée ouverte trop longtemps. Rechargez-la, puis recommencez."))


def refused(error: Refusal) -> tuple[str, int]:
    """A "no" that no form stood ready to show."""
    db.session.rollback()
    return page(error.status, gettext(error.sentence, **error.parameters))


def broken(error: Exception) -> tuple[str, int]:
    """Our mistake: logged whole under a number, shown as that number only."""
    db.session.rollback()
    incident = secrets.token_hex(4)
    log.exception("incident", incident=incident, route=str(request.url_rule))
    return page(500, incident=incident)
