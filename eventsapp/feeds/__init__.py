"""Calendars drawn from the agenda for machines to poll."""
