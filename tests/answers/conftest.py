"""What every story here has: a session, and a letter for somebody who is registered."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session


@pytest.fixture(autouse=True)
def session(db_session: scoped_session[Session]) -> scoped_session[Session]:
    return db_session
