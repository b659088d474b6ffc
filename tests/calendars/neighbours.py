"""Families, two events and whoever changes them, in any order; their calendars are told by mail alone.

After each step every letter is delivered, over SMTP, and what each mailbox shows is compared with what the
service does: hours at once, titles and places at the latest with the reminder.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import time_machine
from flask import Flask
from sqlalchemy import select

from eventsapp import clock
from eventsapp.agenda import notices, scheduling, telling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.languages import DEFAULT
from eventsapp.mailroom import rounds
from eventsapp.people import household_codes
from eventsapp.people.household_models import CodePurpose
from eventsapp.people.models import Household
from eventsapp.people.preferences import Wishes
from eventsapp.places.models import Venue
from eventsapp.refusals import Refusal
from eventsapp.registrations import booking, calendars, reminders, returning, silence
from eventsapp.registrations.models import AgeBracket, Registration, RegistrationStatus
from eventsapp.registrations.party import Member
from eventsapp.retention import erasing
from tests import factories
from tests.calendars.client import Mailbox, Shown, Subscription
from tests.registrations.stories import a_transaction, answers, register, told
from tests.registrations.walks import between, one_of, rule
from tests.servers import PostOffice

ADDRESSES = ("awa@example.org", "chen@example.org", "dalia@example.org")
TITLES = ("Atelier vélo", "Atelier tricot, laine fournie", "Jeux ; goûter\\partage")
DAY_BEFORE_LAST = timedelta(days=2)

any_event = between(0, 1)
any_party = between(0, 99)


def has_parties(walk: Neighbours) -> bool:
    return bool(walk.parties)


class Neighbours:
    """Each rule is something that people do; what they may not do is refused, and changes nothing."""

    def __init__(self, app: Flask, smtp: PostOffice, traveller: time_machine.Traveller) -> None:
        self.app, self.smtp, self.traveller = app, smtp, traveller

    def starts(self, random: Random) -> None:
        self.smtp.letters.clear()
        self.mailboxes = {address: Mailbox(address) for address in ADDRESSES}
        self.feed = Subscription()
        self.parties: list[int] = []
        """Households, by their numbers."""
        here, there = factories.a_school("École Curial"), factories.a_school("École Barbanègre")
        self.places = [here.id, there.id]
        self.events = []
        for number in range(2):
            day = clock.local((clock.now() + timedelta(days=12 + 9 * number)).date(), 10)
            self.events.append(factories.an_event(TITLES[number], starts_at=day, capacity=4, venue=here).id)
        db.session.commit()

    # What happens.

    @rule(weight=5, event=any_event, address=between(0, 2), adults=between(1, 2))
    def a_family_registers(self, event: int, address: int, adults: int) -> None:
        """By the form: a household of its own, even at a mailbox that another has, too."""
        who = answers(f"Famille{len(self.parties)}", adults, email=ADDRESSES[address])
        try:
            booked = register(self.event(event), who).registration
        except Refusal:
            db.session.rollback()
        else:
            assert booked.household_id is not None
            self.parties.append(booked.household_id)

    @rule(weight=3, when=has_parties, which=any_party, event=any_event)
    def a_family_registers_once_more(self, which: int, event: int) -> None:
        members = [Member(bracket=AgeBracket.ADULT)]
        number = self.events[event]
        self.tries(
            lambda: returning.register(self.party(which), number, [], members, may_wait=True, now=clock.now())
        )

    @rule(weight=5, when=has_parties, which=any_party, event=any_event)
    def a_family_gives_up(self, which: int, event: int) -> None:
        for one in self.registrations(self.events[event]):
            if one.household_id == self.party(which).id:
                self.tries(lambda one=one: booking.cancel(one, actor="household:1", now=clock.now()))

    @rule(weight=2, when=has_parties, which=any_party, address=between(0, 2))
    def a_family_has_another_mailbox(self, which: int, address: int) -> None:
        def replace() -> None:
            household, now = self.party(which), clock.now()
            if household.contact.email != ADDRESSES[address]:
                code = household_codes.draw(household, CodePurpose.EMAIL, email=ADDRESSES[address], now=now)
                calendars.replace_address(household, code, territory_id=None, now=now)

        self.tries(replace)

    @rule(weight=1, when=has_parties, which=any_party)
    def a_family_has_its_data_erased(self, which: int) -> None:
        household = self.party(which)
        if not household.contact.wants_no_messages:
            self.parties.remove(household.id)
            self.tries(lambda: erasing.erase(household, now=clock.now()))

    @rule(weight=1, when=has_parties, which=any_party, silent=one_of(True, False, False))
    def a_family_wants_silence_or_not(self, which: int, silent: bool) -> None:
        wishes = Wishes(language=DEFAULT, means=None, phone_is_shared=False, wants_no_messages=silent)
        self.tries(lambda: silence.keep(self.party(which), wishes, now=clock.now()))

    @rule(weight=4, event=any_event, hours=one_of(-1, 1, 2, 24))
    def an_event_moves(self, event: int, hours: int) -> None:
        one, by = self.event(event), timedelta(hours=hours)
        self.changes(one, starts_at=one.starts_at + by, ends_at=one.ends_at + by)

    @rule(weight=2, event=any_event, place=between(0, 1))
    def an_event_moves_elsewhere(self, event: int, place: int) -> None:
        self.changes(self.event(event), venue=db.session.get_one(Venue, self.places[place]))

    @rule(weight=1, event=any_event, room=one_of("préau", "salle 3"))
    def an_event_has_another_room(self, event: int, room: str) -> None:
        self.changes(self.event(event), room=room)

    @rule(weight=3, event=any_event, title=one_of(*TITLES))
    def an_event_is_called_otherwise(self, event: int, title: str) -> None:
        one = self.event(event)
        self.tries(lambda: scheduling.reword(one, title=title, actor="account:1", now=clock.now()))

    @rule(weight=2, event=any_event)
    def an_event_is_cancelled(self, event: int) -> None:
        one = self.event(event)
        self.tries(lambda: scheduling.cancel(one, actor="account:1", now=clock.now()))

    @rule(weight=3, event=any_event)
    def an_event_is_restored(self, event: int) -> None:
        one = self.event(event)
        self.tries(lambda: scheduling.restore(one, actor="account:1", now=clock.now()))

    @rule(weight=2, event=any_event)
    def a_change_is_undone(self, event: int) -> None:
        one = self.event(event)
        self.tries(lambda: notices.undo(one, actor="account:1", now=clock.now()))

    @rule(weight=5, minutes=one_of(2, 11, 700))
    def time_passes(self, minutes: int) -> None:
        self.traveller.shift(timedelta(minutes=minutes))
        told(clock.now())

    # How it is done.

    def event(self, which: int) -> Event:
        return db.session.get_one(Event, self.events[which])

    def party(self, which: int) -> Household:
        return db.session.get_one(Household, self.parties[which % len(self.parties)])

    def registrations(self, event_id: int) -> list[Registration]:
        return list(db.session.scalars(select(Registration).where(Registration.event_id == event_id)))

    def changes(self, event: Event, **to: object) -> None:
        self.tries(
            lambda: scheduling.reschedule(event, **to, actor="account:1", now=clock.now())  # type: ignore[arg-type]  # drawn
        )

    def tries(self, deed: Callable[[], object]) -> None:
        try:
            with a_transaction():
                deed()
        except Refusal:
            db.session.rollback()

    # What must hold.

    def holds(self) -> None:
        """Every hour and every date is the same on both sides, but where people are not told yet."""
        self.traveller.shift(timedelta(minutes=1))
        self.delivers()
        for number in self.events:
            event = db.session.get_one(Event, number)
            if telling.notice_of(event) is None and event.ends_at > clock.now():
                self.agrees_on(event, words=False)
        db.session.commit()
        served = self.app.test_client().get("/agendas/paris-19.ics")
        assert served.status_code == 200
        self.feed.polls(served.data)
        expected = {event.uid: shown(event) for event in map(self.event, range(2)) if not event.is_cancelled}
        assert self.feed.shows() == expected, f"the feed shows {self.feed.shows()}, not {expected}"

    def ends(self) -> None:
        """All is told, the last reminders have left: every word is the same, too."""
        self.traveller.shift(timedelta(minutes=11))
        told(clock.now())
        self.holds()
        for number in sorted(self.events, key=lambda one: db.session.get_one(Event, one).starts_at):
            event = db.session.get_one(Event, number)
            morning = clock.local((event.starts_at - DAY_BEFORE_LAST).date(), 11)
            self.traveller.move_to(max(morning, clock.now() + timedelta(minutes=1)))
            self.reminds()
            self.delivers()
            if not event.is_cancelled and event.starts_at > clock.now():
                self.agrees_on(event, words=True)

    def delivers(self) -> None:
        """Everything leaves, and every mailbox reads what arrived, in the order it did."""
        db.session.commit()
        done = rounds.deliver_due(clock.now(), limit=500)
        assert (done.deferred, done.failed, done.server_away) == (0, 0, False)
        for letter in self.smtp.letters:
            [recipient] = letter.recipients
            self.mailboxes[recipient].receives(letter.octets)
        self.smtp.letters.clear()
        ignored = [reason for box in self.mailboxes.values() for reason in box.ignored]
        assert not ignored, f"ignored: {ignored}"

    def reminds(self) -> None:
        db.session.commit()
        for number in reminders.due(clock.now()):
            with a_transaction():
                reminders.remind(number, clock.now())

    def agrees_on(self, event: Event, *, words: bool) -> None:
        parties = self.registrations(event.id)
        for address, mailbox in self.mailboxes.items():
            theirs = [one for one in parties if one.contact.email == address]
            if any(one.contact.wants_no_messages for one in parties):
                continue  # silence is silence, for whom they share a mailbox with, or shared one, too
            comes = any(one.status is RegistrationStatus.CONFIRMED for one in theirs)
            there = mailbox.shows().get(event.uid)
            expected = shown(event) if comes and not event.is_cancelled else None
            if words or expected is None or there is None:
                assert there == expected, f"{address} shows {there}, not {expected}"
            else:
                assert hours(there) == hours(expected), f"{address} shows {there}, not {expected}"


def shown(event: Event) -> Shown:
    """What the service says of an event, as its page does."""
    venue = event.venue
    return Shown(
        event.uid,
        event.starts_at,
        event.ends_at,
        event.title,
        f"{venue.name}, {venue.full_address}",
    )


def hours(one: Shown) -> tuple[datetime, datetime]:
    return one.starts_at, one.ends_at
