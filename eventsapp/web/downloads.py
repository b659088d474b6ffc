"""Tables that a desk lets one take away."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from eventsapp import clock, spreadsheets
from eventsapp.spreadsheets import Kind, Sheet


def download(name: str, kind: Kind, sheets: Sequence[Sheet]) -> Response:
    """A file called `name`, today's date and its kind. `name` says no person's name: file names stay in
    folders and histories. (No cache keeps it: `headers` says so of every desk.)"""
    answer = Response(spreadsheets.written(kind, sheets), content_type=kind.content_type)
    file_name = f"{name}-{clock.today().isoformat()}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer
