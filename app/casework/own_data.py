"""What the house finds out of a request about own data, and of its answer: whether the records they name are there."""

from __future__ import annotations

from typing import Any

from app.access.desk import Desk
from app.casework import records
from app.casework.forms import Form
from app.casework.held import Held
from app.casework.kinds.data_answer import DataAnswer
from app.casework.kinds.data_request import DataRequest
from workflows.facts import CaseFacts
from workflows.guards.own_data import CORRECTION_KNOWN, RECORD_KNOWN, UPHELD

__all__ = ["ended_use", "of_record"]


def of_record(desk: Desk, held: Held, form: Form) -> dict[str, Any]:
    """What the guards have to be told; nothing for any other form."""
    if isinstance(form, DataRequest):
        return {RECORD_KNOWN: _row(desk, held, form.record) is not None}
    if isinstance(form, DataAnswer):
        row = _row(desk, held, form.correction)
        return {CORRECTION_KNOWN: row is not None and row.corrects_id is not None}
    return {}


def ended_use(held: Held, body: dict[str, Any]) -> list[str]:
    """The purposes that end with an answer, as if a consent had been taken back; none but for an objection upheld."""
    facts = held.facts
    if body.get("answer") != UPHELD or not isinstance(facts, CaseFacts):
        return []
    return [each.purpose for each in facts.data_requests if each.number == body["number"] and each.purpose is not None]


def _row(desk: Desk, held: Held, record_id: str | None) -> Any:
    row = records.row_by_id(desk.session, record_id) if record_id is not None else None
    return row if row is not None and row.subject == "case" and row.subject_id == held.id else None
