"""The process that reads one table: limits itself, reads it from standard input, writes its rows to the output.

    python -m app.imports.reading '{"kind": ..., "shape": ..., "limits": ..., "seconds": ..., "memory": ...}' < file

With "standard": so many bytes of the input come first and are the standard as JSON, and "record" is the column with
the number of a record. One line of JSON: {"header", "rows", "notes"} or {"refused", "line", "columns"}.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from app.imports.reading.letters import from_csv, from_json
from app.imports.reading.terms import JSON, SHEET, Limits, Rows, Shape, Unread


def hold(seconds: int, memory: int) -> None:
    """From now on: so much memory and time, and no file written that is not open already."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_standard(content: bytes, kind: str, told: bytes, record: str, limits: Limits) -> Rows:
    """The records of a file of a standard. Unread if it is none."""
    # Loaded only where it is needed, as below.
    from app.imports.reading.standard import from_standard
    from policies.standards import Standard

    try:
        return from_standard(content, kind, Standard.model_validate_json(told), record, limits)
    except (MemoryError, RecursionError):
        raise Unread("bursts") from None


def read(content: bytes, kind: str, shape: Shape, limits: Limits) -> Rows:
    """The table. Unread if there is none."""
    try:
        if kind == SHEET:
            # Loaded only where it is needed: the reader of spreadsheets is no part of reading text.
            from app.imports.reading.sheets import from_sheet

            return from_sheet(content, shape, limits)
        return from_json(content, limits) if kind == JSON else from_csv(content, shape, limits)
    except (MemoryError, RecursionError):
        raise Unread("bursts") from None


def main(arguments: list[str]) -> None:
    """Read what comes in and write its rows out."""
    told = json.loads(arguments[0])
    shape = Shape(**{**told["shape"], "known": tuple(told["shape"]["known"])})
    hold(told["seconds"], told["memory"])
    answer: dict[str, Any]
    try:
        content, limits = sys.stdin.buffer.read(), Limits(**told["limits"])
        if told.get("standard"):
            standard, content = content[: told["standard"]], content[told["standard"] :]
            found = read_standard(content, told["kind"], standard, told["record"], limits)
        else:
            found = read(content, told["kind"], shape, limits)
        answer = {"header": found.header, "rows": found.rows, "notes": found.notes}
    except Unread as refusal:
        answer = {"refused": refusal.why, "line": refusal.line, "columns": refusal.columns}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode("ascii"))


if __name__ == "__main__":
    main(sys.argv[1:])
