"""Chance, the same each time: what is drawn for one thing does not change what is drawn for another."""

from __future__ import annotations

from random import Random

SEED = "samedi"


def luck(*names: object) -> Random:
    """The generator of these names: asked again, it draws the same again."""
    # Made-up demonstration data, never a secret: what matters is that it can be drawn again.
    return Random(":".join(map(str, (SEED, *names))))  # noqa: S311 - no secret is drawn here
