"""Who writes, in the language of the reader."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from eventsapp.places.models import Territory
from eventsapp.places.wording import agenda_name


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("number", "language", "name"),
    [
        (19, "fr", "L’agenda du 19e"),
        (1, "fr", "L’agenda du 1er"),
        (19, "en", "What’s on in the 19e"),
        (19, "ar", "L’agenda du 19e"),
    ],
)
def test_an_agenda_is_named_in_the_readers_language_whoever_looks_at_a_page(
    app: Flask, number: int, language: str, name: str
) -> None:
    with app.app_context(), force_locale("en"):
        assert agenda_name(Territory(number=number), language) == name
