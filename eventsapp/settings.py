"""Every setting: its name in the environment, its default and the reason for it.

`load` fills `app.config`. Tests and doors read `app.config`; rooms, which know no Flask, ask `setting`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from eventsapp.answer_settings import ANSWER_SETTINGS
from eventsapp.answer_settings import derive as derive_answers
from eventsapp.refusals import msgid
from eventsapp.setting_values import (
    FRANCE,
    Setting,
    boolean,
    calling_codes,
    kept_secret,
    log_level,
    sender_of_texts,
    whole,
)

PRODUCTION, DEMONSTRATION, TEST = "production", "demonstration", "test"
DATABASES = ("sqlite://", "postgresql+psycopg://")
"""The databases that every test runs on, with the driver that is installed."""

PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """A top-level folder of the project: beside the package in a checkout, inside it in a wheel."""
    packed = PACKAGE / f"_{name}"
    return packed if packed.is_dir() else PACKAGE.parent / name


BREVO = "https://api.brevo.com/v3/transactionalSMS/send"
TEXTS = "/v3/transactionalSMS/send"


SETTINGS = (
    Setting(
        "ENVIRONMENT",
        DEMONSTRATION,
        "demonstration shows itself with made-up people and keeps its mail on the machine; "
        "production refuses unsafe settings; test is what the tests set.",
    ),
    Setting(
        "SECRET_KEY",
        "",
        "Signs cookies and derives reply tokens. Outside production one is drawn on the first "
        "start and kept in the instance folder; production wants its own, shared by all processes.",
    ),
    Setting(
        "LETTERS_KEY",
        "",
        "Encrypts letters that hold a private link until they are delivered. Empty: derived from "
        "SECRET_KEY. Set it apart to change SECRET_KEY without losing waiting letters.",
    ),
    Setting(
        "CODES_KEY",
        "",
        "Encrypts the secrets of one-time codes. Empty: derived from SECRET_KEY. Set it apart to change "
        "SECRET_KEY without asking everybody to set their codes up anew.",
    ),
    Setting(
        "SECOND_FACTOR_REQUIRED",
        None,
        "Whether coordinators and administrators need a one-time code besides their link or password. "
        "Not set: yes in production, no in a demonstration, which anybody may try.",
        boolean,
    ),
    Setting(
        "PORT",
        8000,
        "The loopback port of the web process; the catcher takes the two after it, for mail and for texts.",
        whole(1, 65533),
    ),
    Setting(
        "DATABASE_URL",
        "sqlite:///eventsapp.db",
        "SQLite in the instance folder needs nothing installed; postgresql+psycopg://… carries any "
        "number of web and worker processes.",
    ),
    Setting(
        "PUBLIC_URL",
        "",
        "The address people and calendars see, without a final slash: it stands in letters and "
        "feeds. Empty: http://127.0.0.1:PORT, right for a demonstration only.",
    ),
    Setting(
        "TRUSTED_PROXIES", 0, "How many reverse proxies stand before us and set X-Forwarded-*.", whole(0, 9)
    ),
    Setting(
        "MAIL_SERVER",
        "127.0.0.1",
        "Where letters are delivered by SMTP. The default is the mail catcher of `make run`.",
    ),
    Setting(
        "MAIL_PORT", 0, "The SMTP port. 0: the catcher's (PORT + 1) on loopback, else 587.", whole(0, 65535)
    ),
    Setting("MAIL_USERNAME", None, "Who we are to the SMTP server, if it asks."),
    Setting("MAIL_PASSWORD", None, "And the password."),
    Setting("MAIL_USE_TLS", False, "STARTTLS; a real server wants it.", boolean),
    Setting("MAIL_USE_SSL", False, "TLS from the first byte (port 465).", boolean),
    Setting(
        "MAIL_DOMAIN",
        "agenda.example.org",
        "The domain of our own addresses: From, ORGANIZER and Message-ID. It must be aligned in "
        "SPF, DKIM and DMARC, or invitations lose their buttons.",
    ),
    Setting("MAIL_MAILBOX", "agenda", "The local part before +token in From and ORGANIZER."),
    *ANSWER_SETTINGS,
    Setting(
        "SMS_GATEWAY_URL",
        "",
        "Where text messages are handed over: the address of Brevo's API, or of what speaks like it. Empty: "
        "Brevo's own; in a demonstration, the catcher of `make run` (PORT + 2).",
    ),
    Setting(
        "SMS_API_KEY",
        "",
        "The key of that gateway. Empty: no text is sent, and whoever has no mailbox is called; only a "
        "demonstration with its own catcher does without.",
    ),
    Setting(
        "SMS_SENDER",
        "Agenda",
        "Whom a text comes from, as phones show it: eleven letters and digits at most, one letter at least "
        "(the operators' limit).",
        sender_of_texts,
    ),
    Setting(
        "SMS_COUNTRIES",
        FRANCE,
        "Calling codes of the countries that texts go to. Elsewhere they may cost far more, and enrich the "
        "stranger who typed the number; whoever has one there is called.",
        calling_codes,
    ),
    Setting(
        "REMINDER_DAYS",
        2,
        "How many days before a date whoever has a place is reminded of it, from ten in the morning: two "
        "leave time to give the place to somebody else. 0: no reminders.",
        whole(0, 14),
    ),
    Setting("HELP_PHONE", "01 99 00 19 19", "The number people call for help. 01 99 00 … is fictitious."),
    Setting("HELP_MAIL", "", "Where people write who do not phone. Empty: aide@MAIL_DOMAIN."),
    Setting(
        "HELP_HOURS",
        msgid("Du lundi au vendredi, de 9 h à 17 h"),
        "When somebody answers that number; a sentence the catalogues know, or your own.",
    ),
    Setting("CONTROLLER", "la Caf de Paris et la Ville de Paris", "Who answers for personal data."),
    Setting(
        "PUBLISHER",
        "",
        "Who publishes the site, with address and director of publication, as the law asks of every "
        "site (loi 2004-575, art. 1-1). Empty: a demonstration says that it has none.",
    ),
    Setting("HOSTED_BY", "", "Who runs the machines: name, address, phone (same article)."),
    Setting(
        "ANSWER_MINUTES",
        60,
        "How long a form that was filled in but not confirmed is kept. An hour lets somebody look "
        "for a phone number or feed a child; longer keeps data that serves nothing.",
        whole(5, 1440),
    ),
    Setting(
        "RETENTION_MONTHS",
        12,
        "How many months after an event its registrations are kept, unless its activity says otherwise and "
        "why. A year lets a family that comes back the next school year find its people again, and a desk "
        "answer who came; figures are kept without names, so no report needs longer.",
        whole(1, 36),
    ),
    Setting(
        "FORM_SECONDS",
        2,
        "How soon after a public form was shown its answers are taken at once; sooner, it asks to be sent "
        "once more. Robots send in milliseconds; a browser that knows the answers still needs a hand for the "
        "button.",
        whole(0, 60),
    ),
    Setting(
        "UNDO_MINUTES",
        5,
        "How long after a move, a cancellation or a restoration people are told: until then it can be "
        "undone and nobody has heard of it, and several changes become one letter. What takes place within "
        "48 hours is told at once, and so is everything when this is 0.",
        whole(0, 60),
    ),
    Setting(
        "DECLINE_MINUTES",
        60,
        "How long somebody whose calendar said no may change their mind before the place goes to others: a "
        "letter says so at once. Near the date it is a tenth of the time that is left. 0: at once.",
        whole(0, 1440),
    ),
    Setting(
        "SIGN_IN_MINUTES",
        30,
        "How long a sign-in link works: long enough for slow mail, short for a stolen one.",
        whole(5, 1440),
    ),
    Setting(
        "RATE_LIMITS",
        True,
        "Whether web/limits.py counts who tries what how often. No: for a measure, never in production.",
        boolean,
    ),
    Setting(
        "MAX_CONTENT_LENGTH",
        64 * 1024,
        "The largest body taken: the longest form of ours is far below; more is refused with 413.",
        whole(8192, 16777216),
    ),
    Setting(
        "PICTURE_BYTES",
        6 * 1024**2,
        "The heaviest picture taken, in octets, by the form of pictures alone: what a phone takes is 3 to "
        "5 MB. A proxy in front must let as much through.",
        whole(1024**2, 32 * 1024**2),
    ),
    Setting(
        "TABLE_BYTES",
        2 * 1024**2,
        "The heaviest table of contacts taken, in octets: 5,000 lines, the most that are read, weigh some "
        "400 kB. A proxy in front must let as much through.",
        whole(64 * 1024, 8 * 1024**2),
    ),
    Setting(
        "IMPORT_BYTES",
        5 * 1024**2,
        "The heaviest agenda of a partner taken, by file or by address, in octets: 2,000 events with long "
        "texts weigh some 4 MB. A proxy in front must let as much through.",
        whole(64 * 1024, 16 * 1024**2),
    ),
    Setting(
        "INSTANCE_PATH",
        "",
        "The folder of what this machine keeps: SQLite, caught mail, the demonstration's secret. Empty: "
        "instance/ beside the program.",
    ),
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR.", log_level),
)

# What is not for the operator to choose, with the reason beside it.
FIXED: dict[str, Any] = {
    "SQLALCHEMY_TRACK_MODIFICATIONS": False,
    "SESSION_COOKIE_NAME": "visite",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),  # a working day
    "WTF_CSRF_TIME_LIMIT": 4 * 3600,  # longer than a form left open over lunch
    # No Referer is asked for beside the token: own pages tell browsers to send none (their address
    # is a secret), and some phones never send it. The token and SameSite=Lax suffice.
    "WTF_CSRF_SSL_STRICT": False,
    "BABEL_DEFAULT_LOCALE": "fr",
    "BABEL_DEFAULT_TIMEZONE": "Europe/Paris",
    "BABEL_TRANSLATION_DIRECTORIES": "translations",
    "MAIL_DEFAULT_CHARSET": "utf-8",
    "MAX_FORM_PARTS": 200,
    "MAX_FORM_MEMORY_SIZE": 64 * 1024,
    # Only pages without a token in their body are compressed (see web/compression).
    "COMPRESS_REGISTER": False,
    "COMPRESS_STREAMS": False,
}


class UnsafeSettings(RuntimeError):
    """The program refuses to start, and says which setting to change."""


def instance_path(overrides: Mapping[str, Any] | None = None) -> str | None:
    """The instance folder that was asked for, which Flask wants to know first; None for its own choice."""
    chosen = (overrides or {}).get("INSTANCE_PATH") or os.environ.get("INSTANCE_PATH")
    return str(Path(chosen).resolve()) if chosen else None


def load(app: Flask, overrides: Mapping[str, Any] | None = None) -> None:
    """Fills `app.config` from the environment, then from `overrides` (tests), then derives the rest.

    Raises UnsafeSettings when a value cannot be read.
    """
    overrides = dict(overrides or {})
    for setting in SETTINGS:
        value = setting.default
        if setting.name in os.environ:
            try:
                value = setting.read(os.environ[setting.name])
            except ValueError as error:
                raise UnsafeSettings(f"{setting.name}: {error}") from error
        app.config[setting.name] = overrides.pop(setting.name, value)
    app.config.update(FIXED)
    app.config.update(overrides)
    _derive(app, given=set(overrides))


def _derive(app: Flask, given: set[str]) -> None:
    config = app.config
    if config["ENVIRONMENT"] not in {PRODUCTION, DEMONSTRATION, TEST}:
        raise UnsafeSettings("ENVIRONMENT: production, demonstration or test")
    production = config["ENVIRONMENT"] == PRODUCTION
    config["DEMONSTRATION"] = config["ENVIRONMENT"] == DEMONSTRATION
    config["TESTING"] = config["ENVIRONMENT"] == TEST
    if not config["DATABASE_URL"].startswith(DATABASES):
        raise UnsafeSettings("DATABASE_URL: sqlite:///file.db or postgresql+psycopg://user:password@host/db")
    config["SQLALCHEMY_DATABASE_URI"] = config["DATABASE_URL"]
    config["PUBLIC_URL"] = (config["PUBLIC_URL"] or f"http://127.0.0.1:{config['PORT']}").rstrip("/")
    if not config["MAIL_PORT"]:
        on_loopback = config["MAIL_SERVER"] in {"127.0.0.1", "localhost", "::1"}
        config["MAIL_PORT"] = config["PORT"] + 1 if on_loopback else 587
    _derive_texts(config)
    try:
        derive_answers(config)
    except ValueError as error:
        raise UnsafeSettings(str(error)) from error
    config["HELP_MAIL"] = config["HELP_MAIL"] or f"aide@{config['MAIL_DOMAIN']}"
    config["MAIL_DEFAULT_SENDER"] = f"{config['MAIL_MAILBOX']}@{config['MAIL_DOMAIN']}"
    if config["SECOND_FACTOR_REQUIRED"] is None:
        config["SECOND_FACTOR_REQUIRED"] = production
    if "SESSION_COOKIE_SECURE" not in given:
        config["SESSION_COOKIE_SECURE"] = production or config["PUBLIC_URL"].startswith("https://")
    if not config["SECRET_KEY"] and not production:
        config["SECRET_KEY"] = kept_secret(Path(app.instance_path))


def _derive_texts(config: dict[str, Any]) -> None:
    """A demonstration that catches its mail catches its texts too; anything else wants a key."""
    catches = config["DEMONSTRATION"] and config["MAIL_PORT"] == config["PORT"] + 1
    if catches and not config["SMS_API_KEY"] and not config["SMS_GATEWAY_URL"]:
        config["SMS_API_KEY"] = DEMONSTRATION
        config["SMS_GATEWAY_URL"] = f"http://127.0.0.1:{config['PORT'] + 2}{TEXTS}"
    config["SMS_GATEWAY_URL"] = config["SMS_GATEWAY_URL"] or BREVO


def setting(name: str) -> Any:
    """The value of a setting, for rooms: they know no Flask and take no application."""
    return current_app.config[name]
