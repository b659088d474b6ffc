"""A calendar says yes, no or perhaps: the seats, the waiting list and the letters follow (RULES I8 to
I11)."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.answers import replies
from eventsapp.invitations.incoming_models import MailKind, MailState
from eventsapp.invitations.models import PartStat
from eventsapp.registrations import leaving
from eventsapp.registrations.models import RegistrationStatus
from tests import factories
from tests.answers.mails import answer, mail, reply
from tests.answers.stories import HOUR, again, invitation, invited, reads, settles
from tests.registrations.stories import (
    a_transaction,
    answers,
    cancel,
    kinds,
    letters,
    register,
    text_of,
    told,
)

FATOUMATA, MOUSSA = "fatoumata@example.org", "moussa@example.org"


def test_a_no_gives_the_place_to_who_waits_an_hour_later(clock: time_machine.Traveller) -> None:
    event = factories.an_event(capacity=2)
    fatoumata = register(event, answers("Fatoumata", adults=2)).registration
    moussa = register(event, answers("Moussa")).registration
    line = reads(answer(invited(FATOUMATA)))
    assert (line.kind, line.state, line.partstat) == (MailKind.REPLY, MailState.DONE, PartStat.DECLINED)
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "leaving"]
    said = text_of(letters(FATOUMATA)[-1]).replace("\u00a0", " ")
    assert "Vos 2 places seront libérées : dimanche 22 novembre 2026, à 13 h" in said
    assert "/m/" in said
    assert again(fatoumata).status is RegistrationStatus.CONFIRMED
    assert settles() == 0
    clock.shift(HOUR)
    assert settles() == 1
    assert again(fatoumata).status is RegistrationStatus.CANCELLED
    assert again(moussa).status is RegistrationStatus.CONFIRMED
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "leaving", "withdrawn CANCEL"]
    assert kinds(MOUSSA) == ["waiting", "promoted REQUEST"]
    assert again(fatoumata).event.seats_taken == 1


def test_a_yes_within_the_hour_keeps_the_place(clock: time_machine.Traveller) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    reads(answer(invited(FATOUMATA)))
    clock.shift(timedelta(minutes=20))
    reads(answer(invited(FATOUMATA), "ACCEPTED"))
    assert again(fatoumata).leaves_at is None
    clock.shift(HOUR)
    assert settles() == 0
    assert again(fatoumata).status is RegistrationStatus.CONFIRMED
    assert invitation(FATOUMATA).partstat is PartStat.ACCEPTED


def test_her_own_page_keeps_it_too_and_her_calendar_is_asked_again() -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    reads(answer(invited(FATOUMATA)))
    with a_transaction():
        assert leaving.stay(again(fatoumata), actor="household:1", now=hours.now())
    first, _, last = letters(FATOUMATA)
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "leaving", "stays REQUEST"]
    assert b"SEQUENCE:0" in (first.calendar or b"")
    assert b"SEQUENCE:1" in (last.calendar or b"")
    assert invitation(FATOUMATA).partstat is PartStat.NEEDS_ACTION


def test_perhaps_keeps_the_place_and_is_marked() -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    line = reads(answer(invited(FATOUMATA), "TENTATIVE"))
    assert line.state is MailState.DONE
    assert again(fatoumata).status is RegistrationStatus.CONFIRMED
    assert invitation(FATOUMATA).partstat is PartStat.TENTATIVE


def test_what_says_nothing_changes_nothing() -> None:
    register(factories.an_event(), answers("Fatoumata"))
    line = reads(answer(invited(FATOUMATA), "X-LATER"))
    assert (line.state, line.problem) == (MailState.IGNORED, replies.UNDECIDED)
    assert invitation(FATOUMATA).answered_at is None


def test_whoever_sends_somebody_else_is_read_by_a_human() -> None:
    register(factories.an_event(), answers("Fatoumata"))
    line = reads(answer(invited(FATOUMATA), "DELEGATED"))
    assert (line.state, line.problem) == (MailState.TO_READ, replies.DELEGATED)
    assert invitation(FATOUMATA).partstat is PartStat.NEEDS_ACTION


def test_the_same_mail_read_twice_acts_once(clock: time_machine.Traveller) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    octets = answer(invited(FATOUMATA))
    first = reads(octets)
    with a_transaction():
        leaving.stay(again(fatoumata), actor="household:1", now=hours.now())
    assert reads(octets).id == first.id
    assert again(fatoumata).leaves_at is None
    clock.shift(HOUR)
    assert settles() == 0


def test_an_answer_overtaken_by_a_later_one_is_ignored(clock: time_machine.Traveller) -> None:
    """The « yes » was written after the « no », and arrives before it."""
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    no = answer(invited(FATOUMATA))
    clock.shift(timedelta(minutes=5))
    reads(answer(invited(FATOUMATA), "ACCEPTED"))
    line = reads(no)
    assert (line.state, line.problem) == (MailState.IGNORED, replies.TOO_LATE)
    assert again(fatoumata).leaves_at is None


def test_whose_clock_is_a_year_ahead_may_still_change_their_mind(clock: time_machine.Traveller) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    reads(answer(invited(FATOUMATA), "ACCEPTED", stamp=hours.now() + timedelta(days=365)))
    clock.shift(timedelta(minutes=5))
    reads(answer(invited(FATOUMATA)))
    assert again(fatoumata).leaves_at is not None


def test_an_answer_to_the_former_hour_is_kept_as_that_and_she_is_asked_again(
    clock: time_machine.Traveller,
) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    former = invited(FATOUMATA)
    with a_transaction():
        later = {"starts_at": event.starts_at + HOUR, "ends_at": event.ends_at + HOUR}
        scheduling.reschedule(event, **later, actor="account:1", now=hours.now())
    told()
    line = reads(answer(former))
    assert (line.state, line.problem) == (MailState.DONE, replies.FORMER)
    assert again(fatoumata).leaves_at is None
    assert invitation(FATOUMATA).answers_former
    assert invitation(FATOUMATA).partstat is PartStat.NEEDS_ACTION
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "rescheduled REQUEST", "asked_again REQUEST"]
    assert "avant le changement" in text_of(letters(FATOUMATA)[-1])
    clock.shift(timedelta(minutes=1))
    reads(answer(former))  # again, as whoever it was forwarded to might: once within an hour
    assert kinds(FATOUMATA)[3:] == []
    clock.shift(timedelta(minutes=1))
    reads(answer(invited(FATOUMATA)))
    assert again(fatoumata).leaves_at is not None
    assert not invitation(FATOUMATA).answers_former


def test_a_calendar_that_counts_on_its_own_is_believed() -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    reads(answer(invited(FATOUMATA), sequence=40))
    assert again(fatoumata).leaves_at is not None
    assert invitation(FATOUMATA).answer_sequence == 0


def test_her_no_is_void_once_the_date_has_moved(clock: time_machine.Traveller) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    reads(answer(invited(FATOUMATA)))
    with a_transaction():
        later = {"starts_at": event.starts_at + HOUR, "ends_at": event.ends_at + HOUR}
        scheduling.reschedule(event, **later, actor="account:1", now=hours.now())
    clock.shift(HOUR)
    assert settles() == 0
    assert again(fatoumata).status is RegistrationStatus.CONFIRMED


def test_who_no_longer_comes_says_so_to_nobody() -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    asked = invited(FATOUMATA)
    cancel(fatoumata)
    line = reads(answer(asked))
    assert (line.state, line.problem) == (MailState.IGNORED, replies.NOT_INVITED)
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "withdrawn CANCEL"]


def test_near_the_date_there_is_less_time(clock: time_machine.Traveller) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    clock.move_to(event.starts_at - timedelta(hours=2))
    reads(answer(invited(FATOUMATA)))
    assert again(fatoumata).leaves_at == hours.now() + timedelta(minutes=12)


def test_two_families_of_one_mailbox_are_asked_which_of_them() -> None:
    event = factories.an_event()
    shared = "foyer@example.org"
    one = register(event, answers("Fatoumata", email=shared)).registration
    other = register(event, answers("Moussa", email=shared)).registration
    line = reads(answer(invited(shared)))
    assert (line.state, line.problem, line.about) == (MailState.TO_READ, replies.SHARED, "")
    assert [again(each).leaves_at for each in (one, other)] == [None, None]
    asked = [letter for letter in letters(shared) if letter.kind == "registrations/leaving_asked"]
    assert [letter.reader_name for letter in asked] == ["Fatoumata", "Moussa"]


def test_a_word_beside_the_answer_is_read_by_a_human_and_obeyed_by_nobody() -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    said = ("COMMENT:Nous serons douze <b>", "X-NUM-GUESTS:11", "SUMMARY:Autre chose", "LOCATION:Ailleurs")
    title, seats = event.title, event.seats_taken
    line = reads(mail(invited(FATOUMATA), reply(invited(FATOUMATA), "ACCEPTED", lines=said)))
    assert (line.state, line.problem) == (MailState.TO_READ, replies.COMMENT)
    assert invitation(FATOUMATA).answer_comment == "Nous serons douze <b>"
    assert again(fatoumata).event.title == title
    assert again(fatoumata).event.seats_taken == seats
