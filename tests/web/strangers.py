"""What a stranger can see of an answer: all of it, but for what they typed themselves and their own token."""

from __future__ import annotations

import re
from typing import Any

from tests.pages import PageClient, PageResponse

NEVER_TWICE = frozenset({"Date", "Content-Length"})
"""Headers that say nothing: the second, and how long the address is that was typed."""


def seen(client: PageClient, answer: PageResponse, typed: str) -> dict[str, Any]:
    """Status, headers, the whole page, and what the cookies hold: a session is signed, not secret."""
    with client.session_transaction() as session:
        held = {name: value for name, value in session.items() if name != "csrf_token"}
    return {
        "status": answer.status_code,
        "headers": sorted(
            (name, value.split("=")[0] + _traits(value) if name == "Set-Cookie" else value)
            for name, value in answer.headers
            if name not in NEVER_TWICE
        ),
        "page": re.sub(
            r'(name="csrf_token"[^>]* value=)"[^"]+"',
            r"\1",
            answer.get_data(as_text=True).replace(typed, "…"),
        ),
        "session": held,
    }


def _traits(cookie: str) -> str:
    """A cookie without its value."""
    return "".join(sorted(part.strip() for part in cookie.split(";")[1:]))
