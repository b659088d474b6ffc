"""Structured logs: one JSON object a line on standard error, readable lines in a demonstration.

A line holds no personal data. Exceptions are logged by their class and the places they went
through, not by their message: a driver's message quotes what somebody typed.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

import structlog
from flask import Flask
from structlog.typing import EventDict, Processor, WrappedLogger

from eventsapp.settings import PRODUCTION

_PACKAGE = Path(__file__).parent.parent
_CHATTY = ("werkzeug", "apscheduler", "alembic", "mail.log", "imapclient")
"""Libraries that log below a warning what we say ourselves, or must not: Werkzeug's development
server writes whole paths, hence tokens; IMAPClient whole mails."""


def configure(app: Flask) -> None:
    """Sends our logs and the libraries' the same way; called once per application, changes nothing twice."""
    level = logging.getLevelNamesMapping().get(app.config["LOG_LEVEL"].upper(), logging.INFO)
    production = app.config["ENVIRONMENT"] == PRODUCTION
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages if production else structlog.processors.ExceptionRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _writer(app)],
        )
    )
    _install(handler, level)


def _writer(app: Flask) -> Processor:
    if app.config["DEMONSTRATION"]:
        return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _install(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    for former in [known for known in root.handlers if isinstance(known, StandardError)]:
        root.removeHandler(former)  # a second application of one process replaces the first's
    root.addHandler(handler)
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


class StandardError(logging.Handler):
    """Writes to standard error as it is when a line comes, not when the program began."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line; a line that cannot be written stops nothing."""
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


def _without_messages(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """Replaces `exc_info` by class names and by "file:line function" of each step, the last first."""
    error = _raised(line.pop("exc_info", None))
    if error is None:
        return line
    line["exception"] = _chain(error)
    steps = traceback.extract_tb(error.__traceback__)
    line["at"] = [f"{_short(step.filename)}:{step.lineno} {step.name}" for step in reversed(steps)][:12]
    return line


def _raised(given: object) -> BaseException | None:
    """What was raised, in each of the ways that loggers say it."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1]
    return sys.exc_info()[1] if given else None


def _chain(error: BaseException) -> list[str]:
    """The class of an error and of what caused it, five at most."""
    names: list[str] = []
    link: BaseException | None = error
    while link is not None and len(names) < 5:
        names.append(type(link).__qualname__)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return names


def _short(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_PACKAGE) and "site-packages" not in path.parts:
        return str(path.relative_to(_PACKAGE))
    return "/".join(path.parts[-2:])
