"""Plans proposed for a human yes."""
