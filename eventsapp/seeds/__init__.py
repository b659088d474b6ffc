"""A true-to-life 19th arrondissement from public data, with made-up people: see `data/SOURCES.md`."""

from eventsapp.seeds.planting import is_empty, plant

__all__ = ["is_empty", "plant"]
