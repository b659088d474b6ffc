"""What a school is asked and answers: Madame Roy says yes, the event moves, and her yes counts no more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event, EventStatus
from eventsapp.agenda.scheduling import EventIsCancelled, EventIsPast
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.directory import venues
from eventsapp.directory.models import Contact
from eventsapp.hosting import answers, authorisations, gate, links, listings, own_details
from eventsapp.hosting.answers import AnswerMissing, ConfirmedByMissing, OtherDateMissing, Said
from eventsapp.hosting.authorisations import StatusHasChanged, StatusMissing
from eventsapp.hosting.gate import EnoughSpeakers, HourMissing, LeavesBeforeArriving, Visitor
from eventsapp.hosting.links import ContactIsGone, HostLinkDoesNotWork
from eventsapp.hosting.models import AccessStatus, Answer, DateAnswer, Departure, HostLink, Speaker
from eventsapp.hosting.own_details import NumberMissing
from eventsapp.journal import JournalLine
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.people.contacts import NameMissing, PhoneUnreadable
from eventsapp.places.models import VenueKind
from eventsapp.refusals import NotFound, Refusal
from tests import factories, saturdays

Statements = Callable[[], AbstractContextManager[list[str]]]

YES = Said("oui", room="préau")
AWA = Visitor("Awa Sow", "Espace 19", time(9, 15), time(11, 45), "un vidéoprojecteur")
USUAL = Visitor("Awa", arrives=time(8), leaves=time(20))


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Saturday 28 November 2026 at Curial, from 9:30 to 11:30."""
    found = factories.an_event()
    db_session.commit()
    return found


def answered(event: Event) -> Answer | None:
    known = listings.date_of(event).answer
    return known.answer if known else None


def test_a_yes_stands_for_the_hour_and_place_it_was_given_for(event: Event) -> None:
    now = hours.now()
    assert answers.give(event, YES, actor="contact:1", now=now)
    authorisations.set_status(event, "accordee", "", actor="account:1", now=now)
    date_ = listings.date_of(event)
    assert (answered(event), event.room, date_.access) == (Answer.YES, "préau", AccessStatus.GRANTED)
    assert not answers.give(event, YES, actor="contact:1", now=now)  # said twice, it is one answer

    later, ends_at, school = event.starts_at + timedelta(days=7), event.ends_at, event.venue
    moves = (
        {"starts_at": later, "ends_at": ends_at + timedelta(days=7)},
        {"venue": factories.a_school("École Manin")},
        {"ends_at": ends_at + timedelta(days=7, hours=3), "venue": school},
    )
    for number, move in enumerate(moves):
        scheduling.reschedule(event, actor="account:1", now=now, **move)  # type: ignore[arg-type]  # as it takes
        moved = listings.date_of(event)
        assert (moved.answer, moved.access, moved.is_waiting) == (None, AccessStatus.TO_ASK, True)
        answers.give(event, Said("oui", words=str(number)), actor="contact:1", now=now)
        assert answered(event) is Answer.YES
    # What did not move stands.
    scheduling.reword(event, title="Un autre titre", actor="account:1", now=now)
    assert answered(event) is Answer.YES


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (Said(""), AnswerMissing),
        (Said("peut-être"), AnswerMissing),
        (Said("autre_date"), OtherDateMissing),
        (Said("oui", words="é" * 501), Refusal),
        (Said("oui", room="é" * 81), Refusal),
        (Said("oui", wished="\u202e"), Refusal),
    ],
)
def test_what_is_no_answer_changes_nothing(
    event: Event, said: Said, refusal: type[Refusal], db_session: scoped_session[Session]
) -> None:
    with pytest.raises(refusal):
        answers.give(event, said, actor="contact:1", now=hours.now())
    assert db_session.scalar(select(func.count(DateAnswer.id))) == 0


def test_nobody_answers_for_what_is_over_or_cancelled(event: Event) -> None:
    with pytest.raises(EventIsPast):
        answers.give(event, YES, actor="contact:1", now=event.ends_at)
    with pytest.raises(EventIsPast):
        gate.add(event, AWA, actor="account:1", now=event.ends_at)
    with pytest.raises(EventIsPast):
        authorisations.set_status(event, "accordee", "", actor="account:1", now=event.ends_at)
    scheduling.cancel(event, actor="account:1", now=hours.now())
    with pytest.raises(EventIsCancelled):
        authorisations.set_status(event, "accordee", "", actor="account:1", now=hours.now())
    with pytest.raises(EventIsCancelled):
        answers.give(event, YES, actor="contact:1", now=hours.now())
    with pytest.raises(EventIsCancelled):
        gate.add(event, AWA, actor="account:1", now=hours.now())
    assert not listings.date_of(event).is_waiting


def test_a_school_that_was_given_up_is_listed_while_something_is_announced_there(event: Event) -> None:
    territory, now = event.territory, hours.now()
    for school in (event.venue, factories.a_school("École Manin")):
        venues.end(school, actor="account:1", now=now)
    shown = [line.school.name for line in listings.schools_of(territory, now=now)]
    assert shown == ["École Curial"]
    assert listings.schools_of(territory, now=event.ends_at) == []


def test_an_answer_taken_on_the_phone_says_who_gave_it(event: Event) -> None:
    with pytest.raises(ConfirmedByMissing):
        answers.note_call(event, YES, " ", actor="account:1", now=hours.now())
    answers.note_call(event, YES, "Mme Roy, gardienne", actor="account:1", now=hours.now())
    known = listings.date_of(event).answer
    assert known is not None
    assert (known.confirmed_by, known.answered_by) == ("Mme Roy, gardienne", "account:1")


def test_dates_to_replace_are_gone_once_somebody_has_dealt_with_them(
    event: Event, db_session: scoped_session[Session]
) -> None:
    other, there = factories.an_event("Un autre"), factories.a_territory(10)
    elsewhere = factories.an_event(
        "Ailleurs", activity=factories.an_activity(action=factories.an_action("B", territory=there))
    )
    for one, said in ((event, Said("non")), (other, Said("autre_date", "le 12")), (elsewhere, Said("non"))):
        answers.give(one, said, actor="contact:1", now=hours.now())
    db_session.commit()
    here = event.territory

    def waiting() -> list[str]:
        rows = listings.refused_dates(here, now=hours.now())
        assert listings.how_many_refused(here, now=hours.now()) == len(rows)
        return [one.event.title for one in rows]

    assert waiting() == [event.title, "Un autre"]
    scheduling.cancel(other, actor="account:1", now=hours.now())
    assert waiting() == [event.title]
    scheduling.reschedule(event, venue=factories.a_school("École Manin"), actor="account:1", now=hours.now())
    assert waiting() == []


def test_an_authorisation_goes_where_its_table_says(event: Event) -> None:
    for typed in ("", "acceptee"):
        with pytest.raises(StatusMissing):
            authorisations.set_status(event, typed, "", actor="account:1", now=hours.now())
    for typed in ("demandee", "refusee", "demandee", "accordee"):
        authorisations.set_status(event, typed, "CASPE, n° 12", actor="account:1", now=hours.now())
    assert listings.date_of(event).access is AccessStatus.GRANTED
    for typed in ("accordee", "a_demander"):
        with pytest.raises(StatusHasChanged):
            authorisations.set_status(event, typed, "", actor="account:1", now=hours.now())


def test_hours_of_the_gate_move_with_the_event(event: Event) -> None:
    speaker = gate.add(event, AWA, actor="account:1", now=hours.now())
    assert gate.usual_hours(event) == (time(9, 15), time(11, 45))
    assert (speaker.arrives_at, speaker.leaves_at) == (
        local(date(2026, 11, 28), 9, 15),
        local(date(2026, 11, 28), 11, 45),
    )
    start = local(date(2027, 6, 5), 14)  # in summer time
    scheduling.reschedule(
        event, starts_at=start, ends_at=start + timedelta(hours=1), actor="account:1", now=hours.now()
    )
    assert (speaker.arrives_at, speaker.leaves_at) == (
        local(date(2027, 6, 5), 13, 45),
        local(date(2027, 6, 5), 15, 15),
    )


@pytest.mark.databases("postgresql")  # SQLite lets nobody write between a form's reading and its end
def test_who_is_put_on_the_list_while_the_event_moves_comes_on_its_new_day(event: Event) -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    with db.engine.begin() as elsewhere:
        elsewhere.execute(
            update(Event).values(starts_at=event.starts_at + day, ends_at=event.ends_at + day + hour)
        )
    speaker = gate.add(event, AWA, actor="account:1", now=hours.now())
    sunday = date(2026, 11, 29)
    assert (speaker.arrives_at, speaker.leaves_at) == (local(sunday, 9, 15), local(sunday, 11, 45))
    assert (speaker.minutes_before, speaker.minutes_after) == (15, -45)


@pytest.mark.databases("postgresql")  # SQLite lets nobody write between a form's reading and its end
def test_nobody_is_put_on_the_list_of_what_is_cancelled_meanwhile(event: Event) -> None:
    assert not event.is_cancelled  # as it was read
    with db.engine.begin() as elsewhere:
        elsewhere.execute(update(Event).values(status=EventStatus.CANCELLED, cancelled_at=hours.now()))
    with pytest.raises(EventIsCancelled):
        gate.add(event, AWA, actor="account:1", now=hours.now())
    assert listings.date_of(event).speakers == []


@pytest.mark.parametrize(
    ("visitor", "refusal"),
    [
        (Visitor("", arrives=time(9), leaves=time(12)), NameMissing),
        (Visitor("https://x.example/", arrives=time(9), leaves=time(12)), NameMissing),
        (Visitor("Awa", leaves=time(12)), HourMissing),
        (Visitor("Awa", arrives=time(9)), HourMissing),
        (Visitor("Awa", arrives=time(12), leaves=time(12)), LeavesBeforeArriving),
        (Visitor("Awa", "é" * 81, time(9), time(12)), Refusal),
    ],
)
def test_a_line_of_the_gate_list_has_a_name_and_hours(
    event: Event, visitor: Visitor, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        gate.add(event, visitor, actor="account:1", now=hours.now())
    assert listings.date_of(event).speakers == []


def test_a_gate_checks_twenty_people_and_no_more(event: Event) -> None:
    for number in range(gate.MOST):
        gate.add(event, Visitor(f"Awa {number}", "", time(9), time(12)), actor="account:1", now=hours.now())
    with pytest.raises(EnoughSpeakers):
        gate.add(event, AWA, actor="account:1", now=hours.now())


def test_the_gate_list_is_gone_the_next_day(
    event: Event, clock: time_machine.Traveller, db_session: scoped_session[Session]
) -> None:
    later = factories.an_event("Plus tard", starts_at=factories.SATURDAY + timedelta(days=7))
    for one in (event, later):
        gate.add(one, AWA, actor="account:1", now=hours.now())
        answers.note_call(one, Said("oui", words="Sonnez"), "Mme Roy", actor="account:1", now=hours.now())
        authorisations.set_status(one, "demandee", "à M. Petit", actor="account:1", now=hours.now())
    db_session.commit()
    clock.move_to(local(date(2026, 11, 28), 23, 59))
    assert [len(one.speakers) for one in listings.gate(event.venue, now=hours.now())] == [1, 1]
    assert gate.forget_past(hours.now()) is None
    clock.shift(timedelta(minutes=1))
    assert [one.event.title for one in listings.gate(event.venue, now=hours.now())] == ["Plus tard"]
    assert gate.forget_past(hours.now()) == 1
    db_session.commit()
    assert db_session.scalars(select(Speaker.event_id)).all() == [later.id]
    past, coming = listings.date_of(event), listings.date_of(later)
    assert past.answer is not None
    assert past.authorisation is not None
    assert (past.answer.answer, past.answer.words, past.answer.confirmed_by) == (Answer.YES, "", "")
    assert past.authorisation.note == ""
    assert coming.answer is not None
    assert (coming.answer.words, coming.answer.confirmed_by) == ("Sonnez", "Mme Roy")
    assert gate.forget_past(hours.now()) is None


def test_a_gate_list_reaches_two_weeks_and_leaves_out_what_is_cancelled(event: Event) -> None:
    days = {
        name: local(date(2026, 11, 22) + timedelta(days=ahead), 14)
        for name, ahead in (("J13", 13), ("J14", 14))
    }
    for name, starts_at in days.items():
        gate.add(factories.an_event(name, starts_at=starts_at), AWA, actor="account:1", now=hours.now())
    scheduling.cancel(event, actor="account:1", now=hours.now())
    factories.an_event("À Manin", venue=factories.a_school("École Manin"))
    assert [one.event.title for one in listings.gate(event.venue, now=hours.now())] == ["J13"]


def test_a_link_is_sealed_by_mail_and_its_token_is_nowhere_else(db_session: scoped_session[Session]) -> None:
    contact = factories.a_contact()
    saturdays.a_saturday(factories.a_school(), date(2026, 12, 5))
    assert links.send(contact, actor="account:1", now=hours.now()) is Channel.MAIL
    letter = db_session.scalars(select(Letter)).one()
    text = sealing.unseal(letter.text)
    token = text.split("/ecole/")[1].split()[0]
    assert "Samedi 5 décembre" in text or "samedi 5 décembre" in text
    assert (letter.is_sealed, letter.address, token in letter.text) == (True, "roy@ecole.example", False)
    assert links.behind(token, now=hours.now()).contact is contact
    assert token not in str(db_session.scalars(select(HostLink.fingerprint).order_by(HostLink.id)).all())
    assert token not in str(db_session.scalars(select(JournalLine.details).order_by(JournalLine.id)).all())


def test_a_contact_without_a_mailbox_is_called_and_has_no_link(db_session: scoped_session[Session]) -> None:
    contact = factories.a_contact(email=None)
    event = saturdays.a_saturday(factories.a_school(), date(2026, 12, 5))
    answers.give(event, YES, actor="account:1", now=hours.now())
    for _ in range(2):
        assert links.send(contact, actor="account:1", now=hours.now()) is Channel.CALL
    db_session.flush()
    waiting = [one for one in db_session.scalars(select(Letter)) if one.status.value == "en_attente"]
    assert [one.address for one in waiting] == ["06 39 98 00 19"]
    assert "samedi 5 décembre" in waiting[0].text
    assert "déjà répondu\xa0: Oui" in waiting[0].text
    assert "avant 8 h 30" in waiting[0].text
    assert "/ecole/" not in waiting[0].text
    assert db_session.scalars(select(HostLink)).all() == []


def test_links_lapse(clock: time_machine.Traveller, db_session: scoped_session[Session]) -> None:
    contact = factories.a_contact()
    tokens = [links.make(contact, actor="account:1", now=hours.now()) for _ in range(4)]

    def work() -> list[bool]:
        found = []
        for token in tokens:
            try:
                found.append(links.behind(token, now=hours.now()) is not None)
            except HostLinkDoesNotWork:
                found.append(False)
        return found

    assert work() == [False, True, True, True]  # three at once
    clock.shift(links.LASTS)
    assert work() == [False] * 4
    clock.move_to(hours.now() - links.LASTS)
    contact.ended_at = hours.now()
    db_session.flush()
    assert work() == [False] * 4
    contact.ended_at = None
    assert links.revoke_all(contact, actor="account:1", now=hours.now()) == 3
    assert links.revoke_all(contact, actor="account:1", now=hours.now()) == 0
    db_session.flush()
    assert work() == [False] * 4
    assert links.forget_old(hours.now()) is None
    assert links.forget_old(hours.now() + timedelta(days=30)) == 4


def test_whoever_left_or_keeps_no_school_gets_no_link(db_session: scoped_session[Session]) -> None:
    with pytest.raises(ContactIsGone):
        links.send(factories.a_contact(ended_at=hours.now()), actor="account:1", now=hours.now())
    library = factories.a_school("Bibliothèque", kind=VenueKind.LIBRARY)
    espace = factories.an_association("Espace 19")
    nadia = Contact(organisation=espace, name="Nadia", email="n@example.org", created_at=hours.now())
    db_session.add(nadia)
    db_session.flush()
    for contact in (factories.a_contact(library), nadia):
        with pytest.raises(NotFound):
            links.send(contact, actor="account:1", now=hours.now())


def test_asking_for_a_link_again_tells_nothing_and_stops_at_three_a_day(
    clock: time_machine.Traveller, db_session: scoped_session[Session]
) -> None:
    factories.a_contact()
    factories.a_contact(factories.a_school("École Manin"), email="Roy@ecole.example")
    factories.a_contact(factories.a_school("École Tandou"), ended_at=hours.now())
    for typed in ("roy@ecole.example", "ROY@Ecole.example", "nobody@example.org"):
        links.ask_again(typed, now=hours.now())
    db_session.flush()
    assert len(db_session.scalars(select(Letter)).all()) == 4
    for _ in range(5):
        links.ask_again("roy@ecole.example", now=hours.now())
    db_session.flush()
    assert len(db_session.scalars(select(Letter)).all()) == 2 * links.ASKED_A_DAY
    clock.shift(timedelta(days=1))
    links.ask_again("roy@ecole.example", now=hours.now())
    db_session.flush()
    assert len(db_session.scalars(select(Letter)).all()) == 2 * links.ASKED_A_DAY + 2


def test_a_link_changes_a_number_and_hours_and_ends_nobody(db_session: scoped_session[Session]) -> None:
    contact, now = factories.a_contact(), hours.now()
    assert own_details.correct(contact, "06 39 98 00 20", "à midi", actor="contact:1", now=now)
    assert (contact.phone, contact.phone_e164, contact.hours) == ("06 39 98 00 20", "+33639980020", "à midi")
    assert contact.verified_at == now
    assert not own_details.correct(contact, "06 39 98 00 20", "à midi", actor="contact:1", now=now)
    with pytest.raises(PhoneUnreadable):
        own_details.correct(contact, "mon numéro", "", actor="contact:1", now=now)
    own_details.correct(contact, "", "", actor="contact:1", now=now)
    contact.email, contact.phone = None, "06 39 98 00 20"
    with pytest.raises(NumberMissing):
        own_details.correct(contact, "", "", actor="contact:1", now=now)

    own_details.say_gone(contact, "M. Petit", actor="contact:1", now=now)
    own_details.say_gone(contact, "M. Grand", actor="contact:1", now=now)
    assert (contact.ended_at, db_session.scalars(select(Departure.successor)).all()) == (None, ["M. Grand"])
    own_details.settle(contact, is_gone=False, actor="account:1", now=now)
    assert contact.ended_at is None
    with pytest.raises(NotFound):
        own_details.settle(contact, is_gone=True, actor="account:1", now=now)
    own_details.say_gone(contact, "", actor="contact:1", now=now)
    own_details.settle(contact, is_gone=True, actor="account:1", now=now)
    assert contact.ended_at == now
    details = str(db_session.scalars(select(JournalLine.details).order_by(JournalLine.id)).all())
    assert [word for word in ("06 39", "Petit", "Grand", "midi") if word in details] == []


def test_schools_of_a_territory_and_how_they_stand(db_session: scoped_session[Session]) -> None:
    curial, manin = factories.a_school(), factories.a_school("École Manin")
    factories.a_school("École Récollets", territory=factories.a_territory(10))
    factories.a_school("Bibliothèque", kind=VenueKind.LIBRARY)
    contact = factories.a_contact()
    factories.a_contact(name="Partie", ended_at=hours.now())
    links.note_visit(links.make(contact, actor="account:1", now=hours.now()), now=hours.now())
    dates = [saturdays.a_saturday(curial, date(2026, 12, day)) for day in (5, 12)]
    dates.append(factories.an_event("Atelier", venue=curial))
    scheduling.cancel(dates.pop(), actor="account:1", now=hours.now())
    answers.give(dates[0], Said("non"), actor="contact:1", now=hours.now())
    authorisations.set_status(dates[0], "accordee", "", actor="account:1", now=hours.now())
    db_session.commit()
    first, second = listings.schools_of(curial.territory, now=hours.now())
    assert (first.school, second.school) == (curial, manin)
    assert [one.name for one in first.contacts] == ["Madame Roy"]
    assert (first.sent_at, first.seen_at) == (hours.now(), hours.now())
    assert (first.dates, first.waiting, first.refused, first.unauthorised) == (2, 1, 1, 1)
    assert first.next_at == local(date(2026, 12, 5), 9, 30)
    assert (second.contacts, second.dates, second.next_at, second.sent_at) == ([], 0, None, None)


def test_a_school_is_read_in_as_many_statements_whatever_it_holds(
    db_session: scoped_session[Session], statements: Statements
) -> None:
    school, counts = factories.a_school(), []
    for many in (0, 1, 3, 40):
        while len(listings.dates_at(school, now=hours.now(), limit=60)) < many:
            number = len(listings.dates_at(school, now=hours.now(), limit=60))
            event = factories.an_event(
                f"Atelier {number}", starts_at=factories.SATURDAY + timedelta(hours=number)
            )
            gate.add(event, Visitor("Awa", "", time(0), time(23)), actor="a", now=hours.now())
            answers.give(event, YES, actor="contact:1", now=hours.now())
        db_session.commit()
        db_session.expire_all()
        school = db_session.merge(school)
        with statements() as said:
            dates = listings.dates_at(school, now=hours.now(), limit=60)
            [one.event.venue.name for one in dates]
            [(one.event.activity.action.name, [who.arrives_at for who in one.speakers]) for one in dates]
        counts.append(len(said))
    # The school itself is read again, once, after the commit.
    assert counts == [3, 3, 3, 3]
