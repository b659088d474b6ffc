"""A town with one of everything, and one of everybody: who knocks at every door of it.

Samira coordinates the 19e, Paul the 10e. Nadia answers for Espace 19, Moussa works there; Omar answers
for an association of the 10e. Madame Roy is the contact of Curial, Monsieur Weil of a school of the 10e.
Inès stands in for Samira this week. Ada administers the installation, Nour has an account and no role.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select

from eventsapp import clock
from eventsapp.access import day_links, grants, offers
from eventsapp.access.models import DayLink, Grant, GrantOffer, Role, StandIn
from eventsapp.access.offers import Sender
from eventsapp.agenda.entry_rules import EntryForm, EntryRules
from eventsapp.agenda.models import Activity, Audience, Event
from eventsapp.agenda.rules import Ordinal, Rule, Weekday
from eventsapp.answers import receiving
from eventsapp.clock import local
from eventsapp.codes import fingerprint, link_token
from eventsapp.convening import links as coming_links
from eventsapp.database import db
from eventsapp.directory import contacts, importing
from eventsapp.directory.contacts import Answers
from eventsapp.directory.sheets import Line, Table
from eventsapp.disruptions import closing
from eventsapp.disruptions.models import Disruption
from eventsapp.feeds import private_links
from eventsapp.feeds.private_links import Owner, Wishes
from eventsapp.feeds.private_models import FeedKind
from eventsapp.hosting import gate, links, own_details
from eventsapp.imports import reading, sources
from eventsapp.imports.models import ImportSource
from eventsapp.invitations import promises
from eventsapp.invitations.incoming_models import IncomingMail
from eventsapp.invitations.models import Capacity
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.media import pictures
from eventsapp.newsletter import links as weekly_links
from eventsapp.newsletter import listings as weekly_letters
from eventsapp.newsletter import subscribing
from eventsapp.newsletter.models import Subscription
from eventsapp.people import accounts, approvals, origins, partner_requests, showcase, sign_ins
from eventsapp.people.models import (
    Account,
    EmbedOrigin,
    Organisation,
    OrganisationKind,
    PartnerRequest,
    SignIn,
)
from eventsapp.places.models import Territory, Venue, VenueClosure
from eventsapp.planning import drafting, preparations, preparing
from eventsapp.planning.models import ComebackQuestion
from eventsapp.programme import contents, years
from eventsapp.programme import listings as programme
from eventsapp.programme.models import Theme
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.proposals import answers as asking
from eventsapp.proposals import submitting
from eventsapp.proposals.models import Proposal
from eventsapp.registrations import desk, messages, referrals, standing
from eventsapp.registrations.booking import Confirmed
from eventsapp.registrations.models import AgeBracket, MessageAudience, WayIn
from eventsapp.registrations.party import Member
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from eventsapp.registrations.standing_models import StandingSignUp
from tests import factories, saturdays
from tests.answers import mails
from tests.imports import exports
from tests.photos import a_photo
from tests.registrations import stories

PEOPLE = (
    "nobody",
    "nour",
    "ada",
    "samira",
    "ines",
    "paul",
    "nadia",
    "moussa",
    "omar",
    "roy",
    "weil",
)


@dataclass
class Town:
    """Accounts by name, and what fills the places of an address."""

    accounts: dict[str, Account] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)


def build() -> Town:
    """Everything and everybody; the caller commits."""
    town = Town()
    saturdays.a_town()
    nineteenth, tenth = factories.a_territory(), factories.a_territory(10)
    now = clock.now()
    espace = db.session.scalars(select(Organisation).where(Organisation.name == "Espace 19")).one()
    elsewhere = factories.an_association("Ailleurs")
    approvals.approve(elsewhere, tenth, actor="cli", now=now)
    origins.add(espace, "https://www.espace19.example", actor="cli", now=now)
    court = pictures.renew(a_photo((90, 60)), most=10**6)
    shown = showcase.show(espace, court, "La cour de l’Espace 19", actor="cli", now=now)
    curial, recollets = factories.a_school(), factories.a_school("École Récollets", territory=tenth)

    def somebody(key: str, name: str, *held: tuple[Role, object]) -> Account:
        account = accounts.open_account(f"{key}@example.org", name, actor="cli", now=now)
        for role, where in held:
            grants.give(account, role, where, by="cli", now=now)  # type: ignore[arg-type]  # the table's
        town.accounts[key] = account
        return account

    somebody("nour", "Nour")
    somebody("ada", "Ada", (Role.ADMINISTRATOR, None))
    samira = somebody("samira", "Samira", (Role.COORDINATOR, nineteenth))
    somebody("paul", "Paul", (Role.COORDINATOR, tenth))
    somebody("second", "Rachid", (Role.COORDINATOR, nineteenth))
    somebody("nadia", "Nadia", (Role.OWNER, espace))
    somebody("moussa", "Moussa", (Role.MEMBER, espace))
    somebody("omar", "Omar", (Role.OWNER, elsewhere))
    somebody("roy", "Madame Roy", (Role.SCHOOL_CONTACT, curial))
    somebody("weil", "Monsieur Weil", (Role.SCHOOL_CONTACT, recollets))
    ines = somebody("ines", "Inès")
    rachid = db.session.scalars(select(Grant).where(Grant.account_id == town.accounts["second"].id)).one()
    hers = db.session.scalars(select(Grant).where(Grant.account_id == samira.id)).one()
    today = clock.today()
    db.session.add_all(
        StandIn(
            grant=grant,
            account=account,
            first_day=today,
            last_day=today + timedelta(days=4),
            noted_at=now,
            noted_by="cli",
        )
        for grant, account in ((hers, ines), (rachid, town.accounts["second"]))
    )
    proposal = a_proposal(espace, curial, town.accounts["moussa"])
    agenda = an_agenda(espace, curial, town.accounts["moussa"])
    feed = an_agenda(espace, curial, town.accounts["moussa"], url="https://agenda.example.org/a.ics")
    event = saturdays.a_saturday(curial, date(2026, 12, 5), host=espace)
    workshop = factories.an_event("Atelier cuisine en famille")
    db.session.flush()
    call, mail = a_letter(nineteenth.id, Channel.CALL), a_letter(nineteenth.id, Channel.MAIL)
    draft = saturdays.a_draft()
    later = drafting.request(nineteenth, "2027-2028", requested_by=None, now=now)
    request = a_request(nineteenth, elsewhere.name)  # a name that is known: which one is asked
    offer = offers.send(Role.COORDINATOR, nineteenth, "invitee@example.org", by=Sender.of(samira), now=now)
    offer_token, offer.fingerprint = _known(offer)
    day_token = day_links.make(event, "Awa, à la porte", actor="cli", now=now)
    host = factories.a_contact(curial)
    host_token = links.make(host, actor="cli", now=now)
    own_details.say_gone(host, "Monsieur Petit", actor=f"contact:{host.id}", now=now)
    awa = gate.Visitor("Awa, conteuse", arrives=time(9, 15), leaves=time(11, 45))
    speaker = gate.add(event, awa, actor="cli", now=now)
    sign_ins.begin(town.accounts["second"], "", now=now)
    link = accounts.new_link(town.accounts["nour"], now=now)
    db.session.flush()
    reached = Answers(name="Le secrétariat", email="secretariat@curial.example")
    contact = contacts.add(curial, reached, territory=nineteenth, actor="cli", now=now)
    line = Line(2, {"venue": "École Curial", "name": "Le gardien", "phone": "01 99 00 00 01"})
    sent = importing.keep(Table((line,)), nineteenth, now=now)
    project = programme.project_of(nineteenth)
    spare = contents.add_axis(project, Theme.SPORT, actor="cli", now=now)
    registered = stories.register(workshop, stories.answers("Awa"))
    series = a_series()
    household, adult = registered.registration.household, Member(bracket=AgeBracket.ADULT)
    assert household is not None
    comes = standing.sign_up(series, household, [adult], actor="household:1", now=now)
    # Another date of the workshop: « Venir aussi aux prochaines dates ? »
    factories.an_event("Atelier cuisine en famille", starts_at=factories.SATURDAY + timedelta(days=7))
    professional, his = a_professional()
    comeback, comeback_token = _asked_whether_they_come_back(nineteenth, espace)
    hosted = factories.an_event("Jardin partagé", host=espace, entry=EntryRules(form=EntryForm.FULL))
    theirs = stories.register(hosted, stories.answers("Binta"))
    message = messages.write(
        hosted, "Ceci ne regarde que Binta", MessageAudience.CONFIRMED, actor="cli", now=now
    )
    helped = desk.register(
        workshop.id,
        stories.answers("Elif"),
        once=link_token(),
        agrees=True,
        language="fr",
        way=WayIn.RELAY,
        actor=town.accounts["moussa"].actor,
        now=now,
    )
    respite = factories.an_event(
        "Répit",
        activity=factories.an_activity("Répit", action=factories.an_action("Répit", is_sensitive=True)),
    )
    referral_token = referrals.make(respite, espace, actor=town.accounts["moussa"].actor, now=now)
    professional_feed, _ = a_feed(FeedKind.PROFESSIONAL, professional.registration.professional_id)
    host_feed, feed_token = a_feed(FeedKind.SCHOOL, curial.id, contact=host.id)
    closure, change = a_closure()
    came = some_mails()
    town.rows = {
        "territory": nineteenth.slug,
        "draft": str(draft.id),
        "comeback": str(comeback.id),
        "comeback_token": comeback_token,
        "task": str(later.task_id),
        "call": str(call.id),
        "letter": str(mail.id),
        "series": str(series.id),
        "standing": str(comes.id),
        "sign_in": str(db.session.scalars(select(SignIn.id)).one()),
        "organisation": str(espace.id),
        "origin": str(db.session.scalars(select(EmbedOrigin.id)).one()),
        "fingerprint": shown.picture.fingerprint,
        "school": str(curial.id),
        "proposal": str(proposal.id),
        "request": str(request.id),
        "contact": str(contact.id),
        "import": str(sent.id),
        "agenda": str(agenda.id),
        "feed": str(feed.id),
        "axis": str(spare.id),
        "action": str(event.activity.action_id),
        "offer": str(offer.id),
        "grant": str(rachid.id),
        "stand_in": str(db.session.scalars(select(StandIn.id).where(StandIn.grant_id == rachid.id)).one()),
        "event": event.code,
        "event_row": str(event.id),
        "workshop_row": str(workshop.id),
        "closed": str(closure.venue_id),
        "closure": str(closure.id),
        "change": str(change.id),
        "workshop": workshop.code,
        "hosted": hosted.code,
        "hosted_registration": theirs.registration.code,
        "hosted_person": str(theirs.registration.participants[0].id),
        "message": str(message.id),
        "day_link": str(db.session.scalars(select(DayLink.id)).one()),
        "offer_token": offer_token,
        "day_token": day_token,
        "host_token": host_token,
        "coming_token": _asked_whether_they_come(event, "nadia@example.org"),
        "host": str(host.id),
        "feed_token": feed_token,
        "host_feed": str(host_feed),
        "professional_feed": str(professional_feed),
        "speaker": str(speaker.id),
        "sign_in_token": link,
        "household_token": registered.link_token,
        "professional_token": professional.link_token,
        "professional_registration": professional.registration.code,
        "professional_standing": str(his.id),
        "registration": registered.registration.code,
        "helped": helped.code,
        "respite": respite.code,
        "referral_token": referral_token,
        "letter_token": a_reader(nineteenth),
        **came,
    }
    return town


def _asked_whether_they_come(event: Event, address: str) -> str:
    """The token of the link by which a host says whether they come."""
    promises.request(
        event,
        address=address,
        name="Nadia",
        organizer_name="L’agenda du 19e",
        language="fr",
        invited_as=Capacity.HOST,
        now=clock.now(),
    )
    return coming_links.address_for(event, address).rpartition("/")[2]


def _asked_whether_they_come_back(
    territory: Territory, organisation: Organisation
) -> tuple[ComebackQuestion, str]:
    """The next year is open, an older one archived, and Espace 19 holds a link to answer by."""
    years.close(territory, SchoolYear(2024), actor="cli", now=clock.now())
    preparation = preparing.open_(territory, SchoolYear(2027), actor="cli", now=clock.now())
    questions = preparations.questions_of(preparation)
    question = next(one for one in questions if one.organisation is organisation)
    token = link_token()
    question.fingerprint = fingerprint(token)
    return question, token


def _known(offer: GrantOffer) -> tuple[str, str]:
    """The token of an offer went by mail; another is put in its place, for the table."""
    token = link_token()
    return token, fingerprint(token)


def a_reader(territory: Territory) -> str:
    """The token of somebody who receives the weekly letter."""
    everything = subscribing.Choices((), (), "fr")
    offer = weekly_letters.offered(territory)
    subscribing.ask(territory, "elif@lettre.example", everything, offer, now=clock.now())
    reader = db.session.scalars(select(Subscription)).one()
    subscribing.confirm(reader, now=clock.now())
    return weekly_links.token_of(reader)


def some_mails() -> dict[str, str]:
    """Binta wrote some words, her calendar proposes another hour, and something came that nobody can read."""
    to_binta = select(Letter).where(Letter.address == "binta@example.org", Letter.method == "REQUEST")
    invited = db.session.scalars(to_binta).one()
    later = ("DTSTART:20261128T140000Z", "DTEND:20261128T160000Z", "SUMMARY:Jardin", "COMMENT:Plus tard")
    came = {
        "words": mails.mail(invited, text="Puis-je venir avec ma mère ?"),
        "counter": mails.mail(
            invited, mails.reply(invited, "TENTATIVE", method="COUNTER", lines=later), method="COUNTER"
        ),
        "unreadable": mails.mail(invited, b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", text=" "),
    }
    for name, octets in came.items():
        receiving.take(octets, key=name, now=clock.now())
    db.session.flush()
    numbers = db.session.scalars(select(IncomingMail.id).order_by(IncomingMail.id))
    return dict(zip(came, map(str, numbers), strict=True))


def a_closure() -> tuple[VenueClosure, Disruption]:
    """Tandou closes for two days of March, and its only session of them is cancelled."""
    school = factories.a_school("École Tandou")
    starts_at = local(date(2027, 3, 6), 0)
    saturdays.a_saturday(school, date(2027, 3, 6))
    [one] = closing.outlook(school, starts_at, starts_at + timedelta(days=2), now=clock.now()).affected
    closure, change = closing.carry_out(
        school,
        starts_at,
        starts_at + timedelta(days=2),
        "Peinture",
        {one.event.id: "annuler"},
        "",
        territory=school.territory,
        actor="cli",
        now=clock.now(),
    )
    assert change is not None
    db.session.flush()
    return closure, change


def a_feed(kind: FeedKind, number: int | None, *, contact: int | None = None) -> tuple[int, str]:
    """A private feed: its row, and the token that opens it."""
    owner = Owner(kind=kind, number=number or 0, contact=contact)
    token = private_links.make(owner, Wishes(), actor="cli", now=clock.now())
    return private_links.of_owner(owner)[-1].id, token


def a_series() -> Activity:
    """The first Tuesdays of winter and spring, at Curial's gate."""
    rule = Rule(
        weekday=Weekday.TUESDAY,
        first=date(2027, 1, 1),
        last=date(2027, 6, 30),
        ordinals=(Ordinal.FIRST,),
    )
    return factories.an_activity(
        "Petits déjeuners de Curial",
        rule=rule.to_dict(),
        venue=factories.a_school(),
        usual_start=time(8, 30),
        usual_minutes=90,
    )


def a_professional() -> tuple[Confirmed, StandingSignUp]:
    """Ousmane of the Relais comes to one breakfast of two, and to every meeting of another series."""
    breakfasts = factories.an_activity("Petits déjeuners entre professionnels")
    first, _ = (
        factories.an_event(
            "Petit déjeuner",
            activity=breakfasts,
            audience=Audience.PROFESSIONALS,
            venue=factories.a_school("École Brunet"),
            starts_at=local(date(2026, 12, day), 8, 30),
        )
        for day in (8, 15)
    )
    ousmane = ProfessionalAnswers(
        first_name="Ousmane", email="ousmane@curial.example", organisation="Le Relais"
    )
    registered = stories.register(first, ousmane)
    party, adult = registered.registration.professional, Member(bracket=AgeBracket.ADULT)
    assert party is not None
    meetings = factories.an_activity("Réunions de réseau")
    comes = standing.sign_up(meetings, party, [adult], actor=f"professional:{party.id}", now=clock.now())
    return registered, comes


def a_request(territory: Territory, name: str = "La Boussole") -> PartnerRequest:
    """An organisation asks to act somewhere, and waits for an answer."""
    return partner_requests.ask(
        territory,
        partner_requests.Answers(
            organisation_name=name,
            kind=OrganisationKind.ASSOCIATION,
            contact_name="Awa Sow",
            email="awa@boussole.example",
            phone="",
            about="Des ateliers",
        ),
        language="fr",
        now=clock.now(),
    )


def a_proposal(host: Organisation, venue: Venue, by: Account, **values: Any) -> Proposal:
    """A workshop on Tuesday 12 January 2027 from 14:00 to 16:00, that a coordinator has not seen yet."""
    action = values.pop("action", None) or factories.an_action(territory=venue.territory)
    answers = asking.Answers(
        **{
            "action": action,
            "venue": venue,
            "title": "Atelier d’écriture",
            "day": date(2027, 1, 12),
            "start": time(14),
            "end": time(16),
        }
        | values
    )
    return submitting.submit(host, answers, form=submitting.new_form(), by=by, now=clock.now())


def an_agenda(host: Organisation, venue: Venue, by: Account, *, url: str = "") -> ImportSource:
    """An agenda that an organisation keeps elsewhere: two sessions, one in a place that nobody here knows."""
    answers = sources.Answers(
        name="Notre OpenAgenda", url=url, action=factories.an_action(territory=venue.territory), venue=None
    )
    source = sources.add(host, answers, by=by, now=clock.now())
    known = exports.an_event(1, "Café du mardi")
    unknown = exports.an_event(2, "Couture", location={"name": "Salle Tanger", "address": "12 rue de Tanger"})
    read = reading.read(exports.openagenda(known, unknown, exports.an_event(3, "")), now=clock.now())
    sources.keep(source, read, now=clock.now())
    return source


def a_letter(territory_id: int, channel: Channel) -> Letter:
    """A letter to Awa that no other territory may read."""
    letter = Letter(
        kind="registrations/confirmed",
        channel=channel,
        status=LetterStatus.WAITING,
        territory_id=territory_id,
        reader_name="Awa",
        address="awa@example.org" if channel is Channel.MAIL else "06 39 98 00 01",
        language="fr",
        subject="C’est noté",
        sender_name="L’agenda du 19e",
        sender_address="agenda@example.org",
        message_id=f"<{channel}@example.org>",
        text="Ceci ne regarde qu’Awa",
        html="",
        posted_at=clock.now(),
        due_at=clock.now(),
    )
    db.session.add(letter)
    db.session.flush()
    return letter
