"""Text messages: one gateway behind an interface, spoken to over HTTP.

The one we speak to is Brevo's (POST /v3/transactionalSMS/send, its reference of the API; JSON, the key
in the header `api-key`); another needs another class with the same `send`. What a gateway answers is
sorted as a mail server's answers are: away for everybody (ServerAway), not this text now (Deferred),
never this text (Rejected).

Like SMTP it cannot promise « never twice »: a text is never lost; it is repeated only if we die, or the
line breaks, between the gateway's yes and our commit. The repeat bears the same words and the same
`tag`, the letter's own, by which the provider's list shows it.
"""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any, Protocol
from urllib.parse import urlsplit

from eventsapp.mailroom import gsm
from eventsapp.mailroom.delivery import Deferred, NoAnswer, Rejected, ServerAway
from eventsapp.settings import setting

PATIENCE = 15
"""Seconds to wait for the gateway."""
LONGEST_ANSWER = 16 * 1024

_OURS = frozenset({401, 402, 403, 404, 405, 407, 429})
"""Our key, our credit, our address of the gateway, or too many at once: no fault of any letter."""
_OUR_CODES = frozenset(
    {"unauthorized", "not_enough_credits", "account_under_validation", "permission_denied"}
)
"""The same, as Brevo names it under another status."""


class Gateway(Protocol):
    """What carries a text."""

    def send(self, number: str, text: str, *, reference: str) -> None:
        """Hands over one text for a number (E.164), known by `reference` in the provider's list.

        Raises ServerAway, Deferred or Rejected.
        """


class Brevo:
    """The gateway of Brevo, a French provider."""

    def __init__(self, address: str, key: str, sender: str) -> None:
        self._address, self._key, self._sender = urlsplit(address), key, sender

    def send(self, number: str, text: str, *, reference: str) -> None:
        """Hands over one text. Raises ServerAway, Deferred or Rejected."""
        body = {
            "type": "transactional",
            "sender": self._sender,
            "recipient": number.removeprefix("+"),
            "content": text,
            "tag": reference,
            "unicodeEnabled": not gsm.is_basic(text),
        }
        status, answer = self._ask(json.dumps(body).encode())
        if 200 <= status < 300:
            return
        said = f"{status} {answer.get('code', '')} {answer.get('message', '')}".strip()
        if status in _OURS or status in {502, 503, 504} or str(answer.get("code")) in _OUR_CODES:
            raise ServerAway(said)
        raise (Rejected if 400 <= status < 500 and status != 408 else Deferred)(said)

    def _ask(self, body: bytes) -> tuple[int, dict[str, Any]]:
        connection = self._open()
        try:
            try:
                connection.connect()
            except (OSError, http.client.HTTPException) as error:
                raise ServerAway(str(error) or type(error).__name__) from error
            try:
                connection.request("POST", self._address.path or "/", body, self._headers())
                answer = connection.getresponse()
                return answer.status, _read(answer.read(LONGEST_ANSWER))
            except (OSError, http.client.HTTPException) as error:
                # It may have been taken all the same: tried again less and less often, not every minute.
                raise NoAnswer(str(error) or type(error).__name__) from error
        finally:
            connection.close()

    def _open(self) -> http.client.HTTPConnection:
        host, port = self._address.hostname or "", self._address.port
        if self._address.scheme == "https":
            trust = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=trust)
        return http.client.HTTPConnection(host, port, timeout=PATIENCE)

    def _headers(self) -> dict[str, str]:
        return {"api-key": self._key, "Content-Type": "application/json", "Accept": "application/json"}


def is_set_up() -> bool:
    """Whether texts can leave at all: without a key there is no such means, and nobody misses it."""
    return bool(setting("SMS_API_KEY"))


def gateway() -> Gateway:
    """The one that the settings name. Raises Rejected without one: the letter goes by its next means."""
    if not is_set_up():
        raise Rejected("no SMS gateway is set up (SMS_API_KEY)")
    return Brevo(setting("SMS_GATEWAY_URL"), setting("SMS_API_KEY"), setting("SMS_SENDER"))


def _read(octets: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(octets)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
