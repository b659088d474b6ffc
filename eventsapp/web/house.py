"""What the house does otherwise than Flask: less, for every request, where nothing of ours needs more."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
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


class House(Flask):
    """Flask, whose doors and guards are all plain functions."""

    jinja_environment = Environment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Flask looks at each of twenty functions of each request whether it is a coroutine."""
        return func
