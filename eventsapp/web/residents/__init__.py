"""Doors for residents and visitors."""
