"""A letter with a private link cannot be read in the database."""

from __future__ import annotations

import pytest
from flask import Flask

from eventsapp.mailroom import sealing
from eventsapp.mailroom.sealing import Unreadable
from eventsapp.web import headers

pytestmark = pytest.mark.databases("sqlite")
LETTER = "Annulez ici :\nhttps://agenda.example.org/m/hT3vQ8_xZr-1LwYk5nPc9bDg\nMerci – à bientôt 🌻"


def test_what_is_sealed_says_nothing_and_comes_back_whole(app: Flask) -> None:
    with app.app_context():
        sealed = sealing.seal(LETTER)
        assert "agenda" not in sealed
        assert sealing.unseal(sealed) == LETTER
        assert sealing.seal(LETTER) != sealed


def test_the_letters_key_alone_decides_when_it_is_set(app: Flask) -> None:
    with app.app_context():
        app.config["LETTERS_KEY"] = "a key kept apart"
        sealed = sealing.seal(LETTER)
        app.config["SECRET_KEY"] = "the secret has changed"
        assert sealing.unseal(sealed) == LETTER
        app.config["LETTERS_KEY"] = "another"
        with pytest.raises(Unreadable):
            sealing.unseal(sealed)
        with pytest.raises(Unreadable):
            sealing.unseal(LETTER)


def test_links_are_erased_and_public_addresses_stay() -> None:
    told = (
        "https://agenda.example.org/m/hT3vQ8_xZr-1LwYk5nPc9bDg et "
        "https://agenda.example.org/e/k7m4tqw-balade, "
        '<a href="http://127.0.0.1:8000/m/abc/inscriptions/k7/annulation">ici</a>, '
        "https://agenda.example.org/connexion/Zz9."
    )
    assert sealing.erase_links(told) == (
        "https://agenda.example.org/m/… et https://agenda.example.org/e/k7m4tqw-balade, "
        '<a href="http://127.0.0.1:8000/m/…/inscriptions/k7/annulation">ici</a>, '
        "https://agenda.example.org/connexion/…."
    )


@pytest.mark.parametrize("path", headers.TOKEN_PATHS)
def test_every_address_that_opens_something_is_erased(path: str) -> None:
    """A path that holds a token (web.headers) is one that a delivered letter forgets."""
    said = sealing.erase_links(f"Voici : https://agenda.example.org{path}8qx4cz-96745_K6pz. Merci.")
    assert said == f"Voici : https://agenda.example.org{path}…. Merci."
