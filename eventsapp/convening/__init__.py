"""Whoever holds a school Saturday, and whoever opens the school, have it in their calendars."""
