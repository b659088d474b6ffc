"""Origins: the sites on which an organisation shows its agenda in a frame (RFC 6454; CSP frame-ancestors)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import idna
from sqlalchemy import delete, select

from eventsapp.database import db, rows_changed
from eventsapp.people import approvals
from eventsapp.people.models import EmbedOrigin, Organisation
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.settings import setting

MOST, LONGEST = 10, 255

_HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")
"""A host name of the public Internet, in ASCII (RFC 1123 2.1): no address, no wildcard, no single label."""

_THIS_MACHINE = {"localhost", "127.0.0.1"}


class OriginUnreadable(Refusal):
    """No address of a site."""

    sentence = msgid("Écrivez l’adresse du site, comme https://www.exemple.fr.")


class EnoughOrigins(Conflict):
    """More sites than an association has."""

    sentence = msgid("Il y a déjà %(most)s sites. Retirez-en un d’abord.")


def origin_of(typed: str, *, this_machine: bool = False) -> str:
    """The origin of an address, as browsers compare them: https, host in ASCII lower case, port if odd.

    Whatever follows is left out: a frame is allowed by site, not by page. Nothing else than letters,
    digits, dots, hyphens and a port can come out of it, so that none can write a header of ours.
    `this_machine`: http://localhost and http://127.0.0.1 are sites too. Raises OriginUnreadable.
    """
    written = typed.strip()
    if "://" not in written:
        written = f"https://{written}"
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
        local = this_machine and parts.scheme.lower() == "http" and host in _THIS_MACHINE
        # As browsers do (UTS 46, not transitional): Python's own codec takes straße.de for strasse.de.
        host = host if local else idna.encode(host.rstrip("."), uts46=True).decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise OriginUnreadable(field="site") from error
    odd = parts.username is not None or len(written) > LONGEST
    if not odd and local:
        return f"http://{host}" + (f":{port}" if port not in {None, 80} else "")
    if odd or parts.scheme.lower() != "https" or not _HOST.match(host):
        raise OriginUnreadable(field="site")
    return f"https://{host}" + (f":{port}" if port not in {None, 443} else "")


def add(organisation: Organisation, typed: str, *, actor: str, now: datetime) -> str:
    """Allows a site; allowed twice is allowed once. Raises OriginUnreadable, EnoughOrigins."""
    origin = origin_of(typed, this_machine=setting("DEMONSTRATION"))
    known = [one.origin for one in of(organisation)]
    if origin in known:
        return origin
    if len(known) >= MOST:
        raise EnoughOrigins(field="site", most=MOST)
    row = EmbedOrigin(organisation_id=organisation.id, origin=origin, added_at=now)
    db.session.add(row)
    db.session.flush()
    approvals.note(actor, "allowed a site", row, organisation, now=now)
    return origin


def remove(organisation: Organisation, number: int, *, actor: str, now: datetime) -> None:
    """Allows a site no more. Raises NotFound for another organisation's, too."""
    row = db.session.scalars(
        select(EmbedOrigin).where(EmbedOrigin.id == number, EmbedOrigin.organisation_id == organisation.id)
    ).first()
    if row is None:
        raise NotFound()
    approvals.note(actor, "removed a site", row, organisation, now=now)
    rows_changed(delete(EmbedOrigin).where(EmbedOrigin.id == number))


def of(organisation: Organisation) -> Sequence[EmbedOrigin]:
    """The sites of an organisation, in order; one statement."""
    return db.session.scalars(
        select(EmbedOrigin).where(EmbedOrigin.organisation_id == organisation.id).order_by(EmbedOrigin.origin)
    ).all()
