"""What stands against a session at a place and hour, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from eventsapp.disruptions.ranking import Obstacle

WORDS = {
    Obstacle.CLOSED: lazy_gettext("lieu fermé"),
    Obstacle.POLLING: lazy_gettext("bureau de vote"),
    Obstacle.TAKEN: lazy_gettext("lieu déjà pris à cette heure"),
    Obstacle.HOST_BUSY: lazy_gettext("structure déjà prise à cette heure"),
    Obstacle.HOST_AWAY: lazy_gettext("structure absente ce jour-là"),
    Obstacle.NO_CLASS: lazy_gettext("pas d’école ce jour-là"),
}
