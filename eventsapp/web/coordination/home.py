"""What a coordinator sees first: their territories, and what waits for them in each."""

from __future__ import annotations

from flask import render_template

from eventsapp import clock
from eventsapp.access import grants, listings, questions, wording
from eventsapp.access.models import Role
from eventsapp.agenda import listings as agenda
from eventsapp.answers import listings as answers
from eventsapp.answers import wording as answered
from eventsapp.directory import listings as directory
from eventsapp.disruptions import surroundings
from eventsapp.hosting import listings as hosting
from eventsapp.hosting import unanswered
from eventsapp.mailroom import calls
from eventsapp.mailroom import listings as letters
from eventsapp.mailroom.models import LetterStatus
from eventsapp.newsletter import listings as newsletter
from eventsapp.people import partner_requests
from eventsapp.places import closures
from eventsapp.planning import listings as plans
from eventsapp.programme import contents
from eventsapp.programme import listings as programme
from eventsapp.proposals import listings as proposals
from eventsapp.refusals import NotFound
from eventsapp.registrations import open_offers
from eventsapp.web.doorstep import desk, steered, who

bp = desk("desk")

MOST_SHOWN = 5
"""Dates to come that the home of a territory lists: the agenda has them all."""


@bp.get("/pro/")
def home() -> str:
    """What the account does where, its own and stood in for."""
    account, today = who(), clock.today()
    held = questions.grants_of(account, on=today)
    return render_template(
        "coordination/home.html",
        held=held,
        own=[grant for grant in held if grant.account_id == account.id],
        stand_ins=grants.stand_ins(held, since=today),
        may_register=bool(questions.territories_to_register_in(account, on=today)),
        today=today,
        wording=wording,
        Role=Role,
    )


@bp.get("/pro/<territory:territory>/")
def territory(territory: str) -> str:
    """What waits in a territory: plans to look at, people to call, letters that failed; what comes next."""
    area, now = steered(territory), clock.now()
    counts = letters.counts(area.id)
    return render_template(
        "coordination/territory.html",
        territory=area,
        coming=agenda.to_come(area, now=now, limit=MOST_SHOWN),
        plans_waiting=plans.waiting_for_a_yes(area),
        places_offered=open_offers.how_many(area),
        calls_to_make=calls.how_many(area.id, now=now),
        letters_waiting=counts.get(LetterStatus.WAITING, 0) + counts.get(LetterStatus.SENDING, 0),
        proposals_waiting=proposals.how_many_wait(area),
        requests_waiting=partner_requests.how_many(area),
        without_owner=sum(one.has_nobody for one in listings.partners(area, now=now)),
        schools_to_call=unanswered.how_many(area, now=now),
        dates_refused=hosting.how_many_refused(area, now=now),
        contacts_left=hosting.how_many_left(area),
        to_verify=directory.to_verify(area, on=clock.today()),
        on_polling_days=surroundings.on_polling_days(area, now=now),
        closed=closures.of_territory(area, now=now),
        readers=newsletter.how_many(area),
        letters_failed=counts.get(LetterStatus.FAILED, 0),
        answers_waiting=answers.how_many_wait(area),
        answers_unread=answered.unread(now),
    )


@bp.get("/pro/<territory:territory>/programme", endpoint="programme")
def programme_page(territory: str) -> str:
    """The project as its convention names it, with what is usually there and is missing."""
    area = steered(territory)
    try:
        outline = programme.outline_of(area)
    except NotFound:
        outline = None
    return render_template(
        "coordination/programme.html",
        territory=area,
        outline=outline,
        remarks=contents.remarks(outline.project) if outline else [],
    )
