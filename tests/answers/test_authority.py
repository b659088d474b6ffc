"""Who may answer for whom: the token, the UID and the address must agree (RULES I1 to I6, I14)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventsapp.answers import authority, replies
from eventsapp.invitations.incoming_models import MailKind, MailState
from eventsapp.invitations.models import PartStat
from eventsapp.registrations.models import RegistrationStatus
from tests import factories
from tests.answers.mails import answer, mail, reply
from tests.answers.stories import again, invitation, invited, reads
from tests.registrations.stories import answers, kinds, letters, register, text_of

FATOUMATA = "fatoumata@example.org"
OUR_SERVER = "mx.agenda.example.org"
PASSED = (("Authentication-Results", f"{OUR_SERVER}; dmarc=pass header.from=example.org"),)


@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE"])
def test_a_yes_from_another_account_of_hers_is_taken(partstat: str) -> None:
    register(factories.an_event(), answers("Fatoumata"))
    line = reads(answer(invited(FATOUMATA), partstat, sender="fatou@icloud.example"))
    assert line.state is MailState.DONE
    assert invitation(FATOUMATA).partstat is PartStat(partstat)


def test_a_no_from_another_account_is_asked_of_the_mailbox_that_was_invited() -> None:
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    line = reads(answer(invited(FATOUMATA), sender="xavier@example.net"))
    assert (line.state, line.problem) == (MailState.DONE, replies.OTHER_SENDER)
    assert again(fatoumata).leaves_at is None
    assert again(fatoumata).status is RegistrationStatus.CONFIRMED
    assert invitation(FATOUMATA).partstat is PartStat.NEEDS_ACTION
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "leaving_asked"]
    asked = text_of(letters(FATOUMATA)[-1])
    assert "/m/" in asked
    assert "xavier" not in asked
    assert kinds("xavier@example.net") == []


def test_who_holds_a_forwarded_invitation_floods_nobody_with_questions(clock: time_machine.Traveller) -> None:
    """Xavier says no for her again and again: she is asked twice a day, by whatever means she is told."""
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    for _ in range(8):
        reads(answer(invited(FATOUMATA), sender="xavier@example.net"))
        clock.shift(timedelta(minutes=5))
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "leaving_asked", "leaving_asked"]
    assert again(fatoumata).leaves_at is None
    clock.shift(timedelta(days=2))
    reads(answer(invited(FATOUMATA), sender="xavier@example.net"))
    assert kinds(FATOUMATA)[3:] == ["leaving_asked"]


def test_a_forged_sender_is_asked_too_where_our_server_tells_them_apart(app: Flask) -> None:
    app.config["ANSWERS_AUTHSERV_ID"] = OUR_SERVER
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    reads(answer(invited(FATOUMATA)))
    assert again(fatoumata).leaves_at is None
    asked = invited(FATOUMATA)
    reads(mail(asked, reply(asked), headers=PASSED))
    assert again(fatoumata).leaves_at is not None


def test_without_the_token_only_a_proved_sender_is_believed(app: Flask) -> None:
    app.config["ANSWERS_AUTHSERV_ID"] = OUR_SERVER
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    asked, box = invited(FATOUMATA), "agenda@agenda.example.org"
    line = reads(mail(asked, reply(asked), to=box))
    assert (line.state, line.problem, line.invitation_id) == (MailState.IGNORED, authority.UNKNOWN, None)
    assert again(fatoumata).leaves_at is None
    reads(mail(asked, reply(asked), to=box, headers=PASSED))
    assert again(fatoumata).leaves_at is not None


def test_somebody_elses_server_proves_nothing(app: Flask) -> None:
    app.config["ANSWERS_AUTHSERV_ID"] = OUR_SERVER
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    asked = invited(FATOUMATA)
    theirs = (("Authentication-Results", "mx.elsewhere.example; dmarc=pass header.from=example.org"),)
    reads(mail(asked, reply(asked), to="agenda@agenda.example.org", headers=theirs))
    assert again(fatoumata).leaves_at is None


def test_an_unknown_token_is_dropped_and_nobody_is_answered() -> None:
    register(factories.an_event(), answers("Fatoumata"))
    asked = invited(FATOUMATA)
    line = reads(mail(asked, reply(asked), to="agenda+aaaaaaaaaaaaaaaa@agenda.example.org"))
    assert (line.kind, line.state, line.has_content) == (MailKind.REPLY, MailState.IGNORED, False)
    assert len(letters()) == 1


def test_somebody_to_whom_it_was_passed_on_is_not_added() -> None:
    event = factories.an_event()
    register(event, answers("Fatoumata"))
    asked = invited(FATOUMATA)
    said = reply(asked, "ACCEPTED", attendee="xavier@example.net")
    line = reads(mail(asked, said, sender="xavier@example.net"))
    assert (line.state, line.problem) == (MailState.TO_READ, authority.CRASHER)
    assert (event.seats_taken, invitation(FATOUMATA).partstat) == (1, PartStat.NEEDS_ACTION)
    assert kinds("xavier@example.net") == []


def test_an_address_that_only_ends_alike_is_another_one() -> None:
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    asked = invited(FATOUMATA)
    reads(mail(asked, reply(asked, attendee=f"x{FATOUMATA}")))
    assert again(fatoumata).leaves_at is None


def test_capitals_are_the_same_address() -> None:
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    asked = invited(FATOUMATA)
    reads(mail(asked, reply(asked, attendee="FATOUMATA@Example.org")))
    assert again(fatoumata).leaves_at is not None


def test_the_token_of_one_date_does_not_answer_for_another() -> None:
    """Her token of the first Saturday, the UID of the second."""
    first, second = factories.an_event("Un"), factories.an_event("Deux")
    one = register(first, answers("Fatoumata")).registration
    other = register(second, answers("Fatoumata")).registration
    asked = next(letter for letter in letters(FATOUMATA) if letter.about == f"registration:{one.id}")
    line = reads(mail(asked, reply(asked, uid=second.uid)))
    assert (line.state, line.problem) == (MailState.TO_READ, authority.OTHER_EVENT)
    assert [again(each).leaves_at for each in (one, other)] == [None, None]


def test_an_answer_without_organizer_counts_and_one_to_somebody_else_does_not() -> None:
    """outlook.com leaves ORGANIZER out (RULES I3)."""
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    asked = invited(FATOUMATA)
    line = reads(mail(asked, reply(asked, organizer="other@agenda.example.org")))
    assert (line.state, line.problem) == (MailState.TO_READ, authority.OTHER_ORGANIZER)
    assert again(fatoumata).leaves_at is None
    reads(mail(asked, reply(asked, organizer=None)))
    assert again(fatoumata).leaves_at is not None


def test_one_date_of_a_series_that_we_never_sent_is_read_by_a_human() -> None:
    fatoumata = register(factories.an_event(), answers("Fatoumata")).registration
    asked = invited(FATOUMATA)
    said = reply(asked, lines=("RECURRENCE-ID:20261128T083000Z",))
    line = reads(mail(asked, said))
    assert (line.state, line.problem) == (MailState.TO_READ, authority.RECURRENCE)
    assert again(fatoumata).leaves_at is None
