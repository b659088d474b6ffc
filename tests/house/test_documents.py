"""What docs/house.md says of the house is what stands."""

from __future__ import annotations

import re
import tomllib

import pytest
from flask import Flask

from tests.house.sources import ROOT

HOUSE = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
CELL = re.compile(r"`([^`]+)`")
CONVERTER = re.compile(r"<\w+:(\w+)>")
ROOM = re.compile(r"^  (\w+)/ +(.*)$", re.MULTILINE)


def section(title: str) -> str:
    return HOUSE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.databases("sqlite")
def test_the_table_of_addresses_is_the_application_s(app: Flask) -> None:
    written: dict[str, set[str]] = {}
    for line in section("Addresses").splitlines():
        if line.startswith("| `"):
            addresses, endpoints, _ = line.removeprefix("| ").split(" | ", 2)
            for address in CELL.findall(addresses):
                written[address] = set(CELL.findall(endpoints))
    served: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        served.setdefault(CONVERTER.sub(r"<\1>", rule.rule), set()).add(rule.endpoint)
    assert written == served


def test_the_storeys_are_those_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    [stairs] = [contract for contract in contracts["contracts"] if contract["id"] == "stairs"]
    drawn = section("Storeys").split("```")[1].strip().splitlines()
    assert [re.split(r"\s{2,}", line)[0] for line in drawn] == stairs["layers"]


def test_every_room_is_described_and_every_described_room_stands() -> None:
    described = {name for name, _ in ROOM.findall(section("Rooms"))}
    rooms = {
        path.name for path in (ROOT / "eventsapp").iterdir() if path.is_dir() and path.name[0] not in "_."
    }
    assert described == rooms


def test_every_home_of_a_room_is_named_beside_it() -> None:
    """Modules stand by name; those that share a first word may stand as `saturday_*`."""
    missing = []
    for room, says in ROOM.findall(section("Rooms")):
        words = set(re.findall(r"[\w*]+", says))
        for path in sorted((ROOT / "eventsapp" / room).glob("*.py")):
            named = {path.stem, f"{path.stem.split('_')[0]}_*"}
            if path.stem != "__init__" and room not in {"seeds"} and not named & words:
                missing.append(f"{room}/{path.name}")
    assert missing == []
