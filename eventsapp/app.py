"""create_app(): named steps that read like a table of contents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from eventsapp import extensions, production, settings, web
from eventsapp.agenda import telling
from eventsapp.answers import undelivered
from eventsapp.cli import commands
from eventsapp.database import db, prepare_engine
from eventsapp.disruptions import following as answering
from eventsapp.mailroom.listeners import listeners as of_mails
from eventsapp.newsletter import returned
from eventsapp.programme import school_calendar
from eventsapp.registrations import following
from eventsapp.web.house import House


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Builds the house. `overrides` win over the environment (tests).

    Raises settings.UnsafeSettings when production would start unsafely, BrokenDataFile (with file and
    line) when the school calendar cannot be trusted.
    """
    app = House(
        "eventsapp",
        root_path=str(settings.PACKAGE),
        template_folder=str(settings.folder("templates")),
        static_folder=None,
        instance_path=settings.instance_path(overrides),
    )
    settings.load(app, overrides)
    production.refuse_unsafe(app)
    school_calendar.zone_c()  # read now: a broken file stops the start, not a page in February
    open_database(app)
    bind_extensions(app)
    bind_listeners()
    web.open_doors(app)
    trust_proxies(app)
    commands.register(app)
    return app


def open_database(app: Flask) -> None:
    """Binds the database and tells SQLite what it must know."""
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def trust_proxies(app: Flask) -> None:
    """Believes X-Forwarded-For, -Proto and -Host of exactly as many proxies as stand before us.

    One too many, and a visitor writes the address we believe; one too few, and all share one.
    """
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]  # how WSGI middleware is put around Flask


def bind_extensions(app: Flask) -> None:
    """Binds what Flask extensions do for us: migrations, mail, languages, CSRF, compression."""
    extensions.migrate.init_app(app, db, directory=str(settings.folder("migrations")))
    extensions.mail.init_app(app)
    extensions.csrf.init_app(app)
    extensions.compress.init_app(app)


def bind_listeners() -> None:
    """Who hears of what happens downstairs, in the same transaction."""
    telling.listeners.bind(following)
    telling.listeners.bind(answering)
    of_mails.bind(returned)
    of_mails.bind(undelivered)
