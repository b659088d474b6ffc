"""How settings are read from the environment, which knows text only; and the secret a demonstration keeps."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Any

FRANCE = frozenset({33, 262, 508, 590, 594, 596, 681, 687, 689})
"""Calling codes of France: the mainland, and overseas (UIT-T E.164, list of assigned codes)."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class Setting:
    """One setting: where it is read from, what it is otherwise, and why."""

    name: str
    default: Any
    reason: str
    read: Callable[[str], Any] = str


def boolean(text: str) -> bool:
    """« yes » or « no ». Raises ValueError, as the others do."""
    if text.strip().lower() in {"1", "true", "yes", "on"}:
        return True
    if text.strip().lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(f"expected yes or no, got {text!r}")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number between these."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(f"expected a whole number from {least} to {most}, got {text!r}")
        return number

    return read


def one_of(*names: str) -> Callable[[str], str]:
    """One of these words."""

    def read(text: str) -> str:
        if text.strip().lower() not in names:
            raise ValueError(f"expected one of {', '.join(names)}, got {text!r}")
        return text.strip().lower()

    return read


def log_level(text: str) -> str:
    """One of LOG_LEVELS."""
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"expected one of {', '.join(LOG_LEVELS)}, got {text!r}")
    return text.upper()


def sender_of_texts(text: str) -> str:
    """What operators take as the name of a sender."""
    if not (text.isascii() and text.isalnum() and len(text) <= 11 and not text.isdigit()):
        raise ValueError(f"expected at most eleven letters and digits, got {text!r}")
    return text


def calling_codes(text: str) -> frozenset[int]:
    """Calling codes of countries, « 33 32 352 »."""
    codes = [word.removeprefix("+") for word in text.split()]
    if not codes or not all(code.isdecimal() and 1 <= int(code) <= 999 for code in codes):
        raise ValueError(f"expected calling codes such as « 33 32 », got {text!r}")
    return frozenset(int(code) for code in codes)


def kept_secret(folder: Path) -> str:
    """The secret of a demonstration: drawn once, readable by its owner only, kept across starts.

    Written whole beside its place and linked there: processes that start together keep the same
    one, and none ever reads half of it, even after a start that was cut short.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret-key"
    if not path.exists():
        handle, draft = mkstemp(dir=folder, prefix="secret-key-")  # readable by its owner only
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):  # another process was first
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text()
