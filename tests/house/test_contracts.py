"""The stairs of docs/house.md, as import-linter keeps them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import PACKAGE, ROOT, project

CONTRACTS: dict[str, dict[str, Any]] = {c["id"]: c for c in project()["tool"]["importlinter"]["contracts"]}
DOORS_AND_GROUND = {
    "app", "cli", "web", "api", "jobs", "seeds",
    "database", "extensions", "glances", "languages", "logs", "production", "schema", "setting_values",
    "settings", "spreadsheets",
    "answer_settings", "clock", "codes", "markup", "refusals", "typed",
}  # fmt: skip


@pytest.mark.parametrize("contract", CONTRACTS)
def test_contract_is_kept(contract: str) -> None:
    # In a process of its own: import-linter switches off every logger it finds.
    lint = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--contract", contract]
    linted = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


def test_every_room_is_named_in_its_contracts() -> None:
    here = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    here -= {"__init__"}
    rooms = {f"eventsapp.{name}" for name in here - DOORS_AND_GROUND}
    solving = {f"eventsapp.{name}" for name in here - {"planning"}}
    assert set(CONTRACTS["rooms"]["source_modules"]) == rooms
    assert set(CONTRACTS["solver"]["source_modules"]) == solving
