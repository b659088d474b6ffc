"""Other hours, dates asked for again, mails that come back, words, and what nobody can read (I12, I13, I15 to
I18)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import icalendar
import pytest
import time_machine

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.answers import counters, forgetting, handling, listings, receiving, refreshing, undelivered
from eventsapp.database import db
from eventsapp.invitations import contents
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.mailroom import mailing_list
from eventsapp.mailroom.models import LetterStatus
from eventsapp.people.models import Person
from eventsapp.registrations import writing
from tests import factories, saturdays
from tests.answers.mails import answer, mail, reply
from tests.answers.stories import HOUR, again, invitation, invited, reads
from tests.registrations.stories import a_transaction, answers, kinds, letters, register, text_of, told

Statements = Callable[[], AbstractContextManager[list[str]]]
FATOUMATA, SAMIRA = "fatoumata@example.org", "samira@example.org"

REPORT = """From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-{number}@mx.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {address}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--B
Content-Type: text/rfc822-headers

Message-ID: {message_id}
From: {to}
Subject: Votre place

--B--
"""


def report(address: str, *, number: int = 1, status: str = "5.1.1") -> bytes:
    letter = letters(address)[-1]
    with a_transaction():
        letter.status, letter.finished_at = LetterStatus.SENT, hours.now()
    said = {"to": letter.sender_address, "address": address, "message_id": letter.message_id}
    return REPORT.format(**said, number=number, status=status).encode()


def person(first_name: str) -> Person:
    db.session.expire_all()
    return db.session.query(Person).filter_by(first_name=first_name).one()


def proposal(letter_to: str, *, hour: str = "20261128T140000Z", until: str = "20261128T160000Z") -> bytes:
    asked = invited(letter_to)
    lines = (f"DTSTART:{hour}", f"DTEND:{until}", "SUMMARY:Plus tard", "COMMENT:Après la sieste ?")
    return mail(asked, reply(asked, "TENTATIVE", method="COUNTER", lines=lines), method="COUNTER")


def test_another_hour_is_kept_for_a_human_and_changes_nothing() -> None:
    event = factories.an_event()
    register(event, answers("Fatoumata"))
    starts_at = event.starts_at
    line = reads(proposal(FATOUMATA))
    assert (line.kind, line.state) == (MailKind.COUNTER, MailState.TO_READ)
    assert line.proposed_at is not None
    assert line.proposed_at.isoformat() == "2026-11-28T14:00:00+00:00"
    assert (event.starts_at, kinds(FATOUMATA)) == (starts_at, ["confirmed REQUEST"])
    said = contents.read(line)
    assert said is not None
    assert said.comment == "Après la sieste ?"


def test_it_is_refused_by_mail_and_by_calendar() -> None:
    register(factories.an_event(), answers("Fatoumata"))
    line = reads(proposal(FATOUMATA))
    with a_transaction():
        counters.refuse(line, "La salle est prise", actor="account:1", now=hours.now())
    assert line.state is MailState.REFUSED
    first, last = letters(FATOUMATA)
    assert (last.kind, last.method) == ("answers/other_date_refused", "DECLINECOUNTER")
    assert last.sender_address == first.sender_address
    assert last.calendar is not None
    [event] = icalendar.Calendar.from_ical(last.calendar).walk("VEVENT")
    [before] = icalendar.Calendar.from_ical(first.calendar or b"").walk("VEVENT")
    assert (event["UID"], event["SEQUENCE"]) == (before["UID"], before["SEQUENCE"])
    assert event["DTSTAMP"].dt > before["DTSTAMP"].dt
    assert event["COMMENT"] == "La salle est prise"
    assert not {"ATTENDEE", "DTSTART", "DTEND"} & set(event)
    assert "La salle est prise" in text_of(last)
    with pytest.raises(counters.AlreadyHandled), a_transaction():
        counters.accept(line, actor="account:2", now=hours.now())


def test_accepted_it_moves_the_date_for_everybody() -> None:
    event = factories.an_event()
    register(event, answers("Fatoumata"))
    register(event, answers("Moussa"))
    line = reads(proposal(FATOUMATA))
    with a_transaction():
        counters.accept(line, actor="account:1", now=hours.now())
    told()
    assert line.state is MailState.ACCEPTED
    assert event.starts_at == line.proposed_at
    for address in (FATOUMATA, "moussa@example.org"):
        assert kinds(address) == ["confirmed REQUEST", "rescheduled REQUEST"]


def test_an_hour_that_ends_before_it_begins_is_kept_without_one() -> None:
    register(factories.an_event(), answers("Fatoumata"))
    line = reads(proposal(FATOUMATA, until="20261128T120000Z"))
    assert (line.state, line.proposed_at) == (MailState.TO_READ, None)


def test_a_calendar_that_lost_the_date_gets_it_again_once_an_hour(clock: time_machine.Traveller) -> None:
    register(factories.an_event(), answers("Fatoumata"))
    asked = invited(FATOUMATA)

    def asks() -> IncomingMail:
        said = reply(asked, "NEEDS-ACTION", method="REFRESH")
        return reads(mail(asked, said, method="REFRESH", sender="xavier@example.net"))

    assert asks().state is MailState.DONE
    assert (asks().state, asks().problem) == (MailState.IGNORED, refreshing.JUST_SENT)
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "calendar_again REQUEST"]
    assert kinds("xavier@example.net") == []
    assert b"SEQUENCE:0" in (invited(FATOUMATA).calendar or b"")
    clock.shift(HOUR)
    assert asks().state is MailState.DONE


def test_a_mail_that_comes_back_marks_the_address_and_she_is_told_otherwise() -> None:
    event = factories.an_event(capacity=1)
    register(event, answers("Fatoumata", email=FATOUMATA, number="06 39 98 00 01"))
    line = reads(report(FATOUMATA))
    assert (line.kind, line.state) == (MailKind.BOUNCE, MailState.DONE)
    assert "no such user" in line.problem
    assert person("Fatoumata").mail_failed_at == hours.now()
    first, second = letters()
    assert (first.status, second.moved_from_id) == (LetterStatus.FAILED, first.id)
    register(factories.an_event("Autre"), answers("Fatoumata2", email=FATOUMATA))
    assert person("Fatoumata2").mail_failed_at is None
    with a_transaction():
        person("Fatoumata").email = "nouvelle@example.org"
    assert person("Fatoumata").mail_failed_at is None


@pytest.mark.parametrize("by_token", [False, True], ids=["its number", "its reply address"])
def test_a_letter_that_is_reported_twice_marks_an_address_that_is_right_by_now_once(by_token: bool) -> None:
    """The server writes again of the same mail, under a number of its own; it was texted meanwhile."""
    register(factories.an_event(), answers("Fatoumata", email=FATOUMATA, number="06 39 98 00 01"))
    first, second = (report(FATOUMATA, number=number) for number in (1, 2))
    if by_token:
        ours = letters(FATOUMATA)[0].message_id.encode()
        first, second = (one.replace(ours, b"<relayed@mx.example.org>") for one in (first, second))
    assert reads(first).state is MailState.DONE
    assert person("Fatoumata").mail_failed_at == hours.now()
    with a_transaction():
        letters()[-1].status = LetterStatus.SENT
        undelivered.arrives_again(FATOUMATA)
    line = reads(second)
    assert (line.kind, line.state) == (MailKind.BOUNCE, MailState.DONE)
    assert person("Fatoumata").mail_failed_at is None
    assert [one.status for one in letters()] == [LetterStatus.FAILED, LetterStatus.SENT]


def test_a_second_report_of_the_last_mail_is_none_of_the_one_before() -> None:
    """Her confirmation arrived, the new hour did not: it is said twice, of her reply address alone."""
    event = factories.an_event()
    register(event, answers("Fatoumata", email=FATOUMATA, number="06 39 98 00 01"))
    with a_transaction():
        letters(FATOUMATA)[0].status = LetterStatus.SENT
        scheduling.reschedule(event, ends_at=event.ends_at + HOUR, actor="account:1", now=hours.now())
    told()
    ours = letters(FATOUMATA)[-1].message_id.encode()
    reports = [report(FATOUMATA, number=one).replace(ours, b"<relayed@mx.example.org>") for one in (1, 2)]
    assert reads(reports[0]).state is MailState.DONE
    assert person("Fatoumata").mail_failed_at == hours.now()
    with a_transaction():
        letters()[-1].status = LetterStatus.SENT
        undelivered.arrives_again(FATOUMATA)
    assert reads(reports[1]).state is MailState.DONE
    assert person("Fatoumata").mail_failed_at is None
    assert [one.status for one in letters()] == [LetterStatus.SENT, LetterStatus.FAILED, LetterStatus.SENT]


def test_a_mailbox_that_is_gone_is_marked_at_once(statements: Statements) -> None:
    """Each kind of people who have one is asked once."""
    register(factories.an_event(), answers("Fatoumata"))
    back = report(FATOUMATA)
    with statements() as said:
        reads(back)
    assert len([one for one in said if "SET mail_failed_at" in one]) == len(undelivered.KINDS)
    assert person("Fatoumata").mail_failed_at == hours.now()


def test_a_report_of_a_letter_that_is_no_longer_there_marks_whom_its_reply_address_knows() -> None:
    register(factories.an_event(), answers("Fatoumata"))
    back = report(FATOUMATA)
    with a_transaction():
        db.session.delete(letters(FATOUMATA)[0])
    assert reads(back).state is MailState.DONE
    assert person("Fatoumata").mail_failed_at == hours.now()


@pytest.mark.parametrize("about", ["", "household:1", "subscription:1", "registration:999", "registration:x"])
def test_a_letter_about_no_registration_that_we_know_comes_back_all_the_same(about: str) -> None:
    register(factories.an_event(), answers("Fatoumata"))
    back = report(FATOUMATA)
    with a_transaction():
        letters(FATOUMATA)[0].about = about
    line = reads(back)
    assert (line.kind, line.state, line.about, line.event_id) == (
        MailKind.BOUNCE,
        MailState.DONE,
        about,
        None,
    )
    assert listings.parties(line) == ()
    assert person("Fatoumata").mail_failed_at == hours.now()


def test_what_letters_are_about_leads_back_to_the_registration() -> None:
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    assert writing.of_about(writing.about(fatoumata)) == fatoumata
    line = reads(report(FATOUMATA))
    assert listings.parties(line) == [fatoumata]
    with a_transaction():
        line.invitation_id = None  # forgotten
    assert listings.parties(line) == (fatoumata,)


def test_a_full_mailbox_is_no_wrong_address() -> None:
    register(factories.an_event(), answers("Fatoumata"))
    reads(report(FATOUMATA, status="5.2.2"))
    assert person("Fatoumata").mail_failed_at is None
    assert letters(FATOUMATA)[0].status is LetterStatus.FAILED


def test_whoever_answers_from_there_reads_that_mailbox() -> None:
    register(factories.an_event(), answers("Fatoumata"))
    reads(report(FATOUMATA))
    assert person("Fatoumata").mail_failed_at is not None
    reads(answer(invited(FATOUMATA), "ACCEPTED"))
    assert person("Fatoumata").mail_failed_at is None


def test_words_reach_who_coordinates_and_an_answer_goes_to_who_wrote_them() -> None:
    saturdays.a_coordinator(factories.a_territory())
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    line = reads(mail(invited(FATOUMATA), subject="Re: samedi", text="Puis-je venir avec ma mère ?"))
    assert (line.kind, line.state, line.about) == (
        MailKind.PERSON,
        MailState.TO_READ,
        f"registration:{fatoumata.id}",
    )
    [forwarded] = letters(SAMIRA)
    assert mailing_list.read(forwarded.headers) == {"Reply-To": f"<{FATOUMATA}>"}
    assert "Puis-je venir avec ma mère ?" in text_of(forwarded)
    assert f"/pro/reponses/{line.id}" in text_of(forwarded)
    assert kinds(FATOUMATA) == ["confirmed REQUEST"]


def test_words_that_answer_a_letter_without_a_token_find_their_event() -> None:
    saturdays.a_coordinator(factories.a_territory())
    event = factories.an_event(capacity=1)
    register(event, answers("Fatoumata"))
    moussa = register(event, answers("Moussa")).registration
    waiting = letters("moussa@example.org")[0]
    headers = (("In-Reply-To", waiting.message_id),)
    line = reads(mail(waiting, text="Quel est mon rang ?", headers=headers))
    assert (line.event_id, line.about) == (event.id, f"registration:{moussa.id}")
    assert len(letters(SAMIRA)) == 1


def test_an_absence_and_a_list_are_answered_by_nobody() -> None:
    saturdays.a_coordinator(factories.a_territory())
    register(factories.an_event(), answers("Fatoumata"))
    for header in (("Auto-Submitted", "auto-replied"), ("Precedence", "bulk")):
        line = reads(mail(invited(FATOUMATA), text="Je suis en congé.", headers=(header,)))
        assert (line.kind, line.state, line.has_content) == (MailKind.AUTOMATIC, MailState.IGNORED, False)
    assert len(letters()) == 1


def test_a_program_that_calls_its_answer_automatic_is_believed_all_the_same() -> None:
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    asked = invited(FATOUMATA)
    reads(mail(asked, reply(asked), headers=(("Auto-Submitted", "auto-generated"),)))
    assert again(fatoumata).leaves_at is not None


@pytest.mark.parametrize("octets", [b"", b"\x00\xff" * 40, b"no mail", b"Subject: x\r\n" * 9000 + b"\r\n"])
def test_nothing_that_comes_in_stops_the_worker(octets: bytes) -> None:
    reads(octets)


def test_what_nobody_can_read_is_kept_as_it_came_and_read_once() -> None:
    register(factories.an_event(), answers("Fatoumata"))
    asked = invited(FATOUMATA)
    broken = mail(asked, b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nnothing", text=" ")
    line = reads(broken)
    assert (line.kind, line.state) == (MailKind.UNREADABLE, MailState.TO_READ)
    assert contents.original(line) == broken
    assert line.invitation_id == invitation(FATOUMATA).id
    assert reads(broken).id == line.id


def test_a_mail_that_kept_killing_its_reader_stands_on_the_desk() -> None:
    with a_transaction():
        receiving.set_aside("INBOX.1.9", "Trop grand", hours.now(), "Photos", "awa@example.org")
        receiving.set_aside("INBOX.1.9", "Trop grand", hours.now(), "Photos", "awa@example.org")
    [line] = db.session.query(IncomingMail).all()
    assert (line.kind, line.problem) == (MailKind.UNREADABLE, "Trop grand")
    said = contents.read(line)
    assert said is not None
    assert said.subject == "Photos"


def test_no_words_stand_in_the_table_and_they_go_when_dealt_with(clock: time_machine.Traveller) -> None:
    register(factories.an_event(), answers("Fatoumata"))
    first = reads(mail(invited(FATOUMATA), text="Mon fils est malade"))
    second = reads(mail(invited(FATOUMATA), text="Encore malade"))
    for line in (first, second):
        assert "malade" not in line.content
        assert FATOUMATA not in line.content + line.fingerprint
    with a_transaction():
        handling.settle(first, actor="account:1", now=hours.now())
    assert (contents.read(first), first.has_content) == (None, False)
    clock.shift(timedelta(days=31))
    with a_transaction():
        assert forgetting.forget_old(hours.now()) == 1
    db.session.expire_all()
    assert (second.content, second.state) == ("", MailState.SET_ASIDE)
