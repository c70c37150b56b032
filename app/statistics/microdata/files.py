"""The file that is released: records as CSV, what they are as JSON, and the same to be read by people, in one ZIP."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from app.kit import csv_text
from app.statistics.microdata.columns import Attribute, header, unfilled, written
from app.statistics.microdata.noise import Counted, Record
from policies.microdata import MicroFile
from policies.model import Policies

__all__ = ["ABOUT", "MEDIA", "README", "RECORDS", "Told", "member", "packed"]

MEDIA: Final = "application/zip"
RECORDS, ABOUT, README = "records.csv", "about.json", "README.txt"
# Every entry has the same moment, so that the same records give the same bytes; when it was made stands inside.
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16
WARNINGS: Final = (
    "No row is a person. Every row was drawn by chance from figures with noise; nobody's record was copied.",
    "Do not look for anybody in it, and do not lay it beside other files to find somebody.",
    "Do not decide anything about a person by it: it says nothing about any one.",
    "Do not count few people with it: figures below the noise are chance. For exact figures take the released tables.",
    "Do not add its figures to those of tables, other files or other years: they are partly the same people.",
    "Only columns that were counted together hang together as among people; all else came together by chance.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What is said about a file beside its records."""

    file: MicroFile
    country: str
    year: int
    number: int
    counted: Counted
    counted_at: str
    of_year: tuple[float, float]
    why: str


def packed(policies: Policies, told: Told, found: tuple[Attribute, ...], records: Counter[Record]) -> bytes:
    """The bytes of the file. Rows are sorted, so their order says nothing."""
    rows = [
        cells
        for record, many in sorted(records.items())
        for cells in [written(found, told.year, record)] * many
    ]
    table = csv_text.table(header(found), rows, None)
    about = _about(policies, told, found, len(rows), hashlib.sha256(table).hexdigest())
    said = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True).encode()
    holder = io.BytesIO()
    with zipfile.ZipFile(holder, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ((README, _readme(about).encode()), (ABOUT, said), (RECORDS, table)):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, _READABLE
            archive.writestr(entry, content)
    return holder.getvalue()


def member(content: bytes, name: str) -> bytes:
    """One part of a file that was packed here; KeyError for a name it does not have."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def _about(
    policies: Policies, told: Told, found: tuple[Attribute, ...], many: int, digest: str
) -> dict[str, Any]:
    file, budget = told.file, policies.microdata.budget
    return {
        "title": file.title,
        "what": file.what,
        "synthetic": True,
        "country": told.country,
        "year": told.year,
        "release": told.number,
        "correction": told.why,
        "counted_at": told.counted_at,
        "records": many,
        "records_note": "The number of people, counted with noise like everything else.",
        "records_sha256": digest,
        "method": {
            "library": told.counted.library,
            "mechanism": "discrete Laplace noise on each count; records drawn down the tree of marginals",
            "noise_scale": told.counted.scale,
            "one_person_is": "one record: whoever has several cases in the year is one",
        },
        "privacy": {
            "epsilon": told.counted.epsilon,
            "delta": 0.0,
            "year_budget": {"epsilon": budget.epsilon, "delta": budget.delta},
            "year_spent_with_this": {"epsilon": told.of_year[0], "delta": told.of_year[1]},
            "not_counted": "Tables of exact figures about that year are protected otherwise: small figures are hidden.",
        },
        "marginals": [list(each) for each in file.marginals],
        "columns": [
            {
                "names": list(each.columns),
                "from": each.dimension,
                "values": [list(cells) for cells in each.domain],
            }
            for each in found
        ],
        "year_column": f"the year of {file.date}",
        "empty": "Not known, or not in the list of values of this column, which was fixed before anybody was counted.",
        "columns_of": policies.standard_maps[file.standard].header,
        "columns_missing": unfilled(policies, file),
        "note": file.note,
        "may_not_be_used": list(WARNINGS),
        "revision": file.revision.model_dump(mode="json"),
        "sources": [f"{each.id}: {each.title}" for each in map(policies.source, file.sources)],
    }  # fmt: skip


def _readme(about: dict[str, Any]) -> str:
    privacy, method = about["privacy"], about["method"]
    lines = [
        f"{about['title']}, {about['country']} {about['year']}, release {about['release']}",
        "",
        *about["may_not_be_used"],
        "",
        f"{RECORDS}: {about['records']} synthetic records ({about['what']}). SHA-256 {about['records_sha256']}",
        f"{ABOUT}: the same as below and more, for programs.",
        "",
        f"Made with {method['library']}: {method['mechanism']}.",
        f"Privacy budget of this file: epsilon {privacy['epsilon']:g}, delta {privacy['delta']:g},"
        " for one person more or less.",
        f"Spent for this year with this file: epsilon {privacy['year_spent_with_this']['epsilon']:g} of"
        f" {privacy['year_budget']['epsilon']:g}.",
        privacy["not_counted"],
        f"Noise scale of each count: {method['noise_scale']:g}. Counted together:",
        *(f"  {' x '.join(each)}" for each in about["marginals"]),
        "",
        f"An empty cell: {about['empty']}",
        about["columns_of"],
        f"Columns of that file which are missing here: {', '.join(about['columns_missing']) or 'none'}.",
        about["note"],
    ]
    return "\r\n".join(lines) + "\r\n"
