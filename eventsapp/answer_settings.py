"""The settings of the mailbox that answers come to, and what follows from them."""

from __future__ import annotations

from typing import Any

from eventsapp.setting_values import Setting, one_of, whole

TLS, STARTTLS, NONE = "tls", "starttls", "none"
_PORTS = {TLS: 993, STARTTLS: 143, NONE: 143}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

ANSWER_SETTINGS = (
    Setting(
        "ANSWERS_IMAP_HOST",
        "",
        "The IMAP server of the mailbox that MAIL_MAILBOX+anything@MAIL_DOMAIN is delivered to: answers to "
        "invitations and mails that came back are read there. Empty: nobody reads them; the desk says so.",
    ),
    Setting(
        "ANSWERS_IMAP_PORT", 0, "Its port. 0: 993, or 143 without TLS from the first byte.", whole(0, 65535)
    ),
    Setting(
        "ANSWERS_IMAP_SECURITY",
        TLS,
        "tls from the first byte, starttls, or none, which is for loopback only: the password and what "
        "families write travel there.",
        one_of(TLS, STARTTLS, NONE),
    ),
    Setting(
        "ANSWERS_IMAP_CA",
        "",
        "A file with the certificate of whoever signed the server's, where no browser knows them (an "
        "authority of one's own). The certificate is always verified.",
    ),
    Setting("ANSWERS_IMAP_USER", "", "Who we are to that server."),
    Setting("ANSWERS_IMAP_PASSWORD", "", "And the password."),
    Setting("ANSWERS_IMAP_FOLDER", "INBOX", "The folder that answers come to; it is ours alone."),
    Setting(
        "ANSWERS_AUTHSERV_ID",
        "",
        "The name that our own mail server gives itself in Authentication-Results (RFC 8601), which it must "
        "remove where a stranger writes it. Empty: no sender is taken as proved, and a « no » of another "
        "address than the invited one is asked about.",
    ),
)


def derive(config: dict[str, Any]) -> None:
    """Fills in the port. Raises ValueError, with the sentence that says what to set, for what is unsafe."""
    security, host = config["ANSWERS_IMAP_SECURITY"], config["ANSWERS_IMAP_HOST"]
    config["ANSWERS_IMAP_PORT"] = config["ANSWERS_IMAP_PORT"] or _PORTS[security]
    if host and not config["ANSWERS_IMAP_USER"]:
        raise ValueError("ANSWERS_IMAP_USER: set who we are to the server of ANSWERS_IMAP_HOST")
    if host and security == NONE and host not in _LOOPBACK:
        raise ValueError("ANSWERS_IMAP_SECURITY: none is for loopback only; set tls or starttls")
