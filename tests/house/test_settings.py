"""Every setting has its reason beside it, and operators are told of no other."""

from __future__ import annotations

import re

from eventsapp.settings import SETTINGS
from tests.house.sources import ROOT

NAMES = [setting.name for setting in SETTINGS]
SET_BY = re.compile(r"^\s*(?:export )?([A-Z][A-Z_]+)=", re.MULTILINE)
OF_OTHERS = {"WEB_CONCURRENCY"}
"""Read by gunicorn itself."""


def test_every_setting_has_a_reason_and_is_told_once() -> None:
    assert [setting.name for setting in SETTINGS if not setting.reason.endswith(".")] == []
    assert sorted(set(NAMES)) == sorted(NAMES)


def test_operators_are_told_of_settings_that_exist() -> None:
    told = set(SET_BY.findall((ROOT / "docs/operating.md").read_text(encoding="utf-8")))
    assert told
    assert told - {*NAMES, *OF_OTHERS} == set()
