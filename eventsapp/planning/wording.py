"""Words for plans: why each session, why each gap, what the solver is doing, what events are called.

Plans hold stable keys with parameters (`engine.saturdays.plan`); this is where they become sentences, in the
reader's language. The names of events are content: they are written in French and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, ngettext

from eventsapp import languages
from eventsapp.planning.engine.saturdays.plan import WhyGap, WhyLine
from eventsapp.planning.engine.saturdays.repair import Change, Proof
from eventsapp.planning.engine.saturdays.why import WhyCost
from eventsapp.planning.engine.search import Ending, Phase
from eventsapp.refusals import msgid

if TYPE_CHECKING:  # it would bring the database to commands that need none
    from eventsapp.places.models import Venue

STEPS = {
    Phase.BOUNDING: msgid("Nous calculons ce qui est possible."),
    Phase.STARTING: msgid("Nous préparons une première proposition."),
    Phase.IMPROVING: msgid("Nous améliorons la proposition, mois par mois."),
    Phase.COVERING: msgid("Nous remplissons les derniers trous."),
    Phase.TEAMS: msgid("Nous composons les équipes."),
    Phase.TIMETABLE: msgid("Nous cherchons les horaires de chaque équipe."),
    Phase.DONE: msgid("Nous relisons la proposition."),
}
"""What the worker is doing, as msgids: they wait in a task and are translated when shown."""

Names = Mapping[int, str]
"""Names of organisations by their number."""

WHY_LINE = {
    WhyLine.PUBLISHED: msgid("Cette séance est déjà annoncée."),
    WhyLine.SERVES_WISH: msgid("L’école a demandé ce sujet."),
    WhyLine.FIRST_VISIT: msgid("Cette association vient ici pour la première fois de l’année."),
    WhyLine.NEW_TOPIC: msgid("Ce sujet est nouveau pour cette école cette année."),
    WhyLine.ONLY_CHOICE: msgid("Aucune autre association ne pourrait venir ce mois-ci."),
}

WHY_GAP = {
    WhyGap.NO_OPEN_SATURDAY: msgid("Aucun samedi n’est ouvert ce mois-ci."),
    WhyGap.SCHOOL_CLOSED: msgid("L’école est prise tous les samedis ouverts de ce mois."),
    WhyGap.NOBODY_IN_REACH: msgid("Aucune association ne se déplace jusqu’à cette école."),
    WhyGap.NOBODY_AVAILABLE: msgid(
        "Les associations qui se déplacent jusqu’ici sont absentes ces samedis-là."
    ),
    WhyGap.TOO_SOON: msgid("Chaque samedi ouvert est trop près d’une autre séance de l’école."),
    WhyGap.NOT_FOUND: msgid(
        "Le calcul s’est arrêté sans trouver. Une autre proposition y arrivera peut-être."
    ),
}

PARTS = {
    "uncovered": msgid("Séances non tenues"),
    "gap_pairs": msgid("Mois sans séance dans une même école"),
    "wishes_unmet": msgid("Sujets demandés et non traités"),
    "association_pairs": msgid("Retours d’une même association"),
    "topic_pairs": msgid("Retours d’un même sujet"),
    "load_squares": msgid("Charge des associations"),
    "changed": msgid("Séances changées par rapport à la proposition précédente"),
}
"""The parts of the objective, by their names in `Objective`, as msgids."""

PROOFS = {
    Proof.BEST: msgid(
        "C’est démontré : aucune autre solution n’est meilleure, sauf celles montrées au-dessus."
    ),
    Proof.LEAST_DISTURBING: msgid(
        "C’est démontré : sauf celles montrées au-dessus, aucune autre solution ne perd moins de "
        "séances ni, à pertes égales, ne dérange moins."
    ),
    Proof.NONE: msgid("C’est la solution la moins dérangeante trouvée dans le temps donné."),
}
"""What is proved of a repair, as msgids."""


def reasons(kept: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why a session is as it is: one sentence a reason, from what a DraftLine keeps."""
    return [_reason(one["key"], one["params"]) for one in kept]


def _reason(key: str, params: Mapping[str, Any]) -> str:
    if key == WhyLine.COMES_BACK:
        day = languages.long_day(date.fromisoformat(params["date"]), year=False)
        return gettext("Cette association est déjà venue ici le %(day)s.", day=day)
    return gettext(WHY_LINE[WhyLine(key)])


def gap(kept: Mapping[str, Any], names: Names) -> str:
    """Why a school has nothing in a month, in a sentence."""
    key, params = WhyGap(kept["key"]), kept["params"]
    if key is WhyGap.WOULD_REPEAT:
        return _would_repeat([names[number] for number in params["associations"]])
    if key is WhyGap.ALL_TAKEN:
        return ngettext(
            "La seule place possible ce mois-ci va à une autre école.",
            "Les %(num)d places possibles ce mois-ci vont à d’autres écoles.",
            params["places"],
        )
    if key is WhyGap.YEAR_LIMITS:
        return gettext("Les associations qui peuvent venir ont déjà donné tous leurs samedis de l’année.")
    return gettext(WHY_GAP[key])


def _would_repeat(who: list[str]) -> str:
    if len(who) == 1:
        return gettext(
            "Seule l’association %(name)s pourrait venir, et elle vient déjà juste avant ou juste après.",
            name=who[0],
        )
    return gettext(
        "Seules %(names)s pourraient venir, et elles viennent déjà juste avant ou juste après.",
        names=languages.listing(who),
    )


def bill(kept: Mapping[str, Any]) -> list[str]:
    """What a session costs or spares, part by part: « Retours d’un même sujet : +20 (2 × 10) »."""
    return [
        gettext(
            "%(part)s : %(cost)s (%(units)s × %(weight)s)",
            part=gettext(PARTS[name]),
            cost=f"{part['cost']:+d}",
            units=part["units"],
            weight=part["weight"],
        )
        for name, part in kept["params"]["parts"].items()
    ]


def instead(kept: Mapping[str, Any], names: Names) -> str:
    """Who could come in place of who does, and what it would cost, in a sentence."""
    key, params = WhyCost(kept["key"]), kept["params"]
    if key is WhyCost.NOBODY_ELSE:
        return gettext("Aucune autre association ne peut venir sans changer une autre séance.")
    name, price = names[params["association"]], _price(params["more"])
    if key is WhyCost.OTHER_ON_DATE:
        return gettext("%(name)s pourrait venir ce jour-là : %(price)s.", name=name, price=price)
    day = languages.long_day(date.fromisoformat(params["date"]), year=False)
    return gettext("%(name)s pourrait venir le %(day)s : %(price)s.", name=name, day=day, price=price)


def _price(more: int) -> str:
    if more == 0:
        return gettext("la proposition vaudrait autant")
    if more > 0:
        return ngettext("un point de plus", "%(num)d points de plus", more)
    return ngettext("un point de moins", "%(num)d points de moins", -more)


def change(one: Change, names: Names) -> str:
    """What a repair changes of a session, in a sentence; if it is lost, why."""
    if one.after is None:
        lost, reason = replaced(one, names[int(one.before.association)], None), one.reason
        return (
            lost if reason is None else f"{lost} {gap({'key': reason.key, 'params': reason.params}, names)}"
        )
    return replaced(one, names[int(one.before.association)], names[int(one.after.association)])


def replaced(one: Change, was: str, now: str | None) -> str:
    """Who comes instead of whom, when instead of when; `now` None: the session is lost."""
    day = languages.long_day(one.before.date, year=False)
    if one.after is None:
        return gettext("La séance du %(day)s avec %(name)s est perdue.", day=day, name=was)
    moved, stays = (
        languages.long_day(one.after.date, year=False),
        one.after.association == one.before.association,
    )
    if stays and not one.moved:
        return gettext("Le %(day)s, toujours avec %(name)s.", day=day, name=was)
    if not one.moved:
        return gettext("Le %(day)s, %(now)s remplace %(was)s.", day=day, now=now, was=was)
    if stays:
        return gettext(
            "Le %(moved)s au lieu du %(day)s, toujours avec %(name)s.", moved=moved, day=day, name=was
        )
    return gettext(
        "Le %(moved)s au lieu du %(day)s, %(now)s remplace %(was)s.", moved=moved, day=day, now=now, was=was
    )


def proof(kept: str) -> str:
    """What a reader may conclude from a repair."""
    return gettext(PROOFS[Proof(kept)])


def ending(kept: str) -> str:
    """How far the search went: what a reader may conclude from the plan."""
    if kept == Ending.PROVED:
        return gettext("Aucune proposition ne peut faire mieux : c’est démontré.")
    return gettext("C’est la meilleure proposition trouvée dans le temps donné.")


def worth(figures: Mapping[str, Any]) -> str:
    """How far a draft may be from the best: what its ending proves, or else by how much at most."""
    said = ending(figures.get("ending", ""))
    found, bound = figures.get("objective", 0), figures.get("objective_bound", 0)
    if found <= bound or bound <= 0:
        return said
    return f"{said} " + gettext(
        "Aucune proposition ne peut faire mieux de plus de %(gap)s.",
        gap=languages.share(found - bound, found),
    )


def activity_title(venue: Venue) -> str:
    """« Samedis matins, Archereau (26) »: the series of a school."""
    return f"Samedis matins, {venue.short_name}"


def event_title(topic: str) -> str:
    """« Samedi matin à l’école : les écrans »: it stands alone in lists, letters and calendars."""
    return f"Samedi matin à l’école : {topic[:1].lower()}{topic[1:]}"


def event_summary(host: str) -> str:
    """« Une rencontre entre parents, avec Espace 19. »"""
    return f"Une rencontre entre parents, avec {host}."
