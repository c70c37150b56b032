"""The pages of records: filling one in, correcting one, and reading one."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.access.sheet import path_within
from app.cases import filing
from app.cases.filing_schemas import RecordIn, RecordOut
from app.casework import blocking, fieldgroups, posted
from app.casework.forms import Kind
from app.casework.inputs import SILENCES, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.casework.reach import permit
from app.casework.shapes import RefusalOut
from app.casework.told import answers
from app.kit.errors import AppError, Invalid, NotFound
from app.kit.typed import Typed
from app.overview import case_queries, form_page, happened
from app.overview.agenda import around
from app.overview.case_frame import Opened, open_case
from app.overview.case_pages import safe_contact
from policies.model import FieldGroup
from workflows.recording import ONLY_WITH_STEP, TOLD_TO_THE_PERSON, can_be_corrected

router = APIRouter()

Writer = Annotated[Page, Depends(opens("case:read"))]
Reader = Annotated[Page, Depends(opens("record:read"))]
Back = Annotated[str, Query(max_length=300)]

FORM: Final = "overview/case_record_form.html"
# Forms of talks and calls.
SPEAKS_TO_THE_PERSON: Final = TOLD_TO_THE_PERSON | {"contact_rules", "monitoring_visit", "own_task"}
# What is read with care: folded, and opened by whoever decides to.
FOLDED: Final = frozenset({FieldGroup.NARRATIVE, FieldGroup.HEALTH})


@router.get("/cases/{reference}/records/new/{kind}")
def new_record_page(reference: str, kind: str, page: Writer, back: Back = "") -> Response:
    """The form of a kind of record."""
    with page.write() as desk:
        context = _context(desk, reference, _kind(kind), back)
        said = form_page.preset(page, context["case"], context["inputs"])
        if not said:
            said = form_page.continued(desk, context["case"], _kind(kind))
    context["rows"] = form_page.rows_for(context["inputs"], said)
    return page.show(FORM, preset=said, **context)


@router.post("/cases/{reference}/records/new/{kind}")
def new_record(reference: str, kind: str, page: Writer) -> Response:
    """File the form, and go back to the step that was waiting for it, or to the case."""
    return _file(page, reference, _kind(kind), None)


@router.get("/cases/{reference}/records/{record_id}/correct")
def correct_page(reference: str, record_id: str, page: Reader) -> Response:
    """The form of a record again, with what it says."""
    with page.write() as desk:
        opened = open_case(desk, reference, "record:read")
        record = filing.read(desk, opened.id, record_id)
        kind = _kind(record.kind)
        context = _context(desk, reference, kind, f"{opened.path}/records/{record_id}", corrects=record)
    said = posted.typed_of(inputs_of(kind.form), record.body or {})
    context["rows"] = form_page.rows_for(context["inputs"], said)
    return page.show(FORM, preset=said, **context)


@router.post("/cases/{reference}/records/{record_id}/correct")
def correct(reference: str, record_id: str, page: Reader) -> Response:
    """File the correction; what was corrected stays, and points to it."""
    with page.write() as desk:
        opened = open_case(desk, reference, "record:read")
        record = filing.read(desk, opened.id, record_id)
    return _file(page, reference, _kind(record.kind), record)


@router.get("/cases/{reference}/records/{record_id}")
def record_page(reference: str, record_id: str, page: Reader) -> Response:
    """One record, as it was filled in."""
    with page.write() as desk:
        opened = open_case(desk, reference, "record:read")
        record = filing.read(desk, opened.id, record_id)
        kind = _kind(record.kind)
        asked = inputs_of(kind.form)
        told = answers(
            offered(desk.policies, asked, here=form_page.lists_of(desk, opened, asked, record.body)), record.body or {}
        )
        context: dict[str, Any] = {
            "case": opened,
            "record": record,
            "title": kind.title,
            "answers": [each for each in told if each.given],
            "folded": kind.group in FOLDED,
            "by": case_queries.names_of(desk, [record.created_by]).get(record.created_by, ""),
            "corrects": record.corrects or "",
            "task": case_queries.open_task_of(desk, opened.id, record_id),
            "may_correct": opened.reach(kind.permission) and can_be_corrected(kind.name),
        }
    return page.show("overview/case_record.html", here="cases", section="", **context)


def _file(page: Page, reference: str, kind: Kind, corrects: RecordOut | None) -> Response:
    typed = page.typed_form()
    back = typed.get("back", "")
    if form_page.wants_rows(typed):
        with page.write() as desk:
            context = _context(desk, reference, kind, back, typed, corrects=corrects)
        return page.show(FORM, typed=typed, **context)

    def act(desk: Desk) -> str:
        opened = open_case(desk, reference)
        body = form_page.record_of(desk, opened.held, kind.name, typed, required=True)
        filled = RecordIn(
            record={**_unasked(kind, corrects), **(body or {})},
            corrects=corrects.id if corrects else None,
            note=happened.note_of(typed),
            happened_at=happened.happened_at(desk.policies, typed, desk.actor.country),
        )
        try:
            filing.filed(desk, opened.id, kind.name, filled, page.version)
        except Invalid as error:
            raise posted.at_fields(error) from None
        return _freed(back, opened)

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _context(desk, reference, kind, back, typed, error, corrects)

    return page.act_or_show(act, f"/cases/{reference}?done=record", FORM, again)


def _unasked(kind: Kind, corrects: RecordOut | None) -> dict[str, Any]:
    """What the corrected record says to questions that no page asks: correcting the others does not take it back."""
    if corrects is None or corrects.body is None:
        return {}
    names = [each.field for each in inputs_of(kind.form) if each.unasked]
    return {name: corrects.body[name] for name in names if corrects.body.get(name) is not None}


def _freed(back: str, opened: Opened) -> str:
    """Where to go on: the step that was waiting, if the form was opened from there."""
    wanted = path_within(back, opened.path)
    return f"{wanted}{'&' if '?' in wanted else '?'}done={'record' if wanted == opened.path else 'consent'}"


def _kind(name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound()
    return kind


def _context(
    desk: Desk,
    reference: str,
    kind: Kind,
    back: str,
    typed: Typed | None = None,
    error: AppError | None = None,
    corrects: RecordOut | None = None,
) -> dict[str, Any]:
    opened = open_case(desk, reference, look="next_steps_read", record=kind.name)
    if error is None:
        # Who may not write it is told so before anything is typed.
        permit(desk, kind.permission, opened.id, kind.name)
        fieldgroups.must_see(desk, kind.group)
    path = f"{opened.path}/records/new/{kind.name}"
    if corrects is not None:
        path = f"{opened.path}/records/{corrects.id}/correct"
    asked = inputs_of(kind.form)
    # What is corrected names what may be over by now.
    named = form_page.lists_of(desk, opened, asked, corrects.body if corrects is not None else None)
    inputs = offered(desk.policies, asked, child=opened.bar.child, here=named)
    # Where the person is spoken to, the rules of contact are read first.
    reached = safe_contact(desk, opened) if kind.name in SPEAKS_TO_THE_PERSON else None
    told = (error.extra.get("refusals") if error is not None else None) or []
    refusals = [RefusalOut(**each) for each in told]
    return {
        "here": "cases",
        "section": "",
        "case": opened,
        "contact": reached,
        "kind": kind,
        "path": path,
        "back": path_within(back, ""),
        "inputs": inputs,
        "rows": form_page.rows_for(inputs, typed),
        "reasons": blocking.explained(desk, refusals, around(desk, opened, "", path)),
        "silences": SILENCES,
        "zones": form_page.zones(desk),
        "happened_here": desk.actor.country,
        "version": opened.held.version,
        "conflict": form_page.conflict(desk, opened.held, error, kind.name, inputs),
        "corrects": corrects,
        "with_step": kind.name in ONLY_WITH_STEP and not (corrects is not None and can_be_corrected(kind.name)),
        "roles": desk.policies.roles,
    }
