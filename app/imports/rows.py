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
from app.imports.reading.terms import Note, Rows, Unread
from app.standards.htcds import back
from policies.import_mapping import CHANNELS, CODED, COUNTRIES, DAYS, ImportMapping, part, part_name, same_word
from policies.model import FieldGroup, Policies
from policies.standards import StandardField

__all__ = ["Fitted", "Ground", "columns_fit", "field_column", "fitted", "twice"]

_LONGEST_NOTE: Final = 4000
_LONGEST_TOLD: Final = 20_000
# What is said of somebody of whom nothing is known, where leaving it open is an answer of its own.
_OPEN: Final[Mapping[str, str]] = {
    "source": "unknown", "age_band": "unknown", "sex": "U", "nationality": "unknown", "language": "unknown",
    "exploitation": "unknown",
}  # fmt: skip
# Of these every told value is for whoever reads the narrative; what is of another group is kept apart.
_OPEN_TO_ALL: Final = frozenset({FieldGroup.FACTS, FieldGroup.NARRATIVE})
_BECAUSE: Final[Mapping[str | None, str]] = {
    "consent": "consent_not_taken", "course": "course_not_taken", None: "no_place",
}  # fmt: skip
_MANY: Final = ";"  # between several values of a field of a standard, as its reader hands them on
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
    """A row as a case would take it. ``body``: as app.cases.schemas.CaseIn; ``told``: what is kept as it came.

    ``apart``: what is kept of a field group that not everybody holds who reads the narrative.
    """

    line: int
    record: str
    body: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    apart: dict[FieldGroup, list[tuple[str, str]]] = field(default_factory=dict)
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
    strange = tuple(name for name in table.header if not mapping.says(mapping.base(name)))
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


def fitted(
    ground: Ground,
    header: tuple[str, ...],
    line: int,
    row: tuple[str, ...],
    doubled: frozenset[str],
    notes: Iterable[Note] = (),
) -> Fitted:
    """One row, cell by cell; everything found in it at once.

    doubled: numbers of records that stand twice; notes: what the reading of the file found in this row.
    """
    mapping = ground.mapping
    at = header.index(mapping.record)
    found = Fitted(line, "")
    if len(row) != len(header):
        rule = "too_many_cells" if len(row) > len(header) else "too_few_cells"
        # A record of JSON and a row of a sheet have every cell; only text can lose one.
        found.findings.append(Finding("", rule, "row"))
        return found
    found.findings += [Finding(*note) for note in notes]
    said = _cells(ground, header, row, found)
    found.record = found.cells.get(mapping.record, "")
    if not found.record and at < len(row) and not any(each.column == mapping.record for each in found.findings):
        found.findings.append(Finding(mapping.record, "record_missing", class_of(row[at])))
    elif same_word(found.record) in doubled:
        found.findings.append(Finding(mapping.record, "record_twice", class_of(found.record)))
    _body(ground, said, found)
    kept = [found.told, *found.apart.values()]
    if sum(len(label) + len(value) for told in kept for label, value in told) > _LONGEST_TOLD:
        found.findings.append(Finding("", "too_long", "row"))
    return found


def _cells(ground: Ground, header: Iterable[str], row: Iterable[str], found: Fitted) -> dict[str, Any]:
    """Field -> what the columns say of it; told things and findings go into ``found``."""
    mapping = ground.mapping
    said: dict[str, Any] = {}
    there = dict(zip(header, row, strict=True))
    for name, cell in there.items():
        base = mapping.base(name)
        if base in mapping.ignore:
            continue
        try:
            text, turned = cells.washed(cell, formulas=mapping.standard is not None)
            if turned:
                found.findings.append(Finding(name, "marks_removed", class_of(text)))
            if mapping.is_empty(text):
                continue
            found.cells[name] = text
            column = mapping.columns.get(base)
            found.kept += mapping.standard is None and not mapping.says(name)
            if mapping.standard is not None and part(name).unknown and not mapping.says(name):
                _keep(ground, found, name, text, "unknown_code")
            elif column is None or column.to is None or not _meant(ground, name, there):
                if name == mapping.record and column is None:
                    continue
                why = _BECAUSE[column.because if column is not None else None]
                _keep(ground, found, name, text, why if mapping.standard is not None else None)
            else:
                _lead(ground, found, said, name, text)
        except Unfit as unfit:
            found.findings.append(Finding(name, unfit.rule, class_of(cell)))
    return said


def _lead(ground: Ground, found: Fitted, said: dict[str, Any], name: str, text: str) -> None:
    """Put what a cell says where its column leads; what does not arrive there is kept."""
    column = ground.mapping.columns[ground.mapping.base(name)]
    target = str(column.to)
    first, *further = _values(ground, name, text)
    if target != "note" and class_of(first) == "formula":
        raise Unfit("formula")
    value = _value(ground, name, first)
    if value is None:
        _keep(ground, found, name, first, "unknown_code")
    elif target in said and not (target in _LINES or isinstance(value, list)):
        # Two columns lead to a field of one value only where a record has several entries.
        if said[target] != value:
            _keep(ground, found, name, first, "further_values")
    else:
        said[target] = _joined(target, said.get(target), value)
    if further:
        _keep(ground, found, name, _MANY.join(further), "further_values")


def _keep(ground: Ground, found: Fitted, name: str, text: str, why: str | None) -> None:
    """Keep a value as it came, for those who hold its field group; ``why``: the rule that is told, if any."""
    column = ground.mapping.columns.get(ground.mapping.base(name))
    label = (column.told if column is not None and ground.mapping.standard is None else None) or name
    known = _field(ground, name)
    group = known.group if known is not None else FieldGroup.NARRATIVE
    (found.told if group in _OPEN_TO_ALL else found.apart.setdefault(group, [])).append((label, text))
    if why is not None:
        found.findings.append(Finding(name, why, class_of(text)))


def _field(ground: Ground, name: str) -> StandardField | None:
    """The field of the standard that a column is of; None for other columns, and where there is no standard."""
    standard = ground.policies.standards.get(ground.mapping.standard or "")
    return standard.fields.get(ground.mapping.base(name)) if standard is not None else None


def _meant(ground: Ground, name: str, there: Mapping[str, str]) -> bool:
    """Whether the entry of a record that a column is of is one of which the column leads to its field."""
    column = ground.mapping.columns[ground.mapping.base(name)]
    number = part(name).number
    return all(there.get(part_name(other, number)) == value for other, value in column.when.items())


def _values(ground: Ground, name: str, text: str) -> list[str]:
    """The values in a cell: several where a field of a standard holds several."""
    known = _field(ground, name)
    return text.split(_MANY) if known is not None and known.list is not None and known.holds_many else [text]


def _joined(target: str, before: Any, value: Any) -> Any:
    if before is None:
        return value
    return f"{before}\n{value}" if target in _LINES else [*before, *value]


def _value(ground: Ground, name: str, text: str) -> Any:
    """What a cell says for its field; None for a code that nobody here knows."""
    column = ground.mapping.columns[ground.mapping.base(name)]
    target = column.to
    if target in CODED or target in COUNTRIES or target in ("child", "language"):
        return _code(ground, name, text)
    if target in DAYS:
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
    column = ground.mapping.columns[ground.mapping.base(name)]
    target = str(column.to)
    ours = column.ours(text)
    if ours is not None:
        return ours
    if target in COUNTRIES:
        return cells.nationality(text)
    known = _field(ground, name)
    if known is not None and known.list is not None:
        return _of_standard(ground, known.list, target, text)
    if target == "channel":
        if text in CHANNELS or ground.policies.knows(CODED["channel"], text):
            return text
        raise Unfit("not_a_code")
    if target in CODED and ground.policies.knows(CODED[target], text):
        return text
    return None


def _of_standard(ground: Ground, list_name: str, target: str, theirs: str) -> str | None:
    """Our code for a value of a list of the standard, as its mapping says; None where the field takes other codes."""
    found = back.ours(ground.policies, str(ground.mapping.standard), list_name, theirs, ground.today)
    return found[1] if found is not None and found[0] == CODED.get(target, target) else None


def _places(said: Mapping[str, Any], constants: Mapping[str, str]) -> dict[str, Any]:
    """Where somebody was exploited, and from where and when they came back, as far as it is said."""
    found = {
        name: said.get(name, constants.get(name)) for name in ("exploited_in", "returned_from")
        if name in said or name in constants
    }  # fmt: skip
    return found | ({"returned_on": said["returned_on"].isoformat()} if "returned_on" in said else {})


def _body(ground: Ground, said: dict[str, Any], found: Fitted) -> None:
    constants = ground.mapping.constants
    body: dict[str, Any] = {}
    for name, open_value in _OPEN.items():
        body[name] = said.get(name, constants.get(name, open_value))
    body["channel"] = said.get("channel", constants.get("channel"))
    body |= _places(said, constants)
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
