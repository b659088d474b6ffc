"""The link of a subscription: the same in every letter, though none of it can be read in the database.

A private link is usually a new random one in each letter, its fingerprint stored. This one must stop the
letters from the oldest letter as from the latest (RFC 8058), so it is derived, as reply tokens are: 256 bits
of HMAC over a random number of the row, under LETTERS_KEY. Whoever reads the database alone cannot make it.
"""

from __future__ import annotations

from eventsapp.codes import derived_token, fingerprint
from eventsapp.newsletter.models import Subscription
from eventsapp.settings import setting

PATH = "/lettre"


def token_of(subscription: Subscription) -> str:
    """The token; where the secret has changed since, the row is found by the new one from now on, and the
    links of former letters lead nowhere."""
    token = derived_token(str(setting("LETTERS_KEY") or setting("SECRET_KEY")), "letter", subscription.nonce)
    subscription.fingerprint = fingerprint(token)
    return token


def address_of(token: str) -> str:
    """Where choices are read and changed; a letter not confirmed yet is confirmed there."""
    return f"{setting('PUBLIC_URL')}{PATH}/{token}"


def stop_of(token: str) -> str:
    """Where the letters are stopped: by a button, or by a mail program (RFC 8058)."""
    return f"{address_of(token)}/arret"
