"""An export as a file: the plain list or HTCDS records, as CSV, XLSX or JSON, each with its stamp and no formula."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Row

from app.access.desk import Desk
from app.exports import columns, htcds
from app.exports.told import Told, told
from app.kit import csv_text
from app.kit.workbook import MEDIA_TYPE as SHEET_TYPE
from app.kit.workbook import workbook
from app.standards.htcds import csv_file, json_file, sheet_file
from app.standards.htcds import rows as shape
from app.standards.htcds.book import Book
from policies.model import Policies

__all__ = ["HTCDS", "NAMELESS", "Content", "Format", "columns_of", "made", "written"]

Format = Literal["csv", "xlsx", "json", "htcds_csv", "htcds_xlsx", "htcds_json"]
# The plain list has no column that says who anybody is.
NAMELESS: Final = frozenset({"csv", "xlsx", "json"})
HTCDS: Final = frozenset({"htcds_csv", "htcds_xlsx", "htcds_json"})
JSON_TYPE: Final = "application/json"
_OWN: Final = ("x_waymark_stage_of_care", "x_waymark_age_band")
IC_TIP: Final = "ic-tip"


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file and what they are; ``named``: the cases (their ids) of which it says who the person is."""

    content: bytes
    media_type: str
    ending: str
    named: tuple[str, ...] = ()


def columns_of(desk: Desk, form: Format) -> list[str]:
    """The columns that the actor's role gets in such a file."""
    groups = desk.policies.groups_for(desk.actor.roles)
    if form in NAMELESS:
        return [column.name for column in columns.seen(groups)]
    fields = desk.policies.standards[htcds.STANDARD].fields
    return [name for name, each in fields.items() if each.group in groups]


def made(
    desk: Desk, form: Format, found: Iterable[Row[Any]], stamp: str, *, named: bool = False, consent: str | None = None
) -> Content:
    """The file of a list of cases (rows with their ``facts``).

    stamp: who took it, when and what for. named, consent: as in `told`. What HTCDS has no place for is counted in the
    stamp of a CSV file, the sheet `about` of an XLSX file, and the `about` of a JSON file.
    """
    if form in HTCDS:
        return _htcds(desk, form, found, stamp, named=named, consent=consent)
    seen = columns.seen(desk.policies.groups_for(desk.actor.roles))
    names = [column.name for column in seen]
    rows = (columns.values(seen, each) for each in found)
    if form == "xlsx":
        sheets: dict[str, Iterable[Iterable[Any]]] = {"Cases": _all(names, rows), "about": [[stamp]]}
        return Content(workbook(sheets, desk.now, title="Waymark export"), SHEET_TYPE, "xlsx")
    if form == "json":
        body = {"about": {"stamp": stamp}, "cases": [dict(zip(names, each, strict=True)) for each in rows]}
        return Content(json.dumps(body, ensure_ascii=False, indent=1).encode("utf-8"), JSON_TYPE, "json")
    return Content(csv_text.table(names, rows, stamp), csv_text.MEDIA_TYPE, "csv")


def _all(head: list[str], rows: Iterable[list[str]]) -> Iterator[list[str]]:
    yield head
    yield from rows


def _htcds(
    desk: Desk, form: Format, found: Iterable[Row[Any]], stamp: str, *, named: bool, consent: str | None
) -> Content:
    cases = told(desk, iter(found), named=named, consent=consent)
    return written(desk.policies, form, cases, stamp, made_at=desk.now)


def written(policies: Policies, form: Format, cases: Iterable[Told], stamp: str, *, made_at: datetime) -> Content:
    """What cases have to tell, as a file of HTCDS; ``stamp`` as in `made`, ``made_at`` as in `workbook`."""
    standard = policies.standards[htcds.STANDARD]
    left: Counter[str] = Counter()
    who: list[str] = []
    rows: list[shape.Row] = []
    for each in cases:
        carried = htcds.record_of(each, policies)
        rows += carried.rows
        left += carried.left
        if each.identity:
            who.append(each.case_id)
    head = [
        stamp,
        standard.attribution,
        policies.standard_maps[htcds.OURS].header,
        policies.standard_maps[IC_TIP].header,
    ]
    kept = [f"HTCDS has no place for {what} ({count})." for what, count in sorted(left.items())]
    if form == "htcds_json":
        about = {"notes": head, "left_out": dict(sorted(left.items()))}
        content = json_file.write(Book(standard, "json"), rows, about)
        return Content(content, JSON_TYPE, "json", tuple(who))
    if form == "htcds_xlsx":
        content, _ = sheet_file.write(Book(standard, "csv"), rows, [*head, *kept], _OWN, made_at=made_at)
        return Content(content, SHEET_TYPE, "xlsx", tuple(who))
    content, _ = csv_file.write(Book(standard, "csv"), rows, " ".join([*head, *kept]), _OWN)
    return Content(content, csv_text.MEDIA_TYPE, "csv", tuple(who))
