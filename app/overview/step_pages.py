"""One page for each step of a case: what it is, why, until when, what stands in the way, and its form."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.cases import service
from app.casework import blocking, posted
from app.casework.choices import CASE_MACHINES, next_steps
from app.casework.inputs import SILENCES, given_inputs, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.casework.shapes import NextStepOut, RefusalOut, StepIn
from app.kit.errors import AppError, Invalid, NotFound
from app.kit.typed import Typed
from app.overview import case_queries, form_page, happened
from app.overview.agenda import around, open_refusals
from app.overview.case_frame import Opened, open_case
from app.worklist.closers import CLOSERS
from policies.model import Policies
from workflows.engine import MACHINES
from workflows.step import Step

router = APIRouter()

Taker = Annotated[Page, Depends(opens("case:read"))]
Done = Annotated[str, Query(max_length=20)]

TEMPLATE: Final = "overview/case_step.html"


@router.get("/cases/{reference}/steps/{machine}/{step}")
def step_page(reference: str, machine: str, step: str, page: Taker, done: Done = "") -> Response:
    """What a step needs; its form, or what blocks it."""
    with page.write() as desk:
        context = _context(desk, reference, _step(machine, step), machine)
    preset = form_page.preset(page, context["case"], context["inputs"])
    return page.show(TEMPLATE, preset=preset, done=done, **context)


@router.post("/cases/{reference}/steps/{machine}/{step}")
def take_step(reference: str, machine: str, step: str, page: Taker) -> Response:
    """Take the step; refused, the page shows every reason and keeps what was typed."""
    found = _step(machine, step)
    typed = page.typed_form()
    if form_page.wants_rows(typed):
        with page.write() as desk:
            context = _context(desk, reference, found, machine, typed)
        return page.show(TEMPLATE, typed=typed, done="", **context)

    def act(desk: Desk) -> str:
        opened = open_case(desk, reference)
        given = posted.gathered(given_inputs(found.given), typed)
        record = form_page.record_of(desk, opened.held, found.form, typed, required=found.form_required)
        given.must_be_whole()
        body = StepIn(
            record=record,
            given=given.body,
            note=happened.note_of(typed),
            happened_at=happened.happened_at(desk.policies, typed, desk.actor.country),
        )
        try:
            service.take_step(desk, opened.id, found.name, body, page.version)
        except Invalid as error:
            raise posted.at_fields(error) from None
        return f"{opened.path}?done=step"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_context(desk, reference, found, machine, typed, error), "done": ""}

    return page.act_or_show(act, f"/cases/{reference}?done=step", TEMPLATE, again)


def _step(machine: str, name: str) -> Step:
    """The step of a machine of cases. NotFound for any other, and for one that only the program takes."""
    found = MACHINES[machine].step(name) if machine in CASE_MACHINES else None
    if found is None or found.system_only:
        raise NotFound()
    return found


def _context(
    desk: Desk, reference: str, step: Step, machine: str, typed: Typed | None = None, error: AppError | None = None
) -> dict[str, Any]:
    opened = open_case(desk, reference, look="next_steps_read", step=step.name)
    path = f"{opened.path}/steps/{machine}/{step.name}"
    choices = next_steps(desk, opened.held, opened.reach)
    choice = next((each for each in choices if each.machine == machine and each.step == step.name), None)
    refusals = _refusals(choice, error)
    known = around(desk, opened, step.name, path)
    questions = inputs_of(KINDS[step.form].form) if step.form else ()
    inputs = offered(desk.policies, (*given_inputs(step.given), *questions), child=opened.bar.child)
    return {
        "here": "cases",
        "section": "",
        "case": opened,
        "step": step,
        "path": path,
        "possible": choice is not None,
        "permitted": opened.reach(step.permission),
        "reasons": blocking.explained(desk, refusals, known),
        "blocked": bool(refusals),
        # Without its form the step would pass already: what is on record is enough.
        "on_record": choice is not None and choice.allowed and step.form is not None and not step.form_required,
        "inputs": inputs,
        "rows": form_page.rows_for(inputs, typed),
        "sources": _sources(desk.policies, step),
        "task": _task(desk, opened, f"{machine}.{step.name}"),
        "silences": SILENCES,
        "zones": form_page.zones(desk),
        "happened_here": desk.actor.country,
        "version": opened.held.version,
        "conflict": form_page.conflict(desk, opened.held, error, step.form, inputs),
        "roles": desk.policies.roles,
    }


def _refusals(choice: NextStepOut | None, error: AppError | None) -> list[RefusalOut]:
    """What the page explains: the reasons the step was just refused for, or those known before it is tried."""
    told = error.extra.get("refusals") if error is not None else None
    if told is not None:
        return [RefusalOut(**each) for each in told]
    return open_refusals(choice) if choice is not None else []


def _sources(policies: Policies, step: Step) -> list[tuple[str, list[tuple[str, str]]]]:
    """Why the conditions of a step exist, each once, with the sources it rests on (id and title)."""
    return [
        (guard.why, [(name, policies.source(name).title) for name in guard.sources])
        for guard in {each.name: each for each in step.guards}.values()
    ]


def _task(desk: Desk, opened: Opened, act: str) -> Any:
    """The open task that the step answers, the one that is due first."""
    kinds = {kind for kind, acts in CLOSERS.items() if act in acts}
    tasks = case_queries.tasks_of_case(desk, opened.id)
    return next((each for each in tasks if each.state == "open" and each.kind in kinds), None)
