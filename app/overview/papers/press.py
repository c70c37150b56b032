"""Sets papers with typst: one compiler, kept, because a fresh one costs ten times as much."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, Final, Literal

import typst

from app.overview.papers.paper import Paper

__all__ = ["Press", "printed"]

FORMS: Final = Path(__file__).resolve().parents[2] / "templates" / "papers"
# PDF/UA-1: tagged, so that it can be read aloud.
STANDARD: Final = "ua-1"


class Press:
    """A compiler and the lock that gives it to one paper at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._compiler: Any = None

    def set(self, paper: Paper, kind: Literal["pdf", "png"] = "pdf", ppi: float | None = None) -> Any:
        """The paper as PDF (bytes), or as a PNG for each page (a list of bytes, or bytes for one page).

        What the paper says reaches typst as data alone, and typst may read nothing outside the folder of forms.
        """
        data = json.dumps(paper.plain(), ensure_ascii=False)
        with self._lock:
            if self._compiler is None:
                self._compiler = typst.Compiler(str(FORMS / "paper.typ"), root=str(FORMS))
            standards = {"pdf_standards": STANDARD} if kind == "pdf" else {}
            return self._compiler.compile(format=kind, ppi=ppi, sys_inputs={"data": data}, **standards)


_PRESS: Final = Press()


def printed(paper: Paper) -> bytes:
    """The paper as PDF, in the language of the reader."""
    content: bytes = _PRESS.set(paper)
    return content
