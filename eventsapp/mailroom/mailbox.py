"""The mailbox that answers come to, over IMAP (RFC 9051): the only module that knows IMAPClient.

Mails are looked at without being marked, sized before they are loaded, and never loaded beyond the bound
(RULES I18). Which were read is marked in the mailbox by \\Seen and, where the server keeps such, by a flag of
our own: whoever looks into the mailbox meanwhile hides nothing from us.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from time import monotonic

from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from eventsapp.answer_settings import STARTTLS, TLS
from eventsapp.refusals import msgid
from eventsapp.settings import setting

PATIENCE = SocketTimeout(connect=15, read=30)
"""Seconds to wait for an answer; without a limit a silent server would hold a thread for ever."""
OURS = "EventsappRead"
"""Our own flag, which says that a mail was read (RFC 9051 section 2.3.2, a keyword)."""
LOOKED_BACK = timedelta(days=14)
"""How far back mails are read that somebody has already seen; those that nobody has, whatever their age."""
_GLANCE = 1.0
"""Seconds between two looks at whether to go on waiting."""


class Problem(StrEnum):
    """Why answers are not read: sentences that a desk shows."""

    AWAY = msgid("Le serveur de courrier ne répond pas.")
    CERTIFICATE = msgid("Le certificat du serveur de courrier n’est pas valable.")
    SIGN_IN = msgid("Le serveur de courrier refuse l’identifiant ou le mot de passe.")
    FOLDER = msgid("Le dossier de la boîte de courrier n’existe pas.")
    READ_ONLY = msgid("La boîte de courrier ne se laisse que lire : rien n’y peut être marqué comme lu.")


class MailboxAway(Exception):
    """Nothing can be read now; `problem` says why. It is tried again."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.name)


@dataclass(frozen=True)
class Waiting:
    """A mail that was not read yet."""

    uid: int
    key: str
    """The same each time, of no other mail: folder, UIDVALIDITY and UID (RFC 9051 section 2.3.1.1)."""
    size: int
    """Octets, as the server says."""


def is_set_up() -> bool:
    """Whether answers are read at all: without a server everything else works."""
    return bool(setting("ANSWERS_IMAP_HOST"))


@contextmanager
def opened() -> Iterator[Mailbox]:
    """The mailbox, signed in and its folder chosen, as the settings say. Raises MailboxAway."""
    client = _connected()
    try:
        with _heard(Problem.SIGN_IN, LoginError):
            client.login(setting("ANSWERS_IMAP_USER"), setting("ANSWERS_IMAP_PASSWORD"))
        try:
            yield Mailbox(client, setting("ANSWERS_IMAP_FOLDER"))
        except MailboxAway:
            raise  # it may be in the midst of a word, and would leave a LOGOUT without an answer
        except BaseException:
            _take_leave(client)
            raise
        _take_leave(client)
    finally:
        with suppress(IMAPClientError, OSError):
            client.shutdown()


def _take_leave(client: IMAPClient) -> None:
    with suppress(IMAPClientError, OSError):
        client.logout()


def _connected() -> IMAPClient:
    security, host, port = (setting(f"ANSWERS_IMAP_{name}") for name in ("SECURITY", "HOST", "PORT"))
    with _heard(Problem.CERTIFICATE, ssl.SSLCertVerificationError):
        trust = ssl.create_default_context(cafile=setting("ANSWERS_IMAP_CA") or None)
        implicit = security == TLS
        client = IMAPClient(
            host, port, ssl=implicit, ssl_context=trust if implicit else None, timeout=PATIENCE
        )
        if security == STARTTLS:
            try:
                client.starttls(trust)
            except BaseException:
                client.shutdown()
                raise
        return client


@contextmanager
def _heard(problem: Problem = Problem.AWAY, *kinds: type[Exception]) -> Iterator[None]:
    """What goes wrong meanwhile is MailboxAway: `problem` for one of these kinds, else the server is away."""
    try:
        yield
    except (IMAPClientError, OSError, ValueError) as error:
        raise MailboxAway(problem if isinstance(error, kinds) else Problem.AWAY) from error


class Mailbox:
    """An open folder. Its methods raise MailboxAway when the server goes."""

    def __init__(self, client: IMAPClient, folder: str) -> None:
        self._client = client
        with _heard(Problem.FOLDER, IMAPClientError):
            said = client.select_folder(folder)
        if b"READ-ONLY" in said:
            raise MailboxAway(Problem.READ_ONLY)
        self._keeps_flags = b"\\*" in said.get(b"PERMANENTFLAGS", ())
        self._name = f"{sha256(folder.encode()).hexdigest()[:8]}.{said.get(b'UIDVALIDITY', 0)}"

    def waiting(self, today: date, *, most: int) -> list[Waiting]:
        """The oldest mails that were not read yet, at most so many."""
        since = today - LOOKED_BACK
        unread: list[object] = (
            ["UNDELETED", "UNKEYWORD", OURS, "OR", "UNSEEN", "SINCE", since]
            if self._keeps_flags
            else ["UNDELETED", "UNSEEN"]
        )
        with _heard():
            uids = sorted(self._client.search(unread))[:most]
            sizes = self._client.fetch(uids, ["RFC822.SIZE"])
        return [
            Waiting(uid, f"{self._name}.{uid}", int(sizes[uid].get(b"RFC822.SIZE", 0)))
            for uid in uids
            if uid in sizes
        ]

    def octets(self, mail: Waiting, *, most: int) -> bytes:
        """The mail, or as many octets of it; empty where it is gone meanwhile. It is not marked."""
        return self._loaded(mail, f"BODY.PEEK[]<0.{most}>")

    def head(self, mail: Waiting, *, most: int) -> bytes:
        """Its head alone, or as many octets of it."""
        return self._loaded(mail, f"BODY.PEEK[HEADER]<0.{most}>")

    def _loaded(self, mail: Waiting, what: str) -> bytes:
        with _heard():
            said = self._client.fetch([mail.uid], [what]).get(mail.uid, {})
        # NIL stands there for a mail that somebody else has expunged meanwhile (RFC 2180 section 4.1.3).
        return next((bytes(value or b"") for name, value in said.items() if name.startswith(b"BODY[")), b"")

    def mark(self, mail: Waiting) -> None:
        """It was read: it is not given again."""
        with _heard():
            self._client.add_flags([mail.uid], [SEEN, OURS] if self._keeps_flags else [SEEN], silent=True)

    def can_tell(self) -> bool:
        """Whether the server says by itself that something came (IDLE, RFC 2177)."""
        with _heard():
            return bool(self._client.has_capability("IDLE"))

    def hears_of_news(self, *, patience: float, is_ending: Callable[[], bool]) -> bool:
        """Waits until something came; False after `patience` seconds, or within one when it is to end."""
        until = monotonic() + patience
        with _heard(Problem.AWAY, CapabilityError):
            self._client.idle()
            is_news = False
            while not is_news and not is_ending() and monotonic() < until:
                began = monotonic()
                said = self._client.idle_check(timeout=_GLANCE)
                is_news = any(len(line) > 1 and line[1] == b"EXISTS" for line in said)
                if any(line[0] == b"BYE" for line in said):
                    # Its last word (RFC 9051 section 7.1.5): TLS may keep the connection for half a minute.
                    raise MailboxAway(Problem.AWAY)
                if not said and monotonic() - began < _GLANCE / 2:
                    break  # nothing said, no time gone: the connection is closed, as the next word finds out
            try:
                _, rest = self._client.idle_done()
            except IMAPClientError:
                if is_news:
                    return True  # half a line was lost while it waited: what was heard holds
                raise
        return is_news or any(len(line) > 1 and line[1] == b"EXISTS" for line in rest)
