"""Records of a case: file a form, read what was filed, and describe the kinds there are."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked, refused
from app.access.may import visible_case
from app.cases import queries
from app.cases.filing_schemas import (
    KindDetailOut,
    KindOut,
    KindsOut,
    RecordFiledOut,
    RecordIn,
    RecordOut,
    RecordsOut,
)
from app.casework import fieldgroups, recording, records
from app.casework.choices import next_steps
from app.casework.forms import Kind
from app.casework.held import Held, hold_case
from app.casework.kinds import KINDS
from app.casework.reach import permit, reach_of, refuse_as_attempt
from app.kit.errors import Forbidden, NotFound
from app.kit.paging import Ask
from app.models.base import is_id
from workflows.engine import MACHINES
from workflows.recording import ONLY_WITH_STEP

READ: Final = "record:read"


def filed(desk: Desk, case_id: str, name: str, body: RecordIn, seen: int) -> RecordFiledOut:
    """File a record of a kind, or the correction of one.

    NotFound for an unknown case or kind; Forbidden without the kind's permission on this case, or where the
    actor's roles do not see the kind's field group; then as `add_record`.
    """
    kind = _kind_called(name)
    permit(desk, kind.permission, case_id, name)
    if not fieldgroups.sees(desk, kind.group):
        refusal = _group_missing(desk, kind)
        refuse_as_attempt(desk, case_id, name, refusal)
        raise refusal
    record_id, held = recording.add_record(
        desk, case_id, name, body.record, seen, note=body.note, happened_at=body.happened_at, corrects=body.corrects
    )
    row = queries.record(desk, case_id, record_id)
    assert row is not None
    return RecordFiledOut(
        version=held.version,
        record=_out(row, _body(desk, held, row)),
        next_steps=next_steps(desk, held, reach_of(desk, case_id, kind.permission)),
    )


def listed(desk: Desk, case_id: str, ask: Ask) -> RecordsOut:
    """One page of the records of a case; a body only where its field group is the actor's to see."""
    visible_case(desk, READ, case_id)
    held = hold_case(desk, case_id, lock=False)
    rows, following = queries.records(desk, case_id, ask)
    # Of somebody erased the list says what was filed and when, and nothing of what it said.
    readable = [row.id for row in rows if not held.erased and fieldgroups.sees_record(desk, row.kind)]
    items = [_out(row, _body(desk, held, row) if row.id in readable else None) for row in rows]
    opened = sum(1 for item in items if item.body is not None)
    looked(desk, "records_listed", "case", case_id, {"count": len(items), "opened": opened})
    return RecordsOut(items=items, next=following)


def read(desk: Desk, case_id: str, record_id: str) -> RecordOut:
    """One opened record. NotFound if it is none of this case, Forbidden for a field group not to be seen."""
    visible_case(desk, READ, case_id)
    known = is_id(record_id)
    row = queries.record(desk, case_id, record_id) if known else None
    if row is None:
        refused(desk, "case", case_id, {"record": record_id if known else "-", "answer": 404})
        raise NotFound()
    detail = {"record": record_id, "kind": row.kind}
    if not fieldgroups.sees_record(desk, row.kind):
        refused(desk, "case", case_id, detail)
        raise _group_missing(desk, KINDS[row.kind])
    looked(desk, "record_opened", "case", case_id, detail)
    return _out(row, _body(desk, hold_case(desk, case_id, lock=False), row))


def kinds() -> KindsOut:
    """Every kind of record, by name."""
    return KindsOut(items=[KindOut(**_kind_values(kind)) for kind in KINDS.values()])


def kind_detail(name: str) -> KindDetailOut:
    """One kind with the JSON schema of its form and a full example."""
    kind = _kind_called(name)
    return KindDetailOut(**_kind_values(kind), form=kind.form.model_json_schema(), example=kind.example)


def _kind_called(name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound()
    return kind


def _kind_values(kind: Kind) -> dict[str, Any]:
    steps = [step.name for spec in MACHINES.values() for step in spec.steps if step.form == kind.name]
    return {
        "kind": kind.name,
        "title": kind.title,
        "group": kind.group.value,
        "permission": kind.permission,
        "version": kind.version,
        "filed_by": steps,
        "only_with_step": kind.name in ONLY_WITH_STEP,
    }


def _group_missing(desk: Desk, kind: Kind) -> Forbidden:
    return fieldgroups.missing(desk, kind.group, f", to which '{kind.title}' belongs")


def _body(desk: Desk, held: Held, row: Row[Any]) -> dict[str, Any]:
    return records.opened(desk, row, held.key(desk))


def _out(row: Row[Any], body: dict[str, Any] | None) -> RecordOut:
    kind = KINDS.get(row.kind)
    return RecordOut(
        id=row.id,
        kind=row.kind,
        title=kind.title if kind else row.kind,
        group=kind.group.value if kind else "none",
        kind_version=row.kind_version,
        seq=row.seq,
        created_by=row.created_by,
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        corrects=row.corrects_id,
        digest=row.digest.hex(),
        body=body,
    )
