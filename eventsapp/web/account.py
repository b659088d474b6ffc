"""One's own account: who one is here, and where one is signed in."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import passkeys, sign_ins
from eventsapp.web.doorstep import carried, desk
from eventsapp.web.guards import sign_out

bp = desk("account")


@bp.get("/pro/compte")
def show() -> str:
    """Name, address, and the browsers that are signed in: any that one does not know can be ended."""
    here = carried()
    return render_template(
        "account/show.html",
        here=here,
        keys=passkeys.of(here.account),
        others=[one for one in sign_ins.going_on(here.account, now=clock.now()) if one.id != here.id],
    )


@bp.post("/pro/compte/entrees/<row:sign_in_id>/fin")
def end(sign_in_id: int) -> BaseResponse:
    """Ends one of one's own sign-ins. Raises NotFound: somebody else's."""
    here, now = carried(), clock.now()
    if sign_in_id == here.id:
        return sign_out(here)
    ended = sign_ins.end(here, sign_in_id, now=now)
    db.session.commit()
    flash(
        gettext("Cet appareil est déconnecté.") if ended else gettext("Cet appareil était déjà déconnecté."),
        "ok",
    )
    return redirect(url_for("account.show"), 303)


@bp.post("/pro/compte/entrees/fin")
def end_others() -> BaseResponse:
    """Ends every sign-in but this browser's."""
    ended = sign_ins.end_others(carried(), now=clock.now())
    db.session.commit()
    if ended:
        said = ngettext(
            "%(num)d autre appareil est déconnecté.", "%(num)d autres appareils sont déconnectés.", ended
        )
    else:
        said = gettext("Aucun autre appareil n’était connecté.")
    flash(said, "ok")
    return redirect(url_for("account.show"), 303)
