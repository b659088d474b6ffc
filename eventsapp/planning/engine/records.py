"""The objects of a file, read field by field: what comes from outside is what it should be, or refused.

Pure, no solver: every process may import it. Whatever is wrong is an IncoherentProblem with one sentence that
says where; nothing else is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from eventsapp.planning.engine.terms import Id, IncoherentProblem

T = TypeVar("T")

ABSENT: Any = object()
"""The default of a field that must be there; any other default stands for one that is missing or null."""


class Record:
    """One object of a file. `where` is its place: "" for the whole file, then "groups[0].members[2]"."""

    def __init__(self, data: object, where: str = "") -> None:
        if not isinstance(data, Mapping):
            raise IncoherentProblem(f"{where or 'the file'} must be an object, not {_kind(data)}")
        self.where, self._data = where, data

    def place(self, name: str) -> str:
        """Where a field of it stands."""
        return f"{self.where}.{name}" if self.where else name

    def get(self, name: str, default: Any = ABSENT) -> Any:
        """A field of any kind."""
        value = self._data.get(name)
        if value is None and default is not ABSENT:
            return default
        if name not in self._data:
            raise IncoherentProblem(f"{self.where or 'the file'}: {name} is missing")
        return value

    def sequence(self, name: str, default: Any = ABSENT) -> list[Any]:
        return sequence(self.get(name, default), self.place(name))

    def record(self, name: str, default: Any = ABSENT) -> Record:
        return Record(self.get(name, default), self.place(name))

    def each(self, name: str, read: Callable[[Record], T], default: Any = ABSENT) -> tuple[T, ...]:
        """What a list of objects says, each read."""
        rows = enumerate(self.sequence(name, default))
        return tuple(read(Record(row, f"{self.place(name)}[{number}]")) for number, row in rows)

    def id(self, name: str) -> Id:
        return identifier(self.get(name), self.place(name))

    def id_or_none(self, name: str) -> Id | None:
        return None if self.get(name, None) is None else self.id(name)

    def ids(self, name: str, default: Any = ABSENT) -> tuple[Id, ...]:
        return _ids(self.get(name, default), self.place(name))

    def lists_of_ids(self, name: str, default: Any = ABSENT) -> tuple[tuple[Id, ...], ...]:
        rows = enumerate(self.sequence(name, default))
        return tuple(_ids(row, f"{self.place(name)}[{number}]") for number, row in rows)

    def texts(self, name: str) -> frozenset[str]:
        rows = enumerate(self.sequence(name))
        return frozenset(_text(row, f"{self.place(name)}[{number}]") for number, row in rows)

    def text(self, name: str, default: Any = ABSENT) -> str:
        return _text(self.get(name, default), self.place(name))

    def flag(self, name: str, default: Any = ABSENT) -> bool:
        value = self.get(name, default)
        if not isinstance(value, bool):
            raise IncoherentProblem(f"{self.place(name)} must be true or false, not {value!r}")
        return value

    def whole(
        self, name: str, default: Any = ABSENT, *, least: int | None = 0, most: int | None = None
    ) -> int:
        """A whole number from `least` to `most`."""
        return whole(self.get(name, default), self.place(name), least=least, most=most)


def sequence(value: object, where: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise IncoherentProblem(f"{where} must be a list, not {_kind(value)}")
    return list(value)


def identifier(value: object, where: str) -> Id:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise IncoherentProblem(f"{where} must be text or a whole number, not {value!r}")
    return value


def whole(value: object, where: str, *, least: int | None = 0, most: int | None = None) -> int:
    """A whole number, which JSON may write as 5.0."""
    found = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(found, bool) or not isinstance(found, int):
        raise IncoherentProblem(f"{where} must be a whole number, not {value!r}")
    if least is not None and found < least:
        raise IncoherentProblem(f"{where} must be at least {least}, not {found}")
    if most is not None and found > most:
        raise IncoherentProblem(f"{where} must be at most {most}, not {found}")
    return found


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__


def _ids(value: object, where: str) -> tuple[Id, ...]:
    rows = enumerate(sequence(value, where))
    return tuple(identifier(row, f"{where}[{number}]") for number, row in rows)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise IncoherentProblem(f"{where} must be text, not {value!r}")
    return value
