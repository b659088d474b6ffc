"""Whole ways: an invitation leaves by SMTP, a program answers it by SMTP, the worker reads it by IMAP."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventsapp import clock as hours
from eventsapp.database import db
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.invitations.models import PartStat
from eventsapp.jobs.door import Turn, never
from eventsapp.jobs.timetable import ANSWERS, TIMETABLE
from eventsapp.mailroom import rounds
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.answering import BOUNCES, REPLIES, Invited, answer
from tests.answers.stories import again, invitation, settles
from tests.mailboxes import MailProvider
from tests.registrations.stories import answers, kinds, register
from tests.servers import PostOffice

FATOUMATA = "fatoumata@example.org"
[READER] = [job.run for job in TIMETABLE if job.name == ANSWERS]


@pytest.fixture
def invited(smtp: PostOffice, answers_mailbox: MailProvider) -> Invited:
    """Fatoumata comes with one more; her invitation is in her mailbox."""
    register(factories.an_event(capacity=10), answers("Fatoumata", adults=2))
    db.session.commit()
    rounds.deliver_due(hours.now())
    return Invited.by(smtp.to(FATOUMATA)[-1])


def reads() -> object:
    """The worker's turn."""
    db.session.commit()
    return READER(Turn(hours.now(), "house:1", never))


def lines() -> list[IncomingMail]:
    db.session.expire_all()
    return list(db.session.scalars(select(IncomingMail).order_by(IncomingMail.id)))


@pytest.mark.parametrize("shape", REPLIES)
def test_a_yes_of_each_program_arrives(invited: Invited, answers_mailbox: MailProvider, shape: str) -> None:
    answers_mailbox.send(answer(shape, invited), to=invited.organizer, sender=FATOUMATA)
    assert reads() is not None
    [line] = lines()
    assert (line.kind, line.state, line.partstat) == (MailKind.REPLY, MailState.DONE, PartStat.ACCEPTED)
    assert invitation(FATOUMATA).partstat is PartStat.ACCEPTED
    assert answers_mailbox.flags() == [{b"\\Seen"}]


def test_a_no_frees_the_seats_once_however_often_it_is_read(
    invited: Invited, answers_mailbox: MailProvider, clock: time_machine.Traveller
) -> None:
    """The same mail twice in the mailbox, and its mark lost: one line, one letter, one place."""
    answers_mailbox.vouched.add("example.org")
    octets = answer("thunderbird", invited, partstat="DECLINED")
    for _ in range(2):
        answers_mailbox.send(octets, to=invited.organizer, sender=FATOUMATA)
    reads()
    with answers_mailbox.opened() as person:
        person.remove_flags(person.search("ALL"), [b"\\Seen"])
    reads()
    assert [(line.kind, line.partstat) for line in lines()] == [(MailKind.REPLY, PartStat.DECLINED)]
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "leaving"]
    clock.shift(timedelta(hours=1))
    assert settles() == 1
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "leaving", "withdrawn CANCEL"]
    [registration] = db.session.scalars(select(Registration)).all()
    assert again(registration).status is RegistrationStatus.CANCELLED


@pytest.mark.parametrize("is_proved", [True, False])
def test_a_no_of_another_account_is_believed_where_our_server_vouches_for_it(
    invited: Invited, answers_mailbox: MailProvider, is_proved: bool
) -> None:
    """Apple answers from another of her addresses: the token is right, From is not hers (RULES I6)."""
    if is_proved:
        answers_mailbox.vouched.add("example.org")
    sender = FATOUMATA if is_proved else "fatou@example.fr"
    octets = answer("apple", invited, partstat="DECLINED", sender=sender)
    answers_mailbox.send(octets, to=invited.organizer, sender=sender)
    reads()
    [line] = lines()
    assert (line.kind, line.partstat) == (MailKind.REPLY, PartStat.DECLINED)
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "leaving" if is_proved else "leaving_asked"]


@pytest.mark.parametrize("shape", BOUNCES)
def test_a_mail_that_came_back_fails_after_all(
    invited: Invited, answers_mailbox: MailProvider, shape: str
) -> None:
    answers_mailbox.send(answer(shape, invited), to=invited.organizer)
    reads()
    [line] = lines()
    assert line.kind is MailKind.BOUNCE
    first = db.session.scalars(select(Letter).where(Letter.address == FATOUMATA).order_by(Letter.id)).first()
    assert first is not None
    assert first.status is LetterStatus.FAILED


def test_another_hour_waits_for_somebody_and_changes_nothing(
    invited: Invited, answers_mailbox: MailProvider
) -> None:
    octets = answer("google_counter", invited, comment="Plutôt dimanche ?")
    answers_mailbox.send(octets, to=invited.organizer, sender=FATOUMATA)
    reads()
    [line] = lines()
    assert (line.kind, line.state) == (MailKind.COUNTER, MailState.TO_READ)
    assert line.proposed_at == invited.starts_at + timedelta(days=1)
    assert kinds(FATOUMATA) == ["confirmed REQUEST"]


def test_a_question_is_answered_with_what_stands(invited: Invited, answers_mailbox: MailProvider) -> None:
    answers_mailbox.send(answer("refresh", invited), to=invited.organizer, sender=FATOUMATA)
    reads()
    assert [line.kind for line in lines()] == [MailKind.REFRESH]
    assert [kind.rpartition(" ")[2] for kind in kinds(FATOUMATA)] == ["REQUEST", "REQUEST"]


@pytest.mark.parametrize("shape", ["human", "winmail"])
def test_words_reach_a_human(invited: Invited, answers_mailbox: MailProvider, shape: str) -> None:
    octets = answer(shape, invited, words="Peut-on venir avec un vélo ?")
    answers_mailbox.send(octets, to=invited.organizer, sender=FATOUMATA)
    reads()
    [line] = lines()
    assert (line.kind, line.state, line.has_content) == (MailKind.PERSON, MailState.TO_READ, True)


def test_an_absence_is_answered_by_nobody(
    invited: Invited, answers_mailbox: MailProvider, smtp: PostOffice
) -> None:
    answers_mailbox.send(answer("absence", invited, words="En congés"), to=invited.organizer)
    before = len(smtp.letters)
    reads()
    rounds.deliver_due(hours.now())
    assert [(line.kind, line.state) for line in lines()] == [(MailKind.AUTOMATIC, MailState.IGNORED)]
    assert len(smtp.letters) == before


def test_a_letter_of_somebody_we_never_wrote_to_changes_nothing(
    invited: Invited, answers_mailbox: MailProvider
) -> None:
    """A token that was never given, and then somebody else's address with hers (RULES I5, I14)."""
    stranger = "agenda+aaaaaaaaaaaaaaaa@agenda.example.org"
    octets = answer("gmail", invited, partstat="DECLINED").replace(
        invited.organizer.encode(), stranger.encode()
    )
    answers_mailbox.send(octets, to=stranger, sender="evil@example.com")
    crashed = answer("apple", invited, partstat="DECLINED", number=2)
    crashed = crashed.replace(f"MAILTO:{FATOUMATA}".encode(), b"MAILTO:evil@example.com")
    answers_mailbox.send(crashed, to=invited.organizer, sender="evil@example.com")
    reads()
    assert len(lines()) == 2
    assert invitation(FATOUMATA).partstat is PartStat.NEEDS_ACTION
    assert kinds(FATOUMATA) == ["confirmed REQUEST"]
