"""Lists of contacts: what would happen, then all of it at once, once; nothing of another territory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.directory import contacts, importing, listings
from eventsapp.directory.contacts import Answers
from eventsapp.directory.importing import DirectoryChanged, ImportIsOver, Plan
from eventsapp.directory.models import Contact, ContactImport
from eventsapp.directory.sheets import Line, Table
from eventsapp.journal import JournalLine
from eventsapp.people import approvals
from eventsapp.places.models import Territory, Venue
from eventsapp.refusals import NotFound
from tests import factories

Db = scoped_session[Session]

ROY = Answers("Madame Roy", "directrice", "roy@ecole.example", "01 99 00 00 01", "le matin")


@pytest.fixture
def curial(db_session: Db) -> Venue:
    """A school of the 19e; the 10e has one too, and an association that acts only there."""
    found = factories.a_school()
    factories.a_school("École Récollets", territory=factories.a_territory(10))
    here, elsewhere = factories.an_association("Espace 19"), factories.an_association("Ailleurs")
    for one, number in ((here, 19), (elsewhere, 10)):
        approvals.approve(one, factories.a_territory(number), actor="cli", now=hours.now())
    db_session.commit()
    return found


def sent(db_session: Db, *rows: dict[str, str], territory: Territory | None = None) -> ContactImport:
    table = Table(tuple(Line(number, cells) for number, cells in enumerate(rows, start=2)))
    kept = importing.keep(table, territory or factories.a_territory(), now=hours.now())
    db_session.commit()
    return kept


def planned(kept: ContactImport) -> Plan:
    return importing.plan(kept, factories.a_territory(), now=hours.now())


def taken_over(kept: ContactImport, *, shown: str | None = None, verified: bool = False) -> Plan:
    return importing.take_over(
        kept.id,
        factories.a_territory(),
        shown=planned(kept).fingerprint if shown is None else shown,
        verified=verified,
        actor="account:1",
        now=hours.now(),
    )


def everybody(db_session: Db) -> list[tuple[str, str | None, str | None]]:
    found = db_session.scalars(select(Contact).order_by(Contact.id))
    return [(one.name, one.email, one.phone_e164) for one in found]


def row(name: str, place: str = "École Curial", **cells: str) -> dict[str, str]:
    return {"place": place, "name": name} | cells


def sentences(made: Plan) -> list[tuple[int, str]]:
    return [(one.line, one.sentence.replace("\u00a0", " ")) for one in made.problems]


def test_nothing_is_there_before_it_is_taken_over_and_all_of_it_afterwards(
    db_session: Db, curial: Venue
) -> None:
    kept = sent(
        db_session,
        row("Madame Roy", email="roy@ecole.example", phone="199000001"),
        row("L’accueil", "espace 19", phone="33199000002"),
        {"venue": "curial", "first_name": "Ali", "name": "Ba", "phone": "+33 1 99 00 00 03"},
    )
    made = planned(kept)
    assert ([step.line for step in made.new], made.changed, made.unchanged) == ([2, 3, 4], [], [])
    assert everybody(db_session) == []
    taken_over(kept)
    db_session.commit()
    assert everybody(db_session) == [
        ("Madame Roy", "roy@ecole.example", "+33199000001"),
        ("L’accueil", None, "+33199000002"),
        ("Ali Ba", None, "+33199000003"),
    ]
    assert set(db_session.scalars(select(Contact.verified_at))) == {None}
    line = db_session.scalars(select(JournalLine).where(JournalLine.thing == "contact_import")).one()
    assert (line.verb, line.details) == ("taken over", {"new": 3, "changed": 0, "left_out": 0})


def test_what_is_known_is_found_by_name_or_address_and_an_empty_cell_takes_nothing_away(
    db_session: Db, curial: Venue, clock: time_machine.Traveller
) -> None:
    territory, now = factories.a_territory(), hours.now()
    roy = contacts.add(curial, ROY, territory=territory, actor="cli", now=now)
    ba = contacts.add(
        curial, Answers("Ali Ba", phone="0199000003"), territory=territory, actor="cli", now=now
    )
    clock.shift(timedelta(days=300))
    kept = sent(
        db_session,
        row("MADAME  ROY", phone="0199000009"),
        row("Ali Ba", phone="01.99.00.00.03"),
    )
    made = planned(kept)
    assert [(step.contact, step.changes) for step in made.changed] == [(roy, ("name", "phone"))]
    assert [step.contact for step in made.unchanged] == [ba]
    taken_over(kept, verified=True)
    db_session.commit()
    assert (roy.email, roy.function, roy.hours) == ("roy@ecole.example", "directrice", "le matin")
    assert (roy.phone_e164, roy.verified_at, ba.verified_at) == ("+33199000009", hours.now(), hours.now())
    assert ba.phone == "0199000003"  # the same number, as it was typed first


def test_a_name_that_changed_is_known_by_its_address(db_session: Db, curial: Venue) -> None:
    contacts.add(curial, ROY, territory=factories.a_territory(), actor="cli", now=hours.now())
    made = planned(sent(db_session, row("Madame Roy-Diallo", email="ROY@ecole.example")))
    assert [step.changes for step in made.changed] == [("name", "email")]


def test_each_wrong_line_says_why_and_the_right_ones_are_taken(db_session: Db, curial: Venue) -> None:
    factories.a_school("École Manin", short_name="Les lilas")
    factories.a_school("Les lilas", short_name="Lilas")
    kept = sent(
        db_session,
        row("Juste", phone="0199000001"),
        row("Personne", "École Récollets", phone="0199000001"),
        row("Personne", "Ailleurs", phone="0199000001"),
        {"name": "Fusionnée", "phone": "0199000001"},
        {"venue": "Curial", "organisation": "Espace 19", "name": "Deux"},
        row("Flou", "Les lilas", phone="0199000001"),
        row("Injoignable"),
        row("", phone="0199000001"),
        row("Mal écrite", email="roy@"),
        row("Mal tapé", phone="12"),
        row("#REF!", phone="0199000001"),
        row("Juste", phone="0199000007"),
        row("N" * 81, phone="0199000001"),
    )
    assert sentences(planned(kept)) == [
        (3, "Aucun lieu et aucune structure d’ici ne s’appelle « École Récollets »."),
        (4, "Aucun lieu et aucune structure d’ici ne s’appelle « Ailleurs »."),
        (5, "Il manque le lieu ou la structure. Une cellule fusionnée ? Répétez-le sur chaque ligne."),
        (6, "Un lieu et une structure sur la même ligne : gardez l’un des deux."),
        (7, "Plusieurs lieux ou structures s’appellent « Les lilas » : écrivez le nom entier."),
        (8, "Écrivez un numéro de téléphone ou une adresse e-mail."),
        (9, "Écrivez un nom."),
        (10, "Écrivez une adresse e-mail comme prenom@exemple.fr."),
        (11, "Écrivez un numéro de téléphone comme 06 39 98 00 00."),
        (12, "Une cellule contient une erreur de formule : #REF!."),
        (13, "Cette ligne répète la ligne 2."),
        (14, "Écrivez 80 signes au plus."),
    ]
    taken_over(kept)
    assert everybody(db_session) == [("Juste", None, "+33199000001")]


def test_two_lines_may_not_speak_of_one_known_contact(db_session: Db, curial: Venue) -> None:
    contacts.add(curial, ROY, territory=factories.a_territory(), actor="cli", now=hours.now())
    kept = sent(
        db_session,
        row("Madame Roy", email="new@ecole.example"),
        row("Monsieur Weil", email="roy@ecole.example"),
    )
    assert sentences(planned(kept)) == [(3, "Cette ligne répète la ligne 2.")]


def test_it_is_taken_over_once(db_session: Db, curial: Venue) -> None:
    kept = sent(db_session, row("Madame Roy", phone="0199000001"))
    shown = planned(kept).fingerprint
    taken_over(kept, shown=shown)
    db_session.commit()
    assert kept.lines == []
    with pytest.raises(ImportIsOver):
        taken_over(kept, shown=shown)
    db_session.rollback()
    assert len(everybody(db_session)) == 1


def test_a_directory_that_changed_meanwhile_is_shown_again_first(db_session: Db, curial: Venue) -> None:
    kept = sent(db_session, row("Madame Roy", phone="0199000001"))
    shown = planned(kept).fingerprint
    contacts.add(curial, ROY, territory=factories.a_territory(), actor="cli", now=hours.now())
    db_session.commit()
    with pytest.raises(DirectoryChanged):
        taken_over(kept, shown=shown)
    db_session.rollback()
    assert [step.line for step in planned(kept).unchanged] == [2]


def test_a_list_waits_an_hour_and_is_gone(
    db_session: Db, curial: Venue, clock: time_machine.Traveller
) -> None:
    kept = sent(db_session, row("Madame Roy", phone="0199000001"))
    clock.shift(timedelta(hours=1))
    assert len(planned(kept).new) == 1
    assert importing.forget_old(hours.now()) == 0
    clock.shift(timedelta(seconds=1))
    with pytest.raises(ImportIsOver):
        planned(kept)
    assert importing.forget_old(hours.now()) == 1


def test_a_list_sent_in_the_10th_is_none_of_the_19th(db_session: Db, curial: Venue) -> None:
    kept = sent(db_session, row("Madame Roy", phone="0199000001"), territory=factories.a_territory(10))
    with pytest.raises(NotFound):
        taken_over(kept, shown="")
    with pytest.raises(NotFound):
        listings.import_by_id(kept.id, factories.a_territory())


def test_as_many_statements_for_two_hundred_lines_as_for_one(
    db_session: Db, curial: Venue, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    territory, now = factories.a_territory(), hours.now()
    for number in range(3):
        known = Answers(f"Personne {number}", phone="0199000001")
        contacts.add(curial, known, territory=territory, actor="cli", now=now)
    for many in (1, 3, 200):
        kept = sent(db_session, *(row(f"Personne {number}", phone="0199000001") for number in range(many)))
        db_session.refresh(kept)
        assert territory.id
        with statements() as said:
            importing.plan(kept, territory, now=now)
        assert len(said) == 3
