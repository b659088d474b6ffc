"""A professional, and families who come to every date, answer from their calendars: by SMTP, read by IMAP."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventsapp import clock as hours
from eventsapp.agenda.models import Audience, Event
from eventsapp.answers import counters
from eventsapp.database import db
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.invitations.models import Invitation, PartStat
from eventsapp.mailroom import rounds
from eventsapp.people.models import Professional
from eventsapp.registrations import standing
from eventsapp.registrations.models import Registration, RegistrationStatus
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from tests import factories
from tests.answering import REPLIES, Invited, answer
from tests.answers.stories import again, settles
from tests.answers.test_round_trips import lines, reads
from tests.calendars.checker import mailcheck
from tests.calendars.checker.report import Report
from tests.calendars.client import Mailbox
from tests.mailboxes import MailProvider
from tests.registrations.stories import a_transaction, answers, kinds, register
from tests.registrations.test_standing import ADULT, QUIET, TUESDAYS, a_date, a_turn, held, stands
from tests.servers import PostOffice

OUSMANE, AWA = "ousmane@relais.example", "awa@example.org"
CONFIRMED, CANCELLED = RegistrationStatus.CONFIRMED, RegistrationStatus.CANCELLED


def delivered(smtp: PostOffice, address: str) -> list[Invited]:
    """The invitations that arrived at a mailbox."""
    db.session.commit()
    rounds.deliver_due(hours.now() + QUIET, limit=100)
    return [Invited.by(one) for one in smtp.to(address) if b"method=REQUEST" in one.octets.replace(b'"', b"")]


def says(
    office: MailProvider, invited: Invited, partstat: str, shape: str = "gmail", number: int = 1
) -> None:
    octets = answer(shape, invited, partstat=partstat, number=number)
    office.send(octets, to=invited.organizer, sender=invited.attendee)
    reads()
    db.session.expire_all()


def shown(smtp: PostOffice, address: str) -> list[Event]:
    """What the calendar of a mailbox shows, after all its mail."""
    delivered(smtp, address)
    box = Mailbox(address)
    for letter in smtp.to(address):
        box.receives(letter.octets)
    assert box.ignored == []
    return [one for one in db.session.query(Event).order_by(Event.starts_at) if one.uid in box.shows()]


@pytest.fixture
def meeting() -> Event:
    return factories.an_event("Réseau santé", audience=Audience.PROFESSIONALS, capacity=1)


def a_professional(event: Event, name: str = "Ousmane", email: str = OUSMANE) -> Registration:
    who = ProfessionalAnswers(first_name=name, email=email, organisation="Le Relais")
    return register(event, who).registration


@pytest.mark.parametrize("shape", REPLIES)
def test_a_professional_says_no_and_the_next_comes(
    meeting: Event,
    shape: str,
    smtp: PostOffice,
    answers_mailbox: MailProvider,
    clock: time_machine.Traveller,
) -> None:
    answers_mailbox.vouched.add("relais.example")
    ousmane = a_professional(meeting)
    ines = a_professional(meeting, "Inès", "ines@relais.example")
    [invited] = delivered(smtp, OUSMANE)
    says(answers_mailbox, invited, "DECLINED", shape)
    assert kinds(OUSMANE) == ["confirmed REQUEST", "leaving"]
    clock.shift(timedelta(hours=1))
    assert settles() == 1
    assert (again(ousmane).status, again(ines).status) == (CANCELLED, CONFIRMED)
    assert kinds(OUSMANE)[2:] == ["withdrawn CANCEL"]
    assert (shown(smtp, OUSMANE), shown(smtp, "ines@relais.example")) == ([], [meeting])


def test_a_professional_says_yes_after_all(
    meeting: Event, smtp: PostOffice, answers_mailbox: MailProvider, clock: time_machine.Traveller
) -> None:
    answers_mailbox.vouched.add("relais.example")
    ousmane = a_professional(meeting)
    [invited] = delivered(smtp, OUSMANE)
    says(answers_mailbox, invited, "DECLINED")
    clock.shift(timedelta(minutes=5))
    says(answers_mailbox, invited, "ACCEPTED", "outlook_com", number=2)
    assert [one.partstat for one in lines()] == [PartStat.DECLINED, PartStat.ACCEPTED]
    clock.shift(timedelta(hours=2))
    assert (settles(), again(ousmane).status, shown(smtp, OUSMANE)) == (0, CONFIRMED, [meeting])


def test_a_no_to_one_date_of_those_they_come_to_every_time_gives_up_that_one_alone(
    smtp: PostOffice, answers_mailbox: MailProvider, clock: time_machine.Traveller
) -> None:
    """Nothing enters it again for them; the others stay, and come to the calendar when they are near."""
    answers_mailbox.vouched.add("example.org")
    events = [a_date(day) for day in TUESDAYS]
    awa = stands()
    a_turn()
    a_turn(hours.now() + QUIET)
    [first] = delivered(smtp, AWA)
    assert first.uid == events[0].uid
    says(answers_mailbox, first, "DECLINED")
    clock.shift(timedelta(hours=1))
    assert settles() == 1
    a_turn()
    assert [state for _, state, _ in held(awa)] == [CANCELLED, CONFIRMED, CONFIRMED, CONFIRMED]
    assert shown(smtp, AWA) == []
    clock.move_to(events[1].starts_at - timedelta(days=14))
    a_turn()
    assert shown(smtp, AWA) == [events[1]]
    says(answers_mailbox, delivered(smtp, AWA)[-1], "ACCEPTED", "thunderbird", number=2)
    [second] = db.session.scalars(select(Invitation).where(Invitation.event_id == events[1].id))
    assert (second.partstat, lines()[-1].state) == (PartStat.ACCEPTED, MailState.DONE)


def test_a_professional_who_comes_every_time_gives_up_one_date(
    smtp: PostOffice, answers_mailbox: MailProvider, clock: time_machine.Traveller
) -> None:
    answers_mailbox.vouched.add("relais.example")
    events = [a_date(day, audience=Audience.PROFESSIONALS) for day in TUESDAYS[:2]]
    ousmane: Professional | None = a_professional(events[0]).professional
    assert ousmane is not None
    with a_transaction():
        asked = standing.sign_up(
            events[0].activity, ousmane, [ADULT], actor=f"professional:{ousmane.id}", now=hours.now()
        )
    a_turn()
    a_turn(hours.now() + QUIET)
    first, second = delivered(smtp, OUSMANE)
    assert (first.uid, second.uid) == (events[0].uid, events[1].uid)
    says(answers_mailbox, second, "DECLINED", "outlook_desktop")
    clock.shift(timedelta(hours=1))
    assert settles() == 1
    a_turn()
    assert [state for _, state, _ in held(asked)] == [CANCELLED]
    assert shown(smtp, OUSMANE) == [events[0]]


def test_the_no_to_another_hour_passes_the_checker_with_its_warnings(
    smtp: PostOffice, answers_mailbox: MailProvider
) -> None:
    """DECLINECOUNTER as it arrives (RULES I12), alone and after the invitation; a long word too."""
    register(factories.an_event(), answers("Awa"))
    [invited] = delivered(smtp, AWA)
    says(answers_mailbox, invited, "TENTATIVE", "google_counter")
    [line] = db.session.scalars(select(IncomingMail))
    assert (line.kind, line.state) == (MailKind.COUNTER, MailState.TO_READ)
    words = "Désolé : l’école n’ouvre qu’à 9 h ; le gardien, lui, part à midi. " + "é" * 90
    with a_transaction():
        counters.refuse(line, words, actor="account:1", now=hours.now())
    delivered(smtp, AWA)
    reports, story = [], []
    for number, letter in enumerate(smtp.to(AWA)):
        report = Report(f"{number}", "mail")
        read = mailcheck.check(report, letter.octets)
        assert read is not None
        reports.append(report)
        story.append((f"{number}", letter.message, read[1]))
    mailcheck.sequence(reports, story)
    assert [calendar.value("METHOD") for _, _, calendar in story] == ["REQUEST", "DECLINECOUNTER"]
    found = [(one.check, one.level, one.message) for report in reports for one in report.findings]
    assert [line for line in found if line[1] != "INFO"] == []
