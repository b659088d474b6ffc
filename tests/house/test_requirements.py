"""pyproject.toml and the requirements files say the same, exactly, and leave nothing to chance."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import ROOT, project


def read(path: Path) -> list[str]:
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


RUNTIME = [Requirement(line) for line in read(ROOT / "requirements.txt")]
DEVELOPMENT = [Requirement(line) for line in read(ROOT / "requirements-dev.txt") if line[0] != "-"]


def pins(requirements: list[Requirement]) -> dict[str, str]:
    return {canonicalize_name(r.name): str(r.specifier) for r in requirements}


def needed_by(requirements: list[Requirement]) -> set[str]:
    """The names of these and of all they need in turn, here and now."""
    waiting = [(r, extra) for r in requirements for extra in (r.extras or {""})]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        key = (canonicalize_name(requirement.name), extra)
        if key in seen:
            continue
        seen.add(key)
        for line in metadata.requires(requirement.name) or []:
            below = Requirement(line)
            if below.marker is None or below.marker.evaluate({"extra": extra}):
                waiting += [(below, name) for name in (below.extras or {""})]
    return {name for name, _ in seen}


@pytest.mark.parametrize("requirement", RUNTIME + DEVELOPMENT, ids=lambda r: r.name)
def test_pin_is_exact_and_installed(requirement: Requirement) -> None:
    assert requirement.url is None
    if requirement.marker is None or requirement.marker.evaluate():
        assert str(requirement.specifier) == f"=={metadata.version(requirement.name)}"


def test_pyproject_names_what_requirements_pin() -> None:
    direct = [Requirement(line) for line in project()["project"]["dependencies"]]
    pinned = pins(RUNTIME)
    assert pins(direct) == {name: pinned[name] for name in pins(direct)}
    assert needed_by(direct) == set(pins(RUNTIME))


def test_nothing_the_tests_need_is_left_out() -> None:
    assert needed_by(DEVELOPMENT) - set(pins(RUNTIME)) == set(pins(DEVELOPMENT))


def test_the_build_is_pinned_too() -> None:
    assert project()["build-system"]["requires"] == [f"hatchling{pins(DEVELOPMENT)['hatchling']}"]


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt", "pyproject.toml", "Makefile"])
def test_no_index_is_named(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    for option in ("index-url", "find-links", "--trusted-host", "-i http"):
        assert option not in text
