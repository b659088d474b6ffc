"""Doors for people: which there are, and what every answer of theirs carries."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from eventsapp.web import (
    addresses,
    again,
    assets,
    compression,
    cookies,
    errors,
    feed_porter,
    filters,
    guards,
    headers,
    languages,
    limits,
    logs,
    traps,
    turns,
)

DOORS = (
    "health",
    "calendar_feeds",
    "private_feeds",
    "exports",
    "site",
    "sign_in",
    "second_step",
    "passkeys",
    "invitations",
    "partner_requests",
    "coming_back",
    "host_coming",
    "embed",
    "pictures",
    "day",
    "host_page",
    "host_feeds",
    "account",
    "password",
    "codes",
    "keys",
    "roles",
    "day_links",
    "changes",
    "answers",
    "mailboxes",
    "rewording",
    "posters",
    "attendance",
    "demonstration",
    "residents.agenda",
    "residents.events",
    "residents.programme",
    "residents.subscriptions",
    "residents.newsletter",
    "residents.registrations",
    "residents.people",
    "residents.fewer",
    "residents.own_page",
    "residents.own_data",
    "residents.own_codes",
    "residents.own_people",
    "residents.own_needs",
    "residents.own_preferences",
    "residents.own_photos",
    "residents.own_returning",
    "residents.lost_links",
    "residents.standing",
    "residents.own_slips",
    "residents.referrals",
    "residents.professional_page",
    "residents.professional_standing",
    "residents.own_feeds",
    "residents.professional_feeds",
    "coordination.home",
    "coordination.plans",
    "coordination.next_year",
    "coordination.series",
    "coordination.tasks",
    "coordination.calls",
    "coordination.offered_places",
    "coordination.letters",
    "coordination.journal",
    "coordination.retention",
    "coordination.team",
    "coordination.partners",
    "coordination.schools",
    "coordination.contacts",
    "coordination.contact_imports",
    "coordination.venues",
    "coordination.rewriting",
    "coordination.sessions",
    "coordination.proposals",
    "coordination.session_changes",
    "coordination.closures",
    "coordination.replacements",
    "coordination.gestures",
    "coordination.territory_feeds",
    "partners.organisation",
    "partners.details",
    "partners.embedding",
    "partners.showcase",
    "partners.proposals",
    "partners.imports",
    "partners.school",
    "partners.school_feeds",
    "partners.organisation_feeds",
    "partners.access",
    "partners.registrations",
    "partners.entry_settings",
    "partners.offers",
    "partners.paper",
    "partners.relay",
    "partners.people_told",
    "partners.referrals",
    "slips",
    "partners.messages",
    "partners.yearly",
    "partners.saturdays",
    "installation",
)
"""Every door, in the order a visitor meets them; each module has one blueprint `bp`."""


def open_doors(app: Flask) -> None:
    """Registers every door and what surrounds them."""
    logs.bind(app)
    addresses.bind(app)
    assets.bind(app)
    languages.bind(app)
    filters.bind(app)
    traps.bind(app)
    headers.bind(app)
    cookies.bind(app)
    compression.bind(app)
    limits.bind(app)
    turns.bind(app)
    guards.bind(app)
    errors.bind(app)
    again.bind(app)
    feed_porter.bind(app)
    for name in DOORS:
        app.register_blueprint(import_module(f"eventsapp.web.{name}").bp)
