"""« Venir à toutes les dates », from a professional's own page; what is done there stands in `standing`."""

from __future__ import annotations

from eventsapp.web.residents import standing
from eventsapp.web.residents.own_door import professional_door

bp = professional_door("professional_standing")

standing.open_below("/ma-venue/<token>", bp)
