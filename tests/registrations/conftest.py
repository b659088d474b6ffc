"""What fails in the scene of the walks says why, as in a test."""

import pytest

pytest.register_assert_rewrite("tests.registrations.registration_scene")
