"""Nadia and Madame Roy answer from their calendars: by SMTP to the reply address, read by IMAP (RULES section
8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import insert, select

from eventsapp import clock as time
from eventsapp.access.models import Grant
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.answers import counters, hosts, replies, wording
from eventsapp.answers import listings as mails
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.hosting import coming, listings
from eventsapp.hosting.models import Answer, Coming, DateAnswer
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.invitations.models import Capacity, Invitation, PartStat
from eventsapp.jobs.door import Turn, never
from eventsapp.jobs.timetable import ANSWERS, TIMETABLE
from eventsapp.mailroom import rounds
from eventsapp.people.models import Account
from eventsapp.registrations.models import Enrolment
from tests import factories
from tests.answering import REPLIES, Invited, answer
from tests.convening.stories import NADIA, ROY, SOON, a_saturday, a_worker_invites, nadia, posted
from tests.mailboxes import MailProvider
from tests.registrations.stories import a_transaction, answers, letters, register, told
from tests.servers import PostOffice

[READER] = [job.run for job in TIMETABLE if job.name == ANSWERS]


@pytest.fixture
def office(
    event: Event, smtp: PostOffice, answers_mailbox: MailProvider, clock: time_machine.Traveller
) -> MailProvider:
    """Both invitations have arrived; our server vouches for what both domains send."""
    answers_mailbox.vouched |= {"amis.example", "ecole.example"}
    clock.shift(SOON)
    a_worker_invites()
    deliver()
    return answers_mailbox


def deliver() -> None:
    db.session.commit()
    rounds.deliver_due(time.now(), limit=500)


def says(
    office: MailProvider, smtp: PostOffice, address: str, partstat: str, shape: str = "gmail", **more: object
) -> IncomingMail:
    """Somebody presses a button of their calendar; the line of that answer, once the worker has read it."""
    invited = Invited.by(smtp.to(address)[-1])
    octets = answer(shape, invited, partstat=partstat, **more)  # type: ignore[arg-type]  # of a story
    office.send(octets, to=invited.organizer, sender=address)
    db.session.commit()
    READER(Turn(time.now(), "house:1", never))
    db.session.expire_all()
    return db.session.scalars(select(IncomingMail).order_by(IncomingMail.id.desc())).all()[0]


def given(event: Event) -> tuple[Answer, str, str] | None:
    """What the place has said of a date, in which words, and who."""
    row = db.session.scalars(select(DateAnswer).where(DateAnswer.event_id == event.id)).first()
    return (row.answer, row.words, row.answered_by.partition(":")[0]) if row else None


def of(address: str) -> Invitation:
    return db.session.scalars(select(Invitation).where(Invitation.address == address)).one()


@pytest.mark.parametrize("shape", REPLIES)
def test_a_yes_of_the_school_confirms_the_date(
    event: Event, office: MailProvider, smtp: PostOffice, shape: str
) -> None:
    line = says(office, smtp, ROY, "ACCEPTED", shape)
    assert (line.kind, line.state, line.problem) == (MailKind.REPLY, MailState.DONE, "")
    assert given(event) == (Answer.YES, "", "contact")
    assert of(ROY).partstat is PartStat.ACCEPTED


def test_a_no_of_the_school_stands_among_the_dates_refused_with_its_words(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    line = says(office, smtp, ROY, "DECLINED", comment="Kermesse ce jour-là")
    assert (line.state, line.problem) == (MailState.DONE, "")
    assert refused() == [event.code]
    assert given(event) == (Answer.NO, "Kermesse ce jour-là", "contact")
    assert posted() == [f"{NADIA} convening/asked REQUEST", f"{ROY} convening/asked REQUEST"]


def test_perhaps_says_nothing_of_the_date(event: Event, office: MailProvider, smtp: PostOffice) -> None:
    line = says(office, smtp, ROY, "TENTATIVE")
    assert (line.state, given(event), of(ROY).partstat) == (MailState.DONE, None, PartStat.TENTATIVE)


def said(event: Event) -> tuple[Coming, bool, str, str] | None:
    """What its host said of a date, whether that stands, in which words, and who."""
    row = coming.told_of([event]).get(event.id)
    return (
        (row.coming, row.still_stands(event), row.words, row.answered_by.partition(":")[0]) if row else None
    )


def refused() -> list[str]:
    """The dates for which somebody has to do something, as the desk lists them."""
    here, now = factories.a_territory(), time.now()
    found = [one.event.code for one in listings.refused_dates(here, now=now)]
    assert listings.how_many_refused(here, now=now) == len(found)
    return found


@pytest.mark.parametrize("shape", REPLIES)
def test_a_yes_of_the_association_stands_beside_the_date(
    event: Event, office: MailProvider, smtp: PostOffice, shape: str
) -> None:
    assert said(event) is None
    line = says(office, smtp, NADIA, "ACCEPTED", shape)
    assert (line.state, of(NADIA).partstat, given(event)) == (MailState.DONE, PartStat.ACCEPTED, None)
    assert said(event) == (Coming.YES, True, "", "account")
    assert refused() == []


def test_its_no_is_in_the_desks_queue_once_with_its_words(
    event: Event, office: MailProvider, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    says(office, smtp, NADIA, "ACCEPTED")
    clock.shift(timedelta(minutes=1))
    line = says(office, smtp, NADIA, "DECLINED", number=2, comment="Awa est malade")
    assert (line.state, line.problem, line.event_id) == (MailState.DONE, "", event.id)
    assert mails.how_many_wait(event.territory) == 0
    assert refused() == [event.code]
    assert said(event) == (Coming.NO, True, "Awa est malade", "account")
    assert (of(NADIA).partstat, event.host is None, event.is_cancelled) == (PartStat.DECLINED, False, False)
    says(office, smtp, ROY, "DECLINED")
    assert refused() == [event.code]  # both refuse: it is one date


def test_words_beside_a_yes_of_the_association_are_read_by_somebody(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    line = says(office, smtp, NADIA, "ACCEPTED", comment="Il nous faut une prise")
    assert (line.state, line.problem) == (MailState.TO_READ, replies.COMMENT)
    assert said(event) == (Coming.YES, True, "Il nous faut une prise", "account")


def test_perhaps_of_the_association_says_nothing(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    assert says(office, smtp, NADIA, "TENTATIVE").state is MailState.DONE
    assert said(event) is None


def test_a_yes_of_the_association_is_void_once_the_date_moved(
    event: Event, office: MailProvider, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    former = Invited.by(smtp.to(NADIA)[-1])
    says(office, smtp, NADIA, "ACCEPTED")
    clock.shift(timedelta(minutes=1))
    with a_transaction():
        later = {name: getattr(event, name) + timedelta(hours=1) for name in ("starts_at", "ends_at")}
        scheduling.reschedule(event, **later, actor="account:99", now=time.now())
    assert said(event) == (Coming.YES, False, "", "account")
    clock.shift(SOON)
    told(time.now())
    a_worker_invites()
    # Their calendar answers to what it was, once more: that counts for nothing either.
    office.send(answer("gmail", former, partstat="DECLINED", number=3), to=former.organizer, sender=NADIA)
    READER(Turn(time.now(), "house:1", never))
    db.session.expire_all()
    assert (said(event), refused()) == ((Coming.NO, False, "", "account"), [])
    deliver()
    clock.shift(timedelta(minutes=1))
    says(office, smtp, NADIA, "ACCEPTED", number=4)
    assert said(event) == (Coming.YES, True, "", "account")


def test_a_no_from_elsewhere_changes_nothing_and_somebody_asks(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    """RULES I6: the token is right, From is not hers, and nobody vouches for it."""
    invited = Invited.by(smtp.to(ROY)[-1])
    octets = answer("apple", invited, partstat="DECLINED", sender="roy@ailleurs.example")
    office.send(octets, to=invited.organizer, sender="roy@ailleurs.example")
    READER(Turn(time.now(), "house:1", never))
    line = db.session.scalars(select(IncomingMail)).one()
    assert (line.state, line.problem, given(event)) == (MailState.TO_READ, replies.OTHER_SENDER, None)


def test_an_answer_to_the_former_hour_is_asked_again_as_that(
    event: Event, office: MailProvider, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    former = Invited.by(smtp.to(ROY)[-1])
    with a_transaction():
        later = {name: getattr(event, name) + timedelta(hours=1) for name in ("starts_at", "ends_at")}
        scheduling.reschedule(event, **later, actor="account:99", now=time.now())
    clock.shift(SOON)
    told(time.now())
    office.send(answer("gmail", former), to=former.organizer, sender=ROY)
    READER(Turn(time.now(), "house:1", never))
    assert (given(event), of(ROY).answers_former) == (None, True)
    last = letters(ROY)[-1]
    assert (last.kind, last.method) == ("convening/asked", "REQUEST")
    assert "Vous avez répondu avant le changement" in last.text
    deliver()
    assert says(office, smtp, ROY, "ACCEPTED", number=2).state is MailState.DONE
    assert given(event) == (Answer.YES, "", "contact")
    assert (of(ROY).answers_former, of(ROY).partstat) == (False, PartStat.ACCEPTED)


def test_a_calendar_that_lost_the_date_is_sent_it_again(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    line = says(office, smtp, ROY, "NEEDS-ACTION", "refresh")
    assert (line.kind, line.state) == (MailKind.REFRESH, MailState.DONE)
    assert posted()[2:] == [f"{ROY} convening/asked REQUEST"]
    assert "Voici de nouveau cette date" in letters(ROY)[-1].text


def test_once_it_has_begun_no_calendar_is_sent_it_again_and_nobody_says_so(
    event: Event, office: MailProvider, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    clock.move_to(event.starts_at + timedelta(minutes=5))
    line = says(office, smtp, ROY, "NEEDS-ACTION", "refresh")
    assert (line.kind, line.state, line.problem) == (MailKind.REFRESH, MailState.IGNORED, replies.OVER)
    assert (posted()[2:], of(ROY).refreshed_at) == ([], None)


def test_who_is_asked_no_more_is_sent_it_again_by_nobody(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    """Madame Roy left the school, and no worker has told her calendar yet."""
    db.session.query(Contact).filter_by(email=ROY).one().ended_at = time.now()
    line = says(office, smtp, ROY, "NEEDS-ACTION", "refresh")
    assert (line.state, line.problem) == (MailState.IGNORED, replies.NOT_INVITED)
    assert (posted()[2:], of(ROY).refreshed_at) == ([], None)


def test_who_is_asked_no_more_but_comes_with_children_is_sent_it_as_a_guest(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    event.registration, event.capacity = RegistrationMode.COUNTED, 9
    register(event, answers("Roy", 1, 2, email=ROY))
    deliver()
    db.session.query(Contact).filter_by(email=ROY).one().ended_at = time.now()
    line = says(office, smtp, ROY, "NEEDS-ACTION", "refresh")
    assert (line.state, of(ROY).refreshed_at) == (MailState.DONE, time.now())
    assert posted()[-1] == f"{ROY} registrations/calendar_again REQUEST"


def moved_and_told(event: Event, clock: time_machine.Traveller) -> None:
    with a_transaction():
        later = {name: getattr(event, name) + timedelta(hours=1) for name in ("starts_at", "ends_at")}
        scheduling.reschedule(event, **later, actor="account:99", now=time.now())
    clock.shift(SOON)
    told(time.now())


def test_an_answer_to_the_former_hour_that_comes_too_late_is_read_by_somebody(
    event: Event, office: MailProvider, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    """It has begun: nobody is asked again, so the desk must not read that they were."""
    moved_and_told(event, clock)
    clock.move_to(event.starts_at + timedelta(minutes=5))
    line = says(office, smtp, ROY, "DECLINED")
    assert (line.state, line.problem) == (MailState.TO_READ, replies.NOT_ASKED_AGAIN)
    assert "Nous n’avons pas pu redemander" in wording.why(line)
    assert (of(ROY).answers_former, of(ROY).refreshed_at) == (True, None)
    assert posted()[4:] == []


@contextmanager
def a_form_is_kept(event: Event) -> Iterator[None]:
    """At this moment, by a family at that event: it refers to it, and is not written for good yet."""
    known = {"event_id": event.id, "expires_at": time.now() + timedelta(hours=1)}
    db.session.commit()
    with db.engine.connect() as elsewhere:
        elsewhere.execute(insert(Enrolment).values(fingerprint="f" * 64, answers={}, **known))
        yield
        elsewhere.rollback()


@pytest.mark.databases("postgresql")  # on SQLite nobody writes while another does
def test_they_are_asked_again_even_while_a_family_fills_in_its_form(
    event: Event, office: MailProvider, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    moved_and_told(event, clock)
    with a_form_is_kept(event):
        line = says(office, smtp, ROY, "ACCEPTED")
    assert (line.state, line.problem) == (MailState.DONE, replies.FORMER)
    assert posted()[4:] == [f"{ROY} convening/asked REQUEST"]


def test_a_no_to_the_other_hour_of_an_association_is_in_its_language(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    nadia().language = "en"
    line = says(office, smtp, NADIA, "TENTATIVE", "google_counter")
    assert (line.kind, line.state) == (MailKind.COUNTER, MailState.TO_READ)
    with a_transaction():
        counters.refuse(line, "", actor="account:99", now=time.now())
    last = letters(NADIA)[-1]
    assert (last.kind, last.method, last.language) == ("answers/other_date_refused", "DECLINECOUNTER", "en")
    assert last.text.startswith("Hello Nadia")


def test_who_no_longer_answers_for_it_confirms_nothing(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    """Nadia left the association; her account is open still, and no worker has told her calendar yet."""
    [grant] = db.session.scalars(select(Grant))
    grant.ended_at, grant.ended_by = time.now(), "cli"
    line = says(office, smtp, NADIA, "ACCEPTED")
    assert (line.state, line.problem) == (MailState.TO_READ, hosts.NO_HOST)


def test_who_held_it_and_keeps_the_school_by_now_answers_for_the_school(
    event: Event, office: MailProvider, smtp: PostOffice
) -> None:
    [grant] = db.session.scalars(select(Grant))
    grant.ended_at, grant.ended_by = time.now(), "cli"
    factories.a_contact(event.venue, name="Nadia", email=NADIA, phone=None)
    line = says(office, smtp, NADIA, "ACCEPTED")
    assert (line.state, given(event)) == (MailState.DONE, (Answer.YES, "", "contact"))
    assert of(NADIA).invited_as is Capacity.PLACE


def test_the_answer_of_one_date_says_nothing_of_the_next(
    event: Event, office: MailProvider, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    other = a_saturday(host=event.host, starts_at=event.starts_at + timedelta(days=7))
    clock.shift(SOON)
    a_worker_invites()
    deliver()
    says(office, smtp, ROY, "ACCEPTED")
    assert (given(event), given(other)) == (None, (Answer.YES, "", "contact"))
    assert db.session.query(Account).count() == 1
    assert nadia().email == NADIA
