"""The adult whom we reach about a registration, as every form asks: a first name, a number or an address,
and by which means they want to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from eventsapp.people import contacts
from eventsapp.people.contacts import Phone
from eventsapp.people.models import Means
from eventsapp.refusals import Refusal, msgid

Typed = Mapping[str, str | None]
"""What stands in the fields of a form, by their names."""
Answer = TypeVar("Answer")


class MeansUnknown(Refusal):
    """None of the means that the form offers."""

    sentence = msgid("Choisissez comment vous prévenir.")


class MeansLacksEmail(Refusal):
    """Told by mail, without an address."""

    sentence = msgid("Pour un e-mail, écrivez votre adresse e-mail. Sinon, choisissez autre chose.")


class MeansLacksPhone(Refusal):
    """Told by SMS or by a call, without a number."""

    sentence = msgid("Pour un SMS ou un appel, écrivez votre téléphone. Sinon, choisissez autre chose.")


@dataclass(frozen=True, kw_only=True)
class Reached:
    """One adult, and how to reach them."""

    first_name: str
    email: str | None = None
    phone: Phone | None = None
    means: Means | None = None
    """How they want to be told; None: they did not say."""


def read(typed: Typed) -> tuple[Reached | None, list[Refusal]]:
    """What is typed into first_name, phone, email and means; or None, with every reason in their order."""
    refusals: list[Refusal] = []
    name = asked(contacts.first_name, typed, "first_name", refusals)
    phone = asked(contacts.phone, typed, "phone", refusals)
    email = asked(contacts.email, typed, "email", refusals)
    if not _says(typed, "phone") and not _says(typed, "email"):
        refusals.append(contacts.ContactMissing(field="phone"))
    means = asked(_means, typed, "means", refusals)
    if means is not None:
        refusals += _unreachable(means, typed)
    if refusals:
        return None, refusals
    return Reached(first_name=name or "", email=email, phone=phone, means=means), []


def asked(reader: Callable[..., Answer], typed: Typed, name: str, refusals: list[Refusal]) -> Answer | None:
    """What `reader` makes of one field; None, and its reason among the others, when it refuses."""
    try:
        return reader(typed.get(name) or "", field=name)
    except Refusal as refusal:
        refusals.append(refusal)
        return None


def parts_of(reached: Reached) -> dict[str, Any]:
    """Its four parts, for an answer that holds more."""
    return {
        "first_name": reached.first_name,
        "email": reached.email,
        "phone": reached.phone,
        "means": reached.means,
    }


def to_json(reached: Reached) -> dict[str, Any]:
    """As an Enrolment keeps it."""
    return {
        "first_name": reached.first_name,
        "email": reached.email,
        "phone": [reached.phone.typed, reached.phone.e164] if reached.phone else None,
        "means": reached.means.value if reached.means else None,
    }


def from_json(kept: Mapping[str, Any]) -> Reached:
    """What `to_json` wrote."""
    means = kept.get("means")
    return Reached(
        first_name=kept["first_name"],
        email=kept["email"],
        phone=Phone(*kept["phone"]) if kept["phone"] else None,
        means=Means(means) if means else None,
    )


def _means(typed: str, *, field: str) -> Means | None:
    if not typed:
        return None
    try:
        return Means(typed)
    except ValueError as error:
        raise MeansUnknown(field=field) from error


def _unreachable(means: Means, typed: Typed) -> list[Refusal]:
    if means is Means.MAIL:
        return [] if _says(typed, "email") else [MeansLacksEmail(field="means")]
    return [] if _says(typed, "phone") else [MeansLacksPhone(field="means")]


def _says(typed: Typed, name: str) -> bool:
    return bool((typed.get(name) or "").strip())
