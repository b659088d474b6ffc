"""Every setting has its reason, and operators can read about it."""

from __future__ import annotations

import re

from eventsapp.settings import SETTINGS
from tests.house.sources import ROOT


def test_every_setting_has_a_reason_and_is_told_once() -> None:
    assert [setting.name for setting in SETTINGS if not setting.reason.endswith(".")] == []
    names = [setting.name for setting in SETTINGS]
    assert sorted(set(names)) == sorted(names)


def test_operators_read_about_every_setting() -> None:
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs/operating.md").read_text(encoding="utf-8")))
    assert {setting.name for setting in SETTINGS} - told == set()
