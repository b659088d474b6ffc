"""Rules and what became of their dates, read as sentences."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from eventsapp.agenda import wording
from eventsapp.agenda.recurrence import preview
from eventsapp.agenda.rules import (
    Added,
    Avoid,
    DateException,
    Dropped,
    Moved,
    Ordinal,
    Rule,
    Weekday,
    WhenClosed,
)
from eventsapp.programme import school_calendar
from eventsapp.programme.school_calendar import zone_c

NO_BREAK = "\u00a0"


def saturdays(
    *ordinals: Ordinal,
    every: int = 1,
    avoid: frozenset[Avoid] = frozenset(),
    when_closed: WhenClosed = WhenClosed.NOTHING,
    first: date = date(2026, 9, 1),
    last: date = date(2027, 7, 2),
) -> Rule:
    return Rule(
        weekday=Weekday.SATURDAY,
        ordinals=ordinals,
        every=every,
        avoid=avoid,
        when_closed=when_closed,
        first=first,
        last=last,
    )


def said(rule: Rule, *exceptions: DateException) -> list[str]:
    """What is said of each date that is not as planned."""
    sentences = [wording.explain(one).replace(NO_BREAK, " ") for one in preview(rule, exceptions, zone_c())]
    return [sentence for sentence in sentences if sentence != "comme prévu"]


SCHOOL = frozenset({Avoid.SCHOOL_HOLIDAYS})
PUBLIC = frozenset({Avoid.PUBLIC_HOLIDAYS})
SECOND = Ordinal.SECOND


class TestDescribe:
    @pytest.mark.parametrize(
        ("rule", "sentence"),
        [
            (
                saturdays(SECOND, avoid=SCHOOL, when_closed=WhenClosed.NEXT),
                "le 2e samedi de chaque mois, hors vacances scolaires, sinon le samedi suivant",
            ),
            (
                saturdays(SECOND, avoid=PUBLIC, when_closed=WhenClosed.PREVIOUS),
                "le 2e samedi de chaque mois, hors jours fériés, sinon le samedi précédent",
            ),
            (
                saturdays(Ordinal.LAST, avoid=SCHOOL | PUBLIC),
                "le dernier samedi de chaque mois, hors vacances scolaires et jours fériés, "
                "sans date de remplacement",
            ),
            (saturdays(Ordinal.FIRST, Ordinal.THIRD), "le 1er samedi et le 3e samedi de chaque mois"),
            (saturdays(SECOND, every=2), "le 2e samedi, un mois sur deux"),
            (saturdays(SECOND, every=3), "le 2e samedi, tous les 3 mois"),
            (saturdays(when_closed=WhenClosed.NEXT), "chaque samedi"),
            (saturdays(every=2), "un samedi sur deux"),
            (saturdays(every=3), "le samedi, toutes les 3 semaines"),
        ],
    )
    def test_a_rule_reads_as_people_say_it(self, rule: Rule, sentence: str) -> None:
        assert str(wording.describe(rule)) == sentence

    def test_its_span(self) -> None:
        assert str(wording.span(saturdays())).replace(NO_BREAK, " ") == (
            "du mardi 1er septembre 2026 au vendredi 2 juillet 2027"
        )

    def test_no_two_rules_read_alike(self) -> None:
        sentences = [
            str(
                wording.describe(
                    Rule(
                        weekday=weekday,
                        ordinals=ordinals,
                        every=every,
                        avoid=SCHOOL,
                        when_closed=when_closed,
                        first=date(2026, 9, 1),
                        last=date(2027, 7, 2),
                    )
                )
            )
            for weekday, ordinals, every, when_closed in product(
                Weekday, [(), *((ordinal,) for ordinal in Ordinal)], (1, 2, 3), WhenClosed
            )
        ]
        assert len(sentences) == 7 * 6 * 3 * 3
        assert len(set(sentences)) == len(sentences)


class TestExplain:
    def test_closed_dates(self) -> None:
        assert said(saturdays(SECOND, avoid=SCHOOL | PUBLIC, when_closed=WhenClosed.NEXT)) == [
            "déplacé du samedi 13 février 2027 (vacances d’hiver)",
            "déplacé du samedi 10 avril 2027 (vacances de printemps)",
            "déplacé du samedi 8 mai 2027 (jour férié du 8 mai)",
        ]
        assert said(saturdays(SECOND, avoid=SCHOOL)) == [
            "pas de date (vacances d’hiver)",
            "pas de date (vacances de printemps)",
            "pas de date (pont de l’Ascension)",
        ]

    def test_closed_dates_without_room(self) -> None:
        weekly = saturdays(
            avoid=SCHOOL, when_closed=WhenClosed.NEXT, first=date(2027, 6, 26), last=date(2027, 7, 10)
        )
        assert said(weekly) == [
            "pas de date (vacances d’été) : aucun jour libre avant celle du samedi 10 juillet 2027",
            "pas de date (vacances d’été) : aucun autre jour libre dans la période",
        ]

    def test_what_people_did(self) -> None:
        rule = saturdays(
            SECOND, avoid=SCHOOL, when_closed=WhenClosed.NEXT, first=date(2026, 9, 1), last=date(2027, 3, 31)
        )
        assert said(
            rule,
            Moved(date(2026, 9, 12), date(2026, 9, 19)),
            Moved(date(2026, 10, 10), date(2026, 11, 14)),
            Added(date(2026, 11, 14)),
            Dropped(date(2026, 12, 12)),
            Added(date(2026, 12, 23)),
            Moved(date(2027, 1, 16), date(2027, 1, 23)),
            Dropped(date(2027, 1, 30)),
            Added(date(2027, 2, 27)),
        ) == [
            "déplacé à la main, au lieu du samedi 12 septembre 2026",
            "déplacé à la main, mais le samedi 14 novembre 2026 est déjà dans la série",
            "ajout sans effet : ce jour est déjà dans la série",
            "retiré à la main",
            "ajouté à la main ; attention, ce jour-là : vacances de Noël",
            "déplacement sans effet : la règle ne donne plus ce jour",
            "retrait sans effet : la règle ne donne plus ce jour",
            "pas de date (vacances d’hiver) : le samedi 27 février 2027 est déjà dans la série",
            "ajouté à la main",
        ]

    def test_each_closure_of_the_files_has_its_words(self) -> None:
        in_files = {*school_calendar.HOLIDAYS_OF_A_YEAR, *school_calendar.PUBLIC_HOLIDAYS_OF_A_YEAR}
        assert set(wording.CLOSURES) == in_files
