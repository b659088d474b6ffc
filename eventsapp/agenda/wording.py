"""The dates of a series, in words: what its rule says, and what became of each date.

`agenda.rules` and `agenda.recurrence` are pure and know no language; this sibling holds their French
sentences for the translators. "le 2e samedi" and "chaque samedi" are whole phrases, one for each weekday,
since other languages decline the day or put it elsewhere; only whole phrases are joined.
"""

from __future__ import annotations

from types import NoneType

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from eventsapp import languages
from eventsapp.agenda.recurrence import Occurrence, Outcome
from eventsapp.agenda.rules import Added, Avoid, Dropped, Moved, Ordinal, Rule, Weekday, WhenClosed
from eventsapp.programme.school_calendar import Closure

NTH_WEEKDAY = {
    (Ordinal.FIRST, Weekday.MONDAY): lazy_gettext("le 1er lundi"),
    (Ordinal.FIRST, Weekday.TUESDAY): lazy_gettext("le 1er mardi"),
    (Ordinal.FIRST, Weekday.WEDNESDAY): lazy_gettext("le 1er mercredi"),
    (Ordinal.FIRST, Weekday.THURSDAY): lazy_gettext("le 1er jeudi"),
    (Ordinal.FIRST, Weekday.FRIDAY): lazy_gettext("le 1er vendredi"),
    (Ordinal.FIRST, Weekday.SATURDAY): lazy_gettext("le 1er samedi"),
    (Ordinal.FIRST, Weekday.SUNDAY): lazy_gettext("le 1er dimanche"),
    (Ordinal.SECOND, Weekday.MONDAY): lazy_gettext("le 2e lundi"),
    (Ordinal.SECOND, Weekday.TUESDAY): lazy_gettext("le 2e mardi"),
    (Ordinal.SECOND, Weekday.WEDNESDAY): lazy_gettext("le 2e mercredi"),
    (Ordinal.SECOND, Weekday.THURSDAY): lazy_gettext("le 2e jeudi"),
    (Ordinal.SECOND, Weekday.FRIDAY): lazy_gettext("le 2e vendredi"),
    (Ordinal.SECOND, Weekday.SATURDAY): lazy_gettext("le 2e samedi"),
    (Ordinal.SECOND, Weekday.SUNDAY): lazy_gettext("le 2e dimanche"),
    (Ordinal.THIRD, Weekday.MONDAY): lazy_gettext("le 3e lundi"),
    (Ordinal.THIRD, Weekday.TUESDAY): lazy_gettext("le 3e mardi"),
    (Ordinal.THIRD, Weekday.WEDNESDAY): lazy_gettext("le 3e mercredi"),
    (Ordinal.THIRD, Weekday.THURSDAY): lazy_gettext("le 3e jeudi"),
    (Ordinal.THIRD, Weekday.FRIDAY): lazy_gettext("le 3e vendredi"),
    (Ordinal.THIRD, Weekday.SATURDAY): lazy_gettext("le 3e samedi"),
    (Ordinal.THIRD, Weekday.SUNDAY): lazy_gettext("le 3e dimanche"),
    (Ordinal.FOURTH, Weekday.MONDAY): lazy_gettext("le 4e lundi"),
    (Ordinal.FOURTH, Weekday.TUESDAY): lazy_gettext("le 4e mardi"),
    (Ordinal.FOURTH, Weekday.WEDNESDAY): lazy_gettext("le 4e mercredi"),
    (Ordinal.FOURTH, Weekday.THURSDAY): lazy_gettext("le 4e jeudi"),
    (Ordinal.FOURTH, Weekday.FRIDAY): lazy_gettext("le 4e vendredi"),
    (Ordinal.FOURTH, Weekday.SATURDAY): lazy_gettext("le 4e samedi"),
    (Ordinal.FOURTH, Weekday.SUNDAY): lazy_gettext("le 4e dimanche"),
    (Ordinal.LAST, Weekday.MONDAY): lazy_gettext("le dernier lundi"),
    (Ordinal.LAST, Weekday.TUESDAY): lazy_gettext("le dernier mardi"),
    (Ordinal.LAST, Weekday.WEDNESDAY): lazy_gettext("le dernier mercredi"),
    (Ordinal.LAST, Weekday.THURSDAY): lazy_gettext("le dernier jeudi"),
    (Ordinal.LAST, Weekday.FRIDAY): lazy_gettext("le dernier vendredi"),
    (Ordinal.LAST, Weekday.SATURDAY): lazy_gettext("le dernier samedi"),
    (Ordinal.LAST, Weekday.SUNDAY): lazy_gettext("le dernier dimanche"),
}

EVERY_WEEK = {
    Weekday.MONDAY: lazy_gettext("chaque lundi"),
    Weekday.TUESDAY: lazy_gettext("chaque mardi"),
    Weekday.WEDNESDAY: lazy_gettext("chaque mercredi"),
    Weekday.THURSDAY: lazy_gettext("chaque jeudi"),
    Weekday.FRIDAY: lazy_gettext("chaque vendredi"),
    Weekday.SATURDAY: lazy_gettext("chaque samedi"),
    Weekday.SUNDAY: lazy_gettext("chaque dimanche"),
}

EVERY_OTHER_WEEK = {
    Weekday.MONDAY: lazy_gettext("un lundi sur deux"),
    Weekday.TUESDAY: lazy_gettext("un mardi sur deux"),
    Weekday.WEDNESDAY: lazy_gettext("un mercredi sur deux"),
    Weekday.THURSDAY: lazy_gettext("un jeudi sur deux"),
    Weekday.FRIDAY: lazy_gettext("un vendredi sur deux"),
    Weekday.SATURDAY: lazy_gettext("un samedi sur deux"),
    Weekday.SUNDAY: lazy_gettext("un dimanche sur deux"),
}

OTHERWISE = {
    (WhenClosed.NEXT, Weekday.MONDAY): lazy_gettext("sinon le lundi suivant"),
    (WhenClosed.NEXT, Weekday.TUESDAY): lazy_gettext("sinon le mardi suivant"),
    (WhenClosed.NEXT, Weekday.WEDNESDAY): lazy_gettext("sinon le mercredi suivant"),
    (WhenClosed.NEXT, Weekday.THURSDAY): lazy_gettext("sinon le jeudi suivant"),
    (WhenClosed.NEXT, Weekday.FRIDAY): lazy_gettext("sinon le vendredi suivant"),
    (WhenClosed.NEXT, Weekday.SATURDAY): lazy_gettext("sinon le samedi suivant"),
    (WhenClosed.NEXT, Weekday.SUNDAY): lazy_gettext("sinon le dimanche suivant"),
    (WhenClosed.PREVIOUS, Weekday.MONDAY): lazy_gettext("sinon le lundi précédent"),
    (WhenClosed.PREVIOUS, Weekday.TUESDAY): lazy_gettext("sinon le mardi précédent"),
    (WhenClosed.PREVIOUS, Weekday.WEDNESDAY): lazy_gettext("sinon le mercredi précédent"),
    (WhenClosed.PREVIOUS, Weekday.THURSDAY): lazy_gettext("sinon le jeudi précédent"),
    (WhenClosed.PREVIOUS, Weekday.FRIDAY): lazy_gettext("sinon le vendredi précédent"),
    (WhenClosed.PREVIOUS, Weekday.SATURDAY): lazy_gettext("sinon le samedi précédent"),
    (WhenClosed.PREVIOUS, Weekday.SUNDAY): lazy_gettext("sinon le dimanche précédent"),
}

WITHOUT_REPLACEMENT = lazy_gettext("sans date de remplacement")

EXCEPT = {
    frozenset({Avoid.SCHOOL_HOLIDAYS}): lazy_gettext("hors vacances scolaires"),
    frozenset({Avoid.PUBLIC_HOLIDAYS}): lazy_gettext("hors jours fériés"),
    frozenset(Avoid): lazy_gettext("hors vacances scolaires et jours fériés"),
}

CLOSURES = {
    "Vacances de la Toussaint": lazy_gettext("vacances de la Toussaint"),
    "Vacances de Noël": lazy_gettext("vacances de Noël"),
    "Vacances d’hiver": lazy_gettext("vacances d’hiver"),
    "Vacances de printemps": lazy_gettext("vacances de printemps"),
    "Vacances d’été": lazy_gettext("vacances d’été"),
    "Pont de l’Ascension": lazy_gettext("pont de l’Ascension"),
    "Toussaint": lazy_gettext("jour férié de la Toussaint"),
    "11 novembre": lazy_gettext("jour férié du 11 novembre"),
    "Jour de Noël": lazy_gettext("jour de Noël"),
    "1er janvier": lazy_gettext("jour férié du 1er janvier"),
    "Lundi de Pâques": lazy_gettext("lundi de Pâques"),
    "1er mai": lazy_gettext("jour férié du 1er mai"),
    "8 mai": lazy_gettext("jour férié du 8 mai"),
    "Ascension": lazy_gettext("jeudi de l’Ascension"),
    "Lundi de Pentecôte": lazy_gettext("lundi de Pentecôte"),
    "14 juillet": lazy_gettext("jour férié du 14 juillet"),
    "Assomption": lazy_gettext("jour férié de l’Assomption"),
}
"""Each name of the calendar's files, as it stands inside a sentence."""


OUTCOMES = {
    Outcome.AS_PLANNED: lazy_gettext("comme prévu"),
    Outcome.MOVED_CLOSED: lazy_gettext("déplacé du %(original)s (%(closure)s)"),
    Outcome.MOVED_BY_HAND: lazy_gettext("déplacé à la main, au lieu du %(original)s"),
    Outcome.ADDED_BY_HAND: lazy_gettext("ajouté à la main"),
    Outcome.DROPPED_CLOSED: lazy_gettext("pas de date (%(closure)s)"),
    Outcome.DROPPED_END_OF_SPAN: lazy_gettext(
        "pas de date (%(closure)s) : aucun autre jour libre dans la période"
    ),
    Outcome.DROPPED_NEIGHBOUR: lazy_gettext(
        "pas de date (%(closure)s) : aucun jour libre avant celle du %(obstacle)s"
    ),
    Outcome.DROPPED_BY_HAND: lazy_gettext("retiré à la main"),
}

OF_EXCEPTIONS = {
    (Outcome.DROPPED_TAKEN, NoneType): lazy_gettext(
        "pas de date (%(closure)s) : le %(obstacle)s est déjà dans la série"
    ),
    (Outcome.DROPPED_TAKEN, Moved): lazy_gettext(
        "déplacé à la main, mais le %(obstacle)s est déjà dans la série"
    ),
    (Outcome.NO_EFFECT, Added): lazy_gettext("ajout sans effet : ce jour est déjà dans la série"),
    (Outcome.NO_EFFECT, Moved): lazy_gettext("déplacement sans effet : la règle ne donne plus ce jour"),
    (Outcome.NO_EFFECT, Dropped): lazy_gettext("retrait sans effet : la règle ne donne plus ce jour"),
}
"""The outcomes whose words depend on what a person asked, or on nobody having asked."""


def describe(rule: Rule) -> LazyString:
    """The rule in a sentence without capital or full stop, in the language of whoever reads it.

    « le 2e samedi de chaque mois, hors vacances scolaires, sinon le samedi suivant ».
    """
    return LazyString(_describe, rule)


def span(rule: Rule) -> LazyString:
    """« du mardi 1er septembre 2026 au samedi 3 juillet 2027 »."""
    return LazyString(_span, rule)


def closure_name(closure: Closure) -> str:
    """What closes a day, as it stands inside a sentence: « vacances d’hiver », « jour férié du 8 mai »."""
    return str(CLOSURES[closure.name])


def explain(occurrence: Occurrence) -> str:
    """What became of a date and why, in a sentence without full stop.

    « déplacé du samedi 13 février 2027 (vacances d’hiver) ».
    """
    sentence = _outcome(occurrence)
    chosen_by_hand = occurrence.outcome in (Outcome.ADDED_BY_HAND, Outcome.MOVED_BY_HAND)
    if chosen_by_hand and occurrence.closure is not None:
        return gettext(
            "%(sentence)s ; attention, ce jour-là : %(closure)s",
            sentence=sentence,
            closure=closure_name(occurrence.closure),
        )
    return sentence


def _describe(rule: Rule) -> str:
    rhythm = _in_months(rule) if rule.ordinals else _in_weeks(rule)
    if not rule.avoid:
        return rhythm
    otherwise = OTHERWISE.get((rule.when_closed, rule.weekday), WITHOUT_REPLACEMENT)
    return gettext(
        "%(rhythm)s, %(outside)s, %(otherwise)s",
        rhythm=rhythm,
        outside=EXCEPT[rule.avoid],
        otherwise=otherwise,
    )


def _in_months(rule: Rule) -> str:
    days = languages.listing([str(NTH_WEEKDAY[ordinal, rule.weekday]) for ordinal in rule.ordinals])
    if rule.every == 1:
        return gettext("%(days)s de chaque mois", days=days)
    if rule.every == 2:
        return gettext("%(days)s, un mois sur deux", days=days)
    return gettext("%(days)s, tous les %(count)s mois", days=days, count=rule.every)


def _in_weeks(rule: Rule) -> str:
    if rule.every == 1:
        return str(EVERY_WEEK[rule.weekday])
    if rule.every == 2:
        return str(EVERY_OTHER_WEEK[rule.weekday])
    weekday = languages.weekday_names()[rule.weekday]
    return gettext("le %(weekday)s, toutes les %(count)s semaines", weekday=weekday, count=rule.every)


def _span(rule: Rule) -> str:
    first, last = languages.long_day(rule.first), languages.long_day(rule.last)
    return gettext("du %(first)s au %(last)s", first=first, last=last)


def _outcome(one: Occurrence) -> str:
    words = (
        OUTCOMES[one.outcome] if one.outcome in OUTCOMES else OF_EXCEPTIONS[one.outcome, type(one.exception)]
    )
    return str(words) % {
        "original": languages.long_day(one.original) if one.original else "",
        "obstacle": languages.long_day(one.obstacle) if one.obstacle else "",
        "closure": closure_name(one.closure) if one.closure else "",
    }
