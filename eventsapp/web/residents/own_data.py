"""What we hold on a household, shown and given to it; and erased when it says so (GDPR art. 15, 17, 20).

In a confirmed browser only (`own_door`).
"""

from __future__ import annotations

import json
from datetime import datetime

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.agenda import keeping
from eventsapp.database import db
from eventsapp.registrations import listings
from eventsapp.registrations.models import AgeBracket, Need, RegistrationStatus
from eventsapp.retention import erasing, own_data
from eventsapp.web.residents.own_door import confirmed_household, own_door

bp = own_door("own_data")


@bp.get("/m/<token>/mes-donnees")
def show(token: str) -> str:
    """All of it, in words."""
    household = confirmed_household(token)
    lines = listings.of_party(household)
    return render_template(
        "residents/own_data/show.html",
        territory=lines[0].registration.event.territory if lines else None,
        token=token,
        household=household,
        held=own_data.held(household, now=clock.now()),
        kept={line.registration.code: keeping.months_of(line.registration.event.activity) for line in lines},
        moment=datetime.fromisoformat,
        Bracket=AgeBracket,
        Need=Need,
        Status=RegistrationStatus,
    )


@bp.get("/m/<token>/mes-donnees.json")
def download(token: str) -> Response:
    """The same, for another program."""
    held = own_data.held(confirmed_household(token), now=clock.now())
    said = json.dumps(held, ensure_ascii=False, indent=2)
    answer = Response(f"{said}\n", content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return answer


@bp.get("/m/<token>/effacement")
def erasure(token: str) -> str:
    """Says what goes and what stays, and asks once more."""
    household = confirmed_household(token)
    return render_template(
        "residents/own_data/erasure.html",
        territory=listings.latest_territory(household),
        token=token,
        ahead=erasing.ahead(household, clock.now()),
    )


@bp.post("/m/<token>/effacement")
def erase(token: str) -> BaseResponse:
    """All of it is gone. Sent twice, the second finds no such link."""
    erasing.erase(confirmed_household(token), now=clock.now())
    db.session.commit()
    return redirect(url_for("own_data.erased"), 303)


@bp.get("/donnees-personnelles/effacees")
def erased() -> str:
    """It is done; whoever opens this page, it says nothing of anybody."""
    return render_template("residents/own_data/erased.html")
