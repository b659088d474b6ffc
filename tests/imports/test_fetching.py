"""Somebody outside gives an address: what it holds comes, and nothing of our own network."""

from __future__ import annotations

import gzip
import os
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from eventsapp.imports import addresses, fetching
from eventsapp.imports.addresses import UrlUnreadable
from eventsapp.imports.fetching import (
    AnswerRefused,
    AnswerTooLarge,
    AnswerUnreadable,
    CertificateWrong,
    Fetched,
    Known,
    PlaceRefused,
    SiteAway,
    TooManyRedirects,
)
from eventsapp.refusals import Refusal
from tests.imports.websites import NAME, PUBLIC, Answer, Website, a_certificate, http, served

MOST = 64 * 1024
BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


def ask(site: Website, path: str = "/agenda.ics", **options: object) -> Fetched:
    url = path if "://" in path else f"http://{NAME}{path}"
    said: dict[str, object] = {"most": MOST, "resolve": site.resolve, "connect": site.connect}
    return fetching.fetch(url, **(said | options))  # type: ignore[arg-type]  # as the test says them


def answering(octets: bytes) -> Answer:
    return lambda path, headers: octets


def test_what_an_address_holds_comes_with_its_validators() -> None:
    octets = http("200 OK", BODY, ETag='"a1"', Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT")
    with served(answering(octets)) as site:
        assert ask(site, "/agenda.ics?cle=1#haut") == Fetched(BODY, '"a1"', "Sat, 21 Nov 2026 10:00:00 GMT")
    ((path, headers),) = site.asked
    assert (path, headers["host"]) == ("/agenda.ics?cle=1", NAME)
    assert {"cookie", "authorization", "referer"} & set(headers) == set()
    assert (site.connected, site.resolved) == ([(PUBLIC, 80)], [NAME])


def test_what_has_not_changed_is_not_sent_again() -> None:
    def answer(path: str, headers: dict[str, str]) -> bytes:
        return http("304 Not Modified") if headers.get("if-none-match") == '"a1"' else http("200 OK", BODY)

    with served(answer) as site:
        assert ask(site, known=Known('"a1"', "Sat, 21 Nov 2026 10:00:00 GMT")).octets is None
        assert site.asked[0][1]["if-modified-since"] == "Sat, 21 Nov 2026 10:00:00 GMT"
        assert ask(site, known=Known('"b2"')).octets == BODY


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1"),
        *("198.51.100.2", "203.0.113.3", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "::ffff:127.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "fe80::1", "fe80::1%eth0"),
        *("fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "64:ff9b::7f00:1"),
        *("64:ff9b:1::1", "2001::1", "100::1", "3fff::1", "nonsense", ""),
    ],
)
def test_an_address_that_is_not_public_is_never_connected_to(address: str) -> None:
    with served(answering(http("200 OK", BODY))) as site:
        # Alone, and hidden behind a public one.
        for found in ([address], [PUBLIC, address]):
            site.names[NAME] = found
            with pytest.raises(PlaceRefused):
                ask(site)
    assert (site.connected, site.asked) == ([], [])


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "172.32.0.1", "2606:2800:220:1::1", "2a01:e0a::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert addresses.is_public(address)


def test_a_name_is_resolved_once_for_a_connection() -> None:
    """DNS rebinding: the second answer of a hostile name server is never asked for."""
    answers: Iterator[list[str]] = iter([[PUBLIC], ["127.0.0.1"]])
    with served(answering(http("200 OK", BODY))) as site:
        assert ask(site, resolve=lambda host, port: next(answers)).octets == BODY
    assert site.connected == [(PUBLIC, 80)]
    assert next(answers) == ["127.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "agenda.ics",
            "ftp://agenda.example.org/",
            "file:///etc/passwd",
            "gopher://agenda.example.org/",
        ),
        *("http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://localhost/"),
        *(
            "http://agenda.example.org:8080/",
            "https://agenda.example.org:80/",
            "http://agenda.example.org:x/",
        ),
        *("http://moi:secret@agenda.example.org/", "http://agenda.example.org@evil.example/", "http:///a"),
        *(
            "http://agenda.example.org/a b",
            "http://agenda.example.org/\r\nX: y",
            "http://agenda.example.org\\@b.fr",
        ),
        *("http://agenda..example.org/", "http://évil.example/", f"http://{'a' * 600}.fr/", "http://[oops/"),
    ],
)
def test_what_is_no_address_of_a_site_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(UrlUnreadable):
        addresses.checked(url)
    with served(answering(http("200 OK", BODY))) as site, pytest.raises(UrlUnreadable):
        fetching.fetch(url, most=MOST, resolve=site.resolve, connect=site.connect)
    assert (site.resolved, site.connected) == ([], [])


def test_an_address_of_a_calendar_program_is_https() -> None:
    assert addresses.checked(" webcal://agenda.example.org/a.ics ") == "https://agenda.example.org/a.ics"


@pytest.mark.parametrize(
    ("onward", "refusal"),
    [
        ("http://127.0.0.1/", UrlUnreadable),
        ("http://interne.example.org/", PlaceRefused),
        ("ftp://agenda.example.org/", UrlUnreadable),
        ("http://agenda.example.org:22/", UrlUnreadable),
        ("http://moi:secret@agenda.example.org/", UrlUnreadable),
        ("http://[/", UrlUnreadable),
        ("/encore", TooManyRedirects),
        ("//interne.example.org/", PlaceRefused),
    ],
)
def test_every_redirect_is_checked_as_the_first(onward: str, refusal: type[Refusal]) -> None:
    with served(answering(http("302 Found", Location=onward))) as site:
        site.names["interne.example.org"] = ["192.168.0.10"]
        with pytest.raises(refusal):
            ask(site)
    assert {address for address, _ in site.connected} == {PUBLIC}
    assert len(site.connected) <= fetching.MOST_REDIRECTS + 1


def test_a_redirect_is_followed_and_forgets_the_validators_of_another_site() -> None:
    def answer(path: str, headers: dict[str, str]) -> bytes:
        if headers["host"] == NAME:
            return http("301 Moved Permanently", Location="http://ailleurs.example.org/b.ics")
        return http("200 OK", BODY)

    with served(answer) as site:
        site.names["ailleurs.example.org"] = [PUBLIC]
        assert ask(site, known=Known('"a1"')).octets == BODY
    assert "if-none-match" not in site.asked[1][1]


@pytest.mark.parametrize(
    ("octets", "refusal"),
    [
        (http("404 Not Found"), AnswerRefused),
        (http("500 Oops"), AnswerRefused),
        (http("302 Found"), AnswerRefused),
        (http("304 Not Modified"), AnswerRefused),
        (http("200 OK", b"x" * (MOST + 1)), AnswerTooLarge),
        (http("200 OK", gzip.compress(b"x" * 50_000_000, mtime=0), Content_Encoding="gzip"), AnswerTooLarge),
        (http("200 OK", gzip.compress(BODY, mtime=0)[:-9], Content_Encoding="gzip"), AnswerUnreadable),
        (http("200 OK", gzip.compress(BODY, mtime=0) * 2, Content_Encoding="gzip"), AnswerUnreadable),
        (http("200 OK", b"nothing packed", Content_Encoding="gzip"), AnswerUnreadable),
        (http("200 OK", BODY, Content_Encoding="br"), AnswerUnreadable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nBEGIN", SiteAway),
        (b"SSH-2.0-OpenSSH_9.9\r\n", AnswerUnreadable),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n", AnswerUnreadable),
        (b"", SiteAway),
    ],
)
def test_what_no_agenda_would_answer_is_refused(octets: bytes, refusal: type[Refusal]) -> None:
    with served(answering(octets)) as site, pytest.raises(refusal):
        ask(site)


def test_a_packed_agenda_is_unpacked() -> None:
    with served(answering(http("200 OK", gzip.compress(BODY, mtime=0), Content_Encoding="gzip"))) as site:
        assert ask(site).octets == BODY


def test_a_site_that_is_silent_is_left_when_the_clock_says_so() -> None:
    """It sends the beginning of an answer, then waits for us to go: `served` joins it afterwards."""
    gone = threading.Event()

    def answer(path: str, headers: dict[str, str]) -> bytes:
        gone.wait(5)
        return b""

    with served(answer) as site:
        with pytest.raises(SiteAway):
            ask(site, seconds=0.3)
        gone.set()


@pytest.mark.parametrize("is_secret", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"titre;date\n"),
    ],
    ids=["a header without an end", "a chunk without an end", "half an agenda"],
)
def test_a_site_that_trickles_is_left_when_the_clock_says_so(
    head: bytes, piece: bytes, is_secret: bool, tmp_path: Path
) -> None:
    """Never silent, never done; and what had come by then is no agenda: the rest would seem to vanish."""
    gone = threading.Event()

    def answer(path: str, headers: dict[str, str]) -> Iterator[bytes]:
        yield head
        for _ in range(60):
            yield piece
            if gone.wait(0.05):
                return

    certificate = a_certificate(tmp_path) if is_secret else None
    url = f"{'https' if is_secret else 'http'}://{NAME}/agenda.csv"
    with served(answer, certificate=certificate) as site:
        began = monotonic()
        with pytest.raises(SiteAway):
            ask(site, url, seconds=0.5, trust=ssl.create_default_context(cafile=certificate))
        assert monotonic() - began < 2
        gone.set()


def test_a_certificate_is_verified_for_the_name(tmp_path: Path) -> None:
    mine, others = a_certificate(tmp_path), a_certificate(tmp_path, "autre.example.org")
    octets, url = http("200 OK", BODY), f"https://{NAME}/a.ics"
    with served(answering(octets), certificate=mine) as site:
        assert ask(site, url, trust=ssl.create_default_context(cafile=mine)).octets == BODY
        assert site.connected == [(PUBLIC, 443)]
        with pytest.raises(CertificateWrong):
            ask(site, url)  # as production asks: nobody vouches for it
    with served(answering(octets), certificate=others) as site, pytest.raises(CertificateWrong):
        ask(site, url, trust=ssl.create_default_context(cafile=others))


def test_https_never_leads_down_to_http(tmp_path: Path) -> None:
    mine = a_certificate(tmp_path)
    octets = http("302 Found", Location=f"http://{NAME}/a.ics")
    with served(answering(octets), certificate=mine) as site, pytest.raises(PlaceRefused):
        ask(site, f"https://{NAME}/a.ics", trust=ssl.create_default_context(cafile=mine))
    assert site.connected == [(PUBLIC, 443)]


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9/")
    with served(answering(http("200 OK", BODY))) as site:
        assert ask(site).octets == BODY
