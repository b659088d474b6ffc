"""The wheel carries the whole program: what is installed elsewhere can run."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, ROOT


@pytest.mark.slow
def test_the_wheel_holds_templates_static_files_migrations_and_data(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-2000:]
    [wheel] = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == {
        *files(PACKAGE, "eventsapp"),
        *files(ROOT / "templates", "eventsapp/_templates"),
        *files(ROOT / "static", "eventsapp/_static"),
        *files(ROOT / "migrations", "eventsapp/_migrations"),
    }


def files(folder: Path, packed_as: str) -> set[str]:
    return {
        f"{packed_as}/{path.relative_to(folder).as_posix()}"
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
