"""Whom to reach where: contacts of places and organisations, without accounts."""
