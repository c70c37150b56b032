"""Fits one row of a table to what opening a case takes, as its mapping says; pure: no database, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final

from app.imports import cells
from app.imports.cells import Unfit, class_of
from app.imports.findings import Finding
from app.imports.reading.terms import Rows, Unread
from policies.import_mapping import CHANNELS, CODED, ImportMapping, same_word
from policies.model import Policies

__all__ = ["Fitted", "Ground", "columns_fit", "field_column", "fitted", "twice"]

_LONGEST_NOTE: Final = 4000
_LONGEST_TOLD: Final = 20_000
# What is said of somebody of whom nothing is known, where leaving it open is an answer of its own.
_OPEN: Final[Mapping[str, str]] = {
    "source": "unknown", "age_band": "unknown", "sex": "U", "nationality": "unknown", "language": "unknown",
    "exploitation": "unknown",
}  # fmt: skip
_LINES: Final = frozenset({"note", "identity.safe_contact", "identity.family_contact"})


@dataclass(frozen=True, slots=True)
class Ground:
    """What a row is read against: the rules, the day it is here, and the zone of the clocks here."""

    mapping: ImportMapping
    policies: Policies
    today: date
    zone: tzinfo = UTC


@dataclass(slots=True)
class Fitted:
    """A row as a case would take it. ``body``: as app.cases.schemas.CaseIn; ``told``: what is kept as it came."""

    line: int
    record: str
    body: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    # Column -> the cell, clean, where it says anything: by this a later file is compared.
    cells: dict[str, str] = field(default_factory=dict)
    # How many of those are of columns that the mapping does not know.
    kept: int = 0

    @property
    def stops(self) -> bool:
        """Whether something found stops the row."""
        return any(each.stops for each in self.findings)


def columns_fit(mapping: ImportMapping, table: Rows) -> tuple[str, ...]:
    """The columns that are kept as told because the mapping does not know them; empty unless it wants that.

    Unread (lacks_columns) names what the mapping reads and the file has not; (unmapped_columns) what the file has and
    the mapping says nothing of. The names of the file are only told once all that is needed was found: before that,
    what looks like a header may be somebody's row.
    """
    there = set(table.header)
    lacking = sorted(mapping.needed - there)
    if lacking:
        raise Unread("lacks_columns", 0, lacking)
    strange = tuple(name for name in table.header if name not in mapping.named)
    if strange and mapping.unmapped == "refuse":
        raise Unread("unmapped_columns", 0, strange)
    return strange


def twice(mapping: ImportMapping, table: Rows) -> frozenset[str]:
    """The numbers of records that more than one row has."""
    at = table.header.index(mapping.record)
    counted: Counter[str] = Counter()
    for _, row in table.rows:
        # A cell that cannot be read is told of its own row.
        with suppress(Unfit):
            number, _ = cells.washed(row[at] if at < len(row) else "")
            if not mapping.is_empty(number):
                counted[same_word(number)] += 1
    return frozenset(number for number, count in counted.items() if count > 1)


def field_column(mapping: ImportMapping, field_name: str) -> str:
    """The column that leads to a field as refusals name it; "" for one that no column tells."""
    found = mapping.columns_of(field_name)
    if not found and field_name == "age_band":
        found = mapping.columns_of("age")
    if not found and field_name == "child":
        found = mapping.columns_of("age_band") or mapping.columns_of("age") or mapping.columns_of("identity.birth_date")
    return found[0] if found else ""


def fitted(ground: Ground, header: tuple[str, ...], line: int, row: tuple[str, ...], doubled: frozenset[str]) -> Fitted:
    """One row, cell by cell; everything found in it at once. ``doubled``: numbers of records that stand twice."""
    mapping = ground.mapping
    at = header.index(mapping.record)
    found = Fitted(line, "")
    if len(row) != len(header):
        rule = "too_many_cells" if len(row) > len(header) else "too_few_cells"
        # A record of JSON and a row of a sheet have every cell; only text can lose one.
        found.findings.append(Finding("", rule, "row"))
        return found
    said = _cells(ground, header, row, found)
    found.record = found.cells.get(mapping.record, "")
    if not found.record and at < len(row) and not any(each.column == mapping.record for each in found.findings):
        found.findings.append(Finding(mapping.record, "record_missing", class_of(row[at])))
    elif same_word(found.record) in doubled:
        found.findings.append(Finding(mapping.record, "record_twice", class_of(found.record)))
    _body(ground, said, found)
    if sum(len(label) + len(value) for label, value in found.told) > _LONGEST_TOLD:
        found.findings.append(Finding("", "too_long", "row"))
    return found


def _cells(ground: Ground, header: Iterable[str], row: Iterable[str], found: Fitted) -> dict[str, Any]:
    """Field -> what the columns say of it; told things and findings go into ``found``."""
    mapping = ground.mapping
    said: dict[str, Any] = {}
    for name, cell in zip(header, row, strict=True):
        if name in mapping.ignore:
            continue
        try:
            text, turned = cells.washed(cell)
            if turned:
                found.findings.append(Finding(name, "marks_removed", class_of(text)))
            if mapping.is_empty(text):
                continue
            found.cells[name] = text
            column = mapping.columns.get(name)
            found.kept += name not in mapping.named
            if column is None or column.to is None:
                if name != mapping.record or column is not None:
                    label = (column.told if column is not None else None) or name
                    found.told.append((label, text))
                continue
            value = _value(ground, name, text)
            if value is None:
                found.told.append((name, text))
                found.findings.append(Finding(name, "unknown_code", class_of(text)))
            else:
                said[column.to] = _joined(column.to, said.get(column.to), value)
        except Unfit as unfit:
            found.findings.append(Finding(name, unfit.rule, class_of(cell)))
    return said


def _joined(target: str, before: Any, value: Any) -> Any:
    if before is None:
        return value
    return f"{before}\n{value}" if target in _LINES else [*before, *value]


def _value(ground: Ground, name: str, text: str) -> Any:
    """What a cell says for its field; None for a code that nobody here knows."""
    column = ground.mapping.columns[name]
    target = column.to
    if target in CODED or target in ("child", "nationality", "language"):
        return _code(ground, name, text)
    if target in ("identity.birth_date", "happened_at"):
        return cells.day(text, column.dates, column.era)
    if target == "identity.birth_year":
        return cells.year(text, column.era)
    if target == "age":
        return cells.years(text)
    if target == "identity.other_names":
        parts = text.split(column.split) if column.split else [text]
        return [part.strip() for part in parts if part.strip()]
    return text


def _code(ground: Ground, name: str, text: str) -> str | bool | None:
    column = ground.mapping.columns[name]
    target = str(column.to)
    ours = column.ours(text)
    if ours is not None:
        return ours
    if target == "nationality":
        return cells.nationality(text)
    if target == "channel":
        if text in CHANNELS or ground.policies.knows(CODED["channel"], text):
            return text
        raise Unfit("not_a_code")
    if target in CODED and ground.policies.knows(CODED[target], text):
        return text
    return None


def _body(ground: Ground, said: dict[str, Any], found: Fitted) -> None:
    constants = ground.mapping.constants
    body: dict[str, Any] = {}
    for name, open_value in _OPEN.items():
        body[name] = said.get(name, constants.get(name, open_value))
    body["channel"] = said.get("channel", constants.get("channel"))
    born, in_year = said.get("identity.birth_date"), said.get("identity.birth_year")
    if body["age_band"] == "unknown":
        # A birth is better evidence than an age, which somebody wrote down on some day or other.
        band = cells.band_of_birth(born, in_year, ground.today)
        if "age" in said:
            by_age = cells.age_band(said["age"])
            if band is not None and by_age != band:
                found.told.append((field_column(ground.mapping, "age"), str(said["age"])))
            band = band or by_age
        body["age_band"] = band or "unknown"
    # In doubt a person is a child until shown otherwise (UNICEF-AGE).
    body["child"] = said.get("child", body["age_band"] != "18+")
    if body["child"] is False and body["age_band"] == "unknown" and "child" in said:
        body["age_band"] = "18+"
    if "note" in said:
        body["note"] = said["note"]
        if len(said["note"]) > _LONGEST_NOTE:
            found.findings.append(Finding(field_column(ground.mapping, "note"), "too_long", "long_text"))
    if "happened_at" in said and said["happened_at"] != ground.today:
        noon = datetime.combine(said["happened_at"], time(12), ground.zone)
        body["happened_at"] = noon.isoformat()
    identity = {
        name.partition(".")[2]: value.isoformat() if isinstance(value, date) else value
        for name, value in said.items()
        if name.startswith("identity.")
    }
    if identity:
        body["identity"] = {**identity, "sex": body["sex"]}
    found.body = body
