"""The verbs of the imports room: bring a file along, see what would come of it, have cases come in, read reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import deciding, two_persons
from app.access.approval_shapes import ApprovalOut
from app.access.desk import Desk
from app.access.log import Detail, looked, refused
from app.access.may import must
from app.access.stepup import must_be_fresh
from app.access.two_persons import Act, Asked, carries_out
from app.casework import jobs
from app.casework.job_shapes import job_out
from app.imports import bringing, queries
from app.imports.bringing import BRING, CHECK, packed, place
from app.imports.findings import Finding
from app.imports.queries import IMPORT
from app.imports.rights import RIGHT, may_bring
from app.imports.schemas import (
    FindingOut,
    ImportAskedOut,
    ImportIn,
    ImportOut,
    LineOut,
    MappingOut,
    MappingsOut,
    ReportOut,
    StartIn,
)
from app.imports.taking import Taken
from app.kit import csv_text
from app.kit.canonical import canonical_bytes
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.words import mark
from app.models.base import is_id, new_id
from policies.import_checks import digest_of, read_mapping
from policies.import_mapping import ImportMapping
from policies.model import Policies

KIND: Final = "bulk_import"
ACT: Final = mark("bringing in cases from a file")
PAGE: Final = 100


def mappings(policies: Policies) -> MappingsOut:
    """The mappings that come with the program."""
    return MappingsOut(
        items=[
            MappingOut(name=name, version=each.version, title=each.title, source_system=each.source_system)
            for name, each in sorted(policies.imports.items())
        ]
    )


def mapping_of(policies: Policies, body: ImportIn) -> ImportMapping:
    """The mapping that is named, or brought along.

    Invalid (422): at ``mapping`` for a name nobody knows, and for neither or both; at ``mapping_text`` with every
    problem of it and its line.
    """
    if bool(body.mapping) == bool(body.mapping_text):
        raise _wrong("mapping", mark("Choose a mapping of the house, or bring your own along."))
    if body.mapping:
        known = policies.imports.get(body.mapping)
        if known is None:
            raise _wrong("mapping", mark("There is no mapping of this name."))
        return known
    found, problems = read_mapping("mapping", body.mapping_text, policies)
    if found is None:
        errors = [
            {"field": "mapping_text", "rule": each.text, "line": each.line, "sentence": str(each)} for each in problems
        ]
        raise Invalid("The mapping cannot be used.", code="mapping_unusable", extra={"errors": errors})
    return found


def ask(desk: Desk, body: ImportIn, mapping: ImportMapping, taken: Taken) -> ImportOut:
    """Keep the rows of a file, sealed, and have a trial run go through them: it changes nothing and tells everything.

    Forbidden and Invalid as `may_bring`, and Invalid for more rows than come in all at once.
    """
    may_bring(desk, mapping)
    rules = desk.policies.safeguards.imports
    rows = len(taken.table.rows)
    if body.all_or_nothing and rows > rules.at_once:
        raise _wrong("all_or_nothing", mark("So many rows cannot come in all at once. Divide the file."))
    import_id = new_id()
    plain, wrapped = desk.keys.new_data_key()
    told = mapping.model_dump(mode="json")
    row = {
        "id": import_id, "country": desk.actor.country, "office_id": desk.office_id, "asked_by": desk.actor.id,
        "asked_at": desk.now, "keep_until": desk.now + rules.kept_for, "source_system": mapping.source_system,
        "mapping": mapping.name, "mapping_version": mapping.version,
        "mapping_digest": digest_of(canonical_bytes(told).decode("utf-8")), "file_digest": taken.digest,
        "rows": rows, "all_or_nothing": body.all_or_nothing, "others": "[]", "state": "checking",
        "wrapped": wrapped, "sealed": desk.keys.seal(plain, packed(mapping, taken.table), place(import_id)),
        "check_id": jobs.begin(desk, CHECK, import_id, rows), "bring_id": None, "approval_id": None,
    }  # fmt: skip
    desk.session.execute(insert(IMPORT).values(row))
    detail: Detail = {"source": mapping.source_system, "rows": rows, "sha256": taken.digest, "mapping": mapping.name}
    looked(desk, "import_asked", "import", import_id, detail)
    return shown(desk, queries.by_id(desk, import_id))


def start(desk: Desk, import_id: str, body: StartIn) -> ImportOut:
    """Have the cases come in, at once or, for more than one person brings in alone, when a second person agrees.

    What the actor has brought in alone in the hours before counts with it.

    Forbidden (step_up_needed) without a fresh second factor; Conflict (import_not_checked, import_over) before the
    trial run has ended and once the cases are coming in.
    """
    row = _mine(desk, import_id)
    must(desk, RIGHT)
    must(desk, "case:create")
    must_be_fresh(desk, ACT)
    state = _state(desk, row)
    if state != "checked":
        code = "import_not_checked" if state == "checking" else "import_over"
        raise Conflict(mark("This import is not at the point where the cases can come in."), code=code,
                       extra={"state": state})  # fmt: skip
    values: dict[str, Any] = {"others": canonical_bytes(sorted(set(body.others))).decode("utf-8")}
    asked = None
    guards = desk.policies.safeguards
    # Many short files are no way around a long one.
    together = row.rows + queries.brought_alone(desk, desk.now - guards.two_persons.alone_within)
    if together > guards.imports.rows_alone:
        payload = {
            "import": row.id, "source": row.source_system, "rows": row.rows, "file": row.file_digest,
            "mapping": row.mapping, "mapping_digest": row.mapping_digest, "others": len(set(body.others)),
        }  # fmt: skip
        asked = two_persons.ask(desk, Act(KIND, ("office", desk.office_id), payload, {"note": body.why}))
        values |= {"state": "waiting", "approval_id": asked.id}
    else:
        values |= {"state": "coming_in", "bring_id": jobs.begin(desk, BRING, row.id, row.rows)}
    _turn(desk, row.id, "checked", values)
    looked(desk, "import_started", "import", row.id, {"rows": row.rows, "second_person": asked is not None})
    found = shown(desk, queries.by_id(desk, row.id), asked)
    return found if asked is None else ImportAskedOut(**found.model_dump())


@carries_out(KIND, permission=RIGHT, act=ACT)
def release(desk: Desk, asked: Asked) -> None:
    """Let the cases come in, in the name of whoever asked."""
    row = queries.mine(desk, str(asked.payload["import"]))
    if row is None or row.state != "waiting" or row.approval_id != asked.id or row.sealed is None:
        raise Conflict("There is no such file any more.", code="file_gone")
    _turn(desk, row.id, "waiting", {"state": "coming_in", "bring_id": jobs.begin(desk, BRING, row.id, row.rows)})


def throw_away(desk: Desk, import_id: str) -> ImportOut:
    """Keep the rows of a file no longer, now; the report stays, and so do cases that came in.

    A trial run that is not over is stopped, and a second person who was asked is asked no longer. Conflict
    (import_coming_in) while the cases come in, which is stopped where long work is; (import_over) where no rows are
    kept any more.
    """
    row = _mine(desk, import_id)
    for job_id in filter(None, (row.check_id, row.bring_id)):
        job = jobs.found(desk, job_id)
        if job.state in jobs.OPEN and job.kind == BRING:
            raise Conflict(mark("The cases are coming in. Stop that first."), code="import_coming_in")
        if job.state in jobs.OPEN:
            jobs.cancel(desk, job_id)
    still = (IMPORT.c.id == row.id, IMPORT.c.state == row.state, IMPORT.c.sealed.is_not(None))
    values: dict[str, Any] = {"wrapped": None, "sealed": None}
    if row.state == "waiting":
        values["state"] = "checked"
        if row.sealed is not None and two_persons.load(desk, row.approval_id).state == "waiting":
            deciding.withdraw(desk, row.approval_id)
    done: Any = desk.session.execute(update(IMPORT).where(*still).values(values))
    if done.rowcount != 1:
        raise Conflict(mark("No rows of this file are kept any more."), code="import_over")
    bringing.forget()
    looked(desk, "import_thrown_away", "import", row.id, {"rows": row.rows})
    return shown(desk, queries.by_id(desk, row.id))


def read(desk: Desk, import_id: str) -> ImportOut:
    """What became of an import the actor asked for; NotFound for any other."""
    return shown(desk, _mine(desk, import_id))


def own(desk: Desk) -> list[ImportOut]:
    """The newest imports the actor asked for."""
    return [shown(desk, row) for row in queries.own(desk)]


def report(desk: Desk, import_id: str, stage: str, after: int = 0, most: int = PAGE) -> ReportOut:
    """Line by line what was found: of the trial run (check), or of the import (bring). The look is noted."""
    row = _mine(desk, import_id)
    looked(desk, "import_report_read", "import", row.id, {"stage": stage})
    rows = queries.lines(desk, row.id, stage, after, most + 1)
    page = rows[:most]
    job_id = row.check_id if stage == "check" else row.bring_id
    counts = json.loads(jobs.found(desk, job_id).result) if job_id else {}
    return ReportOut(
        stage=stage,
        counts=counts,
        items=[_line_out(each) for each in page],
        next=page[-1].line if len(rows) > len(page) else None,
    )


def report_file(desk: Desk, import_id: str, stage: str) -> bytes:
    """The whole report as CSV, one row for each thing found and one for each line without any; it holds no value."""
    row = _mine(desk, import_id)
    looked(desk, "import_report_taken", "import", row.id, {"stage": stage})
    return written(row, stage, queries.lines(desk, row.id, stage))


def written(row: Row[Any], stage: str, lines: list[Row[Any]]) -> bytes:
    """The report of an import, ``row``, as CSV: what was found in its lines."""
    stamp = (
        f"Waymark import {row.id}, {stage}, {row.rows} rows of {row.source_system}, file SHA-256 {row.file_digest},"
        f" mapping {row.mapping} version {row.mapping_version}. What stood in the cells is not repeated here."
    )
    header = ("line", "outcome", "column", "rule", "value_class", "said", "sentence")
    return csv_text.table(header, _report_rows(lines), stamp)


def shown(desk: Desk, row: Row[Any], asked: ApprovalOut | None = None) -> ImportOut:
    """An import as whoever asked for it sees it."""
    approval = asked
    if asked is None and row.approval_id is not None:
        approval = two_persons.shown(desk, two_persons.load(desk, row.approval_id), could=False)
    return ImportOut(
        id=row.id,
        source_system=row.source_system,
        mapping=row.mapping,
        mapping_version=row.mapping_version,
        mapping_digest=row.mapping_digest,
        file_digest=row.file_digest,
        rows=row.rows,
        all_or_nothing=row.all_or_nothing,
        state=_state(desk, row, approval),
        asked_at=row.asked_at,
        keep_until=row.keep_until,
        check=job_out(jobs.found(desk, row.check_id)),
        bring=job_out(jobs.found(desk, row.bring_id)) if row.bring_id else None,
        rows_kept=row.sealed is not None,
        approval=ApprovalOut(**approval.model_dump()) if approval else None,
    )


def _report_rows(lines: list[Row[Any]]) -> Iterator[tuple[Any, ...]]:
    for each in lines:
        findings = [Finding(**told) for told in json.loads(each.findings)]
        if not findings:
            yield (each.line, each.outcome, "", "", "", "", "")
        for one in findings:
            yield (each.line, each.outcome, one.column, one.rule, one.value_class, one.said, one.sentence)


def _line_out(row: Row[Any]) -> LineOut:
    findings = [Finding(**told) for told in json.loads(row.findings)]
    return LineOut(
        line=row.line,
        outcome=row.outcome,
        findings=[FindingOut(**each.plain, sentence=each.sentence) for each in findings],
        case_id=row.case_id,
    )


def _turn(desk: Desk, import_id: str, before: str, values: dict[str, Any]) -> None:
    """Bring an import on from the state it was seen in; of two at once one succeeds, the other gets Conflict."""
    still = (IMPORT.c.id == import_id, IMPORT.c.state == before)
    done: Any = desk.session.execute(update(IMPORT).where(*still).values(values))
    if done.rowcount != 1:
        raise Conflict(mark("This import is not at the point where the cases can come in."), code="import_over")


def _mine(desk: Desk, import_id: str) -> Row[Any]:
    row = queries.mine(desk, import_id)
    if row is None:
        if is_id(import_id):
            refused(desk, "import", import_id, {"permission": RIGHT, "answer": 404})
        raise NotFound()
    return row


def _state(desk: Desk, row: Row[Any], approval: ApprovalOut | None = None) -> Any:
    if row.state in ("done", "none"):
        return row.state
    if row.state == "waiting":
        found = approval or two_persons.load(desk, row.approval_id)
        if found.state in ("refused", "withdrawn", "expired"):
            return "refused"
    return "gone" if row.sealed is None else row.state


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(extra={"errors": [{"field": field, "rule": "invalid", "sentence": sentence}]})
