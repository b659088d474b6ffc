"""What a browser answers with a passkey, read and verified by py_webauthn (W3C WebAuthn 2, 7.1 and 7.2).

Loaded with the first answer: half a second and 9 MB that most processes never need.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException

_ODD = (WebAuthnException, ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What py_webauthn and the decoders say of an answer that is none."""


class AnswerRefused(Exception):
    """Not an answer, or not a true one."""


@dataclass(frozen=True)
class Site:
    """For whom a passkey was made: the host's name, and the origin that a browser says."""

    host: str
    origin: str


@dataclass(frozen=True)
class Answer:
    """What was sent, before anything of it is believed."""

    credential: dict[str, Any]
    credential_id: str
    handle: bytes
    challenge: bytes


@dataclass(frozen=True)
class Made:
    """A new passkey, as it is stored."""

    credential_id: str
    public_key: bytes
    sign_count: int


def read(sent: str) -> Answer:
    """Takes an answer apart. Raises AnswerRefused for anything of another shape."""
    try:
        credential = json.loads(sent)
        response = credential["response"]
        client_data = json.loads(base64url_to_bytes(response["clientDataJSON"]))
        return Answer(
            credential=credential,
            # As it is stored, whatever was sent: no lone surrogate, no NUL.
            credential_id=bytes_to_base64url(base64url_to_bytes(str(credential["id"]))),
            handle=base64url_to_bytes(response.get("userHandle") or ""),
            challenge=base64url_to_bytes(client_data["challenge"]),
        )
    except _ODD as error:
        raise AnswerRefused() from error


def made(answer: Answer, site: Site) -> Made:
    """The passkey that this answer brings. Raises AnswerRefused: another site, nobody verified, forged."""
    try:
        verified = verify_registration_response(
            credential=answer.credential,
            expected_challenge=answer.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _ODD as error:
        raise AnswerRefused() from error
    return Made(
        bytes_to_base64url(verified.credential_id), verified.credential_public_key, verified.sign_count
    )


def counted(answer: Answer, site: Site, public_key: bytes, sign_count: int) -> int:
    """The counter of a passkey that has signed truly. Raises AnswerRefused, for a counter that does not
    rise too: the key was copied (7.2, step 21)."""
    try:
        verified = verify_authentication_response(
            credential=answer.credential,
            expected_challenge=answer.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except _ODD as error:
        raise AnswerRefused() from error
    return verified.new_sign_count
