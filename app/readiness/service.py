"""The verbs of the readiness room: plan, read, release and end an operation."""

from __future__ import annotations

import json
from typing import Any, Final, TypeVar

from sqlalchemy import Row, insert, update

from app.access import notices, rows
from app.access.desk import Desk
from app.access.log import looked
from app.casework.beds import RESERVE
from app.casework.forms import CodeCheck, Form, validated
from app.casework.move import refusal_out
from app.casework.opening import letters
from app.casework.refusing import refuse
from app.casework.shapes import RefusalOut
from app.kit.canonical import canonical_bytes
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id, new_id
from app.readiness import queries
from app.readiness.queries import OPERATION
from app.readiness.schemas import (
    EndIn,
    ExpectedOut,
    NeedOut,
    OperationIn,
    OperationOut,
    OperationRowOut,
    OperationsOut,
    ReserveOut,
)
from workflows import readiness as rules
from workflows.verdict import Refusal

AnyForm = TypeVar("AnyForm", bound=Form)

READ: Final = "operation:read"
PLAN: Final = "operation:plan"
RELEASE: Final = "operation:release"
STEP: Final = "release_operation"
_TITLE: Final = "Release the operation"
_UNFIT: Final = mark("Some answers are missing or cannot be read.")
_WAITING: Final = ("asked", "held")


def listed(desk: Desk) -> OperationsOut:
    """The operations within reach, without their place; the look is noted."""
    found = queries.operations(desk, READ)
    looked(desk, "operations_listed", "operation", "-", {"count": len(found)})
    return OperationsOut(items=[OperationRowOut(**_row(each)) for each in found])


def planned(desk: Desk, body: dict[str, Any], place: str) -> OperationOut:
    """Plan an operation of the actor's office. Invalid (422) for a day that is over and for unknown codes."""
    said = read_form(desk, OperationIn, body, place)
    if said.planned_on < desk.today:
        raise wrong(f"{place}.planned_on", mark("Choose a day that is not over."), "IOM-3")
    operation_id = new_id()
    key, wrapped = desk.keys.new_data_key()
    row = {
        "id": operation_id, "country": desk.actor.country, "organisation": desk.actor.organisation,
        "office_id": desk.office_id, "reference": _reference(desk), "created_by": desk.actor.id,
        "opened_at": desk.now, "planned_on": said.planned_on, "place_kind": said.place_kind, "sector": said.sector,
        "expected": canonical_bytes([each.model_dump() for each in said.expected]).decode(), "wrapped": wrapped,
        "sealed": desk.keys.seal(key, canonical_bytes({"where": said.where}), _place(operation_id)),
        "state": rules.PLANNED,
    }  # fmt: skip
    desk.session.execute(insert(OPERATION), row)
    looked(desk, "operation_planned", "operation", operation_id)
    return shown(desk, found(desk, READ, operation_id))


def read(desk: Desk, operation_id: str) -> OperationOut:
    """One operation with its place, what it needs and what speaks against its release; the look is noted."""
    row = found(desk, READ, operation_id)
    looked(desk, "operation_read", "operation", row.id)
    return shown(desk, row)


def release(desk: Desk, operation_id: str) -> OperationOut:
    """Release an operation for which everything is reserved; whoever keeps something ready is told.

    StepRefused with everything that is missing (OHCHR-G5.6).
    """
    row = found(desk, RELEASE, operation_id, lock=True)
    reserves = queries.reserves_of(desk, row.id)
    refuse(desk, STEP, _TITLE, against_release(desk, row, reserves))
    _change(desk, row, state=rules.RELEASED, released_by=desk.actor.id, released_at=desk.now)
    looked(desk, "operation_released", "operation", row.id)
    for each in reserves:
        if each.state == rules.HELD:
            notices.tell(
                desk, notices.holders(desk, "operation:answer", each.office_id), "operation_released", "reserve",
                each.id,
            )  # fmt: skip
    return shown(desk, found(desk, RELEASE, row.id))


def end(desk: Desk, operation_id: str, body: dict[str, Any], place: str) -> OperationOut:
    """Say that an operation is over or was called off: what was kept ready for it is free again."""
    row = found(desk, PLAN, operation_id, lock=True)
    refuse(desk, "end_operation", "End the operation", rules.against_change(row.state))
    said = read_form(desk, EndIn, body, place)
    set_free(desk, row, said.ended)
    return shown(desk, found(desk, PLAN, row.id))


def set_free(desk: Desk, row: Row[Any], ended: str) -> None:
    """Let an operation be ended: nothing is kept ready for it any more."""
    _change(desk, row, state=ended, ended_at=desk.now)
    with rows.as_the_house(desk.session, desk.actor.country):
        open_still = (RESERVE.c.operation_id == row.id, RESERVE.c.state.in_(_WAITING))
        desk.session.execute(update(RESERVE).where(*open_still).values(state="over"))
    looked(desk, "operation_ended", "operation", row.id, {"ended": ended})


def take_back(desk: Desk, row: Row[Any]) -> bool:
    """Take the release of an operation back where something is missing again; whether it was.

    Whoever planned it and whoever released it are told at once. The caller holds the operation locked, reaches it as
    the house, and has changed what is kept ready. After its day nothing is taken back: it is over, or under way.
    """
    if row.state != rules.RELEASED or row.planned_on < desk.today:
        return False
    if not rules.falls_short(_expected(row), _reserves(queries.reserves_of(desk, row.id))):
        return False
    _change(desk, row, state=rules.PLANNED, released_by=None, released_at=None)
    looked(desk, "operation_taken_back", "operation", row.id)
    people = {row.created_by, row.released_by, *notices.holders(desk, PLAN, row.office_id)}
    notices.tell(desk, people - {None}, "operation_taken_back", "operation", row.id)
    return True


def against_release(desk: Desk, row: Row[Any], reserves: list[Row[Any]]) -> tuple[Refusal, ...]:
    """Everything that speaks against the release of an operation today."""
    late = row.planned_on < desk.today
    return rules.against_release(row.state, _expected(row), _reserves(reserves), late=late)


def found(desk: Desk, permission: str, operation_id: str, *, lock: bool = False) -> Row[Any]:
    """The row of an operation within reach of ``permission``; NotFound for any other."""
    row = queries.operation(desk, permission, operation_id, lock=lock) if is_id(operation_id) else None
    if row is None:
        raise NotFound()
    return row


def shown(desk: Desk, row: Row[Any]) -> OperationOut:
    """An operation as those see it who plan it."""
    reserves = queries.reserves_of(desk, row.id)
    facts = (_expected(row), _reserves(reserves))
    reasons = against_release(desk, row, reserves) if row.state == rules.PLANNED else ()
    said = json.loads(desk.keys.open(desk.keys.unwrap(row.wrapped), row.sealed, _place(row.id)))
    return OperationOut(
        **_row(row), place_kind=row.place_kind, sector=row.sector, where=said["where"],
        expected=[ExpectedOut(**each) for each in json.loads(row.expected)],
        needs=[
            NeedOut(
                kind=each.kind, needed=each.needed, confirmed=each.confirmed, met=each.met, sex=each.sex,
                ages=each.ages, language=each.language,
            )
            for each in rules.needs(*facts)
        ],
        reserves=[reserve_out(each) for each in reserves],
        refusals=[RefusalOut(**refusal_out(desk, each)) for each in reasons],
    )  # fmt: skip


def reserve_out(row: Row[Any]) -> ReserveOut:
    """What an office was asked for, as both sides see it."""
    plain = ("id", "office", "planned_on", "kind", "people", "sex", "ages", "language", "state", "answered_at")
    return ReserveOut(**{name: getattr(row, name) for name in plain}, by_office=row.planner)


def read_form(desk: Desk, form: type[AnyForm], body: dict[str, Any], place: str) -> AnyForm:
    """The checked form; Invalid (422) with the fields below ``place``."""
    return validated(form, body, CodeCheck(desk.policies), place, _UNFIT)


def wrong(field: str, sentence: str, source: str = "") -> Invalid:
    """The refusal of one answer, for the marked ``sentence``, as ``source`` demands."""
    return Invalid(_UNFIT, extra=at_field(field, sentence, source))


def _change(desk: Desk, row: Row[Any], **values: Any) -> None:
    still = (OPERATION.c.id == row.id, OPERATION.c.state == row.state)
    done: Any = desk.session.execute(update(OPERATION).where(*still).values(**values))
    if done.rowcount != 1:
        raise Conflict("Somebody has changed this operation meanwhile.", code="operation_changed")


def _row(row: Row[Any]) -> dict[str, Any]:
    people = sum(each["people"] for each in json.loads(row.expected))
    return {
        "id": row.id, "reference": row.reference, "planned_on": row.planned_on, "office": row.office,
        "state": row.state, "people": people,
    }  # fmt: skip


def _expected(row: Row[Any]) -> list[rules.Expected]:
    return [
        rules.Expected(each["people"], each["sex"], "adult" if each["age_band"] == "18+" else "child", each["language"])
        for each in json.loads(row.expected)
    ]


def _reserves(found_rows: list[Row[Any]]) -> list[rules.Reserve]:
    return [
        rules.Reserve(each.kind, each.state, each.people, each.sex, each.ages, each.language) for each in found_rows
    ]


def _reference(desk: Desk) -> str:
    """As that of an incident, with a letter of its own: TH-2026-O-7F3K2Q."""
    return f"{desk.actor.country}-{desk.now.year}-O-{letters(6)}"


def _place(operation_id: str) -> bytes:
    return f"operation|sealed|{operation_id}|1".encode()
