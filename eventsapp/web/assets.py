"""Static files: served by WhiteNoise under a name that changes with their content.

The whole folder sits below a fingerprint of all it holds, so that files may name each other
(fonts in style sheets) and every one may be kept for a year.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask import Flask, redirect
from werkzeug.wrappers import Response as BaseResponse
from whitenoise import WhiteNoise

from eventsapp.settings import folder

A_YEAR = 31_536_000
WORTH_COMPRESSING = {".css", ".js", ".svg"}
"""Fonts are compressed already; these shrink to a third."""


def bind(app: Flask) -> None:
    """Serves the folder `static` and gives templates `asset(path)`."""
    root = folder("static")
    reloading = bool(app.config.get("DEBUG"))
    version = "dev" if reloading else tree_fingerprint(root)
    prefix = f"static/{version}/"
    if not reloading:
        root = compressed_copy(root, Path(app.instance_path) / f"static-{version}")
    noise: Any = WhiteNoise(
        app.wsgi_app,
        autorefresh=reloading,
        max_age=0 if reloading else A_YEAR,
        immutable_file_test=lambda path, url: not reloading,
    )
    noise.add_files(str(root), prefix=prefix)
    app.wsgi_app = noise  # type: ignore[method-assign]  # how WSGI middleware is put around Flask

    def asset(path: str) -> str:
        return f"/{prefix}{path}"

    app.jinja_env.globals["asset"] = asset

    @app.get("/favicon.ico")
    def favicon() -> BaseResponse:
        return redirect(asset("logo.svg"), 301)


def compressed_copy(root: Path, copy: Path) -> Path:
    """A copy of the folder with « .gz » files beside those worth it, as WhiteNoise looks for them.

    In the instance folder: the program's own may be read-only. Made once per version, in one move,
    so that processes starting together never see half of it.
    """
    if copy.is_dir():
        return copy
    draft = Path(mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
    shutil.copytree(root, draft, dirs_exist_ok=True)
    for path in draft.rglob("*"):
        if path.suffix in WORTH_COMPRESSING:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    draft.chmod(0o755)
    try:
        draft.rename(copy)
    except OSError:  # another process was first
        shutil.rmtree(draft)
    return copy


def tree_fingerprint(root: Path) -> str:
    """Ten letters that change whenever a file of the folder changes, moves or goes."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]
