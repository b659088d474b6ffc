"""The baseline: a Flask view that does nothing but answer, under the same server and settings."""

from __future__ import annotations

from flask import Flask, Response

app = Flask(__name__)
PAGE = b"<!doctype html><title>x</title>" + b"x" * 40_000


@app.get("/")
def page() -> Response:
    """40 kB of nothing, the size of a page of ours."""
    return Response(PAGE, content_type="text/html; charset=utf-8")
