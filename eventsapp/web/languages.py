"""Which language a page is in: asked for by a link, kept in a cookie, or the browser's wish."""

from __future__ import annotations

from babel.support import NullTranslations
from flask import Flask, Response, current_app, has_request_context, redirect, request
from flask_babel import get_translations
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import extensions, languages
from eventsapp.languages import Language
from eventsapp.web.addresses import here
from eventsapp.web.cookies import SHARED

COOKIE = "langue"
HALF_A_YEAR = 180 * 24 * 3600

_CATALOGUES: dict[str, NullTranslations] = {}
"""The words of each language, as Flask-Babel reads them once."""


def bind(app: Flask) -> None:
    """Chooses the language of each page; `?langue=en` changes it and comes back without the query."""
    extensions.babel.init_app(app, locale_selector=choose)
    # Flask-Babel's own look their catalogue up through five objects, at each of a page's seventy calls.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension jinja2.ext.i18n
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, number: _catalogue().ungettext(one, many, number),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, number: _catalogue().unpgettext(context, one, many, number),
        newstyle=True,
    )
    # Jinja's alias asks for it anew at each call.
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]

    @app.before_request
    def change_language() -> BaseResponse | None:
        wanted = languages.known(request.args.get("langue"))
        if wanted is None or request.method not in {"GET", "HEAD"} or request.blueprint in SHARED:
            return None  # what caches share sets no cookie; and calendars follow redirects badly
        answer = redirect(here(langue=None), 303)
        keep_language(answer, wanted)
        return answer

    @app.after_request
    def say_language(answer: Response) -> Response:
        if answer.mimetype == "text/html":
            answer.headers["Content-Language"] = languages.current().code
            answer.vary.update(("Accept-Language", "Cookie"))
        return answer

    @app.context_processor
    def language_of_page() -> dict[str, object]:
        return {"languages": languages.LANGUAGES, "language": languages.current()}


def keep_language(answer: BaseResponse, language: Language) -> None:
    """This browser reads us so from now on. A preference asked for by its reader needs no consent (CNIL,
    exempted trackers)."""
    answer.set_cookie(
        COOKIE,
        language.code,
        max_age=HALF_A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def _catalogue() -> NullTranslations:
    code = languages.current().code
    if code not in _CATALOGUES:
        _CATALOGUES[code] = get_translations()
    return _CATALOGUES[code]


def choose() -> str:
    """The locale of the present page; French outside of a request."""
    if not has_request_context():
        return languages.DEFAULT.locale
    kept = languages.known(request.cookies.get(COOKIE))
    if kept:
        return kept.locale
    code = request.accept_languages.best_match([language.code for language in languages.LANGUAGES])
    return (languages.known(code) or languages.DEFAULT).locale
