"""The gate list on paper: one A4 sheet for each date, whatever the number of names."""

from __future__ import annotations

import re
from datetime import time, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.hosting import gate, links
from eventsapp.hosting.gate import Visitor
from tests import factories
from tests.browsers import Visit

pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize("names", [(1,), (3, 20)], ids=str)
def test_each_date_prints_on_a_sheet_of_its_own(
    names: tuple[int, ...], visit: Visit, db_session: scoped_session[Session]
) -> None:
    for number, many in enumerate(names):
        starts_at = factories.SATURDAY + timedelta(days=number)
        event = factories.an_event(f"Atelier {number}", starts_at=starts_at, room="préau")
        for one in range(many):
            visitor = Visitor(f"Awa {one}", "Espace 19", time(9), time(12))
            gate.add(event, visitor, actor="account:1", now=clock.now())
    token = links.make(factories.a_contact(), actor="account:1", now=clock.now())
    db_session.commit()
    db_session.rollback()
    page = visit(f"/ecole/{token}/entrees")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert re.findall(rb"/Type\s*/Pages\b.*?/Count (\d+)", printed, re.DOTALL) == [b"%d" % len(names)]
