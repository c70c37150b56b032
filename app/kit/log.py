"""The log: one line of JSON per event, holding only keys that are on the list below."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

__all__ = ["LOGGED_KEYS", "configure", "frames_of", "logger"]

# Ids, codes and counts. No key on this list may ever carry a name, a story or a place where somebody is.
LOGGED_KEYS = frozenset(
    {"at", "event", "level", "correlation", "kind", "code", "status", "text", "frames"}
    | {"route", "method", "port", "revision", "duration_ms", "seconds", "count", "attempt"}
    | {"country", "office", "job"}
)
LONGEST_VALUE = 500
DEEPEST_FRAMES = 12
# The program's own sentences to its operator, which hold no data.
OURS = "waymark"


def configure(stream: TextIO | None = None) -> None:
    """Send the log to `stream` (standard error if left out) from now on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _only_listed_keys,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _OneFormat)]:
        root.removeHandler(handler)
    root.addHandler(_OneFormat(logging.WARNING))


class _OneFormat(logging.Handler):
    """Writes what libraries log as lines of this log: which library and which error, never their words.

    Their texts hold whatever they were given: values of a statement, addresses, parts of a request.
    """

    def emit(self, record: logging.LogRecord) -> None:
        told: dict[str, Any] = {"kind": record.name}
        if record.name == OURS:
            told["text"] = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            told["code"] = f"{record.exc_info[0].__module__}.{record.exc_info[0].__qualname__}"
            told["frames"] = frames_of(record.exc_info[1])
        write = logger().error if record.levelno >= logging.ERROR else logger().warning
        write("library", **told)


def frames_of(error: BaseException | None) -> list[str]:
    """Where an error came from: file, line and function of its last frames, no values."""
    last = traceback.extract_tb(error.__traceback__)[-DEEPEST_FRAMES:] if error is not None else []
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in last]


def logger() -> Any:
    """Return the logger; call it as `logger().info("event_in_snake_case", count=3)`."""
    return structlog.get_logger()


def _only_listed_keys(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what is not on the list, name what was dropped, and shorten long values."""
    kept: dict[str, Any] = {}
    for key, value in line.items():
        if key in LOGGED_KEYS:
            kept[key] = value[:LONGEST_VALUE] if isinstance(value, str) else value
    dropped = sorted(set(line) - LOGGED_KEYS)
    return {**kept, "dropped": dropped} if dropped else kept
