"""Who: persons, households, organisations, accounts."""
