"""The slip of a registration, opened in a confirmed browser: it says who comes."""

from __future__ import annotations

from flask import render_template

from eventsapp.registrations import listings
from eventsapp.registrations.listings import Line
from eventsapp.web import slips
from eventsapp.web.residents.own_door import confirmed_household, own_door

bp = own_door("own_slips")


@bp.get("/m/<token>/inscriptions/<code:code>/bulletin")
def show(token: str, code: str) -> str:
    """The slip in the language of the page. Raises NotFound for another household's, too."""
    registration = listings.of_party_by_code(confirmed_household(token), code)
    line = Line(registration, listings.rank(registration))
    return render_template(
        "slips/own.html",
        territory=registration.event.territory,
        token=token,
        slip=slips.content(line),
    )
