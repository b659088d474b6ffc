"""What a letter of a list says of it in its head, so that mail programs can offer to stop it; and how such
further headers are kept beside a letter.

`Precedence: bulk` is not among them: no standard defines it (RFC 2076 3.9 discourages it), and whom it was to
keep silent, the robots that answer for people on holiday, look at List-Id and Auto-Submitted (RFC 3834 2;
RFC 5230 4.6).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from eventsapp.settings import setting


@dataclass(frozen=True)
class MailingList:
    """A list somebody asked to be on: its permanent name (« paris-19.lundi ») and the address that stops it
    for this reader, by a POST without cookie."""

    name: str
    stop: str

    def headers(self) -> dict[str, str]:
        """List-Id (RFC 2919), List-Unsubscribe (RFC 2369), and, since that needs https, List-Unsubscribe-Post
        (RFC 8058 3.1). Both must be covered by the DKIM signature of the server that sends (RFC 8058 4)."""
        said = {
            "List-Id": f"<{self.name}.{setting('MAIL_DOMAIN')}>",
            "List-Unsubscribe": f"<{self.stop}>",
        }
        if self.stop.startswith("https://"):
            said["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return said


def written(headers: Mapping[str, str]) -> str:
    """For `Letter.headers`; empty for none."""
    return json.dumps(dict(headers)) if headers else ""


def read(kept: str) -> dict[str, str]:
    """What `written` made."""
    return dict(json.loads(kept)) if kept else {}
