"""The log: one line of JSON per event, holding only keys that are on the list below."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

__all__ = ["LOGGED_KEYS", "configure", "logger"]

# Ids, codes and counts. No key on this list may ever carry a name, a story or a place where somebody is.
LOGGED_KEYS = frozenset(
    {"at", "event", "level", "correlation", "kind", "code", "status", "text", "frames"}
    | {"route", "method", "port", "revision", "duration_ms", "seconds", "count", "attempt"}
    | {"country", "office", "job"}
)
LONGEST_VALUE = 500


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
