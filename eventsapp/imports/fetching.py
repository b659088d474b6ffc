"""Fetches what a partner’s address holds, and nothing that this server could reach and they could not.

An address is given by somebody outside, so asking it must not open our own network to them (OWASP, « Server
Side Request Forgery »; CWE-918). Every guard is here, and production has no switch for any:

- http and https on ports 80 and 443, no user name or password, redirects followed three times at most, each
  checked as the first, never from https down to http;
- the name is resolved here, every address it has must be public, and the connection goes to the very address
  that was checked: no name is resolved a second time (DNS rebinding);
- the certificate is verified for the name, whatever address it has;
- octets are counted as they come, packed and unpacked; a clock ends the connection whatever trickles in;
- no proxy, no cookie, no credential of the environment is used.

http.client with a socket of our own, rather than urllib3 or httpx: those resolve and connect by themselves,
and the guard is exactly there. Tests give `resolve` and `connect` as arguments.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

from eventsapp.imports import addresses
from eventsapp.imports.addresses import UrlUnreadable
from eventsapp.refusals import Refusal, msgid

SECONDS = 20
"""Of the clock, for one address with all its redirects."""
SECONDS_SILENT = 8
"""How long a server may say nothing."""
MOST_REDIRECTS = 3
MOST_ADDRESSES = 8
"""Of one name that are looked at; one that has more is no calendar’s."""
PIECE = 64 * 1024

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a name; raises OSError where it has none."""
Connect = Callable[[str, int, float], socket.socket]
"""A connection to an address and port, within so many seconds; raises OSError."""


class PlaceRefused(Refusal):
    """A name without addresses, or with one that is not public. One sentence for both: whoever asks learns
    nothing of our network."""

    sentence = msgid("Cette adresse ne mène pas à un site public : vérifiez-la.")


class TooManyRedirects(Refusal):
    """It sends from one address to the next. Parameter: `most`."""

    sentence = msgid("Cette adresse renvoie trop de fois vers une autre : donnez la dernière.")


class SiteAway(Refusal):
    """No answer, or none in time."""

    sentence = msgid("Le site ne répond pas. Nous essaierons à nouveau.")


class CertificateWrong(Refusal):
    """The certificate is not that of the name, or out of date."""

    sentence = msgid("Le certificat de ce site n’est pas valable.")


class AnswerRefused(Refusal):
    """Another status than 200 or 304. Parameter: `status`."""

    sentence = msgid("Le site répond « erreur %(status)s » à cette adresse.")


class AnswerTooLarge(Refusal):
    """More octets than a file may have. Parameter: `most`, in megabytes."""

    sentence = msgid("Ce que cette adresse envoie est trop lourd : %(most)s Mo au plus.")


class AnswerUnreadable(Refusal):
    """No HTTP, or packed in a way that we do not know."""

    sentence = msgid("Nous n’arrivons pas à lire ce que ce site envoie.")


@dataclass(frozen=True)
class Fetched:
    """What an address holds; `octets` is None where nothing has changed since (304)."""

    octets: bytes | None
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Known:
    """What the address said last time, for RFC 9110 13.1."""

    etag: str = ""
    modified: str = ""


def fetch(
    url: str,
    *,
    most: int,
    known: Known = Known(),
    resolve: Resolve | None = None,
    connect: Connect | None = None,
    trust: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
) -> Fetched:
    """What an address holds, `most` octets at most, unpacked.

    Raises UrlUnreadable, PlaceRefused, TooManyRedirects, SiteAway, CertificateWrong, AnswerRefused,
    AnswerTooLarge, AnswerUnreadable.
    """
    until = monotonic() + seconds
    asked = _Asked(
        resolve or _resolve, connect or _connect, trust or ssl.create_default_context(), most, until
    )
    for _ in range(MOST_REDIRECTS + 1):
        parts = addresses.parts(url)
        answer = asked.once(parts, known)
        if isinstance(answer, Fetched):
            return answer
        onward = _onward(url, answer)
        if parts.scheme == "https" and urlsplit(onward).scheme != "https":
            raise PlaceRefused(field="url")
        url, known = onward, known if urlsplit(onward).netloc == parts.netloc else Known()
    raise TooManyRedirects(field="url", most=MOST_REDIRECTS)


def _onward(url: str, said: str) -> str:
    """Where a redirect leads. Raises UrlUnreadable for what is no address (« http://[ »)."""
    try:
        return urljoin(url, said)
    except ValueError as error:
        raise UrlUnreadable(field="url") from error


@dataclass
class _Asked:
    """One fetch: its bounds, and how it reaches the world."""

    resolve: Resolve
    connect: Connect
    trust: ssl.SSLContext
    most: int
    until: float

    def once(self, parts: SplitResult, known: Known) -> Fetched | str:
        """What one address answers, or where it sends on."""
        try:
            return self._answer(parts, known)
        except ssl.SSLCertVerificationError as error:
            raise CertificateWrong(field="url") from error
        except OSError as error:  # refused, reset, silent, not TLS
            raise SiteAway(field="url") from error
        except (http.client.HTTPException, ValueError, zlib.error) as error:
            if monotonic() >= self.until:  # our own clock has cut it
                raise SiteAway(field="url") from error
            raise AnswerUnreadable(field="url") from error

    def _answer(self, parts: SplitResult, known: Known) -> Fetched | str:
        host = (parts.hostname or "").removesuffix(".")
        carrier = self._open(host, parts.scheme)
        # A server that sends an octet now and then is never silent: the clock ends it all the same. By a
        # second handle of the connection: TLS takes the first one over, and leaves nothing in it to be ended.
        handle = carrier.dup()
        clock = threading.Timer(max(0.0, self.until - monotonic()), _end, [handle])
        clock.daemon = True
        clock.start()
        try:
            stream = (
                self.trust.wrap_socket(carrier, server_hostname=host) if parts.scheme == "https" else carrier
            )
            with stream:
                talk = http.client.HTTPConnection(host, addresses.PORTS[parts.scheme])
                talk.sock = stream
                address = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                talk.request("GET", address, headers=_headers(host, known))
                with talk.getresponse() as response:
                    return self._read(response, known)
        finally:
            clock.cancel()
            clock.join()  # it may be ending the handle at this very moment
            handle.close()
            carrier.close()

    def _open(self, host: str, scheme: str) -> socket.socket:
        """A connection to an address of that name that was checked. Raises PlaceRefused, OSError."""
        try:
            found = list(dict.fromkeys(self.resolve(host, addresses.PORTS[scheme])))
        except (OSError, UnicodeError) as error:
            raise PlaceRefused(field="url") from error
        if not found or len(found) > MOST_ADDRESSES or not all(addresses.is_public(one) for one in found):
            raise PlaceRefused(field="url")
        for number, address in enumerate(found, 1):
            left = self.until - monotonic()
            try:
                return self.connect(address, addresses.PORTS[scheme], max(0.1, min(SECONDS_SILENT, left)))
            except OSError:
                if number == len(found) or left <= 0:
                    raise
        raise OSError("no address")

    def _read(self, response: http.client.HTTPResponse, known: Known) -> Fetched | str:
        if response.status in {301, 302, 303, 307, 308}:
            onward = response.getheader("Location")
            if not onward:
                raise AnswerRefused(field="url", status=response.status)
            return onward
        marks = _mark(response.getheader("ETag"), 200), _mark(response.getheader("Last-Modified"), 60)
        if response.status == 304 and known != Known():  # unasked it says nothing: nothing was read
            return Fetched(None, *marks)
        if response.status != 200:
            raise AnswerRefused(field="url", status=response.status)
        return Fetched(self._octets(response), *marks)

    def _octets(self, response: http.client.HTTPResponse) -> bytes:
        """The octets of an answer, counted before and after they are unpacked."""
        packed = (response.getheader("Content-Encoding") or "identity").strip().lower()
        if packed not in {"identity", "gzip", "x-gzip"}:
            raise AnswerUnreadable(field="url")
        unpack = None if packed == "identity" else zlib.decompressobj(wbits=31)
        made, came = bytearray(), 0
        while True:
            piece = response.read1(PIECE)
            # Asked of the last piece too: where no length is said, what our clock cuts looks like an end.
            if monotonic() >= self.until:
                raise SiteAway(field="url")
            if not piece:
                break
            came += len(piece)
            made += piece if unpack is None else unpack.decompress(piece, self.most + 1 - len(made))
            if max(came, len(made)) > self.most or (unpack is not None and unpack.unconsumed_tail):
                raise AnswerTooLarge(field="url", most=self.most // 1024**2)
        # Whatever follows the packed octets (RFC 1952 2.2 allows more of them) is not dropped in silence.
        if unpack is not None and (not unpack.eof or unpack.unused_data):
            raise AnswerUnreadable(field="url")
        if response.length:  # cut short: half a calendar would make the other half vanish
            raise SiteAway(field="url")
        return bytes(made)


def _headers(host: str, known: Known) -> dict[str, str]:
    headers = {
        "Host": host,
        "Accept": "text/calendar, application/json, text/csv, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "User-Agent": "eventsapp-imports/1",
        "Connection": "close",
    }
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.modified:
        headers["If-Modified-Since"] = known.modified
    return headers


def _mark(said: str | None, longest: int) -> str:
    """A validator as it is sent back; none where it is longer than can be kept or holds odd signs."""
    said = said or ""
    return said if len(said) <= longest and said.isascii() and said.isprintable() else ""


def _end(carrier: socket.socket) -> None:
    """Ends a connection under somebody who waits for it."""
    try:
        carrier.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


def _resolve(host: str, port: int) -> list[str]:
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connect(address: str, port: int, seconds: float) -> socket.socket:
    # An address in figures: nothing is resolved here.
    return socket.create_connection((address, port), timeout=seconds)
