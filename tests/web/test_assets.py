"""Static files: under a name that changes with them, kept for a year, compressed where it helps."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from eventsapp.settings import folder
from eventsapp.web.assets import compressed_copy, tree_fingerprint

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return FlaskClient(app, Response)  # PageClient reads pages only


def sheet_address(visitor: FlaskClient) -> str:
    [address] = re.findall(r'href="(/static/[0-9a-f]{10}/app\.css)"', visitor.get("/aide").text)
    return str(address)


def test_a_sheet_is_kept_for_good_and_travels_compressed(visitor: FlaskClient) -> None:
    answer = visitor.get(sheet_address(visitor), headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(answer.data) == (folder("static") / "app.css").read_bytes()
    assert len(answer.data) * 3 < len(gzip.decompress(answer.data))


def test_who_takes_no_gzip_gets_it_plain(visitor: FlaskClient) -> None:
    answer = visitor.get(sheet_address(visitor))
    assert "Content-Encoding" not in answer.headers
    assert answer.data == (folder("static") / "app.css").read_bytes()


@pytest.mark.parametrize("path", ["app.css/", "../wsgi.py", "nothing.css", "app.css.gz.gz"])
def test_nothing_else_is_served(visitor: FlaskClient, path: str) -> None:
    address = sheet_address(visitor).removesuffix("app.css")
    assert visitor.get(address + path).status_code == 404


def test_the_fingerprint_changes_with_every_change(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    seen = {tree_fingerprint(tmp_path)}
    (tmp_path / "a.css").write_text("b{}")
    seen.add(tree_fingerprint(tmp_path))
    (tmp_path / "a.css").rename(tmp_path / "c.css")
    seen.add(tree_fingerprint(tmp_path))
    (tmp_path / "c.css").unlink()
    seen.add(tree_fingerprint(tmp_path))
    assert len(seen) == 4


def test_two_processes_starting_together_agree(tmp_path: Path) -> None:
    source = tmp_path / "static"
    source.mkdir()
    (source / "a.css").write_text("a{}")
    (source / "a.woff2").write_text("font")
    copy = tmp_path / "copy"
    assert compressed_copy(source, copy) == copy
    (source / "a.css").write_text("later{}")
    assert compressed_copy(source, copy) == copy
    assert sorted(path.name for path in copy.iterdir()) == ["a.css", "a.css.gz", "a.woff2"]
    assert (copy / "a.css").read_text() == "a{}"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("copy-")] == []
