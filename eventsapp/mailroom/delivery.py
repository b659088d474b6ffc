"""How one letter goes over the wire: the only room that knows Flask-Mail.

What a server answers is sorted into three: the server cannot be reached or works with nobody now
(ServerAway), it refuses this letter now (Deferred), it refuses this letter for good (Rejected).
"""

from __future__ import annotations

import smtplib
import ssl
from types import TracebackType
from typing import Self

from flask_mail import BadHeaderError, Connection

from eventsapp.extensions import mail
from eventsapp.mailroom.calendar_message import CalendarMessage, UnsendableMessage
from eventsapp.settings import setting

PATIENCE = 30
"""Seconds to wait for each answer of the server; without a limit a silent one would hold a worker."""


class DeliveryProblem(Exception):
    """A letter did not leave; the sentence says what the server said."""


class ServerAway(DeliveryProblem):
    """Nothing can be delivered now: wait, this is no fault of the letter."""


class Deferred(DeliveryProblem):
    """The server does not take this letter now (greylisting, full mailbox, a sender it refuses): later."""


class NoAnswer(Deferred):
    """Who was to take it says nothing: so many more of them would hold up everything else."""


class Rejected(DeliveryProblem):
    """The server will never take this letter: the address does not exist, for instance."""


class Postman:
    """An open connection to the mail server, to use in a `with`; opened at the first letter."""

    def __init__(self) -> None:
        self._connection: _PatientConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def carry(self, message: CalendarMessage) -> None:
        """Hands one message to the server. Raises ServerAway, Deferred or Rejected."""
        try:
            self._open().send(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            self._hang_up()
            raise (Rejected if code >= 500 else Deferred)(_said(code, answer)) from error
        except smtplib.SMTPSenderRefused as error:
            self._hang_up()
            # Our fault or our settings', never the reader's: it waits, and a human looks in the end.
            raise Deferred(_said(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPDataError as error:
            self._hang_up()
            kind = Rejected if error.smtp_code >= 500 else Deferred
            raise kind(_said(error.smtp_code, error.smtp_error)) from error
        except (UnsendableMessage, BadHeaderError, UnicodeError) as error:
            raise Rejected(str(error) or "bad header") from error
        except (smtplib.SMTPException, OSError) as error:
            self._connection = None
            raise ServerAway(str(error) or type(error).__name__) from error

    def _open(self) -> _PatientConnection:
        if self._connection is None:
            self._connection = _PatientConnection(mail.connect().mail).__enter__()
        return self._connection

    def _hang_up(self) -> None:
        """Also after a refusal: smtplib has reset or closed the connection, a fresh one is simplest."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.__exit__(None, None, None)  # type: ignore[arg-type]  # its annotations forget None
        except (smtplib.SMTPException, OSError):
            return  # the letters have left or not; a server that hangs up first changes nothing


class _PatientConnection(Connection):
    """Flask-Mail's connection with a limit on waiting, which it does not set."""

    def __enter__(self) -> Self:
        self.host = self.configure_host()
        self.num_emails = 0
        return self

    def configure_host(self) -> smtplib.SMTP:
        """A connection, encrypted and signed in as the settings say."""
        server, port, trust = self.mail.server, self.mail.port, ssl.create_default_context()
        # Our own name in EHLO: the machine's may be unqualified, and smtplib asks the network for it.
        name = str(setting("MAIL_DOMAIN"))
        host: smtplib.SMTP
        if self.mail.use_ssl:
            host = smtplib.SMTP_SSL(server, port, local_hostname=name, timeout=PATIENCE, context=trust)
        else:
            host = smtplib.SMTP(server, port, local_hostname=name, timeout=PATIENCE)
        if self.mail.use_tls:
            host.starttls(context=trust)
        if self.mail.username and self.mail.password:
            host.login(self.mail.username, self.mail.password)
        return host


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"
