"""Queued work with progress and cancel."""
