"""Whatever somebody sends, the answer is a page: no odd value ends in our own mistake, on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask_wtf import FlaskForm
from wtforms.fields.core import UnboundField

from tests.databases import Database
from tests.pages import PageClient
from tests.web.conftest import SignIn
from tests.web.filled_in import FILLED_IN
from tests.web.routes import ROUTES
from tests.web.test_every_route import enter, the_town
from tests.web.town import Town

__all__ = ["the_town"]

FOR_DATABASES = (
    "9" * 19,  # longer than any column of numbers
    "9999-12-31",  # a day after which there is none
)
ODD = (
    *FOR_DATABASES,
    "٣",  # a digit, to Python
    "\u202e\u200b\r\nBcc: quelquun@example.org",
    "a@" + "b" * 300 + ".fr",
)


def names_of_fields() -> set[str]:
    """Of every form of ours, and those that doors read themselves."""

    def fields(kind: type) -> Iterator[str]:
        for form in kind.__subclasses__():
            yield from (name for name in dir(form) if isinstance(getattr(form, name, None), UnboundField))
            yield from fields(form)

    return {*fields(FlaskForm), *FILLED_IN, "credential", "next", "role"}


@pytest.mark.slow
def test_no_odd_value_ends_in_a_mistake_of_ours(
    the_town: Town, sign_in: SignIn, client: PageClient, database: Database
) -> None:
    """What databases differ in is sent on both, what is ours to read on one."""
    values = ODD if database.dialect == "sqlite" else FOR_DATABASES
    desks = {name: enter(name, the_town, sign_in, client) for route in ROUTES for name in route.who}
    names = names_of_fields()
    for route in ROUTES:
        if not route.who or route.endpoint == "health.ready":
            continue  # which says 503 without a worker
        who = "samira" if "samira" in route.who else min(route.who)
        address = route.rule.format(**the_town.rows)
        for odd in values:
            desk = desks[who]
            if route.method == "GET":
                status = desk.get(address, query_string=dict.fromkeys(names, odd)).status_code
            else:
                data = dict.fromkeys(names, odd) | {"csrf_token": desk.csrf_token()}
                status = desk.post(address, data=data).status_code
            assert (route.endpoint, odd, status < 500) == (route.endpoint, odd, True)


def test_the_list_of_fields_is_not_empty() -> None:
    assert {"former", "alternative", "first_name", "email"} <= names_of_fields()
