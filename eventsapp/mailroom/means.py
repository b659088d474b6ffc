"""By which means somebody is told: chosen here and nowhere else."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from eventsapp.mailroom import sms
from eventsapp.mailroom.models import Channel
from eventsapp.settings import setting

USUALLY = (Channel.MAIL, Channel.SMS, Channel.CALL)
"""What is tried for somebody who said nothing; each is the next one's forerunner when it fails."""
AT_ONCE = (Channel.SMS, Channel.CALL, Channel.MAIL)
"""The same, the quickest first: for what changes less than 48 hours before."""

_TEXTED = frozenset({phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})


def in_order(
    *, email: str | None, phone: str | None, wish: Channel | None = None, urgent: bool = False
) -> tuple[Channel, ...]:
    """By which means somebody with these can be told, the first first; empty without any.

    What they wish comes first, the others stand in when it fails. Who wishes a call is only ever called,
    as long as there is a number. A text needs a mobile number of a country that texts go to, and a gateway.
    """
    possible = {
        Channel.MAIL: bool(email),
        Channel.SMS: takes_texts(phone),
        Channel.CALL: bool(phone),
    }
    if wish is Channel.CALL and possible[wish]:
        return (wish,)
    usual = AT_ONCE if urgent and wish is None else USUALLY
    order = usual if wish is None else (wish, *(one for one in usual if one is not wish))
    return tuple(one for one in order if possible[one])


def takes_texts(phone: str | None) -> bool:
    """Whether a text can be sent there: a mobile number of a country that texts go to, and a gateway."""
    return bool(phone) and sms.is_set_up() and mobile_of(phone or "") in setting("SMS_COUNTRIES")


@lru_cache(maxsize=4096)
def mobile_of(number: str) -> int | None:
    """The calling code of a number that takes texts: of a mobile, or of a country that does not tell them
    apart; None for any other.

    Of France, 06 and 07 are mobiles (Arcep, décision n° 2018-0881), those kept for fiction too, which
    tables of numbers leave out.
    """
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == 33:
        is_mobile = str(parsed.national_number)[:1] in {"6", "7"}
    else:
        is_mobile = phonenumbers.number_type(parsed) in _TEXTED
    return parsed.country_code if is_mobile else None


@lru_cache(maxsize=4096)
def dialled(number: str) -> str:
    """A number as a gateway wants it (E.164), whatever way it was typed."""
    parsed = phonenumbers.parse(number, "FR")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
