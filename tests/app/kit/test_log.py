"""The log: one format, only keys that are on the list, and no words of anybody else in it."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from app.kit import log
from app.kit.log import LOGGED_KEYS

APP = Path(__file__).resolve().parents[3] / "app"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}
# What is passed on as **name, with where that was looked at: the text of an error in the demonstration, and what the
# log itself says of libraries.
PASSED_ON = {"app/kit/problems.py": "shown", "app/kit/log.py": "told"}
# The calls of Python's own logging: cautions of the settings, which come before there is a log, and who silences them.
PLAIN = {"app/settings/__init__.py", "app/doctor/commands.py"}


def faults(name: str, text: str) -> Iterator[str]:
    """What is wrong with the log calls of a module."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        called, on = node.func.attr, ast.unparse(node.func.value)
        if called not in LEVELS or on not in {"log", "logger()", "structlog.get_logger()", "_log", "logger"}:
            if on.startswith("logging") and called != "getLogger" and name not in PLAIN | {"app/kit/log.py"}:
                yield f"{name}:{node.lineno}: Python's own logging; use app.kit.log"
            continue
        event = node.args[0] if len(node.args) == 1 else None
        if not isinstance(event, ast.Constant) or not str(event.value).replace("_", "").islower():
            yield f"{name}:{node.lineno}: an event is one fixed word, snake_case"
        for word in node.keywords:
            if word.arg is None:
                if PASSED_ON.get(name) != ast.unparse(word.value):
                    yield f"{name}:{node.lineno}: **{ast.unparse(word.value)} may hold anything"
            elif word.arg not in LOGGED_KEYS:
                yield f"{name}:{node.lineno}: {word.arg} is not on the list of keys"


def test_every_log_call_of_the_program_uses_listed_keys_only() -> None:
    found, calls = [], 0
    for file in sorted(APP.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        name = file.relative_to(APP.parent).as_posix()
        found += faults(name, text)
        calls += text.count("logger().") + text.count("log.warning(")
    assert not found, "\n".join(found)
    assert calls >= 8, "the calls are found at all"


@pytest.mark.parametrize(
    "call",
    ['logger().info("opened", person=name)', 'logger().info(f"opened {name}")', 'logger().info("opened", **row)',
     'log.warning("Opened", name)', 'logging.warning("opened")'],
)  # fmt: skip
def test_a_call_that_could_tell_a_name_is_found(call: str) -> None:
    assert list(faults("app/x.py", call))


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log, in memory."""
    stream = io.StringIO()
    log.configure(stream)
    yield stream
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [each for each in root.handlers if type(each).__module__ == log.__name__]:
        root.removeHandler(handler)


def test_what_is_not_listed_does_not_get_in_whoever_logs(lines: io.StringIO) -> None:
    canary = "Ma Hnin Canary 0891234567"
    log.logger().warning("opened", person=canary, kind="case")
    logging.getLogger("some.library").warning("statement with %s", canary)
    try:
        raise ValueError(canary)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("failed for %s", canary)
    logging.getLogger("some.library").info("not even told")
    logging.getLogger("waymark").warning("SQLite serves one machine")
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert canary not in lines.getvalue() and "Canary" not in lines.getvalue()
    assert [line["event"] for line in told] == ["opened", "library", "library", "library"]
    assert told[0]["dropped"] == ["person"]
    assert told[2]["code"] == "builtins.ValueError" and "test_log.py" in told[2]["frames"][0]
    assert told[3]["text"] == "SQLite serves one machine"
    assert all(set(line) <= LOGGED_KEYS | {"dropped"} for line in told)
