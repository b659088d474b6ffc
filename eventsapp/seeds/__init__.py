"""A true-to-life 19th arrondissement, from public data."""
