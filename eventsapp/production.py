"""What a production refuses to start with, and the sentence that says what to set."""

from __future__ import annotations

from flask import Flask

from eventsapp.settings import PRODUCTION, UnsafeSettings


def refuse_unsafe(app: Flask) -> None:
    """In production, raises UnsafeSettings unless secrets, cookies and addresses are safe."""
    config = app.config
    if config["ENVIRONMENT"] != PRODUCTION:
        return
    if len(config["SECRET_KEY"] or "") < 32:
        raise UnsafeSettings("SECRET_KEY: set at least 32 random characters")
    if not config["PUBLIC_URL"].startswith("https://"):
        raise UnsafeSettings("PUBLIC_URL: set the https:// address that people see")
    if not config["SESSION_COOKIE_SECURE"]:
        raise UnsafeSettings("SESSION_COOKIE_SECURE: cookies must travel by https only")
    if config["MAIL_DOMAIN"].endswith("example.org"):
        raise UnsafeSettings("MAIL_DOMAIN: set your own mail domain; agenda.example.org is a placeholder")
    if not config["SMS_GATEWAY_URL"].startswith("https://"):
        raise UnsafeSettings("SMS_GATEWAY_URL: texts and the key travel by https:// only")
    if config["HELP_PHONE"].startswith("01 99 00"):
        raise UnsafeSettings("HELP_PHONE: set a number that somebody answers; 01 99 00 … is fictitious")
    for name in ("PUBLISHER", "HOSTED_BY"):
        if not config[name]:
            raise UnsafeSettings(f"{name}: set what the law asks every site to say (loi 2004-575, art. 1-1)")
