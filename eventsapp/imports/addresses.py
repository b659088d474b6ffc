"""Which addresses may be asked at all: how one is written, and whether where it leads is public (pure).

What `fetching` asks before anything leaves; a name that passes here may still lead nowhere.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from eventsapp.refusals import Refusal, msgid

LONGEST_URL = 500
PORTS = {"http": 80, "https": 443}

# Not public whatever `is_global` of the running Python says: it has changed between releases.
_NEVER = [
    ip_network(one)
    for one in (
        *("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24".split()),
        *("192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24".split()),
        *("224.0.0.0/4 240.0.0.0/4 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64".split()),
        *("2001::/23".split()),
        *("2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8".split()),
    )
]
"""IANA’s registries of special-purpose addresses; of IPv6 also those that carry an IPv4 address in them:
mapped, 6to4, NAT64, Teredo."""


class UrlUnreadable(Refusal):
    """No address of a calendar."""

    sentence = msgid("Écrivez une adresse comme https://exemple.org/agenda.ics, sans mot de passe.")


def checked(typed: str) -> str:
    """An address as it is kept; « webcal: » is https. Raises UrlUnreadable; asks no network."""
    url = typed.strip()
    if url[:9].lower() == "webcal://":
        url = f"https://{url[9:]}"
    parts(url)
    return url


def is_public(said: str) -> bool:
    """Whether an address is one of the public network, reachable by anybody."""
    try:
        address: IPv4Address | IPv6Address = ip_address(said)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.scope_id:
        return False
    listed = any(address.version == net.version and address in net for net in _NEVER)
    return address.is_global and not address.is_multicast and not listed


def parts(url: str) -> SplitResult:
    """The parts of an address that may be asked. Raises UrlUnreadable."""
    if (
        not url
        or len(url) > LONGEST_URL
        or not url.isascii()
        or any(sign <= " " or sign in '\\"<>^`{|}\x7f' for sign in url)
    ):
        raise UrlUnreadable(field="url")
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise UrlUnreadable(field="url") from error
    host = split.hostname or ""
    if split.scheme not in PORTS or port not in (None, PORTS[split.scheme]) or "@" in split.netloc:
        raise UrlUnreadable(field="url")
    # A name, as people give one: an address in figures, however written, names no site.
    labels = host.removesuffix(".").split(".")
    is_named = all(
        label and len(label) < 64 and label.replace("-", "").replace("_", "").isalnum() for label in labels
    )
    if len(labels) < 2 or len(host) > 253 or not is_named or not any(one.isalpha() for one in labels[-1]):
        raise UrlUnreadable(field="url")
    return split
