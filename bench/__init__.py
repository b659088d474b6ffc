"""Measures, not tests: they print figures beside a baseline of the same run, and assert nothing."""
