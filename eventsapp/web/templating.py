"""How templates find what every page knows: Flask's Jinja, and quicker answers to what its imports ask."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment as FlaskEnvironment


class Environment(FlaskEnvironment):
    """Flask's, whose templates each have a dict of globals.

    A page imports seventeen times, and each time Jinja takes all names of one map from all of another
    (`Template._get_default_module`); of Jinja's own ChainMap, one by one, in Python. All of ours are bound
    when the house is built, before any template is loaded: a copy misses none.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What a template knows besides what it is given."""
        return {**self.globals, **(d or {})}
