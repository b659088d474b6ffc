"""Settings: what a demonstration draws for itself, and what production refuses to start with."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from eventsapp import settings
from eventsapp.app import create_app
from eventsapp.programme import school_calendar
from eventsapp.programme.data_files import BrokenDataFile
from eventsapp.settings import UnsafeSettings

SAFE = {
    "ENVIRONMENT": "production",
    "HELP_PHONE": "01 40 00 00 00",
    "PUBLISHER": "Caf de Paris",
    "HOSTED_BY": "Un hébergeur",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "PUBLIC_URL": "https://agenda.paris.example",
    "MAIL_DOMAIN": "agenda.paris.example",
    "DATABASE_URL": "sqlite://",
}


def secret_of_a_start(instance: Path) -> str:
    app = Flask("eventsapp", instance_path=str(instance))
    settings.load(app, {"ENVIRONMENT": "demonstration"})
    return str(app.config["SECRET_KEY"])


def test_starts_at_once_keep_one_secret_which_only_the_owner_reads(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starts:
        secrets = set(starts.map(secret_of_a_start, [tmp_path] * 8))
    [secret] = secrets
    assert len(secret) == 64
    kept = tmp_path / "secret-key"
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == (secret, 0o600)
    assert list(tmp_path.glob("secret-key-*")) == []
    assert secret_of_a_start(tmp_path) == secret


def test_production_starts_when_all_is_safe(tmp_path: Path) -> None:
    app = create_app(SAFE | {"INSTANCE_PATH": str(tmp_path)})
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert not (tmp_path / "secret-key").exists()


@pytest.mark.parametrize(
    ("unsafe", "named"),
    [
        ({"ANSWERS_IMAP_USER": ""}, "ANSWERS_IMAP_USER"),
        ({"ANSWERS_IMAP_SECURITY": "none"}, "ANSWERS_IMAP_SECURITY"),
    ],
)
def test_answers_are_read_by_somebody_and_over_tls(
    tmp_path: Path, unsafe: dict[str, object], named: str
) -> None:
    """Also in a demonstration; without TLS on loopback only."""
    mailbox = {"ANSWERS_IMAP_HOST": "imap.example.org", "ANSWERS_IMAP_USER": "agenda"}
    app = Flask("eventsapp", instance_path=str(tmp_path))
    settings.load(app, dict(mailbox))
    assert (app.config["ANSWERS_IMAP_SECURITY"], app.config["ANSWERS_IMAP_PORT"]) == ("tls", 993)
    with pytest.raises(UnsafeSettings, match=named):
        settings.load(app, mailbox | unsafe)
    settings.load(app, mailbox | {"ANSWERS_IMAP_SECURITY": "none", "ANSWERS_IMAP_HOST": "127.0.0.1"})
    assert app.config["ANSWERS_IMAP_PORT"] == 143


def test_a_way_to_the_server_that_nobody_knows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSWERS_IMAP_SECURITY", "perhaps")
    with pytest.raises(UnsafeSettings, match="ANSWERS_IMAP_SECURITY"):
        settings.load(Flask("eventsapp", instance_path=str(tmp_path)))


@pytest.mark.parametrize(
    ("unsafe", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://agenda.paris.example"}, "PUBLIC_URL"),
        ({"SESSION_COOKIE_SECURE": False}, "SESSION_COOKIE_SECURE"),
        ({"MAIL_DOMAIN": "agenda.example.org"}, "MAIL_DOMAIN"),
        ({"HELP_PHONE": "01 99 00 19 19"}, "HELP_PHONE"),
        ({"PUBLISHER": ""}, "PUBLISHER"),
        ({"HOSTED_BY": ""}, "HOSTED_BY"),
    ],
)
def test_production_refuses_to_start_unsafe_and_says_what_to_set(
    tmp_path: Path, unsafe: dict[str, object], named: str
) -> None:
    with pytest.raises(UnsafeSettings, match=f"^{named}: "):
        create_app(SAFE | unsafe | {"INSTANCE_PATH": str(tmp_path)})


@pytest.mark.parametrize(
    "url", ["", "nonsense", "postgres://me@db/agenda", "postgresql://me@db/agenda", "mysql://x/y"]
)
def test_a_database_that_we_do_not_speak_is_refused_with_two_that_we_do(tmp_path: Path, url: str) -> None:
    with pytest.raises(UnsafeSettings, match=r"^DATABASE_URL: sqlite:///file\.db or postgresql\+psycopg://"):
        create_app({"ENVIRONMENT": "demonstration", "DATABASE_URL": url, "INSTANCE_PATH": str(tmp_path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "eight"),
        ("TRUSTED_PROXIES", "-1"),
        ("ANSWER_MINUTES", "0"),
        ("LOG_LEVEL", "loud"),
        ("MAIL_USE_TLS", "perhaps"),
        ("ENVIRONMENT", "prod"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UnsafeSettings, match=f"^{name}: "):
        settings.load(Flask("eventsapp", instance_path=str(tmp_path)))


def test_a_broken_school_calendar_stops_the_start_with_its_file_and_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = school_calendar.HOLIDAYS_FILE.read_text().splitlines(keepends=True)
    broken = tmp_path / "zone_c.csv"
    broken.write_text("".join([*lines[:3], lines[3].replace("2", "x", 6), *lines[4:]]))
    monkeypatch.setattr(school_calendar, "HOLIDAYS_FILE", broken)
    school_calendar.zone_c.cache_clear()
    try:
        with pytest.raises(BrokenDataFile, match=r"zone_c\.csv.*4"):
            create_app(SAFE | {"INSTANCE_PATH": str(tmp_path)})
    finally:
        school_calendar.zone_c.cache_clear()


def test_countries_that_texts_go_to_are_calling_codes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = Flask("eventsapp", instance_path=str(tmp_path))
    monkeypatch.setenv("SMS_COUNTRIES", "33 +32")
    settings.load(app)
    assert app.config["SMS_COUNTRIES"] == {33, 32}
    for unread in ("", "France", "33,32", "0", "12345"):
        monkeypatch.setenv("SMS_COUNTRIES", unread)
        with pytest.raises(UnsafeSettings, match="SMS_COUNTRIES: expected calling codes"):
            settings.load(app)
