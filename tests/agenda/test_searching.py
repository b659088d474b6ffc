"""What is typed finds what is written, on both databases."""

import pytest
from sqlalchemy import select

from eventsapp.database import AsTyped, as_typed, db


@pytest.mark.usefixtures("db_session")
def test_databases_and_python_read_french_alike() -> None:
    for written, typed in (
        ("L’École – Vicq-d’Azir", "l'ecole - vicq-d'azir"),
        ("Frères et sœurs, Œuvres", "freres et soeurs, oeuvres"),
        ("ÀÂÄ ÇÇ ÉÈÊË ÎÏ ÔÖ ÙÛÜ", "aaa cc eeee ii oo uuu"),
        ("e\u0301crans", "ecrans"),
    ):
        assert as_typed(written) == typed
    written = "L’Œuvre d’Été – ça où ?"
    assert db.session.scalar(select(AsTyped(written))) == as_typed(written) == "l'oeuvre d'ete - ca ou ?"
