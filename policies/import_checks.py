"""What must hold of a mapping for imports: every field and code it leads to exists, and no column is said twice."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from policies.checks import Names, listed
from policies.import_mapping import (
    CHANNELS,
    CODED,
    CONSTANTS,
    COUNTRIES,
    DAYS,
    TARGETS,
    Column,
    ImportMapping,
    Table,
    same_word,
)
from policies.model import Policies
from policies.nodes import Document, Path, Problem, maybe, read_document
from policies.standards import EXTENSION

__all__ = ["check_import_mapping", "digest_of", "read_mapping"]

# A text that is longer is no mapping.
LONGEST: Final = 200_000
_COUNTRY: Final = re.compile(r"[A-Z]{2}|stateless|unknown")
_LAND: Final = re.compile(r"[A-Z]{2}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}|unknown")
# Several columns may tell these: they are put one after the other.
_SEVERAL: Final = frozenset({"note", "identity.other_names", "identity.safe_contact", "identity.family_contact"})


def read_mapping(file: str, text: str, policies: Policies) -> tuple[ImportMapping | None, list[Problem]]:
    """A mapping that somebody brings along, checked as the house's own are; ``file``: what messages call it.

    None with every problem, each at its line, when it cannot be used.
    """
    if len(text) > LONGEST:
        return None, [Problem(file, 1, "is too long for a mapping")]
    document = read_document(file, text)
    if document.value is None:
        return None, document.problems
    names = Names(
        codes={name: frozenset(each.codes) for name, each in policies.codes.items()},
        standards={name: frozenset(each.fields) for name, each in policies.standards.items()},
    )
    mapping = document.build(ImportMapping)
    if mapping is not None:
        check_import_mapping(document, mapping, names)
    return (None if document.problems else mapping), sorted(set(document.problems))


def digest_of(text: str) -> str:
    """SHA-256 (hex) of a mapping as it was written: which version of it a case came in by."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def check_import_mapping(document: Document, mapping: ImportMapping, names: Names) -> None:
    """Fields and codes exist; who brought the case is said; a column has one meaning, and a field one column."""
    _check_standard(document, mapping, names)
    for name, column in mapping.columns.items():
        _check_column(document, name, column, names)
    for name in mapping.ignore:
        if name in mapping.columns or name == mapping.record:
            document.complain(f"the column '{name}' is read above and ignored here", "ignore")
    if mapping.record in mapping.columns and mapping.columns[mapping.record].to is not None:
        said = "the number of a record is no field of a case: it may only be told"
        document.complain(said, "columns", mapping.record)
    for target in sorted(TARGETS - _SEVERAL):
        theirs = mapping.columns_of(target)
        if len(theirs) > 1:
            document.complain(f"two columns lead to '{target}': {', '.join(theirs)}", "columns", theirs[1])
    for target, value in mapping.constants.items():
        _check_constant(document, mapping, target, value, names)
    if mapping.columns_of("age") and mapping.columns_of("age_band"):
        document.complain("the age is told twice, as years and as a band", "columns", mapping.columns_of("age")[0])
    for target in ("source", "channel"):
        if target not in mapping.constants and not mapping.columns_of(target):
            document.complain(f"nothing leads to '{target}': name a column, or say it in 'constants'", "columns")
    if {same_word(each) for each in mapping.named} & {""}:
        document.complain("a column without a name cannot be mapped", "columns")


def _check_standard(document: Document, mapping: ImportMapping, names: Names) -> None:
    """The standard exists, the columns are fields of it or say that they are none, and nothing repeats what it says."""
    if mapping.standard is None:
        for name, column in mapping.columns.items():
            if column.when or column.because:
                document.complain("'when' and 'because' belong to the mapping of a standard", "columns", name)
        return
    fields = names.standards.get(mapping.standard) or frozenset()
    if not fields:
        known = {name for name, each in names.standards.items() if each}
        document.complain(f"there is no standards/{mapping.standard}.yaml with fields{maybe(mapping.standard, known)}",
                          "standard")  # fmt: skip
        return
    if mapping.table != Table():
        document.complain("the standard says how its files are written: leave 'table' out", "table")
    for name in (mapping.record, *mapping.columns, *mapping.ignore):
        path = ("columns", name) if name in mapping.columns else ()
        if name not in fields and not name.startswith("x_"):
            document.complain(f"'{name}' is no field of {mapping.standard}{maybe(name, fields)}", *path)
    if mapping.record in fields:
        own = f"{EXTENSION}record"
        document.complain(f"no field of a standard is the number of a record: name {own} or a column x_...", "record")
    for name, column in mapping.columns.items():
        for other in column.when:
            if other not in fields:
                document.complain(f"there is no field '{other}'{maybe(other, fields)}", "columns", name, "when", other)


def _check_column(document: Document, name: str, column: Column, names: Names) -> None:
    path: Path = ("columns", name)
    if (column.to is None) == (column.told is None):
        document.complain(f"'{name}' leads to a field of ours ('to') or is kept as told ('told'): say one", *path)
        return
    if column.to is None:
        if column.codes or column.split:
            document.complain(f"'{name}' is kept as it came: it needs no codes", *path)
        return
    if column.to not in TARGETS:
        document.complain(f"there is no field '{column.to}'{maybe(column.to, TARGETS)}", *path, "to")
        return
    if column.split is not None and column.to != "identity.other_names":
        document.complain("only identity.other_names holds several values", *path, "split")
    if column.to not in DAYS and ({"dates", "era"} & column.model_fields_set - ({"era"} & _era_of(column.to))):
        document.complain(f"'{column.to}' is no day", *path)
    if column.codes and not _takes_codes(column.to):
        document.complain(f"'{column.to}' is no code: it needs no table", *path, "codes")
        return
    for theirs, ours in column.codes.items():
        _check_code(document, column.to, ours, names, *path, "codes", theirs)
    said: dict[str, str] = {}
    for theirs in column.codes:
        if (word := same_word(theirs)) in said:
            document.complain(f"'{theirs}' and '{said[word]}' are one value", *path, "codes", theirs)
        said[word] = theirs


def _era_of(target: str) -> frozenset[str]:
    return frozenset({"era"}) if target == "identity.birth_year" else frozenset()


def _takes_codes(target: str) -> bool:
    return target in CODED or target in COUNTRIES or target in ("child", "language")


def _check_code(document: Document, target: str, ours: str | bool, names: Names, *path: str | int) -> None:
    if target == "child":
        if not isinstance(ours, bool):
            document.complain("a child is told by true or false", *path)
        return
    if isinstance(ours, bool):
        # YAML reads a bare NO, on or y as true or false.
        document.complain("put this code in quotes: without them it is read as true or false", *path)
    elif target == "returned_from":
        if _LAND.fullmatch(ours) is None:
            document.complain(f"'{ours}' is no country of two capital letters", *path)
    elif target in COUNTRIES:
        if _COUNTRY.fullmatch(ours) is None:
            document.complain(f"'{ours}' is no country: two capital letters, stateless or unknown", *path)
    elif target == "language":
        if _LANGUAGE.fullmatch(ours) is None:
            document.complain(f"'{ours}' is no language tag such as 'my' or 'zh-Hans'", *path)
    elif not (target == "channel" and ours in CHANNELS):
        listed(document, ours, CODED[target], names, *path)


def _check_constant(document: Document, mapping: ImportMapping, target: str, value: str, names: Names) -> None:
    if target not in CONSTANTS:
        known = ", ".join(sorted(CONSTANTS))
        document.complain(f"'{target}' cannot be the same for everybody; these can: {known}", "constants", target)
        return
    _check_code(document, target, value, names, "constants", target)
    if mapping.columns_of(target):
        document.complain(f"'{target}' is told by a column as well", "constants", target)
