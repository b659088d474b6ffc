"""The desks: a town to plan, and Samira at her desk."""

from __future__ import annotations

import pytest

from tests import factories, saturdays
from tests.pages import PageClient
from tests.web.conftest import SignIn


@pytest.fixture
def desk(sign_in: SignIn) -> PageClient:
    """Samira at her desk: she coordinates the 19e, where schools and associations wait for a plan."""
    saturdays.a_town()
    return sign_in(saturdays.a_coordinator(factories.a_territory()))
