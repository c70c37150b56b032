"""The long work of an import: goes through the rows of a file, to say what would come of them, or to open the cases.

A row is everything of it or nothing. Cases are opened by the same verb as any other
(`app.cases.intake.opened_unseen`), at a desk of whoever asked, with the rights they have now.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Row, insert, update
from sqlalchemy.exc import IntegrityError

from app.access import rows as walls
from app.access.desk import Desk
from app.access.log import looked
from app.access.may import within_reach
from app.access.two_persons import desk_for
from app.cases import intake, person_queries, same_person
from app.cases.schemas import CaseIn
from app.casework import fieldgroups, identity, move, name_index
from app.casework.held import hold_case
from app.casework.history import Event
from app.casework.jobs import Stepped, works
from app.casework.reach import SEEING
from app.imports import queries
from app.imports.findings import NOT_CARRIED, Finding
from app.imports.queries import CAME, IMPORT, LINE
from app.imports.reading.terms import Rows
from app.imports.rights import may_bring
from app.imports.rows import Fitted, Ground, field_column, fitted, twice
from app.imports.taking import rows_of
from app.kit.canonical import canonical_bytes
from app.kit.crypto import DESTROYED
from app.kit.errors import AppError, Conflict
from app.kit.fields import invalid
from app.kit.words import mark
from policies.import_mapping import ImportMapping, same_word
from policies.model import FieldGroup

__all__ = ["BRING", "CHECK", "IMPORTED", "forget", "packed", "place"]

CHECK, BRING = "import_check", "import_cases"
IMPORTED: Final = "imported"
# Rows in one transaction: so many are lost with a process that is killed, and done again.
_AT_ONCE: Final = 10
_STAY_OUT: Final = frozenset({"refused", "alike"})
_STAGES: Final = {CHECK: "check", BRING: "bring"}


@dataclass(slots=True)
class Outcome:
    """What became of a row, or would; ``findings``: everything that was found in it."""

    line: int
    word: str
    findings: list[Finding] = field(default_factory=list)
    case_id: str | None = None
    # Cells of columns that the mapping does not know, kept as they came.
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """The rows of an import and what they are read by."""

    mapping: ImportMapping
    table: Rows
    doubled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the rows of one step are worked on: whose desk, which import, and what makes digests."""

    desk: Desk
    order: Row[Any]
    work: Work
    kind: str
    blind: Callable[[str, str], str]

    def record(self, fit: Fitted) -> str:
        """The digest by which a record is found again."""
        return self.blind("import-record", f"{self.work.mapping.source_system}|{same_word(fit.record)}")

    def cells(self, fit: Fitted) -> dict[str, str]:
        """Column -> a digest of what it says: enough to see a change, and too little to read."""
        return {
            name: self.blind("import-cell", f"{fit.record}|{name}|{text}")[:16] for name, text in fit.cells.items()
        }


@works(CHECK, mark("Trying out an import of cases"))
def check(desk: Desk, job: Row[Any]) -> Stepped:
    """Go through the next rows as if they came in, and take everything back."""
    return _go_on(desk, job)


@works(BRING, mark("Import of cases"))
def bring(desk: Desk, job: Row[Any]) -> Stepped:
    """Open the cases of the next rows."""
    return _go_on(desk, job)


def place(import_id: str) -> bytes:
    """Where the sealed rows belong, so that they open nowhere else."""
    return f"case_import|sealed|{import_id}|1".encode()


def packed(mapping: ImportMapping, table: Rows) -> bytes:
    """Mapping and rows as they are sealed."""
    told = {
        "mapping": mapping.model_dump(mode="json"), "header": table.header, "rows": table.rows, "notes": table.notes,
    }  # fmt: skip
    return zlib.compress(json.dumps(told).encode("ascii"))


def forget() -> None:
    """Keep no rows in memory that no step has asked for just now."""
    _opened.cache_clear()


def _go_on(desk: Desk, job: Row[Any]) -> Stepped:
    order = queries.by_id(desk, job.subject_id)
    if order.sealed is None or order.wrapped is None:
        raise Conflict("The rows of this file are not kept any more.", code="file_gone")
    asker = desk_for(desk, job.asked_by)
    if asker is None:
        raise Conflict("Whoever asked for this has no account any more.", code="asker_disabled")
    # The cases are that office's which brought the file along and, of many rows, was agreed to; somebody who has moved
    # on, before the import was started or since, brings nothing into another one.
    if asker.office_id != order.office_id:
        raise Conflict("Whoever asked for this works in another office now.", code="asker_moved")
    work = _opened(desk.keys.unwrap(order.wrapped), order.sealed, order.id, desk.keys)
    all_at_once = job.kind == BRING and order.all_or_nothing
    batch = work.table.rows if all_at_once else work.table.rows[job.done : job.done + _AT_ONCE]
    with walls.as_somebody(desk, asker):
        may_bring(asker, work.mapping)
        bench = Bench(asker, order, work, job.kind, name_index.blinder(asker))
        outcomes = _together(bench, batch) if all_at_once else [_one(bench, line, row) for line, row in batch]
        _keep_lines(bench, outcomes)
    desk.take_seat()
    over = all_at_once or job.done + len(batch) >= len(work.table.rows)
    if over:
        none = all_at_once and any(each.word in _STAY_OUT for each in outcomes)
        _settle(desk, order, "none" if none else "done" if job.kind == BRING else "checked")
    return Stepped(len(batch), sum(each.word in _STAY_OUT for each in outcomes), over, _counted(outcomes))


class _Undo(Exception):
    """Takes back what was opened to see whether it can be."""


def _together(bench: Bench, batch: Any) -> list[Outcome]:
    """Every row in one go, or none of them; what stands in the way is told."""
    found: list[Outcome] = []
    try:
        with bench.desk.session.begin_nested():
            found = [_one(bench, line, row) for line, row in batch]
            if any(each.word in _STAY_OUT for each in found):
                raise _Undo
    except _Undo:
        for each in found:
            if each.word == "opened":
                each.word, each.case_id = "new", None
        _note_again(bench.desk, found)
    return found


def _note_again(desk: Desk, outcomes: list[Outcome]) -> None:
    """What was undone took the looks at names along; that somebody's name was compared stays noted all the same."""
    alike = [one.said for each in outcomes for one in each.findings if one.rule == "may_be_known"]
    looked(desk, "duplicates_searched", "case", "-", {"named": len(alike)})
    for reference in sorted({name for said in alike for name in said.split(", ")}):
        row = person_queries.referenced(desk, reference)
        if row is not None:
            looked(desk, "identity_matched", "case", row.id)


def _one(bench: Bench, line: int, row: tuple[str, ...]) -> Outcome:
    desk, work = bench.desk, bench.work
    ground = Ground(work.mapping, desk.policies, desk.today, desk.policies.zone(desk.actor.country))
    fit = fitted(ground, work.table.header, line, row, work.doubled, work.table.notes.get(line, ()))
    if fit.stops:
        return Outcome(line, "refused", fit.findings)
    known = _known(bench, fit)
    if known is not None:
        return known
    alike = _alike(bench, fit)
    if alike:
        fit.findings.append(Finding("", "may_be_known", "row", ", ".join(alike)))
        return Outcome(line, "alike", fit.findings)
    try:
        case_id = _open(bench, fit)
    except AppError as refusal:
        _write_kept(desk)
        return Outcome(line, "refused", fit.findings + _refused(work.mapping, refusal))
    except IntegrityError:
        # Somebody else's import was a moment earlier with the same record.
        known = _known(bench, fit)
        if known is None:
            raise
        return known
    return Outcome(line, "new" if case_id is None else "opened", fit.findings, case_id, fit.kept)


def _open(bench: Bench, fit: Fitted) -> str | None:
    """Open the case with everything that belongs to it, or nothing; None where it was only tried and taken back."""
    desk = bench.desk
    try:
        with desk.session.begin_nested():
            try:
                body = CaseIn.model_validate({**fit.body, "new_person": True})
            except ValidationError as error:
                raise invalid(error) from None
            case_id = intake.opened_unseen(desk, body)
            _tell(bench, fit, case_id)
            _remember(bench, fit, case_id)
            if bench.kind == CHECK:
                raise _Undo
    except _Undo:
        return None
    return case_id


def _tell(bench: Bench, fit: Fitted, case_id: str) -> None:
    """Say in the history of the case where it came from; what the file says beside, sealed with the person."""
    desk, order = bench.desk, bench.order
    held = hold_case(desk, case_id)
    details = {
        "source": order.source_system, "import": order.id, "file": order.file_digest, "line": fit.line,
        "mapping": order.mapping, "mapping_version": order.mapping_version, "mapping_digest": order.mapping_digest,
        "unknown": sorted({each.column for each in fit.findings if each.rule == "unknown_code"}),
        "told": len(fit.told),
    }  # fmt: skip
    told = [f"{bench.work.mapping.record}: {fit.record}", *(f"{label}: {value}" for label, value in fit.told)]
    move.remark(desk, held, Event(IMPORTED, "file", held.version, details, desk.now, "\n".join(told)))
    for group, kept in sorted(fit.apart.items()):
        # Whoever reads the narrative need not see this: an entry of its own, opened to those who hold its group.
        told = [f"{label}: {value}" for label, value in kept]
        own = {**details, "unknown": [], "told": len(kept), "group": group.value}
        move.remark(desk, held, Event(IMPORTED, "file", held.version, own, desk.now, "\n".join(told)))


def _remember(bench: Bench, fit: Fitted, case_id: str) -> None:
    desk, order = bench.desk, bench.order
    row = {
        "country": desk.actor.country, "source_system": order.source_system, "record_digest": bench.record(fit),
        "case_id": case_id, "import_id": order.id, "line": fit.line,
        "cells": canonical_bytes(bench.cells(fit)).decode("utf-8"), "at": desk.now,
    }  # fmt: skip
    with walls.as_the_house(desk.session, desk.actor.country):
        desk.session.execute(insert(CAME), row)


def _known(bench: Bench, fit: Fitted) -> Outcome | None:
    """What is to be said of a record that has come in before; None for a new one."""
    desk = bench.desk
    with walls.as_the_house(desk.session, desk.actor.country):
        came = queries.came_in(desk, bench.order.source_system, bench.record(fit))
    if came is None:
        return None
    if came.wrapped == DESTROYED:
        return Outcome(fit.line, "erased")
    if not within_reach(desk, SEEING, came.case_id):
        # Another office's: that it is known is told, and nothing that would answer a guess.
        return Outcome(fit.line, "known")
    before, now = json.loads(came.cells), bench.cells(fit)
    changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    findings = [Finding(name, "changed", "row") for name in changed]
    return Outcome(fit.line, "changed" if changed else "known", findings, came.case_id)


def _alike(bench: Bench, fit: Fitted) -> list[str]:
    """References of cases about somebody with a like name, of which nobody has said that they are another's.

    Two rows of one file are two people: the other system tells them apart.
    """
    desk, order = bench.desk, bench.order
    told = fit.body.get("identity")
    if not told or fit.line in json.loads(order.others) or not fieldgroups.sees(desk, FieldGroup.IDENTITY):
        return []
    try:
        described = identity.compared_of(identity.checked(desk.policies, told))
    except AppError:
        # What does not fit is refused, with its field, where the case is opened.
        return []
    found = same_person.candidates(desk, fit.body["sex"], fit.body["age_band"], fit.body["nationality"], described)
    alike = [each.reference for each in found if each.by_name]
    ours = queries.of_import(desk, alike, order.id) if alike else set()
    return [each for each in alike if each not in ours]


def _refused(mapping: ImportMapping, refusal: AppError) -> list[Finding]:
    """What the verb that opens cases said against a row, each at its column; it never repeats what was typed."""
    found = []
    for error in refusal.extra.get("errors", ()):
        column = field_column(mapping, str(error.get("field", "")))
        found.append(Finding(column, "refused_here", "row", str(error.get("rule", refusal.code))))
    return found or [Finding("", "refused_here", "row", refusal.code)]


def _keep_lines(bench: Bench, outcomes: list[Outcome]) -> None:
    order, stage = bench.order, _STAGES[bench.kind]
    bench.desk.session.execute(
        insert(LINE),
        [
            {
                "import_id": order.id, "stage": stage, "line": each.line, "country": order.country,
                "outcome": each.word, "case_id": each.case_id,
                "findings": canonical_bytes([finding.plain for finding in each.findings]).decode("utf-8"),
            }
            for each in outcomes
        ],
    )  # fmt: skip


def _counted(outcomes: list[Outcome]) -> Mapping[str, int]:
    counted = Counter(each.word for each in outcomes)
    counted["unknown_code"] = sum(one.rule == "unknown_code" for each in outcomes for one in each.findings)
    counted["kept_as_told"] = sum(each.kept for each in outcomes)
    counted["not_carried"] = sum(one.rule in NOT_CARRIED for each in outcomes for one in each.findings)
    return {word: count for word, count in counted.items() if count}


def _settle(desk: Desk, order: Row[Any], state: str) -> None:
    """The import is checked; or it is over, and the rows are kept no longer."""
    forget()
    kept = {} if state == "checked" else {"wrapped": None, "sealed": None}
    desk.session.execute(update(IMPORT).where(IMPORT.c.id == order.id).values(state=state, **kept))


def _write_kept(desk: Desk) -> None:
    """What was to be noted of a refusal: the row was taken back, and the step goes on."""
    for write in desk.take_kept():
        write(desk.session)


@lru_cache(maxsize=1)
def _opened(key: bytes, sealed: bytes, import_id: str, keys: Any) -> Work:
    """The rows of an import, opened once for several of its steps; nobody keeps them long (app.imports.watching)."""
    told = json.loads(zlib.decompress(keys.open(key, sealed, place(import_id))))
    mapping = ImportMapping.model_validate(told["mapping"])
    table = rows_of(told)
    return Work(mapping, table, twice(mapping, table))
