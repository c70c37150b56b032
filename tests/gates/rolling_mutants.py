"""The program with a planted fault in how it stops, as a command: python -m tests.gates.rolling_mutants FAULT serve ...

Only for one process: those that begin others would begin them without the fault.
"""

from __future__ import annotations

import sys

from uvicorn.protocols.http.h11_impl import H11Protocol

from app.cli import main
from app.serving.web import Lasting


def cutting(line: Lasting) -> None:
    """A stop that cuts every connection, whatever runs on it."""
    line.transport.abort()


def closing(line: Lasting) -> None:
    """A stop that closes what waits for its next request at once, as uvicorn does by itself."""
    H11Protocol.shutdown(line)


if __name__ == "__main__":
    Lasting.shutdown = {"cutting": cutting, "closing": closing}[sys.argv.pop(1)]  # type: ignore[assignment, method-assign]
    main()
