"""Own pages in the stories of this folder: a browser that is confirmed, the code that a mailbox holds."""

from __future__ import annotations

import re

from eventsapp import clock
from eventsapp.people import household_browsers
from eventsapp.registrations.booking import Confirmed
from tests.pages import PageClient
from tests.registrations.stories import a_transaction, letters, text_of

CODE = re.compile(r"\b(\d{3}-\d{3})\b")


def confirm(client: PageClient, made: Confirmed) -> str:
    """This browser is the household's from now on, as if it had registered there; gives the own page."""
    with a_transaction():
        household = made.registration.household
        assert household is not None
        token = household_browsers.confirm(household, "", now=clock.now())
    client.set_cookie("foyer", token, path="/m")
    return f"/m/{made.link_token}"


def code_for(address: str) -> str:
    """The code of the latest letter to an address that holds one."""
    found = [CODE.search(text_of(letter)) for letter in letters(address)]
    return [match[1] for match in found if match][-1]
