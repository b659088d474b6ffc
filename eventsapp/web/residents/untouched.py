"""Questions that nobody has answered yet: the same for all who open a form, written once and kept.

Ten fields cost half of the page. What is kept is written from a form made for that, in which nothing can
stand but what its class says; whoever has typed something, or is given back a reason, has fields of their
own. What differs by reader or by event (the token of the form, the mark of its trap, the places that are
left) stands outside of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flask_wtf import FlaskForm
from jinja2.runtime import Macro
from wtforms import HiddenField

from eventsapp.languages import Language


def questions_of(form: FlaskForm, macro: Macro, language: Language) -> str:
    """The questions of a form as `macro(form)` writes them, or wrote them of an untouched one; the macro is
    imported without context and asks nothing but the form and the language."""
    made: Callable[..., FlaskForm] = type(form)
    return _written(made, macro, language) if is_untouched(form) else macro(form)


def is_untouched(form: FlaskForm) -> bool:
    """Whether it says nothing but what it says to everybody: no answer, no reason."""
    return not form.form_errors and all(
        not field.errors and field.data == field.default
        for field in form
        if not isinstance(field, HiddenField)
    )


@lru_cache(maxsize=64)
def _written(made: Callable[..., FlaskForm], macro: Macro, language: Language) -> str:
    return macro(made(formdata=None))
