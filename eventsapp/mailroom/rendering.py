"""A letter is a folder of files, rendered when posted, in its reader's language.

templates/mail/<room>/<letter>/ holds subject.txt, body.txt and body.html for a mail, sms.txt where it
may go as a text message, and call.txt where somebody is called: what to say. The text is written on its
own and says everything; it is never derived from the HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import flask_babel
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from eventsapp import languages
from eventsapp.languages import Language
from eventsapp.mailroom import gsm
from eventsapp.mailroom.models import Channel
from eventsapp.settings import folder, setting

LONGEST_SUBJECT = 50
"""What a phone shows of a subject."""


@dataclass(frozen=True)
class Rendered:
    """A letter as its reader will see it; a text and a call have no HTML, and a text shows no subject."""

    subject: str
    text: str
    html: str = ""


def render(kind: str, language: str, **context: Any) -> Rendered:
    """The mail of the folder templates/mail/`kind`, in `language` ("fr", "en").

    Raises jinja2.UndefinedError when the template names something that `context` lacks.
    """
    subject, text, html = _fill(kind, ("subject.txt", "body.txt", "body.html"), language, context)
    return Rendered(_one_line(subject), _tidy(text), html.strip() + "\n")


def render_call(kind: str, language: str, **context: Any) -> Rendered:
    """What to say on the phone, in `language`: the file call.txt of the same folder."""
    subject, text = _fill(kind, ("subject.txt", "call.txt"), language, context)
    return Rendered(_one_line(subject), _tidy(text))


def render_text(kind: str, language: str, *, is_shared: bool = False, **context: Any) -> Rendered:
    """The text message: sms.txt of the same folder, in signs that cost least.

    `is_shared`: others read that phone; it then says only that there is something to hear, and for whom
    (`first_name`).
    """
    subject, text = _fill(kind, ("subject.txt", "sms.txt"), language, context)
    if is_shared:
        [text] = _fill("mailroom/shared_phone", ("sms.txt",), language, context)
    return Rendered(_one_line(subject), gsm.plain(_tidy(text)).strip())


def written(
    kind: str, channel: Channel, language: str, *, is_shared: bool = False, **context: Any
) -> Rendered:
    """The letter for one means."""
    if channel is Channel.SMS:
        return render_text(kind, language, is_shared=is_shared, **context)
    return (render if channel is Channel.MAIL else render_call)(kind, language, **context)


_FILES = {Channel.MAIL: "body.txt", Channel.SMS: "sms.txt", Channel.CALL: "call.txt"}


@lru_cache(maxsize=256)
def is_written_for(kind: str, channel: Channel) -> bool:
    """Whether the letter has words for this means."""
    return (folder("templates") / "mail" / kind / _FILES[channel]).is_file()


def _fill(kind: str, names: tuple[str, ...], code: str, context: dict[str, Any]) -> list[str]:
    language = languages.known(code) or languages.DEFAULT
    # Its own layer over the page's: a letter written while somebody reads a page in another
    # language leaves that page's language alone.
    with flask_babel.force_locale(language.locale):
        filled: list[str] = []
        for name in names:
            page = _environment(language).get_template(f"mail/{kind}/{name}")
            filled.append(
                page.render(
                    **context,
                    language=language,
                    settings={"HELP_PHONE": setting("HELP_PHONE")},
                    **({"subject": _one_line(filled[0])} if filled else {}),
                )
            )
    return filled


@lru_cache(maxsize=len(languages.LANGUAGES))
def _environment(language: Language) -> Environment:
    """Our own environment, because the mailroom knows no Flask; a missing name is an error here.

    One a language, that of the letter being written: its words are looked up once, not at each sentence,
    and whoever registers at an event writes a letter while all others there wait.
    """
    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=select_autoescape(["html"], default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = flask_babel.get_translations()
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        words.ugettext, words.ungettext, newstyle=True
    )
    environment.globals["_"] = environment.globals["gettext"]  # Jinja's alias asks for it at each call
    environment.filters.update(
        long_day=languages.long_day,
        day_only=lambda day: languages.long_day(day, year=False),
        short_day=languages.short_day,
        hour=languages.hour,
        cut=gsm.cut,
        hour_range=lambda event: languages.hour_range(event.starts_at, event.ends_at),
    )
    return environment


def _one_line(text: str) -> str:
    return text.replace("\n", " ").strip()


def _tidy(text: str) -> str:
    """At most one empty line in a row, none at the ends, one newline last."""
    return re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n\n", text).strip() + "\n"
