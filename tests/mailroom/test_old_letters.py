"""Old letters of a list are deleted each night, at the cost of those alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.mailroom import forgetting


@pytest.mark.databases("sqlite")
def test_no_other_letter_is_read_for_it(db_session: scoped_session[Session], statements: Any) -> None:
    with statements() as said:
        forgetting.delete_settled("newsletter/weekly", before=hours.now(), most=500)
    (statement,) = said
    values = ("newsletter/weekly", "partie", "perimee", "echouee", "2026-11-22", 500, 0)
    plan = db_session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    steps = [row.detail for row in plan]
    assert "SEARCH letter USING INDEX ix_letter_kind (kind=? AND finished_at<?)" in steps
    # Neither every letter, nor all that are old to be put in order.
    assert not [step for step in steps if step.startswith("SCAN letter") or "TEMP B-TREE" in step]
