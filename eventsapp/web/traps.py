"""What tells a robot from a hand, without a riddle: a field that nobody sees, and how soon a form came back.

Neither shuts anybody out for good. A browser that fills in what its owner cannot see, or a hand that is
very quick, gets its page back with all that was typed, a sentence that says what to do, and sends again.
No JavaScript, no cookie, no other party. One line in the form, `{{ trap(event.code) }}`; one in its door,
`traps.require_hand(event.code)`, inside the `try` that gives refusals back.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, g, request
from itsdangerous import BadData, URLSafeSerializer

from eventsapp import clock
from eventsapp.refusals import Refusal, msgid
from eventsapp.settings import setting

HONEYPOT, SHOWN = "site_web", "montre"
"""The field to leave empty: robots fill in what is named like a site, browsers keep none of that name.
And the signed instant at which the form was shown."""


class Trapped(Refusal):
    """What a robot does, and now and then a browser or a quick hand."""


class HoneypotFilled(Trapped):
    """Something stands where nobody writes."""

    sentence = msgid(
        "Votre réponse n’a pas pu être lue : le champ « Laissez ce champ vide » était rempli, peut-être par "
        "votre navigateur. Il est maintenant affiché en haut du formulaire. Laissez-le vide, puis envoyez "
        "encore une fois."
    )


class SentTooSoon(Trapped):
    """Sooner after it was shown than anybody writes."""

    sentence = msgid(
        "Envoyez encore une fois : votre réponse est arrivée très vite, et nous voulons être sûrs qu’elle "
        "ne vient pas d’un robot. Rien de ce que vous avez écrit n’est perdu."
    )


@dataclass(frozen=True)
class Trap:
    """What the form shows: its mark, and the empty field itself once it was found filled."""

    mark: str
    is_seen: bool
    honeypot: str = HONEYPOT
    shown: str = SHOWN


def bind(app: Flask) -> None:
    """Lets templates lay one."""
    app.jinja_env.globals["trap_for"] = trap_for


def trap_for(form: str) -> Trap:
    """The trap of one form ("k7mw2pa", "partner"). Given back, a page keeps the instant at which it was
    first shown: whoever is asked to send once more waits for nothing."""
    mark = request.form.get(SHOWN, "")
    if _shown_at(form, mark) is None:
        mark = _signer(form).dumps(_milliseconds())
    return Trap(mark, is_seen=g.get("honeypot_filled", False))


def require_hand(form: str) -> None:
    """Raises HoneypotFilled and SentTooSoon. A mark that is missing, forged or of another form is as old as
    this request; an old one is good however old: the form's CSRF token says how long a form lives."""
    if any(request.form.getlist(HONEYPOT)):
        g.honeypot_filled = True
        raise HoneypotFilled()
    now = _milliseconds()
    shown = _shown_at(form, request.form.get(SHOWN, ""))
    if now - (now if shown is None else shown) < setting("FORM_SECONDS") * 1000:
        raise SentTooSoon()


def _shown_at(form: str, mark: str) -> int | None:
    try:
        shown = _signer(form).loads(mark)
    except BadData:
        return None
    return shown if isinstance(shown, int) else None


def _signer(form: str) -> URLSafeSerializer:
    return URLSafeSerializer(str(setting("SECRET_KEY")), salt=f"form shown {form}")


def _milliseconds() -> int:
    return int(clock.now().timestamp() * 1000)
